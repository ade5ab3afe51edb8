"""Deciding every recorded answer again: from the recorded figures, by the stored predicates.

Nothing is measured, and nothing of the author's code is run: the figures that an answer pinned are held against those
of its runs, wherever these are kept, each verdict and each text is made anew from them, and what differs is named.

Pure: answers, runs and what the other places hold in, faults out.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from studyctl.core import answers, predicates, templates
from studyctl.core.models import Answer, Evidence, Finding, Item, Reason, Run
from studyctl.errors import StudyctlError

FaultKind = Literal["answer", "verdict", "figure", "text", "missing", "stale", "refuted", "environment", "rerun"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold."""

    kind: FaultKind
    text: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of one answer."""

    item: Item
    answer: Answer
    findings: int  # that were decided again
    figures: int  # that were compared
    compared: tuple[str, ...]  # where: "study.db", "its folder", "MLflow"
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Witness:
    """What another place than study.db holds of a run's figures."""

    place: str  # for people
    values: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  # every value that it holds of a figure
    last: Mapping[str, float] = field(default_factory=dict)


def figures_of(answer: Answer, runs: Mapping[str, Run]) -> dict[str, set[str]]:
    """The recorded figures that an answer rests on, by run: cited by it or its findings, or named by a predicate."""
    found: dict[str, set[str]] = {}
    for run_id, named in _named(answer).items():
        run = runs.get(run_id)
        if run is None:
            continue
        metrics = {metric.name for metric in run.metrics}
        names = {name.partition(".")[2] for name, _ in answer.figures if name.partition(".")[0] == named}
        for evidence in answer.evidence:
            finding = _finding(run, evidence)
            if evidence.run == run_id and finding is not None:
                names |= {name for name, _ in finding.figures}
                for predicate in filter(None, (finding.when, finding.unless)):
                    names |= set(predicates.parse(predicate).names)
        found[run_id] = names & metrics
    return found


def verify(
    item: Item,
    answer: Answer,
    runs: Mapping[str, Run],
    witnesses: Mapping[str, Iterable[Witness]],
    reasons: Iterable[Reason],
) -> Verified:
    """Hold one answer against everything that is recorded of it."""
    faults = list(_of_answer(answer, runs))
    cited = figures_of(answer, runs)
    places = {"study.db": None} if cited else {}
    for run_id, names in cited.items():
        for witness in witnesses.get(run_id, ()):
            places[witness.place] = None
            faults += _of_witness(runs[run_id], names, witness)
    faults += [Fault("stale", reason.text) for reason in reasons]
    return Verified(
        item,
        answer,
        findings=sum(1 for e in answer.evidence if e.run in runs and e.verdict is not None),
        figures=sum(len(names) for names in cited.values()),
        compared=tuple(places),
        faults=tuple(dict.fromkeys(faults)),
        notes=() if answer.backed else ("without evidence: there is nothing to decide it by",),
    )


def same_in_mlflow(value: float) -> float:
    """A value as MLflow keeps it: infinity becomes the largest number."""
    return math.copysign(sys.float_info.max, value) if math.isinf(value) else value


def _of_answer(answer: Answer, runs: Mapping[str, Run]) -> Iterable[Fault]:
    if answers.digest_of(answer) != answer.digest:
        yield Fault("answer", "the recorded answer was changed afterwards: its digest is another one")
    decided: list[str | None] = []
    for evidence in answer.evidence:
        run = runs.get(evidence.run)
        finding = _finding(run, evidence) if run is not None else None
        if run is None or finding is None:
            what = f"run {evidence.run[:8]}" if run is None else f"{evidence.finding} of run {run.short}"
            yield Fault("missing", f"{what} is no longer recorded")
            decided.append(evidence.verdict)
            continue
        verdict = _decide(finding, run)
        decided.append(verdict)
        yield from _of_finding(evidence, finding, run, verdict)
    yield from _of_pinned(answer, runs)
    verdict = answers.verdict_of(decided)
    if verdict != answer.verdict:
        yield Fault("verdict", f"recorded as {answer.verdict or 'none'}, decided again it is {verdict or 'none'}")
    try:
        conclusion = templates.fill_recorded(answer.template, dict(answer.figures))
    except StudyctlError as error:
        yield Fault("text", f"its text cannot be filled from its figures: {error.message}")
    else:
        if conclusion != answer.conclusion:
            yield Fault("text", "its text does not say what its figures say")


def _of_finding(evidence: Evidence, finding: Finding, run: Run, verdict: str | None) -> Iterable[Fault]:
    name = f"{evidence.finding} of run {run.short}"
    if verdict != evidence.verdict:
        yield Fault("verdict", f"{name}: cited as {evidence.verdict}, its figures decide {verdict}")
    if finding.verdict != verdict:
        yield Fault("verdict", f"{name}: recorded as {finding.verdict}, its figures decide {verdict}")
    if (finding.text, finding.claim) != (evidence.text, evidence.claim):
        yield Fault("text", f"{name}: its words are others than those that the answer cites")
    recorded = templates.recorded_names(run)
    for figure, pinned in finding.figures:
        if recorded.get(figure) != pinned:
            yield _changed(f"{run.experiment}.{figure}", pinned, recorded.get(figure), "study.db", run)
    try:
        text = templates.fill_recorded(finding.template, dict(finding.figures))
    except StudyctlError as error:
        yield Fault("text", f"{name}: its text cannot be filled: {error.message}")
    else:
        if text != finding.text:
            yield Fault("text", f"{name}: its text does not say what its figures say")


def _named(answer: Answer) -> dict[str, str]:
    """What the figures of each cited run are named after in the answer."""
    return answers.qualifiers((e.experiment, e.run) for e in answer.evidence)


def _of_pinned(answer: Answer, runs: Mapping[str, Run]) -> Iterable[Fault]:
    """The figures that the answer pinned, against its runs."""
    recorded: dict[str, tuple[str, Run]] = {}
    for run_id, named in _named(answer).items():
        if (run := runs.get(run_id)) is not None:
            recorded |= {f"{named}.{name}": (text, run) for name, text in templates.recorded_names(run).items()}
    known = {name.partition(".")[0] for name in recorded}
    for name, pinned in answer.figures:
        if name not in recorded:
            if name.partition(".")[0] in known:
                yield Fault("missing", f"{name} is no longer recorded")
            continue
        text, run = recorded[name]
        if text != pinned:
            yield _changed(name, pinned, text, "study.db", run)


def _of_witness(run: Run, names: Iterable[str], witness: Witness) -> Iterable[Fault]:
    recorded = {metric.name: metric.value for metric in run.metrics}
    for name in sorted(names):
        value = recorded[name]
        last = witness.last.get(name)
        there = witness.values.get(name, () if last is None else (last,))
        if last is None:
            yield Fault("missing", f"{run.experiment}.{name} of run {run.short} is not in {witness.place}")
        elif not any(_same(value, one) for one in there) or not any(_same(last, one) for one in there):
            wrong = next((one for one in (last, *there) if not _same(value, one)), last)
            yield _changed(
                f"{run.experiment}.{name}", templates.exact(value), templates.exact(wrong), witness.place, run
            )


def _same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b)) or same_in_mlflow(a) == b or same_in_mlflow(b) == a


def _changed(name: str, was: str, now: str | None, place: str, run: Run) -> Fault:
    return Fault("figure", f"{name} is {was} in what was recorded, and {now} in {place} (run {run.short})")


def _decide(finding: Finding, run: Run) -> str | None:
    return predicates.verdict(finding.when, finding.unless, {m.name: m.value for m in run.metrics}).verdict


def _finding(run: Run | None, evidence: Evidence) -> Finding | None:
    return next((one for one in run.findings if one.key == evidence.finding), None) if run is not None else None
