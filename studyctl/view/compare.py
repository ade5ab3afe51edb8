"""Runs compared: a table over groups of runs, single runs side by side, and both as programs read them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from studyctl.core.alike import differing
from studyctl.core.comparing import SEED, Comparison, Group, Table, flat, states
from studyctl.core.models import Run
from studyctl.core.templates import exact
from studyctl.view import words
from studyctl.view.estimates import estimate
from studyctl.view.tables import GAP, Cell, Column, table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from studyctl.view.tables import Table as Laid

SIDE_BY_SIDE = 6  # runs that stand in columns
SHOWN_METRICS = 8  # where nobody said which; side by side, where each is a line, more
SHOWN_LINES = 40
INTERVAL = "mean ± half of the 95 % interval (Student's t) over n runs"


def comparison_page(found: Comparison, width: int) -> list[RenderableType | Laid]:
    """The tables of a comparison, each below what sets its runs apart from the others."""
    from studyctl.view.layout import block, heading

    parts: list[RenderableType | Laid] = []
    several = len(found.tables) > 1
    for at, one in enumerate(found.tables):
        if several:
            parts.append(heading(title(one)) if at else _first(one))
            parts += [block(reason, 2, "yellow") for reason in one.alike.apart]
        else:
            parts.append(_first(one))
        parts += _laid_out(one, found, width)
    return parts


def _first(one: Table) -> RenderableType:
    from rich.text import Text

    return Text(title(one), "bold")


def title(one: Table) -> str:
    """Which runs a table is about: "box-decoding, 12 runs in 4 groups"."""
    count = sum(len(group.runs) + len(group.repeats) for group in one.groups)
    groups = f" in {words.plural(len(one.groups), 'group')}" if len(one.groups) > 1 and not one.single else ""
    return f"{one.alike.runs[0].experiment}, {words.plural(count, 'run')}{groups}"


def notes(found: Comparison, left_out: Sequence[Run]) -> list[str]:
    """What a reader of the tables has to know: what the intervals are, what is not in them, and what may matter."""
    lines = []
    if any(cell.estimate.known for one in found.tables for group in one.groups for cell in group.cells.values()):
        lines.append(INTERVAL)
    for one in found.tables:
        if one.shared:
            lines.append(f"each row is over all values of {', '.join(one.shared)}")
        repeats = [run.short for group in one.groups for run in group.repeats]
        if repeats:
            some = ", ".join(repeats[:3]) + (", …" if len(repeats) > 3 else "")
            again = "repeats another's seed and has its figures" if len(repeats) == 1 else "repeat seeds and figures"
            lines.append(f"{words.plural(len(repeats), 'run')} {again}: counted once ({some})")
        if one.alike.also:
            lines.append(f"versions differ among these runs: {'; '.join(one.alike.also)}")
    if left_out:
        lines.append(f"left out: {states(left_out)}")
    firsts = [one.alike.runs[0] for one in found.tables]
    if len(firsts) > 1:
        way = f"; side by side all the same: --across {','.join(differing(firsts))}"
        alone = len({run.experiment for run in firsts}) > 1
        lines.append(f"the tables are not to be compared with one another{'' if alone else way}")
    return lines


# -- layouts


def _laid_out(one: Table, found: Comparison, width: int) -> Iterator[Laid | RenderableType]:
    from studyctl.view.layout import block

    metrics = [name for name in found.metrics if any(name in group.cells for group in one.groups)]
    if not metrics:
        yield block(f"none of these runs has {' or '.join(found.metrics[:3])}", 2, "dim")
        return
    if one.single and len(one.groups) <= SIDE_BY_SIDE:
        shown = metrics if found.chosen else metrics[:SHOWN_LINES]
        beside = _side_by_side(one, shown, width)
        if beside is not None:
            yield beside
            yield from _more(metrics, shown)
            return
    head = _group_columns(one)
    if not found.chosen:
        some = _fitting(one, metrics[:SHOWN_METRICS], head, width)
        yield table(*_grouped(one, some, head), width)
        yield from _more(metrics, some)
        return
    rest = metrics
    while rest:
        # What was asked for is shown, in tables one below the other where it does not fit into one.
        some = _fitting(one, rest, head, width)
        yield table(*_grouped(one, some, head), width)
        rest = rest[len(some) :]


def _more(metrics: Sequence[str], shown: Sequence[str]) -> Iterator[RenderableType]:
    from studyctl.view.layout import block

    left = len(metrics) - len(shown)
    if left:
        yield block(f"{words.plural(left, 'more metric')}: --metric '{metrics[len(shown)]}', or --csv", 0, "dim")


def _side_by_side(one: Table, metrics: Sequence[str], width: int) -> Laid | None:
    """Runs in columns, and what they were given and came to in lines; None where that does not fit."""
    groups = one.groups
    lines: list[list[str]] = [[name, *(_param(group.params[at]) for group in groups)] for at, name in enumerate(one.by)]
    seeds = [_param(group.runs[0].seed) for group in groups]
    if len(set(seeds)) > 1 and SEED not in one.by:
        lines.append([SEED, *seeds])
    for name in metrics:
        lines.append([_headed(one, name), *(_shown(one, group, name) for group in groups)])
    columns = [Column(""), *(Column(group.runs[0].short, right=True) for group in groups)]
    natural = [
        max(cell_len(row[at]) for row in [[column.header for column in columns], *lines]) for at in range(len(columns))
    ]
    if sum(natural) + GAP * (len(columns) - 1) > width:
        return None
    rows = [[Cell(line[0], "dim"), *map(Cell, line[1:])] for line in lines]
    return table(columns, rows, width)


def _group_columns(one: Table) -> list[Column]:
    """What tells the groups apart, and how many runs each is; the run itself where each is one."""
    columns = [Column(name) for name in one.by]
    return [Column("Run"), *columns] if one.single else [*columns, Column("n", right=True)]


def _grouped(one: Table, metrics: Sequence[str], head: Sequence[Column]) -> tuple[list[Column], list[list[Cell]]]:
    columns = [*head, *(Column(_headed(one, name), right=True) for name in metrics)]
    rows = []
    for group in one.groups:
        params = [Cell(_param(value), "cyan") for value in group.params]
        count = Cell(str(len(group.runs)))
        head_cells = [Cell(group.runs[0].short, "bold"), *params] if one.single else [*params, count]
        rows.append([*head_cells, *(Cell(_shown(one, group, name)) for name in metrics)])
    return columns, rows


def _fitting(one: Table, metrics: Sequence[str], head: Sequence[Column], width: int) -> list[str]:
    """The first metrics whose columns fit beside those of the groups; one at least."""
    _, rows = _grouped(one, metrics, head)
    taken = sum(
        max(cell_len(column.header), *(cell_len(row[at].text) for row in rows)) + GAP for at, column in enumerate(head)
    )
    some: list[str] = []
    for at, name in enumerate(metrics, start=len(head)):
        taken += max(cell_len(_headed(one, name)), *(cell_len(row[at].text) for row in rows)) + GAP
        if some and taken - GAP > width:
            break
        some.append(name)
    return some


def _units(one: Table, name: str) -> set[str]:
    return {group.cells[name].unit for group in one.groups if name in group.cells}


def _headed(one: Table, name: str) -> str:
    """A metric's name with its unit, where all have the same."""
    units = _units(one, name)
    unit = next(iter(units)) if len(units) == 1 else ""
    return f"{name} ({unit})" if unit else name


def _shown(one: Table, group: Group, name: str) -> str:
    cell = group.cells.get(name)
    if cell is None:
        return "-"
    text = estimate(cell.estimate, cell.unit if len(_units(one, name)) > 1 else "")
    # Where not every run of the group has it, its own number of runs.
    return text if cell.estimate.n == len(group.runs) else f"{text} (n {cell.estimate.n})"


def _param(value: Any) -> str:
    if isinstance(value, float):
        return words.number(value)
    return value if isinstance(value, str) else "none" if value is None else exact(value)


# -- for programs


def comparison_json(found: Comparison, left_out: Sequence[Run]) -> dict[str, Any]:
    """A comparison as programs read it; fields are only ever added."""
    return {
        "metrics": list(found.metrics),
        "tables": [_table_json(one, found.metrics) for one in found.tables],
        "left_out": [{"run": run.id, "state": run.state} for run in left_out],
    }


def _table_json(one: Table, metrics: Sequence[str]) -> dict[str, Any]:
    return {
        "experiment": one.alike.runs[0].experiment,
        "apart": list(one.alike.apart),
        "versions": list(one.alike.also),
        "by": list(one.by),
        "over": list(one.shared),
        "groups": [
            {
                "params": dict(zip(one.by, group.params, strict=True)),
                "runs": [run.id for run in group.runs],
                "repeats": [run.id for run in group.repeats],
                "metrics": {name: _cell_json(group, name) for name in metrics if name in group.cells},
            }
            for group in one.groups
        ],
    }


def _cell_json(group: Group, name: str) -> dict[str, Any]:
    cell = group.cells[name]
    return {
        "n": cell.estimate.n,
        "mean": cell.estimate.value,
        "lo": cell.estimate.lo,
        "hi": cell.estimate.hi,
        "confidence": cell.estimate.confidence,
        "deviation": cell.deviation,
        "unit": cell.unit,
        "values": [{"run": run_id, "value": value} for run_id, value in cell.values],
    }


def comparison_csv(found: Comparison) -> str:
    """A line for each group and metric, its figures exact: what a spreadsheet or a data frame pivots as it likes."""
    by = list(dict.fromkeys(name for one in found.tables for name in one.by))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["table", "experiment", *by, "metric", "unit", "n", "mean", "lo", "hi", "deviation", "runs"])
    for number, one in enumerate(found.tables, start=1):
        for group in one.groups:
            # What is the same throughout one table may differ in another.
            params = flat(group.runs[0].params) | dict(zip(one.by, group.params, strict=True))
            head = [number, one.alike.runs[0].experiment, *(_csv(params.get(name)) for name in by)]
            for name in found.metrics:
                cell = group.cells.get(name)
                if cell is not None:
                    figures = (cell.estimate.value, cell.estimate.lo, cell.estimate.hi, cell.deviation)
                    runs = " ".join(run_id for run_id, _ in cell.values)
                    writer.writerow([*head, name, cell.unit, cell.estimate.n, *map(_csv, figures), runs])
    return out.getvalue()


def _csv(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else exact(value)
