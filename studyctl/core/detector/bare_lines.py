"""Lists without marks: short lines below a label, each a thing of its own ("buy:", and a line for each thing).

Markdown reads such lines as one paragraph. Their writer broke them on purpose, which shows: the next word would have
had room where the line before ended.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from studyctl.core import ties
from studyctl.core.scanner import Line

_WIDE = re.compile("[\u1100-\uffdc]")
_FIRST_WORD = re.compile(r"\S+")
# Columns within which nobody has to break a line.
_ROOM = 56
_ROOM_EAST = 70
# A clause does not end in one of these; nor does one begin with a small letter, outside of lists.
_GOES_ON = frozenset(",，、;:：；(（はをにがのでとや은는이가을를의에와과고며서的和把")
# Signs with which the lines of a list begin, or a part of a note.
_SIGNS = frozenset("■◆◇▼◎▶▷►◈◉▣★☆#|<>")
LONGEST = 76  # columns of a line that is a thing by itself
LONGEST_WORK = 140  # where it is one that is to be read: author, title, place
_MOST = 40  # such lines below one label


def width(text: str) -> int:
    """How many columns a text takes; characters of East Asia take two."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def broken(before: str, text: str, *, indented: bool = False) -> bool:
    """Whether a line ended on purpose: the first word of the next one would have had room behind it."""
    taken = width(before)
    room = _ROOM if before.isascii() else _ROOM_EAST
    if taken >= room or before[-1:] in _GOES_ON:
        return False
    if "a" <= text[:1] <= "z" and not indented and before.isascii():
        return False
    first = _FIRST_WORD.match(text)
    word = first[0] if first else ""
    # In East Asia, a line may be broken within what has no blanks.
    return taken + min(width(word), 12 if word.isascii() else 4) < room


def listed(lines: Sequence[Line], hidden: Sequence[int], index: int, longest: int = LONGEST) -> list[str]:
    """The lines from this one on where they are a list without marks: none of them too long to be a thing."""
    found: list[str] = []
    for line, masked in zip(lines[index : index + 2 * _MOST], hidden[index : index + 2 * _MOST], strict=True):
        text = line.text
        if "studyctl:answer" in text and ties.is_own_answer(line.raw):
            continue
        if masked or line.blank or line.bullet is not None or line.level or line.rule or line.quote:
            break
        if "experiments/" in text or "studyctl:" in text:
            text = ties.strip_ties(text).rstrip()
        if not text or width(text) > longest or "|" in text or text[0] in _SIGNS or text[-1] in ":：":
            return []
        found.append(text)
    return found if len(found) <= _MOST else []
