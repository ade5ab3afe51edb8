"""Recorded runs as they are seen now: one that is recorded as running is lost when its process is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from studyctl.core.history import Value, last_metrics, parse
from studyctl.core.models import Run, RunState
from studyctl.core.ports import Reader, RunFilter

IsLost = Callable[[Run], bool]


def as_seen(runs: Iterable[Run], is_lost: IsLost) -> list[Run]:
    """The runs, with `lost` as the state of those whose process is gone."""
    return [replace(run, state="lost") if is_lost(run) else run for run in runs]


def listed(
    reader: Reader,
    is_lost: IsLost,
    *,
    experiment: str | None = None,
    state: RunState | None = None,
    item: str | None = None,
) -> list[Run]:
    """Runs, newest first, filtered by what is seen rather than by what is stored."""
    runs = as_seen(reader.runs(RunFilter(experiment=experiment, item=item)), is_lost)
    return [run for run in runs if state is None or run.state == state]


def as_far_as_it_came(run: Run, folder: Path) -> Run:
    """A run that did not end, with the metrics that its folder holds: the database gets them at the end."""
    if run.state not in ("running", "lost") or run.metrics:
        return run
    return replace(run, metrics=last_metrics(history(folder)))


def history(folder: Path) -> list[Value]:
    """The metrics of a run with their steps and times, as its folder holds them."""
    try:
        lines = (folder / "metrics.jsonl").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    return parse(lines)
