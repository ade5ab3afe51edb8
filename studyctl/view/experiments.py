"""Experiments as lists and pages show them, and as programs read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.models import ExperimentProblem, Item, Run
from studyctl.core.pages import ExperimentRow
from studyctl.view import words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from studyctl.view.tables import Table


def experiment_table(rows: Sequence[ExperimentRow], width: int) -> Table:
    """Experiments by name: what each is about, the items tied to it, its last run."""
    from studyctl.view.tables import Cell, Column, table

    columns = [
        Column("Experiment"),
        Column("Title", flexible=True, wrap=True, least=20),
        Column("Tied to", flexible=True, least=8, optional=True),
        Column("Last run", flexible=True, least=10, optional=True),
    ]
    cells = [
        [
            Cell(row.spec.name, "cyan"),
            Cell(row.spec.title),
            Cell(", ".join(row.tied), "bold"),
            Cell(last_run(row.last), words.STATES[row.last.state][1] if row.last else "dim"),
        ]
        for row in rows
    ]
    if any(row.spec.distribution for row in rows):
        columns.insert(2, Column("Installed with", flexible=True, least=8, optional=True))
        for row, line in zip(rows, cells, strict=True):
            line.insert(2, Cell(row.spec.distribution, "dim"))
    return table(columns, cells, width)


def last_run(run: Run | None) -> str:
    """A run in a few words: "3f2a9c10 finished 2026-11-24 03:04"."""
    return f"{run.short} {run.state} {words.when(run.started)}" if run is not None else "never"


def shadow_lines(rows: Sequence[ExperimentRow]) -> list[str]:
    """Experiments of the workspace that stand for one of an installed package."""
    return [
        f"{row.spec.name} is {row.spec.path} here, and not the one of {row.spec.shadows}"
        for row in rows
        if row.spec.shadows
    ]


def problem_lines(problems: Sequence[ExperimentProblem]) -> list[str]:
    """Modules that are no experiments, each with the line that says why."""
    return [
        f"{problem.place if problem.distribution else f'{problem.path}:{problem.line}'}: {problem.message}"
        for problem in problems
    ]


def experiment_page(
    row: ExperimentRow,
    params: Sequence[Mapping[str, Any]],
    presets: Mapping[str, Mapping[str, Any]],
    width: int,
) -> list[RenderableType]:
    """One experiment: what it asks, its parameters with type, default and bounds, its presets."""
    from rich.padding import Padding

    from studyctl.view.layout import block, heading, pieces
    from studyctl.view.tables import Cell, Column, table

    spec = row.spec
    parts: list[RenderableType] = [pieces((spec.name, "bold cyan"), "  ", (spec.title, "bold"))]
    if spec.doc and spec.doc != spec.title:
        parts.append(block(spec.doc, 2))
    facts = [
        ("file", f"{spec.path}:{spec.line}"),
        ("from", spec.distribution),
        ("instead of", spec.shadows and f"the one of {spec.shadows}"),
        ("needs", ", ".join(spec.requires)),
        ("data", ", ".join(spec.data)),
        ("measures", ", ".join(spec.measures)),
        ("last run", last_run(row.last)),
    ]
    parts += [pieces((f"{name:<10}", "dim"), value, indent=2) for name, value in facts if value]
    if params:
        parts.append(heading("Parameters"))
        columns = (
            Column("Name"),
            Column("Type", flexible=True, wrap=True, least=10),
            Column("Default", flexible=True, wrap=True, least=8),
            Column("Bounds", optional=True),
            Column("Meaning", flexible=True, wrap=True, least=16, optional=True),
        )
        rows = [
            (
                Cell(p["name"], "bold"),
                Cell(p["type"]),
                Cell("required" if p["required"] else shown_value(p["default"])),
                Cell(p["bounds"]),
                Cell(_meaning(p["description"], p["unit"])),
            )
            for p in params
        ]
        parts.append(Padding(table(columns, rows, width - 2), (0, 0, 0, 2)))
    if presets:
        parts.append(heading("Presets"))
        for name, values in presets.items():
            changes = ", ".join(f"{key}={shown_value(value)}" for key, value in values.items())
            parts.append(pieces((f"{name:<10}", "bold"), changes or "the defaults", indent=2))
    if row.items:
        parts.append(heading("Tied to it"))
        parts += [
            pieces((item.id, "bold"), f"  {item.text}  ", (_ties(item, spec.name), "dim"), indent=2)
            for item in row.items
        ]
    parts.append(heading("Next"))
    parts.append(pieces((f"studyctl run {spec.name}", "cyan"), indent=2))
    return parts


def _ties(item: Item, experiment: str) -> str:
    """How an item stands, and the findings that it is tied to; none of them named is all of them."""
    named = [f"#{tie.fragment}" for tie in item.ties if tie.experiment == experiment and tie.fragment]
    return ", ".join([item.status, *named])


def _meaning(description: str, unit: str) -> str:
    return f"{description} ({unit})".strip() if unit else description


def shown_value(value: Any) -> str:
    """A parameter's value as `-p` reads it."""
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def experiment_json(row: ExperimentRow) -> dict[str, Any]:
    """An experiment as programs read it; fields are only ever added."""
    spec = row.spec
    return {
        "name": spec.name,
        "title": spec.title,
        "doc": spec.doc,
        "path": spec.path,
        "line": spec.line,
        "function": spec.function,
        "requires": list(spec.requires),
        "data": list(spec.data),
        "measures": list(spec.measures),
        "presets": list(spec.presets),
        "tied": list(row.tied),
        "last_run": row.last.id if row.last else None,
        "last_state": row.last.state if row.last else None,
        "problem": None,
        "distribution": spec.distribution or None,
        "shadows": spec.shadows or None,
    }


def problem_json(problem: ExperimentProblem) -> dict[str, Any]:
    """A module that is no experiment, in the same list."""
    return {
        "name": problem.name,
        "path": problem.path,
        "line": problem.line,
        "problem": problem.message,
        "distribution": problem.distribution or None,
    }
