"""What a person decides about recorded runs: tags, deletion, restoring, and removal for good.

The run's folder, then `study.db` with the answers, then MLflow, which may be told later: `doctor --fix` does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from studyctl.app import answers
from studyctl.app.runs import IsLost, as_seen
from studyctl.core import answers as composing
from studyctl.core import ids
from studyctl.core.models import ROLES, Item, Run
from studyctl.core.pages import Answered
from studyctl.core.ports import Ledger, MarkMirror, MarkShelf, Reader, RunFilter
from studyctl.errors import NotFoundError, UsageError


@dataclass(frozen=True, slots=True)
class Edges:
    """What the use cases need of the other rooms."""

    ledger: Ledger
    shelf: MarkShelf
    mirror: MarkMirror
    is_lost: IsLost
    now: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What a command changed, and what MLflow could not be told."""

    runs: tuple[Run, ...]  # as they are now; those that a person named
    trials: int = 0  # of the sweeps among them
    unchanged: tuple[Run, ...] = ()  # that were as wanted already
    answered: tuple[Answered, ...] = ()  # items whose answer is another one now, or none
    kept: tuple[Item, ...] = ()  # items whose answer is in a person's words, and rests on what was deleted
    problem: str | None = None
    freed: int = 0  # bytes


@dataclass(slots=True)
class _Told:
    """Tells MLflow; after the first failure the rest waits."""

    edges: Edges
    problem: str | None = None
    kept: list[Run] = field(default_factory=list)

    def keep(self, run: Run) -> None:
        """In the run's folder, before the database is changed."""
        self.edges.shelf.keep(run, waiting=bool(run.mlflow_run_id))
        self.kept.append(run)

    def tell(self) -> None:
        for run in self.kept:
            if not run.mlflow_run_id or self.problem is not None:
                continue
            self.problem = self.edges.mirror.mark(run)
            if self.problem is None:
                self.edges.shelf.keep(run, waiting=False)


def tag(edges: Edges, ref: str, tags: Sequence[str], *, remove: bool) -> Changed:
    """Add tags to a run, or take them from it; NotFoundError where one to be taken is not there."""
    told = _Told(edges)
    with edges.ledger.transaction(), edges.ledger.reading() as reader:
        run = reader.run(ref)
        missing = [one for one in tags if one not in run.tags]
        if remove and missing:
            has = ", ".join(run.tags) or "none"
            raise NotFoundError(f"run {run.short} has no tag {missing[0]}", f"its tags: {has}")
        wanted = set(run.tags) - set(tags) if remove else {*run.tags, *tags}
        changed = replace(run, tags=tuple(sorted(wanted)))
        if changed.tags == run.tags:
            return Changed((), unchanged=(run,))
        told.keep(changed)
        edges.ledger.tag_run(run.id, changed.tags)
    told.tell()
    return Changed((changed,), problem=told.problem)


def delete(edges: Edges, refs: Sequence[str], *, force: bool = False) -> Changed:
    """Take runs out of lists and answers; UsageError where one runs or is what an answer rests on."""
    told = _Told(edges)
    with edges.ledger.transaction(), edges.ledger.reading() as reader:
        named = _named(reader, refs)
        wanted = [run for run in named if run.deleted is None]
        every = _with_trials(reader, wanted)
        _refuse_running(every, edges.is_lost)
        cited = _cited(reader, every)
        if cited and not force:
            run_id, items = next(iter(cited.items()))
            several = len(items) > 1
            raise UsageError(
                f"run {run_id[:8]} is what the answer{'s' if several else ''} to {' and '.join(items)} "
                f"rest{'' if several else 's'} on",
                "--force deletes it all the same: answers are taken from another run, or withdrawn",
            )
        deleted = [replace(run, deleted=edges.now) for run in every]
        for run in deleted:
            told.keep(run)
        for run in wanted:
            edges.ledger.delete_run(run.id, edges.now)
        items = sorted({item for some in cited.values() for item in some}, key=ids.sort_key)
        answered, kept = _decide_anew(edges, reader, items)
    told.tell()
    return Changed(
        tuple(run for run in deleted if run.role != "trial"),
        trials=sum(run.role == "trial" for run in deleted),
        unchanged=tuple(run for run in named if run.deleted is not None),
        answered=tuple(answered),
        kept=tuple(kept),
        problem=told.problem,
    )


def restore(edges: Edges, refs: Sequence[str]) -> Changed:
    """Bring deleted runs back, and what they answer."""
    told = _Told(edges)
    with edges.ledger.transaction(), edges.ledger.reading() as reader:
        named = _named(reader, refs)
        wanted = [run for run in named if run.deleted is not None]
        restored = [replace(run, deleted=None) for run in _with_trials(reader, wanted, deleted=True)]
        for run in restored:
            told.keep(run)
        for run in wanted:
            edges.ledger.delete_run(run.id, None)
        # The older ones first, as they were recorded: what counts most is decided last.
        finished = sorted((run for run in restored if run.state == "finished"), key=lambda run: run.started)
        answered: dict[str, Answered] = {}
        for run in finished:
            for one in answers.record_for_run(edges.ledger, run, now=edges.now):
                if one.how == "recorded":
                    answered[one.item.id] = one
    told.tell()
    return Changed(
        tuple(run for run in restored if run.role != "trial"),
        trials=sum(run.role == "trial" for run in restored),
        unchanged=tuple(run for run in named if run.deleted is None),
        answered=tuple(answered.values()),
        problem=told.problem,
    )


def to_purge(reader: Reader, is_lost: IsLost, refs: Sequence[str]) -> list[Run]:
    """The runs that would be removed for good, their trials too; UsageError for one that has to stay."""
    every = _with_trials(reader, _named(reader, refs), both=True)
    _refuse_running(every, is_lost)
    for item, run_id, current in reader.citing(run.id for run in every):
        rests = f"the answer to {item} rests" if current else f"an earlier answer to {item} rested"
        raise UsageError(
            f"run {run_id[:8]} is what {rests} on",
            "its record is what proves that answer, and stays; without --purge it is taken out of lists and answers",
        )
    return every


def purge(edges: Edges, refs: Sequence[str]) -> Changed:
    """Remove runs for good: their rows, their folders, and MLflow's copies."""
    with edges.ledger.transaction(), edges.ledger.reading() as reader:
        every = to_purge(reader, edges.is_lost, refs)
        for run in every:
            # Whoever is killed from here on leaves folders of deleted runs, not of runs that come back.
            edges.shelf.keep(replace(run, deleted=run.deleted or edges.now), waiting=bool(run.mlflow_run_id))
        for run in every:
            if run.role != "trial":
                edges.ledger.purge_run(run.id)
    problem: str | None = None
    freed = 0
    for run in every:
        # The folder keeps in mind that MLflow has to be told, until it was.
        freed += edges.shelf.remove(run, waiting=bool(run.mlflow_run_id))
        if run.mlflow_run_id and problem is None:
            problem = edges.mirror.remove(run.mlflow_run_id, run.tracking_uri)
            if problem is None:
                edges.shelf.forget(run.id)
    return Changed(
        tuple(run for run in every if run.role != "trial"),
        trials=sum(run.role == "trial" for run in every),
        problem=problem,
        freed=freed,
    )


def tell_mlflow(ledger: Ledger, shelf: MarkShelf, mirror: MarkMirror, tell: bool = True) -> tuple[int, str | None]:
    """Tell MLflow what it was not told at the time: how many runs that is, and what went wrong."""
    removed = shelf.removed()
    waiting = set(shelf.waiting()) - {one[0] for one in removed}
    if not tell:
        return len(removed) + len(waiting), None
    done = 0
    for run_id, _, mlflow_run_id, server in removed:
        if problem := mirror.remove(mlflow_run_id, server):
            return done, problem
        shelf.forget(run_id)
        done += 1
    if waiting:
        with ledger.reading() as reader:
            runs = reader.runs_of(sorted(waiting))
        for run in runs.values():
            if problem := mirror.mark(run):
                return done, problem
            shelf.keep(run, waiting=False)
            done += 1
    return done, None


# -- steps


def _named(reader: Reader, refs: Sequence[str]) -> list[Run]:
    """The runs that were named, each once; UsageError for a trial, which stays with its sweep."""
    found: dict[str, Run] = {}
    for ref in refs:
        run = reader.run(ref)
        if run.role == "trial" and run.parent is not None:
            raise UsageError(
                f"run {run.short} is a trial of sweep {run.parent[:8]}, whose figures are over all its trials",
                f"name the sweep: {run.parent[:8]}",
            )
        found.setdefault(run.id, run)
    return list(found.values())


def _with_trials(reader: Reader, runs: Iterable[Run], *, deleted: bool = False, both: bool = False) -> list[Run]:
    """The runs, and the trials of the sweeps among them."""
    found: list[Run] = []
    for run in runs:
        found.append(run)
        for which in (False, True) if both else (deleted,):
            if run.role == "sweep":
                found += reader.runs(RunFilter(roles=ROLES, parent=run.id, deleted=which))
    return found


def _refuse_running(runs: Sequence[Run], is_lost: Callable[[Run], bool]) -> None:
    for run in as_seen(runs, is_lost):
        if run.state == "running":
            raise UsageError(f"run {run.short} ({run.experiment}) is still going on", "stop it first, or wait")


def _cited(reader: Reader, runs: Sequence[Run]) -> dict[str, list[str]]:
    """The items whose current answers rest on one of the runs, by run."""
    found: dict[str, list[str]] = {}
    for item, run_id, current in reader.citing(run.id for run in runs):
        if current:
            found.setdefault(run_id, []).append(item)
    return {run_id: sorted(items, key=ids.sort_key) for run_id, items in found.items()}


def _decide_anew(edges: Edges, reader: Reader, item_ids: Iterable[str]) -> tuple[list[Answered], list[Item]]:
    """Answers that rested on what was deleted: from what is left, or none. A person's own words stay as they are."""
    answered: list[Answered] = []
    kept: list[Item] = []
    for item_id in item_ids:
        item, current = reader.item(item_id), reader.answer(item_id)
        assert item is not None and current is not None  # it was cited a moment ago
        if current.author == "person":
            kept.append(item)
            continue
        composed = composing.compose(item, answers.whole_choices(reader, item), now=edges.now)
        if composed is None:
            edges.ledger.withdraw_answer(item_id, "its run was deleted", now=edges.now)
            answered.append(Answered(item, None))
        else:
            edges.ledger.record_answer(composed)
            answered.append(Answered(item, composed, "recorded"))
    return answered, kept
