"""`run --stale` and `run --missing`: what they would run, from what is recorded now, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence

from studyctl.app.candidates import Candidates
from studyctl.core import rerunning
from studyctl.core.alike import measures_time
from studyctl.core.answers import newer_evidence
from studyctl.core.ids import pick
from studyctl.core.models import ANSWERED_KINDS, Answer, Item, Reason, Run
from studyctl.core.ports import Reader
from studyctl.core.rerunning import Became, Change, Plan
from studyctl.errors import NotFoundError


def plan(
    reader: Reader,
    reasons: Mapping[str, Sequence[Reason]],
    experiments: Sequence[str],
    words: Sequence[str],
    *,
    stale: bool,
    missing: bool,
    preset: str,
    host: str,
    unchanged: Callable[[Iterable[str]], Container[str]],
) -> Plan:
    """What is to be run; `words` narrow it to items and experiments. NotFoundError for one that is neither."""
    items = [i for i in reader.items() if i.kind in ANSWERED_KINDS and i.status != "dropped" and i.ties]
    wanted, names = _narrowed(reader, words, experiments, {tie.experiment for item in items for tie in item.ties})
    if wanted or names:
        items = [i for i in items if i.id in wanted or any(tie.experiment in names for tie in i.ties)]
    known = set(experiments)
    recorded = {answer.item: answer for answer in reader.answers([item.id for item in items])}
    candidates = Candidates(reader)
    plans = []
    if stale:
        runs = reader.runs_of({e.run for answer in recorded.values() for e in answer.evidence})
        plans.append(
            rerunning.stale(
                items,
                recorded,
                reasons,
                runs,
                known,
                host,
                _there(candidates, items, recorded, reasons, host, unchanged),
            )
        )
    if missing:
        choices = {item.id: candidates.choose(item) for item in items}
        tied = {tie.experiment for item in items for tie in item.ties}
        finished = {name for name in tied if next(iter(candidates.of(name)), None) is not None}
        plans.append(rerunning.missing(items, recorded, choices, finished, known, preset))
    found = rerunning.joined(plans)
    if not names or wanted:
        return found
    return Plan(tuple(one for one in found.runs if one.experiment in names), found.left)


def _there(
    candidates: Candidates,
    items: Sequence[Item],
    recorded: Mapping[str, Answer],
    reasons: Mapping[str, Sequence[Reason]],
    host: str,
    unchanged: Callable[[Iterable[str]], Container[str]],
) -> dict[str, dict[str, Run]]:
    """Runs of today's code that stale answers in a person's words do not rest on, by item and experiment."""
    found: dict[str, dict[str, Run]] = {}
    for item in items:
        answer = recorded.get(item.id)
        if answer is None or answer.author != "person" or not reasons.get(item.id):
            continue
        newer = [one.run for one in newer_evidence(answer, candidates.choose(item))]
        newer = [run for run in newer if run.host == host or not measures_time(run)]
        still = unchanged([run.id for run in newer])
        found[item.id] = {run.experiment: run for run in newer if run.id in still}
    return found


def _narrowed(
    reader: Reader, words: Sequence[str], experiments: Sequence[str], tied: set[str]
) -> tuple[set[str], set[str]]:
    """The items and the experiments that the words name."""
    names = {word for word in words if word in experiments or word in tied}
    rest = [word for word in words if word not in names]
    if not rest:
        return set(), names
    try:
        return {item.id for item in pick(rest, reader.items())}, names
    except NotFoundError as error:
        if any(word[:1].upper() in "QTRC" and word[1:2].isdigit() for word in rest):
            raise
        raise NotFoundError(
            f"{', '.join(rest)}: neither an item nor an experiment", "studyctl experiment list, studyctl item list"
        ) from error


def changes(
    reader: Reader,
    plan: Plan,
    before: Mapping[str, Answer],
    reasons: Mapping[str, Sequence[Reason]],
) -> list[Change]:
    """What became of the items that something was run for."""
    items = {cause.item.id: cause.item for one in plan.runs for cause in one.causes}
    after = {answer.item: answer for answer in reader.answers(list(items))}
    found = []
    for item_id, item in items.items():
        old, new = before.get(item_id), after.get(item_id)
        how: Became = "open"
        if new is not None and reasons.get(item_id):
            how = "kept" if new.author == "person" else "stale"
        elif new is not None:
            how = "answered" if old is None else "renewed"
        found.append(Change(item, old, new, how))
    return found
