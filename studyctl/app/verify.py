"""Verifying recorded answers: all that is recorded of each is gathered, and `core.verifying` decides.

Nothing is measured again, unless a rerun is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from studyctl.core import acceptance, ids, predicates, verifying
from studyctl.core.models import ANSWERED_KINDS, Answer, Item, Reason, Run
from studyctl.core.ports import Reader
from studyctl.core.verifying import Fault, Verified, Witness
from studyctl.errors import NoEvidenceError


@dataclass(frozen=True, slots=True)
class Sources:
    """What verifying asks of the other rooms."""

    reasons: Callable[[Sequence[str]], Mapping[str, tuple[Reason, ...]]]  # why answers are stale, by item
    witnesses: Callable[[Mapping[str, Run], Mapping[str, set[str]]], Mapping[str, list[Witness]]]
    environment: Callable[[Run], Sequence[str]]  # what is installed now and was another version then
    rerun: Callable[[Run], Run] | None = None  # measure again, recorded nowhere


def verify(reader: Reader, words: Sequence[str], sources: Sources, *, strict: bool = False) -> Iterator[Verified]:
    """Every answer of these items, or of all, in the order of the notes."""
    pairs = _answered(reader, words)
    reasons = sources.reasons([item.id for item, _ in pairs]) if pairs else {}
    runs = reader.runs_of({e.run for _, answer in pairs for e in answer.evidence})
    wanted: dict[str, set[str]] = {}
    for _, answer in pairs:
        for run_id, names in verifying.figures_of(answer, runs).items():
            wanted.setdefault(run_id, set()).update(names)
    witnesses = sources.witnesses(runs, wanted)
    accepted = acceptance.kept(reader.overrides()) if pairs else {}
    changed: dict[str, Sequence[str]] = {}
    again: dict[str, Run] = {}
    for item, answer in pairs:
        one = verifying.verify(item, answer, runs, witnesses, reasons.get(item.id, ()))
        if (kept := acceptance.of(answer, accepted)) is not None:
            said = f"accepted by {kept.by}, {kept.at[:10]}: {kept.reason} ({'; '.join(kept.texts)})"
            one = replace(one, notes=(*one.notes, said))
        for run_id in dict.fromkeys(e.run for e in answer.evidence if e.run in runs):
            if run_id not in changed:
                changed[run_id] = sources.environment(runs[run_id])
            one = _with_environment(one, changed[run_id], strict)
            if sources.rerun is not None:
                if run_id not in again:
                    again[run_id] = sources.rerun(runs[run_id])
                one = _with_rerun(one, runs[run_id], again[run_id])
        yield _strictly(one) if strict else one


def _answered(reader: Reader, words: Sequence[str]) -> list[tuple[Item, Answer]]:
    """The items that have answers, with these; a named one without is an error."""
    if words:
        items = ids.pick(words, reader.items(gone=True, ignored=True))
    else:
        items = [item for item in reader.items(ANSWERED_KINDS) if item.status != "dropped"]
    recorded = {answer.item: answer for answer in reader.answers([item.id for item in items])} if items else {}
    without = [item for item in items if item.id not in recorded]
    if words and without:
        raise NoEvidenceError(f"{without[0].id} has no recorded answer to verify", f"studyctl answer {without[0].id}")
    return [(item, recorded[item.id]) for item in items if item.id in recorded]


def _with_environment(one: Verified, changed: Sequence[str], strict: bool) -> Verified:
    if strict:
        return replace(one, faults=(*one.faults, *(Fault("environment", text) for text in changed)))
    return replace(one, notes=tuple(dict.fromkeys((*one.notes, *changed))))


def _with_rerun(one: Verified, run: Run, again: Run) -> Verified:
    """What measuring again came to: another verdict is a fault, other figures are said."""
    if again.state != "finished":
        why = again.error.strip().rpartition("\n")[2]
        return replace(
            one, faults=(*one.faults, Fault("rerun", f"{run.experiment} {again.state} when run again: {why}"))
        )
    values = {metric.name: metric.value for metric in again.metrics}
    verdicts = {f.key: predicates.verdict(f.when, f.unless, values).verdict for f in run.findings}
    faults = [
        Fault("rerun", f"{e.finding} was {e.verdict}, measured again it is {verdicts.get(e.finding)}")
        for e in one.answer.evidence
        if e.run == run.id and verdicts.get(e.finding) != e.verdict
    ]
    before = {metric.name: metric.value for metric in run.metrics}
    same = sum(1 for name, value in before.items() if repr(values.get(name)) == repr(value))
    note = f"{run.experiment} measured again: {same} of {len(before)} figures are the same to the last digit"
    return replace(one, faults=(*one.faults, *faults), notes=(*one.notes, note))


def _strictly(one: Verified) -> Verified:
    """A refutation, and what rests on nothing, fail as well."""
    faults = [
        Fault("refuted", f"{e.finding} of run {e.run[:8]} is refuted")
        for e in one.answer.evidence
        if e.verdict == "refuted"
    ]
    if not one.answer.backed:
        faults.append(Fault("missing", "it rests on no evidence"))
    return replace(one, faults=(*one.faults, *faults))
