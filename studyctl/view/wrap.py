"""Text in terminal cells: measured, wrapped, cut, and free of what a terminal would obey.

Korean breaks at blanks, as English does; Chinese and Japanese between characters, but not before closing marks.
"""

from __future__ import annotations

import re

from rich.cells import cell_len

ELLIPSIS = "…"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_IDEOGRAPH = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CLOSING = "、。，．：；？！）」』】〉》〕］｝ー々"
_TOKEN = re.compile(rf"[{_IDEOGRAPH}][{_CLOSING}]* *|[^\s{_IDEOGRAPH}]+[{_CLOSING}]* *|\s+")


def plain(text: str) -> str:
    """The text without control characters: a note must not move the cursor or turn its own direction around."""
    text = text.replace("\t", "    ")
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text) if _CONTROL.search(text) else text


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if cell_len(paragraph) <= width:
            lines.append(paragraph)
        else:
            lines += _wrapped(paragraph, width)
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    line, used = "", 0
    for token in _TOKEN.findall(text):
        needed = cell_len(token.rstrip())
        if used and used + needed > width:
            lines.append(line.rstrip())
            line, used = "", 0
        while needed > width:
            head = cut(token, width)
            lines.append(head)
            token = token[len(head) :]
            needed = cell_len(token.rstrip())
        line += token
        used += cell_len(token)
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def cut(text: str, width: int) -> str:
    """The beginning of the text, at most `width` cells (at least one character)."""
    used = 0
    for index, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[: max(index, 1)]
    return text


def shorten(text: str, width: int) -> str:
    """The text in one line of at most `width` cells, with a mark where it was cut."""
    return text if cell_len(text) <= width else cut(text, max(width - 1, 1)).rstrip() + ELLIPSIS


def pad(text: str, width: int, right: bool = False) -> str:
    """The text, filled with blanks to `width` cells."""
    fill = " " * (width - cell_len(text))
    return fill + text if right else text + fill
