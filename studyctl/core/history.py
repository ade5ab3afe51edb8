"""The history of a run's metrics as its folder holds it: one line of `metrics.jsonl` a value."""

from __future__ import annotations

import json
from collections.abc import Iterable

from studyctl.core.models import Metric

Value = tuple[str, float, int, int]  # name, value, step, time in milliseconds


def parse(lines: Iterable[str]) -> list[Value]:
    """The values behind the lines; one that was cut off where a process was killed is left out."""
    found: list[Value] = []
    for line in lines:
        try:
            one = json.loads(line)
            found.append((str(one["name"]), float(one["value"]), int(one["step"]), int(one["time"])))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def last_metrics(values: Iterable[Value]) -> tuple[Metric, ...]:
    """The last value of every metric, in the order of their first recording."""
    last: dict[str, float] = {}
    steps: dict[str, int] = {}
    for name, value, _, _ in values:
        last[name] = value
        steps[name] = steps.get(name, 0) + 1
    return tuple(Metric(name, value, steps=steps[name]) for name, value in last.items())
