"""The blocks that pages are made of: headings, indented text, a sign with its word."""

from __future__ import annotations

from collections.abc import Sequence

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from studyctl.view.words import STATES, VERDICTS, prose

INDENT = 2


def heading(text: str) -> Text:
    """A section's heading, after an empty line."""
    return Text(f"\n{text}", "bold")


def block(text: str, indent: int = INDENT, style: str = "") -> Padding:
    """A paragraph whose wrapped lines stay indented."""
    return Padding(Text(text, style), (0, 0, 0, indent))


def pieces(*parts: Text | tuple[str, str] | str, indent: int = 0) -> Padding:
    """A paragraph of differently styled parts."""
    return Padding(Text.assemble(*parts), (0, 0, 0, indent))


def verdict(value: str | None) -> tuple[str, str]:
    """A verdict's sign and word, with its style."""
    sign, style = VERDICTS.get(value, ("·", ""))
    return (f"{sign} {value}" if value else sign), style


def conclusion(verdict_: str | None, text: str, style: str = "") -> Text:
    """A verdict's sign with the answer; the verdict's word only where the text does not begin with it."""
    sign, color = verdict(verdict_)
    text = prose(text)
    if verdict_ is not None and text.startswith(verdict_):
        text = text[len(verdict_) :]
    else:
        sign += "  "
    return Text.assemble((sign, f"{style} {color}".strip()), text)


def state(value: str) -> tuple[str, str]:
    """A run's state with its sign."""
    sign, style = STATES.get(value, ("·", ""))
    return f"{sign} {value}", style


def two_columns(rows: Sequence[tuple[str, str]], first: str = "", second: str = "dim", indent: int = INDENT) -> Padding:
    """Pairs side by side, such as commands and what they are for; the second column wraps within itself."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for left, right in rows:
        grid.add_row(Text(left, first), Text(right, second))
    return Padding(grid, (0, 0, 0, indent))


def one_line(text: Text, indent: int = INDENT) -> Padding:
    """A line that is cut where the terminal ends; whole in a pipe."""
    text.no_wrap = True
    text.overflow = "ellipsis"
    return Padding(text, (0, 0, 0, indent))
