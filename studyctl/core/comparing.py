"""A table over runs: grouped by what they were given, and what each group came to, with its interval.

Pure: runs in, groups and estimates out. Runs that are not alike (`alike`) never stand in one group.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from studyctl.core import predicates
from studyctl.core.alike import Alike, Trait, alike, labels, trait
from studyctl.core.models import Run
from studyctl.core.statistics import Estimate, deviation, mean_interval
from studyctl.core.templates import exact

SEED = "seed"
MISSING = ""  # as a parameter that a run has not got


@dataclass(frozen=True, slots=True)
class Cell:
    """What a group came to in one metric."""

    estimate: Estimate
    deviation: float | None
    values: tuple[tuple[str, float], ...]  # each run with its value
    unit: str


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that were given the same, but for their seeds, and what they came to."""

    params: tuple[Any, ...]  # in the order of the table's `by`
    runs: tuple[Run, ...]
    repeats: tuple[Run, ...]  # that measured the very same again, and are not counted twice
    cells: Mapping[str, Cell]  # by metric; none where no run of the group has it


@dataclass(frozen=True, slots=True)
class Table:
    """Runs that are alike, grouped."""

    alike: Alike
    by: tuple[str, ...]  # traits, then parameters
    shared: tuple[str, ...]  # parameters that differ within groups, so that the groups are over all their values
    groups: tuple[Group, ...]

    @property
    def single(self) -> bool:
        """Whether every group is one run."""
        return all(len(group.runs) == 1 for group in self.groups)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Tables of runs that are alike; several where some are not."""

    tables: tuple[Table, ...]
    metrics: tuple[str, ...]
    chosen: bool  # whether a person named the metrics


def compare(
    runs: Iterable[Run], metrics: Sequence[str], *, chosen: bool, by: Sequence[str] = (), across: Sequence[Trait] = ()
) -> Comparison:
    """Compare runs in these metrics, grouped `by` these parameters, or by all that differ."""
    tables = tuple(table(one, metrics, by=by, across=across) for one in alike(runs, across))
    return Comparison(tables, tuple(metrics), chosen)


def table(one: Alike, metrics: Sequence[str], *, by: Sequence[str] = (), across: Sequence[Trait] = ()) -> Table:
    """Runs that are alike, in groups."""
    given = {run.id: flat(run.params) for run in one.runs}
    differing = varied(given.values())
    names = tuple(by) or tuple(name for name in differing if name != SEED)
    traits = tuple(which for which in across if len({trait(run, which) for run in one.runs}) > 1)
    shown = [labels(one.runs, which) for which in traits]
    groups: dict[tuple[str, ...], list[Run]] = {}
    values: dict[tuple[str, ...], tuple[Any, ...]] = {}
    for run in one.runs:
        params = tuple(given[run.id].get(name, MISSING) for name in names)
        key = (*(trait(run, which) for which in traits), *map(exact, params))
        groups.setdefault(key, []).append(run)
        values.setdefault(key, (*(by_run[run.id] for by_run in shown), *params))
    ordered = sorted(groups, key=lambda key: [_order(value) for value in values[key]])
    shared = tuple(name for name in differing if name not in (*names, SEED)) if by else ()
    return Table(one, (*traits, *names), shared, tuple(_group(values[key], groups[key], metrics) for key in ordered))


def _order(value: Any) -> tuple[int, float, str]:
    """Numbers by their size, then all else by its text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value):
        return 0, value, ""
    return 1, 0.0, exact(value)


def _group(params: tuple[Any, ...], runs: Sequence[Run], metrics: Sequence[str]) -> Group:
    counted: dict[Any, Run] = {}
    repeats: list[Run] = []
    for run in runs:
        # The same parameters and seed, and the same figures: a deterministic experiment was repeated, and nothing new
        # was measured.
        figures = tuple((metric.name, exact(metric.value)) for metric in run.metrics)
        key: Any = (run.seed, exact(run.params), figures) if run.seed is not None and figures else run.id
        if counted.setdefault(key, run) is not run:
            repeats.append(run)
    once = tuple(counted.values())
    cells = {name: cell for name in metrics if (cell := _cell(name, once)) is not None}
    return Group(params, once, tuple(repeats), cells)


def _cell(name: str, runs: Sequence[Run]) -> Cell | None:
    found = [(run.id, metric) for run in runs for metric in run.metrics if metric.name == name]
    if not found:
        return None
    numbers = [metric.value for _, metric in found]
    values = tuple((run_id, metric.value) for run_id, metric in found)
    units = dict.fromkeys(metric.unit for _, metric in found)
    return Cell(mean_interval(numbers), deviation(numbers), values, ", ".join(filter(None, units)))


def states(runs: Iterable[Run]) -> str:
    """How many runs ended in which state: "2 failed, 1 killed"."""
    counts = Counter(run.state for run in runs)
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))


# -- parameters


def flat(params: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Parameters by their dotted names."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def varied(given: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names whose values are not the same throughout, in the order of the first run that has them."""
    runs = list(given)
    names = list(dict.fromkeys(name for one in runs for name in one))
    return [name for name in names if len({exact(one[name]) if name in one else None for one in runs}) > 1]


# -- metrics


def metric_names(runs: Iterable[Run]) -> list[str]:
    """Every metric that one of the runs has."""
    return list(dict.fromkeys(metric.name for run in runs for metric in run.metrics))


def matching(names: Sequence[str], pattern: str) -> list[str]:
    """The names that a pattern with `*`, `?` and `[ab]` means."""
    return [name for name in names if name == pattern or fnmatchcase(name, pattern)]


def cited(runs: Iterable[Run]) -> list[str]:
    """The metrics that the findings of these runs cite or are decided by, in the order of their recording."""
    named: set[str] = set()
    known: dict[str, None] = {}
    for run in runs:
        known.update(dict.fromkeys(metric.name for metric in run.metrics))
        for finding in run.findings:
            named.update(name for name, _ in finding.figures)
            for predicate in filter(None, (finding.when, finding.unless)):
                named.update(predicates.parse(predicate).names)
    return [name for name in known if name in named]
