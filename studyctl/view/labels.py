"""Labels and marks of a person's own, and what could be some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studyctl.view.tables import Cell, Column, table

if TYPE_CHECKING:
    from studyctl.core.detector.habits import Named
    from studyctl.core.detector.unknown import Habit
    from studyctl.view.tables import Table

_STANDS = {False: "above lists", True: "on lines"}


def named_table(found: Sequence[Named], width: int) -> Table:
    """What the settings name: its kind, the text, and where it stands."""
    columns = (Column("Kind"), Column("Text", flexible=True, wrap=True), Column("Stands"))
    return table(
        columns,
        [(Cell(each.kind, "bold"), Cell(each.text), Cell(_STANDS[each.mark], "dim")) for each in found],
        width,
    )


def named_json(each: Named) -> dict[str, Any]:
    return {"kind": each.kind, "text": each.text, "mark": each.mark}


def habits_table(found: Sequence[Habit], width: int) -> Table:
    """What could be named: where it stands and how often, how many lines it is about, and the first of them."""
    columns = (
        Column("Text", flexible=True, wrap=True, least=16),
        Column("Stands"),
        Column("Places", right=True),
        Column("Lines", right=True),
        Column("First line", flexible=True, least=16),
        Column("Where", flexible=True, least=12, optional=True),
    )
    rows = [
        (
            Cell(each.text, "bold"),
            Cell(_STANDS[each.what == "mark"], "dim"),
            Cell(str(each.places)),
            Cell(str(each.lines)),
            Cell(each.first),
            Cell(f"{each.note}:{each.line}", "dim"),
        )
        for each in found
    ]
    return table(columns, rows, width)


def habit_json(each: Habit) -> dict[str, Any]:
    """As programs read it; fields are only ever added."""
    return {
        "text": each.text,
        "mark": each.what == "mark",
        "places": each.places,
        "lines": each.lines,
        "notes": len(each.notes),
        "note": each.note,
        "line": each.line,
        "first": each.first,
    }
