"""What is to be run so that stale answers are fresh again, and so that questions without evidence get some.

Pure: items, answers, reasons and runs in; what to run, each once with all that it is for, and what running does not
mend, with what would.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from studyctl.core import answers, reproduce
from studyctl.core.alike import measures_time
from studyctl.core.models import Answer, Item, Reason, Run


@dataclass(frozen=True, slots=True)
class Cause:
    """An item that something is run for, and why."""

    item: Item
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """One run that is to be made."""

    experiment: str
    preset: str
    given: tuple[str, ...]  # parameters that are changed, as `-p` takes them
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """An item that running an experiment does not help, why, and what would."""

    item: Item
    why: str
    hint: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run, in the order of the notes, and what is left as it is."""

    runs: tuple[Planned, ...] = ()
    left: tuple[Left, ...] = ()


# What became of an item's answer: "renewed" is fresh now and had a record, "answered" had none.
Became = Literal["renewed", "answered", "kept", "stale", "open"]


@dataclass(frozen=True, slots=True)
class Change:
    """An item's answer before and after."""

    item: Item
    before: Answer | None
    after: Answer | None
    how: Became


def newest(runs: Sequence[Run], change: Change) -> Run | None:
    """The run that was made for an item and is not what its answer rests on."""
    cited = {e.run for e in change.after.evidence} if change.after is not None else set()
    tied = {tie.experiment for tie in change.item.ties}
    return next((run for run in reversed(runs) if run.experiment in tied and run.id not in cited), None)


def stale(
    items: Iterable[Item],
    recorded: Mapping[str, Answer],
    reasons: Mapping[str, Sequence[Reason]],
    runs: Mapping[str, Run],
    known: Container[str],
    host: str,
    there: Mapping[str, Mapping[str, Run]] | None = None,
) -> Plan:
    """What makes stale answers fresh: each cited run that something changed for, again at its own parameters.

    `known` are the experiments that can be run, `host` is where they would be. `there` are by item and experiment runs
    of today's code that a person's own words do not cite yet: nothing is run for these again.
    """
    planned: list[Planned] = []
    left: list[Left] = []
    for item in items:
        answer, why = recorded.get(item.id), reasons.get(item.id, ())
        if answer is None or not why:
            continue
        rest = list(why)
        for experiment, run_id in dict.fromkeys((e.experiment, e.run) for e in answer.evidence):
            run = runs.get(run_id)
            concerned = [reason for reason in why if _concerns(reason, run_id, run)]
            rest = [reason for reason in rest if reason not in concerned]
            if not concerned:
                continue
            newer = (there or {}).get(item.id, {}).get(experiment)
            if newer is not None:
                what = f"run {newer.short} of {experiment} is newer, and what it rests on has not changed"
                left.append(Left(item, what, f"studyctl answer {item.id} --refresh takes it over into your words"))
                continue
            hindered = _hindered(item, experiment, run, concerned, known, host)
            if hindered is not None:
                left.append(hindered)
                continue
            preset, given = ("default", ()) if run is None else (run.preset, _given(run))
            cause = Cause(item, tuple(reason.text for reason in concerned))
            planned.append(Planned(experiment, preset, given, (cause,)))
        # What no run explains is that the words changed: no figure follows from them.
        left += [
            Left(item, reason.text, f"studyctl answer {item.id} --refresh, if it still answers") for reason in rest
        ]
    return Plan(tuple(_once(planned)), tuple(left))


def missing(
    items: Iterable[Item],
    recorded: Container[str],
    choices: Mapping[str, Sequence[answers.Choice]],
    finished: Container[str],
    known: Container[str],
    preset: str = "default",
) -> Plan:
    """What gives items evidence that have none: the experiments that they are tied to and that have not finished yet.

    `choices` are by item what its ties select now, `finished` the experiments that have a run that may be cited.
    """
    planned: list[Planned] = []
    left: list[Left] = []
    for item in items:
        found = {choice.experiment for choice in choices.get(item.id, ())}
        for experiment, fragments in answers.ordered(item.ties).items():
            if experiment in found:
                continue
            if experiment in finished:
                named = ", ".join(f"#{one}" for one in fragments if one) or "any"
                why = f"{experiment} has run and has no finding {named}"
                left.append(Left(item, why, f"studyctl experiment show {experiment}, and mend the link of {item.id}"))
            elif experiment not in known:
                why = f"there is no experiment {experiment}"
                left.append(Left(item, why, f"studyctl experiment new {experiment} --for {item.id}"))
            else:
                planned.append(Planned(experiment, preset, (), (Cause(item, ("no evidence yet",)),)))
        if found and item.id not in recorded:
            left.append(Left(item, "its evidence is there, and not recorded", f"studyctl answer {item.id} --refresh"))
    return Plan(tuple(_once(planned)), tuple(left))


def joined(plans: Iterable[Plan]) -> Plan:
    """Several plans as one."""
    every = list(plans)
    return Plan(
        tuple(_once(run for plan in every for run in plan.runs)),
        tuple(dict.fromkeys(left for plan in every for left in plan.left)),
    )


def _concerns(reason: Reason, run_id: str, run: Run | None) -> bool:
    if reason.trigger == "run" or run is None:
        return reason.key == run_id
    if reason.trigger == "question":
        return False
    paths = {file.path for file in run.files}
    return reason.key in paths or reason.key == f"evidence-version:{run.evidence_version}"


def _hindered(
    item: Item, experiment: str, run: Run | None, reasons: Sequence[Reason], known: Container[str], host: str
) -> Left | None:
    """Why running the experiment here would not mend it."""
    if run is not None and run.provenance.get("source"):
        return Left(item, reasons[0].text, reproduce.command(run))
    if experiment not in known:
        why = f"there is no experiment {experiment} any more"
        return Left(item, why, f"studyctl unlink {item.id} {experiment}, or bring it back")
    for reason in reasons:
        if reason.trigger == "data" and not reason.now:
            return Left(item, reason.text, f"put {reason.key} back, then studyctl run --stale")
    if run is not None and measures_time(run) and run.host != host:
        why = f"run {run.short} measured time on another machine: {reasons[0].text}"
        return Left(item, why, f"there: {reproduce.command(run)}, then studyctl runs export, and runs import here")
    return None


def _given(run: Run) -> tuple[str, ...]:
    return tuple(f"{name}={reproduce.typed(reproduce.value(run.params, name))}" for name in run.changed)


def _once(planned: Iterable[Planned]) -> Iterator[Planned]:
    """Each run once, with everything that it is for."""
    found: dict[tuple[str, str, tuple[str, ...]], Planned] = {}
    for one in planned:
        key = one.experiment, one.preset, one.given
        before = found.get(key)
        found[key] = one if before is None else replace(before, causes=_merged((*before.causes, *one.causes)))
    return iter(found.values())


def _merged(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    found: dict[str, Cause] = {}
    for cause in causes:
        before = found.get(cause.item.id)
        reasons = cause.reasons if before is None else tuple(dict.fromkeys((*before.reasons, *cause.reasons)))
        found[cause.item.id] = Cause(cause.item, reasons)
    return tuple(found.values())
