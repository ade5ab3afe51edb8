"""Recorded runs as they are seen now: one that is recorded as running is lost when its process is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studyctl.core.history import Value, last_metrics, parse
from studyctl.core.models import Run, RunState
from studyctl.core.ports import Reader, RunFilter
from studyctl.core.sweeps import latest

if TYPE_CHECKING:
    from studyctl.core.conditions import Condition

IsLost = Callable[[Run], bool]


class Listed(NamedTuple):
    """What a list of runs shows, and what there is besides."""

    page: list[Run]
    total: int
    unmeasured: tuple[str, ...]  # metrics that were asked for and that no run has
    near: tuple[str, ...]  # names that may have been meant


def as_seen(runs: Iterable[Run], is_lost: IsLost) -> list[Run]:
    """The runs, with `lost` as the state of those whose process is gone."""
    return [replace(run, state="lost") if is_lost(run) else run for run in runs]


def listed(
    reader: Reader,
    is_lost: IsLost,
    where: RunFilter,
    *,
    state: RunState | None = None,
    conditions: Sequence[Condition] = (),
    limit: int = 0,
) -> Listed:
    """Runs, newest first, filtered by what is seen rather than by what is stored.

    Of all of them only what the conditions ask for is read, and only those that are listed are read whole.
    """
    if not conditions and state not in ("running", "lost"):
        stored = replace(where, state=state)
        page = as_seen(reader.runs(replace(stored, limit=limit or None)), is_lost)
        return Listed(page, reader.count_runs(stored) if len(page) == limit else len(page), (), ())
    metrics = tuple(dict.fromkeys(name for one in conditions for name in one.metrics))
    brief = as_seen(reader.brief_runs(where, metrics, timed=any(one.timed for one in conditions)), is_lost)
    found = [run for run in brief if state in (None, run.state) and all(one.holds(run) for one in conditions)]
    states = {run.id: run.state for run in (found[:limit] if limit else found)}
    whole = reader.runs(replace(where, ids=tuple(states))) if states else []
    known = {metric.name for run in brief for metric in run.metrics}
    unmeasured = tuple(name for name in metrics if name not in known)
    near = tuple(near_names(unmeasured[0], reader.metric_names(where))) if unmeasured else ()
    return Listed([replace(run, state=states[run.id]) for run in whole], len(found), unmeasured, near)


def near_names(wanted: str, known: Sequence[str]) -> list[str]:
    """Up to five of the known names that may have been meant."""
    import difflib

    within = [name for name in known if wanted.lower() in name.lower() or name.lower() in wanted.lower()]
    return list(dict.fromkeys([*difflib.get_close_matches(wanted, known, n=5, cutoff=0.5), *within]))[:5]


def sweep_trials(reader: Reader, is_lost: IsLost, sweep: Run) -> list[Run]:
    """The newest attempt of each of a sweep's trials, with its metrics."""
    trials = latest(as_seen(reader.runs(RunFilter(parent=sweep.id, deleted=sweep.deleted is not None)), is_lost))
    whole = reader.runs_of(run.id for run in trials)
    return [replace(whole[run.id], state=run.state) for run in trials]


def as_far_as_it_came(run: Run, folder: Path) -> Run:
    """A run that did not end, with the metrics that its folder holds: the database gets them at the end."""
    if run.state not in ("running", "lost") or run.metrics:
        return run
    return replace(run, metrics=last_metrics(history(folder)))


def history(folder: Path) -> list[Value]:
    """The metrics of a run with their steps and times, as its folder holds them."""
    try:
        lines = (folder / "metrics.jsonl").read_text("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    return parse(lines)
