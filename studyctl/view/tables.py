"""Tables that fit: columns give way in a fixed order, and what identifies a row is never cut.

Widths are worked out here, in terminal cells (a Hangul syllable takes two), rather than by Rich: its way of
shrinking columns cuts ids when a line of text is long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

GAP = 2
SEPARATOR = " › "
LEAST = 8  # of a column that wraps, where the terminal is very narrow


@dataclass(frozen=True, slots=True)
class Column:
    """One column: a fixed one keeps its natural width, a flexible one shrinks and wraps or is cut."""

    header: str
    right: bool = False
    flexible: bool = False
    wrap: bool = False
    least: int = 12
    optional: bool = False  # left out where even the least widths do not fit; the last such column goes first


@dataclass(frozen=True, slots=True)
class Cell:
    """A person's or our own text, shown as it is; `indent` cells deeper for what hangs below another row."""

    text: str
    style: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """A row that stands over those below it, in the column that wraps: a path, outermost part first."""

    parts: tuple[str, ...]
    style: str = "dim"

    def within(self, width: int) -> str:
        """The path in `width` cells; its last parts say most."""
        parts, lead = self.parts, ""
        while len(parts) > 1 and cell_len(lead + SEPARATOR.join(parts)) > width:
            parts, lead = parts[1:], "… › "
        return lead + SEPARATOR.join(parts)


Row = Sequence[Cell] | Heading


def fit(columns: Sequence[Column], natural: Sequence[int], width: int) -> list[int]:
    """The width of each column in a line of `width` cells; 0 for one that is left out."""
    widths = list(natural)
    for index in reversed([i for i, column in enumerate(columns) if column.optional]):
        least = sum(min(w, c.least) if c.flexible else w for c, w in zip(columns, widths, strict=True) if w)
        if least + GAP * (sum(1 for w in widths if w) - 1) <= width:
            break
        widths[index] = 0
    excess = sum(widths) + GAP * (sum(1 for w in widths if w) - 1) - width
    # What is cut gives way before what wraps, which in a very narrow terminal gives way once more.
    for wraps, floor in ((False, 0), (True, 0), (True, LEAST)):
        for index, column in enumerate(columns):
            if excess > 0 and widths[index] and column.flexible and column.wrap is wraps:
                taken = min(excess, max(0, widths[index] - (floor or column.least)))
                widths[index] -= taken
                excess -= taken
    return widths


def table(columns: Sequence[Column], rows: Sequence[Row], width: int) -> Table:
    """A table without lines that fits into `width` cells."""
    natural = [cell_len(column.header) for column in columns]
    for row in rows:
        if not isinstance(row, Heading):
            for index, cell in enumerate(row):
                longest = max(map(cell_len, cell.text.split("\n")), default=0)
                natural[index] = max(natural[index], longest + cell.indent)
    # A column that is empty throughout says nothing.
    for index, column in enumerate(columns):
        if column.optional and all(isinstance(row, Heading) or not row[index].text for row in rows):
            natural[index] = 0
    widths = fit(columns, natural, width)
    shown = [index for index, w in enumerate(widths) if w]
    result = Table(box=None, show_edge=False, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for index in shown:
        column = columns[index]
        result.add_column(
            Text(column.header),
            width=widths[index],
            justify="right" if column.right else "left",
            no_wrap=not column.wrap,
            overflow="fold" if column.wrap else "ellipsis",
        )
    for row in rows:
        if isinstance(row, Heading):
            result.add_row(*(_heading(row, widths[index]) if columns[index].wrap else "" for index in shown))
        else:
            result.add_row(*(_renderable(row[index]) for index in shown))
    return result


def _heading(row: Heading, width: int) -> Text:
    return Text(row.within(width), row.style, no_wrap=True, overflow="ellipsis")


def _renderable(cell: Cell) -> Text | Padding:
    text = Text(cell.text, cell.style)
    return Padding(text, (0, 0, 0, cell.indent)) if cell.indent else text
