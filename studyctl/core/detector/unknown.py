"""What a person often writes above lists and before lines that no rule knows: habits that could be named.

Rules know what everybody does; how one person heads lists and marks lines is known only to that person. Whoever names
a head or a mark once (`studyctl label add`) has it found in all notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from studyctl.core.detector.blocks import Node
from studyctl.core.detector.detect import judge_note
from studyctl.core.detector.habits import NONE, Habits
from studyctl.core.detector.items import Judged
from studyctl.core.detector.labels import clean
from studyctl.core.detector.sources import only_links

What = Literal["head", "mark"]

LONGEST_HEAD = 70  # characters
FEWEST_LINES = 2  # below a head
FEWEST_MARKED = 3  # lines, in all notes
# A sign that stands before words, or a short word and its colon. What Markdown means something by is none of them.
_MARK = re.compile(
    r"(?:[-=]+>|>>+|<-+|[^\w\s*_`\[\](){}<>|$\\\"'“”‘’「」『』《》〈〉.,;:!…#~^/&=+、。，：；！@%–—-]{1,3}|[?？!！]{1,3}"
    r"|[^\W\d_][\w.]{0,11}[:：](?!/))(?=\s|\w)",
)
_NAMELESS = re.compile(r"[\W\d]*")  # a date, a number


@dataclass(slots=True)
class Habit:
    """Something that a person writes above lists (a head) or before lines (a mark)."""

    what: What
    text: str  # as it was first written
    note: str  # where it was first seen
    line: int
    first: str  # the first line below it, or behind it
    places: int = 0  # how many heads, or marked lines
    lines: int = 0  # below all of them
    notes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Seen:
    what: What
    text: str
    line: int
    first: str
    lines: int


def habits_in(notes: Iterable[tuple[str, bytes]], habits: Habits = NONE) -> list[Habit]:
    """Heads of lists that no rule knows, and marks that stand before lines again and again; most lines first."""
    found: dict[tuple[What, str], Habit] = {}
    for note, source in notes:
        _, judged = judge_note(source, note, habits)
        for seen in (*_heads(judged), *_marks(judged)):
            key = seen.what, clean(seen.text).casefold() if seen.what == "head" else seen.text.casefold()
            habit = found.setdefault(key, Habit(seen.what, seen.text, note, seen.line, seen.first))
            habit.places += 1
            habit.lines += seen.lines
            habit.notes.add(note)
    told = [each for each in found.values() if each.what == "head" or each.places >= FEWEST_MARKED]
    return sorted(told, key=lambda each: (-each.places, -each.lines, each.note, each.line))


def _heads(judged: list[Judged]) -> Iterator[_Seen]:
    by_node = {id(one.node): one for one in judged}
    for head, below in _lists(one.node for one in judged):
        one = by_node[id(head)]
        words = clean(head.text)
        if one.item is not None or one.role == "label" or len(words) > LONGEST_HEAD or _NAMELESS.fullmatch(words):
            continue
        if one.zone.scope != "free" or (one.above is not None and one.above.zone.scope != "free"):
            continue  # something said already what stands there
        if len(below) < FEWEST_LINES or _told(below, by_node) or _is_title(head):
            continue
        yield _Seen("head", words, head.line.number, below[0].text, len(below))


def _lists(nodes: Iterable[Node]) -> Iterator[tuple[Node, list[Node]]]:
    """Each list with what stands above it: a heading, a bullet, or the line before it."""
    for node in nodes:
        below = [child for child in node.children if child.kind == "bullet"]
        led = [child for child in below if child.lead is not None]
        if node.kind in ("heading", "bullet") and len(led) < len(below):
            yield node, [child for child in below if child.lead is None]
        for lead in dict.fromkeys(id(child.lead) for child in led):
            own = [child for child in led if id(child.lead) == lead]
            if own[0].lead is not None and not own[0].lead.starts:
                yield own[0].lead, own


def _told(below: list[Node], by_node: dict[int, Judged]) -> bool:
    """Whether a list says by itself what it holds, or holds nothing that could be done, read or asked."""
    if any(by_node[id(child)].item is not None or child.line.box is not None for child in below):
        return True
    idle = sum((child.says and not child.asks) or only_links(child.raw) or bool(child.children) for child in below)
    return 2 * idle > len(below)


def _is_title(head: Node) -> bool:
    alone = head.kind == "heading" and head.level == 1 and head.before is None
    return alone and head.parent is not None and head.parent.kind == "root"


def _marks(judged: list[Judged]) -> Iterator[_Seen]:
    for one in judged:
        node = one.node
        if node.kind not in ("bullet", "para") or one.item is not None or one.role in ("label", "answer"):
            continue
        found = _MARK.match(node.raw)
        if found is None or not (behind := node.raw[found.end() :].strip()):
            continue
        yield _Seen("mark", found.group().strip(), node.line.number, behind, 1)
