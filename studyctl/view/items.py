"""Items as lists show them, and as programs read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.models import Item, Tie

if TYPE_CHECKING:
    from studyctl.core.models import Reason
    from studyctl.view.tables import Table

STYLES = {
    "doing": "yellow",
    "done": "green",
    "dropped": "dim",
    "noted": "cyan",
    "answered": "green",
    "stale": "magenta",
    "supported": "green",
    "refuted": "red",
    "inconclusive": "yellow",
    "mixed": "yellow",
}
STEP = 2  # cells that a subtask hangs below its parent


def tie_name(tie: Tie) -> str:
    """A tie as `studyctl link` takes it."""
    return f"{tie.experiment}#{tie.fragment}" if tie.fragment else tie.experiment


def path(topic: Sequence[str]) -> str:
    """A topic as one line, outermost first."""
    return " › ".join(topic)


def item_table(
    heading: str,
    items: Sequence[Item],
    depths: Sequence[int],
    statuses: Sequence[str],
    width: int,
) -> Table:
    """Items below their topics: id, text (subtasks indented), status, line, what they hang below, experiments."""
    from studyctl.view.tables import Cell, Column, Heading, Row, table

    columns = (
        Column("ID"),
        Column(heading, flexible=True, wrap=True, least=24),
        Column("Status"),
        Column("Due", optional=True),
        Column("Priority", optional=True),
        Column("Line", right=True, optional=True),
        Column("Under", optional=True),
        Column("Experiment", flexible=True, least=12, optional=True),
    )
    topics = shortened(items)
    shown = {item.id for item in items}
    rows: list[Row] = []
    above: tuple[str, tuple[str, ...]] | None = None
    for item, depth, status, topic in zip(items, depths, statuses, topics, strict=True):
        place = (item.note, topic)
        # A subtask stands below its parent, whatever its own topic.
        if place != above and not depth:
            if above is None or above[0] != item.note:
                rows.append(Heading((item.note,)))
            if topic:
                rows.append(Heading(topic))
            above = place
        experiments = ", ".join(dict.fromkeys(tie.experiment for tie in item.ties))
        rows.append(
            (
                Cell(item.id, "bold"),
                Cell(item.text, "dim" if status in ("dropped", "done") else "", depth * STEP),
                Cell(status, STYLES.get(status, "")),
                Cell(item.due or ""),
                Cell(item.priority or ""),
                Cell(str(item.line)),
                # Where the list itself does not show what it hangs below.
                Cell(item.parent if item.parent and item.parent not in shown else ""),
                Cell(experiments, "cyan"),
            )
        )
    return table(columns, rows, width)


def shortened(items: Sequence[Item]) -> list[tuple[str, ...]]:
    """Each item's topic without what all items of its note share, such as the note's title."""
    shared: dict[str, tuple[str, ...]] = {}
    for item in items:
        known = shared.get(item.note)
        if known is None:
            shared[item.note] = item.topic[:-1]
            continue
        same = 0
        for mine, theirs in zip(known, item.topic[:-1], strict=False):
            if mine != theirs:
                break
            same += 1
        shared[item.note] = known[:same]
    return [item.topic[len(shared[item.note]) :] for item in items]


def summary(noun: tuple[str, str], statuses: Sequence[str], hidden: Mapping[str, int]) -> str:
    """The line below a list: how many of what (one, several), and what was left out."""
    counts: dict[str, int] = {}
    for status in statuses:
        counts[status] = counts.get(status, 0) + 1
    parts = ", ".join(f"{count} {status}" for status, count in counts.items())
    line = f"{len(statuses)} {noun[len(statuses) != 1]}: {parts}" if statuses else ""
    if hidden:
        left = ", ".join(f"{count} {status}" for status, count in hidden.items())
        line += f"{'; ' if line else ''}{left} not shown (--status all)"
    return line


def item_json(item: Item, reasons: Sequence[Reason] = (), children: Sequence[str] | None = None) -> dict[str, Any]:
    """An item as programs read it; fields are only ever added."""
    value: dict[str, Any] = {
        "id": item.id,
        "kind": item.kind,
        "also": item.also,
        "text": item.text,
        "note": item.note,
        "line": item.line,
        "topic": list(item.topic),
        "parent": item.parent,
        "status": item.status,
        "also_status": item.also_status,
        "rule": item.rule,
        "confidence": item.confidence,
        "mark": item.mark,
        "due": item.due,
        "priority": item.priority,
        "tags": list(item.tags),
        "experiments": [tie_name(tie) for tie in item.ties],
        "answer": item.answer,
        "stale": [{"trigger": reason.trigger, "text": reason.text} for reason in reasons],
        "ignored": item.ignored,
        "gone": item.gone,
    }
    if children is not None:
        value["children"] = list(children)
        from studyctl.view.sources import detail_json

        value["details"] = [detail_json(detail) for detail in item.details]
    return value
