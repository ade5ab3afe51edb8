"""Recorded runs as they are seen now: one that is recorded as running is lost when its process is gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from studyctl.core.models import Metric, Run, RunState
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
    values: dict[str, float] = {}
    steps: dict[str, int] = {}
    for name, value, _, _ in history(folder):
        values[name] = value
        steps[name] = steps.get(name, 0) + 1
    return replace(run, metrics=tuple(Metric(name, value, steps=steps[name]) for name, value in values.items()))


def history(folder: Path) -> list[tuple[str, float, int, int]]:
    """The metrics of a run with their steps and times, as its folder holds them."""
    try:
        lines = (folder / "metrics.jsonl").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            one = json.loads(line)
        except ValueError:
            continue  # cut off where the process was killed
        found.append((str(one["name"]), float(one["value"]), int(one["step"]), int(one["time"])))
    return found
