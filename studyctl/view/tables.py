"""Tables that fit: columns give way in a fixed order, and what identifies a row is never cut.

Widths are worked out here rather than by Rich, whose way of shrinking columns cuts ids when a line of text is long;
the lines are put together here as well, since importing Rich's tables takes longer than all the rest of a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from studyctl.view.wrap import pad, plain, shorten, wrap

if TYPE_CHECKING:
    from rich.text import Text

GAP = 2
SEPARATOR = " › "
LEAST = 8  # of a column that wraps, where the terminal is very narrow
CODES = {
    "bold": "1",
    "dim": "2",
    "italic": "3",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "magenta": "35",
    "cyan": "36",
}


class Column(NamedTuple):
    """One column: a fixed one keeps its natural width, a flexible one shrinks and wraps or is cut."""

    header: str
    right: bool = False
    flexible: bool = False
    wrap: bool = False
    least: int = 12
    optional: bool = False  # left out where even the least widths do not fit; the last such column goes first


class Cell(NamedTuple):
    """A text, shown as it is; `indent` cells deeper for what hangs below another row."""

    text: str
    style: str = ""
    indent: int = 0


class Heading(NamedTuple):
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


class Table:
    """A table without rules, laid out for a width; an id never wraps and is never cut."""

    def __init__(self, columns: Sequence[Column], widths: Sequence[int], rows: Sequence[Row], width: int) -> None:
        self._columns = [(index, columns[index], width) for index, width in enumerate(widths) if width]
        self._rows = rows
        self._width = width
        self._headed = True

    def headless(self) -> Table:
        """The same table without its line of headers."""
        self._headed = False
        return self

    def lines(self, color: bool = False) -> Iterator[str]:
        """The lines of the table, without blanks at their ends."""
        if self._headed:
            yield self._line([(column.header, "bold") for _, column, _ in self._columns], color)
        for row in self._rows:
            if isinstance(row, Heading):
                yield self._heading(row, color)
            else:
                yield from self._row(row, color)

    def _heading(self, row: Heading, color: bool) -> str:
        """From the column that wraps to the end of the line: nothing else stands in this row."""
        start = 0
        for _, column, width in self._columns:
            if column.wrap:
                break
            start += width + GAP
        room = max(self._width - start, LEAST)
        text = shorten(row.within(room), room)
        return " " * start + (styled(text, row.style) if color else text)

    def _row(self, row: Sequence[Cell], color: bool) -> Iterator[str]:
        columns = [
            (_cell_lines(row[index], width, column.wrap), row[index].style) for index, column, width in self._columns
        ]
        for number in range(max(len(lines) for lines, _ in columns)):
            yield self._line([(lines[number] if number < len(lines) else "", style) for lines, style in columns], color)

    def _line(self, cells: Sequence[tuple[str, str]], color: bool) -> str:
        parts: list[str] = []
        blank = 0  # cells left empty since the last text
        for (_, column, width), (text, style) in zip(self._columns, cells, strict=True):
            if text.strip():
                filled = pad(text, width, column.right)
                shown = filled.rstrip()
                parts.append(" " * blank + (styled(shown, style) if color else shown))
                blank = cell_len(filled) - cell_len(shown) + GAP
            else:
                blank += width + GAP
        return "".join(parts)

    def __rich__(self) -> Text:
        """For a page that mixes tables with what Rich shows."""
        from rich.text import Text

        return Text.from_ansi("\n".join(self.lines(color=True)))


def styled(text: str, style: str) -> str:
    """The text in a style, such as "bold green", for a terminal that shows it."""
    codes = ";".join(CODES[word] for word in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m" if codes else text


def _cell_lines(cell: Cell, width: int, wraps: bool) -> list[str]:
    indent = " " * min(cell.indent, max(width - LEAST, 0))
    if not wraps:
        return [shorten(cell.text.replace("\n", " "), width)]
    return [indent + line for line in wrap(cell.text, width - len(indent))]


def table(columns: Sequence[Column], rows: Sequence[Row], width: int) -> Table:
    """A table that fits into `width` cells."""
    safe = [
        Heading(tuple(map(plain, row.parts)), row.style)
        if isinstance(row, Heading)
        else [cell._replace(text=plain(cell.text)) for cell in row]
        for row in rows
    ]
    natural = [cell_len(column.header) for column in columns]
    filled = [False] * len(columns)
    for row in safe:
        if not isinstance(row, Heading):
            for index, cell in enumerate(row):
                longest = max(map(cell_len, cell.text.split("\n")))
                natural[index] = max(natural[index], longest + cell.indent)
                filled[index] = filled[index] or bool(cell.text)
    # A column that is empty throughout says nothing.
    widths = [w if full or not c.optional else 0 for w, full, c in zip(natural, filled, columns, strict=True)]
    return Table(columns, fit(columns, widths, width), safe, width)
