"""Recording answers, and collecting what a question's page shows."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import replace

from studyctl.core import acceptance, answers, drafting, reproduce
from studyctl.core.models import ANSWERED_KINDS, Answer, Item, Reason, Run
from studyctl.core.pages import Answered, AnswerPage
from studyctl.core.ports import Ledger, Reader, RunFilter
from studyctl.errors import NoEvidenceError, UsageError


def require_answerable(item: Item) -> None:
    """UsageError for a todo or a reading: they are done, not answered."""
    if item.kind not in ANSWERED_KINDS:
        raise UsageError(f"{item.id} is a {item.kind}: questions and claims have answers", f"studyctl show {item.id}")


def choices_for(reader: Reader, item: Item, wanted: Run | None = None) -> tuple[answers.Choice, ...]:
    """The runs that count for each experiment that the item is tied to, as lists know them: without metrics."""
    runs = {name: reader.candidates(name) for name in answers.ordered(item.ties)}
    return answers.choose(item.ties, runs, reader.candidates_by_host, wanted)


def whole_choices(reader: Reader, item: Item, wanted: Run | None = None) -> tuple[answers.Choice, ...]:
    """The same with their runs' metrics, which texts cite."""
    choices = choices_for(reader, item, wanted)
    runs = reader.runs_of(choice.run.id for choice in choices)
    return tuple(replace(choice, run=runs.get(choice.run.id, choice.run)) for choice in choices)


def record_for_run(ledger: Ledger, run: Run, *, now: str) -> tuple[Answered, ...]:
    """After a run finished: the answers of all items tied to it, recorded where it decides."""
    found: list[Answered] = []
    with ledger.transaction(), ledger.reading() as reader:
        for item in tied_items(reader, run.experiment):
            found.append(_record_for(ledger, reader, item, run, now))
    return tuple(found)


def tied_items(reader: Reader, experiment: str) -> list[Item]:
    """The items that are tied to an experiment and not dropped, in document order."""
    return [
        item
        for item in reader.items()
        if item.status != "dropped" and any(tie.experiment == experiment for tie in item.ties)
    ]


def _record_for(ledger: Ledger, reader: Reader, item: Item, run: Run, now: str) -> Answered:
    if item.kind not in ANSWERED_KINDS:
        return Answered(item, None)
    current = reader.answer(item.id)
    composed = answers.compose(item, whole_choices(reader, item), now=now)
    if composed is not None and answers.supersedes(current, composed, run.id):
        ledger.record_answer(composed)
        ours = any(e.run == run.id for e in composed.evidence)
        return Answered(item, composed, "recorded" if ours else "kept")
    return Answered(item, current, "kept" if current is not None else "none")


def record(
    ledger: Ledger,
    item: Item,
    *,
    text: str | None = None,
    unbacked: bool = False,
    wanted: Run | None = None,
    now: str,
) -> Answer:
    """Record an answer on request: the person's own `text`, or what studyctl composes from runs that count.

    Without a text, an answer in the person's words keeps them and takes its figures from the newer evidence.
    """
    require_answerable(item)
    if wanted is not None:
        if wanted.deleted:
            raise UsageError(f"run {wanted.short} was deleted", f"studyctl runs restore {wanted.short}")
        answers.tied_choice(item, wanted)
    with ledger.transaction(), ledger.reading() as reader:
        choices = () if unbacked else whole_choices(reader, item, wanted)
        if not choices and not unbacked:
            raise no_evidence(item, ())
        current = reader.answer(item.id)
        if text is None and current is not None and current.author == "person":
            text = current.template
        if text is None:
            answer = answers.compose(item, choices, now=now)
            assert answer is not None  # there are choices
        else:
            answer = answers.compose_person(item, choices, text, now=now)
        if current is None or current.digest != answer.digest:
            ledger.record_answer(answer)
        return answer


def to_edit(reader: Reader, item: Item, wanted: Run | None = None, *, unbacked: bool = False) -> str:
    """What `answer --edit` opens: the current words, else what studyctl would say, and all figures to cite."""
    require_answerable(item)
    choices = () if unbacked else whole_choices(reader, item, wanted)
    if not choices and not unbacked:
        raise no_evidence(item, ())
    current = reader.answer(item.id)
    if current is not None and current.author == "person":
        return drafting.draft(item, choices, current.template)
    return drafting.draft(item, choices, answers.conclusion_template(choices) if choices else "")


def page_for(
    reader: Reader,
    item: Item,
    reasons: Sequence[Reason],
    experiments: Callable[[], Sequence[str]],
    *,
    children: Sequence[Item] = (),
) -> AnswerPage:
    """Everything that is known about the answer; `experiments` names those that exist, if that matters."""
    require_answerable(item)
    answer = reader.answer(item.id)
    choices = choices_for(reader, item)
    runs = reader.runs_of({e.run for e in answer.evidence}) if answer is not None else {}
    newer = answers.newer_evidence(answer, choices) if answer is not None else choices
    found = {choice.experiment for choice in choices}
    missing = tuple(name for name in answers.ordered(item.ties) if name not in found)
    return AnswerPage(
        item=item,
        answer=answer,
        reasons=tuple(reasons),
        runs=runs,
        # A quick run beside a full one is no news.
        newer=tuple(c for c in newer if answer is None or answer.quick or not c.quick),
        missing=missing,
        children=tuple(children),
        earlier=len(reader.answer_history(item.id)) - 1 if answer is not None else 0,
        accepted=acceptance.of(answer, acceptance.kept(reader.overrides())) if answer is not None else None,
        produce=_produce(reader, item, choices, missing, experiments) if answer is None else (),
    )


def _produce(
    reader: Reader,
    item: Item,
    choices: Sequence[answers.Choice],
    missing: Sequence[str],
    experiments: Callable[[], Sequence[str]],
) -> tuple[str, ...]:
    """The commands that would give the item an answer."""
    if choices:
        return (f"studyctl answer {item.id} --refresh",)
    known = set(experiments())
    if missing:
        return tuple(_produce_by(reader, item, name, known) for name in missing)
    return (f"studyctl link {item.id} EXPERIMENT", f"studyctl experiment new NAME --for {item.id}")


def _produce_by(reader: Reader, item: Item, name: str, known: Container[str]) -> str:
    """The command for one name that an item is tied to: an experiment, a script that recorded it, or a new one."""
    last = reader.runs(RunFilter(experiment=name, limit=1))
    if name in known or last:
        return reproduce.again(name, last[0] if last else None)
    return f"studyctl experiment new {name} --for {item.id}"


def no_evidence(item: Item, produce: Sequence[str]) -> NoEvidenceError:
    """The error of a question that nothing was recorded for."""
    if produce and produce[0].endswith("--refresh"):
        return NoEvidenceError(f"{item.id} has no recorded answer, but a run has findings for it", produce[0])
    if item.ties:
        tied = ", ".join(answers.ordered(item.ties))
        return NoEvidenceError(
            f"{item.id} has no evidence yet: it is tied to {tied}, which has no run with findings for it",
            " or ".join(produce) or f"studyctl run {next(iter(answers.ordered(item.ties)))}",
        )
    return NoEvidenceError(
        f"{item.id} has no evidence yet: it is tied to no experiment",
        " or ".join(produce) or f"studyctl link {item.id} EXPERIMENT",
    )
