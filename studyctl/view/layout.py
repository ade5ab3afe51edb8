"""The blocks that pages are made of: headings, indented text, a sign with its word."""

from __future__ import annotations

from rich.padding import Padding
from rich.text import Text

from studyctl.view.words import STATES, VERDICTS

INDENT = 2


def heading(text: str) -> Text:
    """A section's heading, after an empty line."""
    return Text(f"\n{text}", "bold")


def block(text: str, indent: int = INDENT, style: str = "") -> Padding:
    """A paragraph whose wrapped lines stay indented."""
    return Padding(Text(text, style), (0, 0, 0, indent))


def pieces(*parts: tuple[str, str] | str, indent: int = 0) -> Padding:
    """A paragraph of differently styled parts."""
    return Padding(Text.assemble(*parts), (0, 0, 0, indent))


def verdict(value: str | None) -> tuple[str, str]:
    """A verdict's sign and word, with its style."""
    sign, style = VERDICTS.get(value, ("·", ""))
    return (f"{sign} {value}" if value else sign), style


def conclusion(verdict_: str | None, text: str, indent: int = 0, style: str = "") -> Padding:
    """A verdict's sign with the answer; the verdict's word only where the text does not begin with it."""
    sign, color = verdict(verdict_)
    if verdict_ is not None and text.startswith(verdict_):
        sign, rest = sign[: -len(verdict_)], text[len(verdict_) :]
        return pieces((sign + verdict_, f"{style} {color}".strip()), rest, indent=indent)
    return pieces((sign, f"{style} {color}".strip()), f"  {text}", indent=indent)


def state(value: str) -> tuple[str, str]:
    """A run's state with its sign."""
    sign, style = STATES.get(value, ("·", ""))
    return f"{sign} {value}", style
