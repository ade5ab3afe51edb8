"""What a search found: as lines with the words marked, and as programs read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from rich.cells import cell_len

from studyctl.core.search import Excerpt, Found, Result, Span, excerpt
from studyctl.view.items import STYLES
from studyctl.view.tables import GAP, Column, fit, styled
from studyctl.view.wrap import ELLIPSIS, plain

MARK = "bold yellow"
INDENT = 2  # cells of what stands below the item itself
JSON_EXCERPT = 240  # characters
NARROW = 12  # cells of a place that is cut
COLUMNS = (
    Column("ID"),
    Column("Found", flexible=True, wrap=True, least=24),
    Column("Status"),
    Column("Where", flexible=True, optional=True),
)


class _Line(NamedTuple):
    """One line: an item, or the place of its words below it."""

    name: str
    text: str
    spans: tuple[Span, ...]
    status: str
    where: str
    indent: int = 0


class Results:
    """The results below one another, in a line of their own each, and a second one where the words stand elsewhere."""

    def __init__(self, results: Sequence[Result], width: int) -> None:
        self._lines = [line for result in results for line in _lines(result)]
        natural = [cell_len(column.header) for column in COLUMNS]
        for line in self._lines:
            cells = (line.name, line.text, line.status, line.where)
            for index, cell in enumerate(cells):
                natural[index] = max(natural[index], cell_len(cell) + (line.indent if index == 1 else 0))
        # A place may take a third of the line before it is cut.
        where = COLUMNS[3]._replace(least=min(max(width * 3 // 10, NARROW), natural[3]))
        self._widths = fit((*COLUMNS[:3], where), natural, width)

    def lines(self, color: bool = False) -> Iterator[str]:
        """The lines of the table, without blanks at their ends."""
        headers = [column.header for column in COLUMNS]
        yield self._joined(headers, [styled(header, "bold") if color else header for header in headers])
        for line in self._lines:
            part = excerpt(line.text, line.spans, max(self._widths[1] - line.indent, 1), cell_len)
            indent = " " * line.indent
            cells = [line.name, indent + part.text, line.status, _end(line.where, self._widths[3])]
            shown = list(cells)
            if color:
                styles = ("bold", "", STYLES.get(line.status, ""), "dim")
                shown = [styled(cell, style) if cell else cell for cell, style in zip(cells, styles, strict=True)]
                shown[1] = indent + marked(part)
            yield self._joined(cells, shown)

    def _joined(self, cells: Sequence[str], shown: Sequence[str]) -> str:
        """One line; `shown` are the cells with their styles, which take no room."""
        parts: list[str] = []
        blank = 0
        for width, cell, text in zip(self._widths, cells, shown, strict=True):
            if not width:
                continue
            if cell.strip():
                parts.append(" " * blank + text)
                blank = width - cell_len(cell) + GAP
            else:
                blank += width + GAP
        return "".join(parts)


def _lines(result: Result) -> Iterator[_Line]:
    item, finding = result.item, result.finding
    if item is not None:
        name, where = item.id, f"{item.note}:{item.line}"
    else:
        assert finding is not None
        name, where = finding.run[:8], finding.name
    yield _Line(name, _one_line(result.title.text), result.title.spans, result.status, plain(where))
    if result.best.part != result.title.part:
        place = result.best
        yield _Line("", _one_line(place.text), place.spans, "", plain(_below(result)), INDENT)


def _below(result: Result) -> str:
    """Where the words stand, if not in the item's own line."""
    place = result.best
    words = {"answer": "its answer", "topic": "above it", "claim": "its claim"}
    return words.get(place.part) or f"line {place.line}"


def _one_line(text: str) -> str:
    """The text without what a terminal would obey; each character stays one, so that spans stay true."""
    return plain(text.replace("\t", " ").replace("\n", " "))


def _end(text: str, width: int) -> str:
    """A place in `width` cells: its end says most."""
    if cell_len(text) <= width:
        return text
    while text and cell_len(text) > width - 1:
        text = text[1:]
    return ELLIPSIS + text


def marked(part: Excerpt) -> str:
    """The excerpt with what was found marked, for a terminal that shows it."""
    pieces: list[str] = []
    at = 0
    for start, end in part.spans:
        pieces += [part.text[at:start], styled(part.text[start:end], MARK)]
        at = end
    return "".join([*pieces, part.text[at:]])


def summary(found: Found, narrowed: bool) -> str:
    """The line below the results, or in their place."""
    shown = len(found.results)
    if shown:
        if found.more:
            of = "" if narrowed else f" of {found.total}"
            return f"the best {shown}{of}; --limit 0 shows all"
        return f"{shown} found"
    if found.total:
        return f"nothing found with these filters; {found.total} without them"
    return ""


def result_json(result: Result) -> dict[str, Any]:
    """A result as programs read it; fields are only ever added.

    `excerpt` is where most of the words stand, `highlights` are the beginning and end of each in it, `text` is the
    item's own text.
    """
    item, finding, place = result.item, result.finding, result.best
    part = excerpt(place.text, place.spans, JSON_EXCERPT)
    return {
        "id": item.id if item else finding.name if finding else "",
        "kind": item.kind if item else "finding",
        "also": item.also if item else None,
        "where": where(result),
        "part": place.part,
        "excerpt": part.text,
        "highlights": [list(span) for span in part.spans],
        "text": result.title.text,
        "status": result.status or None,
        "note": item.note if item else None,
        "line": (place.line or item.line) if item else None,
        "topic": list(item.topic) if item else [],
        "score": float(f"{result.score:.6g}"),
        "run": finding.run if finding else None,
        "experiment": finding.experiment if finding else None,
        "finding": finding.key if finding else None,
        "runs": finding.runs if finding else 0,
    }


def where(result: Result) -> str:
    """The place in words: `note:line`, `answer of Q1`, `run 01234567`."""
    item, place = result.item, result.best
    if item is None:
        assert result.finding is not None
        return f"run {result.finding.run[:8]}"
    if place.part == "answer":
        return f"answer of {item.id}"
    return f"{item.note}:{place.line or item.line}"
