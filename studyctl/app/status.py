"""Where things stand and what to do next, from items, answers, runs and experiments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studyctl.core import reproduce
from studyctl.core.models import (
    KINDS,
    STATUSES,
    Answer,
    ExperimentProblem,
    ExperimentSpec,
    Item,
    Kind,
    Reason,
    Run,
)
from studyctl.core.pages import Answered, StatusPage, Step

SHOWN_RUNS = 3
SHOWN_STEPS = 5
UNANSWERED = {"question": ("open", "noted"), "claim": ("unchecked",)}


def status_page(
    workspace: str,
    items: Sequence[Item],
    reasons: Mapping[str, tuple[Reason, ...]],
    answers: Sequence[Answer],
    runs: Sequence[Run],
    experiments: Sequence[ExperimentSpec | ExperimentProblem],
    news: Sequence[str] = (),
    *,
    record_behind: bool = False,
) -> StatusPage:
    """One page over everything; `items` know of their staleness, `runs` (newest first) of being lost."""
    by_item = {answer.item: answer for answer in answers}
    stale = tuple((item, reasons[item.id]) for item in items if reasons.get(item.id))
    answered = tuple(
        Answered(item, by_item[item.id], "recorded")
        for item in items
        if item.id in by_item and not reasons.get(item.id) and item.status != "dropped"
    )
    specs = [one for one in experiments if isinstance(one, ExperimentSpec)]
    problems = [one for one in experiments if isinstance(one, ExperimentProblem)]
    waiting = [item for item in items if item.status in UNANSWERED.get(item.kind, ())]
    lost = tuple(_lost_since(runs))
    steps = [
        *_for_stale(stale, by_item, runs),
        *_for_lost(lost),
        *_for_evidence(waiting, by_item, specs),
        *_for_problems(problems),
        *_for_answers(answered),
        *([Step("studyctl export", "the record that git keeps is behind")] if record_behind else []),
        *_for_untied(waiting),
        *_for_todos(items),
        *_for_nothing(items),
    ]
    return StatusPage(
        workspace=workspace,
        counts=counts(items),
        news=tuple(news),
        answered=answered,
        stale=stale,
        unanswered=len(waiting),
        runs=tuple(runs[:SHOWN_RUNS]),
        lost=lost,
        running=tuple(run for run in runs if run.state == "running"),
        steps=tuple(steps[:SHOWN_STEPS]),
    )


def counts(items: Sequence[Item]) -> dict[Kind, dict[str, int]]:
    """How many items of each kind stand in each status, in the order of the statuses."""
    found: dict[Kind, dict[str, int]] = {kind: {} for kind in KINDS}
    for item in items:
        by_status = found[item.kind]
        by_status[item.status] = by_status.get(item.status, 0) + 1
    return {kind: {status: found[kind][status] for status in STATUSES[kind] if status in found[kind]} for kind in KINDS}


def _lost_since(runs: Sequence[Run]) -> list[Run]:
    """Lost runs that no later run of the same experiment has made up for."""
    settled: set[str] = set()
    lost = []
    for run in runs:
        if run.state == "lost" and run.experiment not in settled:
            lost.append(run)
        elif run.state == "finished":
            settled.add(run.experiment)
    return lost


def _ids(items: Sequence[Item], most: int = 6) -> str:
    names = [item.id for item in items[:most]]
    rest = len(items) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")


def _for_stale(
    stale: Sequence[tuple[Item, tuple[Reason, ...]]], answers: Mapping[str, Answer], runs: Sequence[Run]
) -> list[Step]:
    by_experiment: dict[str, list[Item]] = {}
    for item, reasons in stale:
        if all(reason.trigger == "question" for reason in reasons):
            continue
        for name in dict.fromkeys(e.experiment for e in answers[item.id].evidence):
            by_experiment.setdefault(name, []).append(item)
    last = {run.experiment: run for run in reversed(runs)}
    by_command: dict[str, dict[str, Item]] = {}
    for name, items in by_experiment.items():
        run = last.get(name)
        scripted = run is not None and run.provenance.get("source")
        command = reproduce.again(name, run) if scripted else "studyctl run --stale"
        by_command.setdefault(command, {}).update({item.id: item for item in items})
    steps = [Step(command, f"renews {_ids([*items.values()])}") for command, items in by_command.items()]
    for item, reasons in stale:
        if all(reason.trigger == "question" for reason in reasons):
            steps.append(Step(f"studyctl answer {item.id} --refresh", "if it still answers the new wording"))
    return steps


def _for_lost(lost: Sequence[Run]) -> list[Step]:
    return [Step(f"studyctl runs show {run.short}", "how far the lost run came") for run in lost]


def _for_evidence(
    waiting: Sequence[Item], answers: Mapping[str, Answer], specs: Sequence[ExperimentSpec]
) -> list[Step]:
    known = {spec.name for spec in specs}
    by_experiment: dict[str, list[Item]] = {}
    for item in waiting:
        if item.id not in answers:
            for name in dict.fromkeys(tie.experiment for tie in item.ties):
                by_experiment.setdefault(name, []).append(item)
    steps = [
        Step(f"studyctl run {name}", f"answers {_ids(by_experiment[name])}") for name in by_experiment if name in known
    ]
    if len(steps) > 1:
        every = {item.id: item for name in by_experiment if name in known for item in by_experiment[name]}
        steps = [Step("studyctl run --missing", f"answers {_ids([*every.values()])}")]
    return steps + [
        Step(f"studyctl experiment new {name} --for {items[0].id}", "tied, but there is no such experiment")
        for name, items in by_experiment.items()
        if name not in known
    ]


def _for_problems(problems: Sequence[ExperimentProblem]) -> list[Step]:
    if not problems:
        return []
    first = problems[0]
    return [Step("studyctl experiment list", f"{first.place}: {first.message}")]


def _for_answers(answered: Sequence[Answered]) -> list[Step]:
    return [Step(f"studyctl answer {one.item.id}", "with its evidence") for one in answered[:1]]


def _for_untied(waiting: Sequence[Item]) -> list[Step]:
    untied = [item for item in waiting if not item.ties]
    if not untied:
        return []
    first = untied[0]
    return [Step(f"studyctl experiment new NAME --for {first.id}", f"no experiment yet: {_ids(untied)}")]


def _for_todos(items: Sequence[Item]) -> list[Step]:
    todos = [(item, item.status if item.kind == "todo" else item.also_status) for item in items]
    doing = [item for item, status in todos if status == "doing"]
    still = [item for item, status in todos if status == "open"]
    if doing:
        return [Step(f"studyctl todo done {doing[0].id}", "when it is done")]
    # The list also shows what is a todo besides being a question, which the counts have among the questions.
    also = sum(item.kind != "todo" for item in still)
    besides = f", {also} of them counted above as {'a question' if also == 1 else 'questions'}" if also else ""
    return [Step("studyctl todo list", f"{len(still)} open{besides}")] if still else []


def _for_nothing(items: Sequence[Item]) -> list[Step]:
    if items:
        return []
    return [Step("studyctl scan .", "what would be found in your notes, and why")]
