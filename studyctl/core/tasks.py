"""Due dates, priorities and tags of an item, as obsidian-tasks, Kanban, Dataview, Logseq and todo.txt write them.

Read from the item's own lines as they stand in the note: what stands at the end of a task is no part of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from studyctl.core.models import Found, Reading
from studyctl.core.states import marker_of
from studyctl.core.ties import code_spans, strip_ties

Priority = Literal["highest", "high", "medium", "low", "lowest"]
PRIORITIES: tuple[Priority, ...] = ("highest", "high", "medium", "low", "lowest")
# Where an item without a priority stands among the others: obsidian-tasks calls it normal.
NORMAL = 2.5

_SIGNS: dict[str, Priority] = {"🔺": "highest", "⏫": "high", "🔼": "medium", "🔽": "low", "⏬": "lowest"}
_WORDS: dict[str, Priority] = {word: word for word in PRIORITIES}
_LETTERS: dict[str, Priority] = {"A": "high", "B": "medium", "C": "low"}
_DAY = r"(\d{4}-\d{2}-\d{2})"
_DUE = re.compile(
    rf"[📅📆🗓]\ufe0f?\s?{_DAY}"
    rf"|(?<![\w:])[Dd][Uu][Ee]::?\s?{_DAY}"
    rf"|(?<!\S)@(?:due)?\{{{_DAY}\}}"
    rf"|(?<!\S)@due\({_DAY}[^()\n]*\)"
    rf"|(?<!\S)@\[\[{_DAY}\]\]"
    rf"|\bDEADLINE:\s*<{_DAY}[^<>\n]*>"
)
_PRIORITY = re.compile(
    r"(?P<sign>[🔺⏫🔼🔽⏬])|(?<!\S)\[#(?P<logseq>[ABC])\](?!\S)"
    r"|[\[(]priority::\s?(?P<word>highest|high|medium|low|lowest)\s?[\])]"
)
_TODO_TXT = re.compile(r"\(([A-Z])\)(?=\s)")
# As Obsidian has them: at least one character that is no digit.
_TAG = re.compile(r"(?<!\S)#(?:\[\[(?P<long>[^\[\]\n]+)\]\]|(?P<tag>(?=[^\s#]*[^\W\d])[\w/-]+))")
_HINT = re.compile(r"[#@📅📆🗓🔺⏫🔼🔽⏬(]|due:|DEADLINE|priority::", re.IGNORECASE)
_HEAD = re.compile(r"[\s>]*(?:(?:[-*+•]|\d{1,9}[.)])\s+)?(?:\[.\]\s+)?")
# What Logseq and org put below a task: its planning and its properties.
_PLANNING = re.compile(r"[\s>]*(?:(?:DEADLINE|SCHEDULED|CLOSED):\s*<|[\w-]+:: |:[A-Z-]+:)")
_MOST = 6  # such lines that are looked at


def day(text: str) -> str | None:
    """The text where it is a day of the calendar."""
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else None
    except ValueError:
        return None


def due_of(text: str) -> str | None:
    """The day by which it is to be done: the first that is one."""
    for found in _DUE.finditer(text):
        known = day(next(group for group in found.groups() if group))
        if known:
            return known
    return None


def priority_of(text: str) -> Priority | None:
    """How urgent it is said to be, where that is said."""
    if found := _PRIORITY.search(text):
        if found["sign"]:
            return _SIGNS[found["sign"]]
        return _LETTERS[found["logseq"]] if found["logseq"] else _WORDS[found["word"]]
    head = _HEAD.match(text)
    rest = text[head.end() :] if head else text
    marker = marker_of(rest)
    if letter := _TODO_TXT.match(rest, marker.text_start if marker else 0):
        return _LETTERS.get(letter[1], "lowest")
    return None


def tags_of(text: str) -> tuple[str, ...]:
    """Its tags without `#`, each once, in their order; the words that mark a task are none."""
    named = (found["long"] or found["tag"] for found in _TAG.finditer(text))
    return tuple(dict.fromkeys(name for name in named if marker_of(f"#{name} ") is None))


def rank(priority: str | None) -> float:
    """The place of a priority in a sorted list: the most urgent first."""
    return PRIORITIES.index(priority) if priority in PRIORITIES else NORMAL


def planned(reading: Reading, source: bytes) -> Reading:
    """The items of a note with their due dates, priorities and tags."""
    if not reading.found:
        return reading
    lines = source.split(b"\n")
    return replace(reading, found=tuple(_planned(found, lines) for found in reading.found))


def _planned(found: Found, lines: Sequence[bytes]) -> Found:
    own = [_shown(raw) for raw in lines[found.line - 1 : max(found.last_line, found.line)]]
    below = list(_planning(lines[max(found.last_line, found.line) :]))
    if not any(_HINT.search(text) for text in (*own, *below)):
        return found
    due = next((known for text in (*own, *below) if (known := due_of(text))), None)
    priority = next((known for text in own if (known := priority_of(text))), None)
    tags = tuple(dict.fromkeys(tag for text in own for tag in tags_of(text)))
    if due is None and priority is None and not tags:
        return found
    return replace(found, due=due, priority=priority, tags=tags)


def _planning(following: Sequence[bytes]) -> Iterable[str]:
    for raw in following[:_MOST]:
        text = raw.decode("utf-8", "replace")
        if not _PLANNING.match(text):
            return
        yield text


def _shown(raw: bytes) -> str:
    """A line without its code and its links to experiments: neither says when it is due."""
    text = strip_ties(raw.decode("utf-8", "replace").rstrip("\r"))
    for start, end in reversed(code_spans(text)):
        text = f"{text[:start]}{'`' * (end - start)}{text[end:]}"
    return text
