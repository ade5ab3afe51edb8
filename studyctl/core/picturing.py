"""What a picture of runs shows: a metric over its steps, or against a parameter, with the interval of each group.

Pure: runs and histories in, points and labels out; `view.pictures` draws them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from studyctl.core.alike import Trait
from studyctl.core.alike import labels as trait_labels
from studyctl.core.comparing import SEED, Cell, Group, Table, flat, varied
from studyctl.core.history import Value
from studyctl.core.models import Run
from studyctl.core.templates import exact
from studyctl.errors import UsageError

# What spans less is easier to read on an even axis.
WIDE_PARAMETER = 10.0
WIDE_METRIC = 1000.0
MOST_LINES = 10
MOST_CATEGORIES = 40
MOST_POINTS = 4000  # of a line: more than a picture has columns


@dataclass(frozen=True, slots=True)
class Curve:
    """A run's metric over its steps; NaN where it was no number."""

    label: str
    colour: int  # the same where the label is
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A group of runs at a place of the axis."""

    x: float  # the parameter's value, or the place of the category
    cell: Cell


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that a picture shows, as text and numbers."""

    experiment: str
    metric: str
    unit: str
    x: str  # "step", or the parameter against which it is; "" where there is none
    curves: tuple[Curve, ...] = ()
    lines: tuple[Line, ...] = ()
    categories: tuple[str, ...] = ()
    log_x: bool = False
    log_y: bool = False
    over: tuple[str, ...] = ()  # parameters over all of whose values the groups are
    undrawn: int = 0  # values that are not finite


# -- over the steps


def over_steps(
    runs: Sequence[Run], histories: Mapping[str, Sequence[Value]], metric: str, across: Sequence[Trait] = ()
) -> Picture:
    """The metric's history in each run, a line each.

    Runs that were given the same but for their seeds have one colour and one label; where all were, each has its own.
    """
    named = _named(runs, across)
    if len(set(named.values())) == 1:
        named = _apart(runs)
    times = Counter(named.values())
    colours: dict[str, int] = {}
    curves: list[Curve] = []
    undrawn = 0
    for run in runs:
        points = sorted((float(step), value) for name, value, step, _ in histories.get(run.id, ()) if name == metric)
        finite = [(step, value if math.isfinite(value) else math.nan) for step, value in points]
        undrawn += sum(math.isnan(value) for _, value in finite)
        name = named[run.id]
        label = f"{name} ({times[name]} runs)" if times[name] > 1 else name
        curves.append(Curve(label, colours.setdefault(name, len(colours)), tuple(thinned(finite, MOST_POINTS))))
    values = [value for curve in curves for _, value in curve.points if not math.isnan(value)]
    return Picture(
        experiment=runs[0].experiment,
        metric=metric,
        unit=_unit(runs, metric),
        x="step",
        curves=tuple(curves),
        log_y=_spans(values, WIDE_METRIC),
        undrawn=undrawn,
    )


def _named(runs: Sequence[Run], across: Sequence[Trait]) -> dict[str, str]:
    """What each run was given that others were not, its seed apart; and which of the traits it has."""
    given = {run.id: flat(run.params) for run in runs}
    names = [name for name in varied(given.values()) if name != SEED]
    traits = {which: found for which in across if len(set((found := trait_labels(runs, which)).values())) > 1}
    parts = {
        run.id: [f"{which}={found[run.id]}" for which, found in traits.items()]
        + [f"{name}={shown(given[run.id][name])}" for name in names if name in given[run.id]]
        for run in runs
    }
    return {run_id: ", ".join(one) for run_id, one in parts.items()}


def _apart(runs: Sequence[Run]) -> dict[str, str]:
    """What tells runs of the same parameters apart: their seeds, else their ids."""
    seeds = [run.seed for run in runs]
    by_seed = len(set(seeds)) == len(seeds) > 1 and None not in seeds
    return {run.id: f"{SEED}={run.seed}" if by_seed else run.short for run in runs}


def thinned(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """At most so many points of a line, with the lowest and the highest of each stretch: it looks the same."""
    if len(points) <= most:
        return list(points)
    stretch = math.ceil(len(points) / (most // 2))
    kept: list[tuple[float, float]] = []
    for at in range(0, len(points), stretch):
        some = points[at : at + stretch]
        known = [point for point in some if not math.isnan(point[1])]
        if not known:
            kept.append(some[0])
            continue
        extremes = {min(known, key=lambda point: point[1]), max(known, key=lambda point: point[1])}
        kept += sorted(extremes)
    return kept


# -- against a parameter


def against(table: Table, metric: str, by: Sequence[str] = ()) -> Picture:
    """The metric against a parameter, with a line for each value of the others; dots where no parameter is a number.

    The first of `by` is the axis; otherwise the number that has most values. UsageError where it would be too much.
    """
    groups = [group for group in table.groups if metric in group.cells]
    axis = _axis(table, groups, by)
    if axis is None:
        return _categories(table, groups, metric, by)
    rest = [at for at in range(len(table.by)) if at != axis]
    lines: dict[str, list[Point]] = {}
    for group in groups:
        label = _label(table, group, rest)
        lines.setdefault(label, []).append(Point(float(group.params[axis]), group.cells[metric]))
    if len(lines) > MOST_LINES:
        others = ", ".join(table.by[at] for at in rest)
        raise UsageError(
            f"{len(lines)} lines, one for each value of {others}, are too many to read",
            f"--by {table.by[axis]} draws one over all of them; --where chooses some",
        )
    found = tuple(Line(label, tuple(sorted(points, key=lambda point: point.x))) for label, points in lines.items())
    return _picture(table, groups, metric, x=table.by[axis], lines=found)


def _axis(table: Table, groups: Sequence[Group], by: Sequence[str]) -> int | None:
    """Where the parameter of the axis stands among the table's; None where none is a number throughout."""
    numeric = [
        at
        for at in range(len(table.by))
        if all(_is_number(group.params[at]) for group in groups) and len({group.params[at] for group in groups}) > 1
    ]
    wanted = next((table.by.index(name) for name in by), None)
    if wanted is not None:
        return wanted if wanted in numeric else None
    return max(numeric, key=lambda at: len({group.params[at] for group in groups}), default=None)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _categories(table: Table, groups: Sequence[Group], metric: str, by: Sequence[str]) -> Picture:
    """A row for each group; with several parameters, the first is the row and the others are told by colour."""
    rows = [table.by.index(by[0])] if by else list(range(len(table.by)))[:1]
    rest = [at for at in range(len(table.by)) if at not in rows]
    row = rows[0] if rows else None
    named = [shown(group.params[row]) if row is not None else "all runs" for group in groups]
    names = list(dict.fromkeys(named))
    lines: dict[str, list[Point]] = {}
    for name, group in zip(named, groups, strict=True):
        lines.setdefault(_label(table, group, rest), []).append(Point(float(names.index(name)), group.cells[metric]))
    if len(lines) > MOST_LINES or len(names) > MOST_CATEGORIES:
        raise UsageError(
            f"{len(names)} rows in {len(lines)} colours are too many to read", "--by PARAM or --where takes fewer"
        )
    found = tuple(Line(label, tuple(points)) for label, points in lines.items())
    return _picture(table, groups, metric, x="" if row is None else table.by[row], lines=found, categories=tuple(names))


def _picture(
    table: Table,
    groups: Sequence[Group],
    metric: str,
    *,
    x: str,
    lines: tuple[Line, ...],
    categories: tuple[str, ...] = (),
) -> Picture:
    values = [value for group in groups for _, value in group.cells[metric].values]
    return Picture(
        experiment=table.alike.runs[0].experiment,
        metric=metric,
        unit=_unit(table.alike.runs, metric),
        x=x,
        lines=lines,
        categories=categories,
        log_x=not categories and _spread([point.x for line in lines for point in line.points]),
        log_y=_spans([value for value in values if math.isfinite(value)], WIDE_METRIC),
        over=table.shared,
        undrawn=sum(not math.isfinite(value) for value in values),
    )


def _label(table: Table, group: Group, which: Iterable[int]) -> str:
    return ", ".join(f"{table.by[at]}={shown(group.params[at])}" for at in which)


def shown(value: Any) -> str:
    """A parameter's value as a label shows it."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    return value if isinstance(value, str) else "none" if value is None else exact(value)


def _unit(runs: Iterable[Run], metric: str) -> str:
    units = {one.unit for run in runs for one in run.metrics if one.name == metric}
    return units.pop() if len(units) == 1 else ""


def _spans(values: Sequence[float], factor: float) -> bool:
    """Whether values are better read on a logarithmic axis: all above zero, and far apart."""
    return bool(values) and min(values) > 0 and max(values) / min(values) >= factor


def _spread(places: Sequence[float]) -> bool:
    """Whether the values of a parameter span decades and stand more evenly on a logarithmic axis: 0.001, 0.01, 0.1."""
    return _spans(places, WIDE_PARAMETER) and _widest([math.log(place) for place in places]) <= _widest(places)


def _widest(places: Sequence[float]) -> float:
    """The widest gap between neighbours, as a part of the whole."""
    ordered = sorted(set(places))
    return max(after - before for before, after in pairwise(ordered)) / (ordered[-1] - ordered[0])
