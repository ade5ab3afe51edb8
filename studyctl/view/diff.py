"""What would change in a note, as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from rich.text import Text


def diffs(changes: Sequence[tuple[str, bytes, bytes]]) -> list[Text]:
    """One text for each note; a carriage return or a byte that is no text is shown as what it is."""
    return [_diff(*change) for change in changes]


def _diff(note: str, before: bytes, after: bytes) -> Text:
    lines = difflib.unified_diff(_lines(before), _lines(after), note, f"{note} (changed)", n=2, lineterm="")
    text = Text()
    for line in lines:
        style = "bold" if line.startswith(("---", "+++")) else {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        text.append(line + "\n", style)
    text.rstrip()
    return text


def _lines(source: bytes) -> list[str]:
    return [line.replace("\r", "␍") for line in source.decode("utf-8", "replace").split("\n")]
