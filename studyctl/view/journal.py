"""What commands wrote, as `undo --list` shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.ports import JournalEntry
from studyctl.view.words import when

if TYPE_CHECKING:
    from studyctl.view.tables import Table


def journal_table(entries: Sequence[JournalEntry], width: int) -> Table:
    """When, which command, what, and whether it was undone."""
    from studyctl.view.tables import Cell, Column, table

    columns = (
        Column("When"),
        Column("Command"),
        Column("What", flexible=True, wrap=True, least=20),
        Column("Notes", flexible=True, least=20, optional=True),
        Column("", optional=True),
    )
    rows = [
        (
            Cell(when(entry.at), "dim"),
            Cell(entry.command, "bold"),
            Cell(entry.summary, "dim" if entry.undone else ""),
            Cell(", ".join(dict.fromkeys(edit.note for edit in entry.edits))),
            Cell("undone" if entry.undone else "", "yellow"),
        )
        for entry in entries
    ]
    return table(columns, rows, width)


def journal_json(entry: JournalEntry) -> dict[str, Any]:
    """An entry as programs read it; fields are only ever added."""
    return {
        "number": entry.number,
        "at": entry.at,
        "command": entry.command,
        "summary": entry.summary,
        "undone": entry.undone,
        "edits": [
            {
                "note": edit.note,
                "offset": edit.offset,
                "old": edit.old.decode("utf-8", "replace"),
                "new": edit.new.decode("utf-8", "replace"),
            }
            for edit in entry.edits
        ],
        "overrides": [
            {"item": item, "field": name, "before": before, "after": after}
            for item, name, before, after in entry.overrides
        ],
    }
