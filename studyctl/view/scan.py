"""What detection finds, before anything has a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.detector.rules import sentence
from studyctl.core.models import KINDS, Found, Reading
from studyctl.view.items import STEP, tie_name
from studyctl.view.sources import detail_json
from studyctl.view.words import plural

if TYPE_CHECKING:
    from studyctl.view.tables import Table


def found_table(readings: Sequence[Reading], width: int) -> Table:
    """Line, kind, text and rule of everything found, below notes and topics."""
    from studyctl.view.tables import Cell, Column, Heading, Row, table

    columns = (
        Column("Line", right=True),
        Column("Kind"),
        Column("Text", flexible=True, wrap=True, least=24),
        Column("Rule", flexible=True, least=12, optional=True),
    )
    rows: list[Row] = []
    for reading in readings:
        rows.append(Heading((reading.note,)))
        above: tuple[str, ...] | None = None
        for found in reading.found:
            depth = depth_of(found, reading.found)
            if found.topic != above and not depth:
                if found.topic:
                    rows.append(Heading(found.topic))
                above = found.topic
            doubt = "" if found.confidence == "high" else " ?"
            kind = f"{found.kind}+{found.also}" if found.also else found.kind
            mark = "" if found.mark in ("open", "noted") else f"  ({found.mark})"
            rows.append(
                (
                    Cell(str(found.line)),
                    Cell(kind, "bold"),
                    Cell(found.text + mark, "", depth * STEP),
                    Cell(found.rule + doubt, "yellow" if doubt else "dim"),
                )
            )
    return table(columns, rows, width)


def depth_of(found: Found, all_found: Sequence[Found]) -> int:
    """How many items it hangs below."""
    depth, parent = 0, found.parent
    while parent is not None:
        depth, parent = depth + 1, all_found[parent].parent
    return depth


def summary(readings: Sequence[Reading]) -> str:
    """How many of each kind, and in how many notes."""
    kinds = [found.kind for reading in readings for found in reading.found]
    counted = ", ".join(plural(kinds.count(kind), kind) for kind in KINDS if kind in kinds)
    return f"{plural(len(readings), 'note')}: {counted or 'nothing that looks like a question, todo or reading'}"


def found_json(reading: Reading) -> list[dict[str, Any]]:
    """What was found, as programs read it; fields are only ever added."""
    return [
        {
            "note": reading.note,
            "line": found.line,
            "last_line": found.last_line,
            "kind": found.kind,
            "also": found.also,
            "text": found.text,
            "mark": found.mark,
            "topic": list(found.topic),
            "parent": None if found.parent is None else reading.found[found.parent].line,
            "rule": found.rule,
            "because": sentence(found.rule),
            "confidence": found.confidence,
            "experiments": [tie_name(tie) for tie in found.ties],
            "details": [detail_json(detail) for detail in found.details],
        }
        for found in reading.found
    ]
