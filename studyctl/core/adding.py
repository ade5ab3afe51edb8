"""A new line in a note: where `todo add` and `question add` put it, and how it looks there.

It follows what stands around it: the bullet, the indentation, boxes or none, line ends. Where the note has no fitting
label, a section is put at its end. Afterwards the note is read as a sync would read it: the line must be found as what
was added, and everything else must still be found; else it is refused, with the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from studyctl.core import states
from studyctl.core.detector import masking
from studyctl.core.detector.blocks import Node
from studyctl.core.detector.detect import detect
from studyctl.core.detector.habits import NONE, Habits
from studyctl.core.detector.labels import Label, label_of
from studyctl.core.detector.outline import Outline
from studyctl.core.models import Found, Kind
from studyctl.core.ports import Edit
from studyctl.core.rewrite import apply
from studyctl.core.scanner import BOM, SIGN_BOXES, Line, decode, scan
from studyctl.errors import NoteError, NotFoundError, UsageError

# What a section is called where the note has none to follow.
SECTIONS: dict[Kind, str] = {"todo": "Todo", "question": "Questions", "reading": "To read", "claim": "Claims"}

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ufeff]+")
_OWN_MARKS = re.compile(r"(?:(?:[-*+•]|\d{1,3}[.)])\s+(?=\S))?(?:\[[ xX/\->!]\]\s+(?=\S))?")
# What would begin something else than text at the beginning of a list item.
_STRUCTURE = re.compile(r"#{1,6}(?=\s|$)|>|```|~~~|\||<!--|<[A-Za-z/!?]|\$\$|%%")
_NUMBER = re.compile(r"([(（]?)(\d{1,3})([.)．、）])")
_RING = re.compile("[①-⑲]")


def add(
    note: str,
    source: bytes,
    text: str,
    kind: Kind,
    *,
    under: int | str | None = None,
    habits: Habits = NONE,
) -> Edit:
    """The edit that adds an item: below the line `under`, below the heading or bullet that says so, or where the
    note keeps such items."""
    words = one_line(text)
    page = Page(note, source, habits)
    if under is None:
        place = page.place_of(kind)
    elif isinstance(under, int):
        place = page.below(page.node_at(under), kind)
    else:
        place = page.below(page.node_called(under), kind)
    edit = page.insert(place, words)
    try:
        page.check(edit, kind, place)
    except NoteError:
        # Not every plain line is a todo, and some texts are labels themselves ("next steps"): a box says it.
        if kind != "todo" or place.head.endswith("] "):
            raise
        place = replace(place, head=f"{place.head}[ ] ")
        edit = page.insert(place, words)
        page.check(edit, kind, place)
    return edit


def _counted_on(bullet: str) -> str:
    """The bullet of the line behind one: "2." behind "1.", "②" behind "①", else the same."""
    if numbered := _NUMBER.fullmatch(bullet):
        return f"{numbered[1]}{int(numbered[2]) + 1}{numbered[3]}"
    return chr(ord(bullet) + 1) if _RING.fullmatch(bullet) else bullet


def one_line(text: str) -> str:
    """A person's text as one line that begins nothing else: no bullet or box of its own, no heading, no fence."""
    words = " ".join(_CONTROLS.sub(" ", text).split())
    if marks := _OWN_MARKS.match(words):
        words = words[marks.end() :]
    if not words:
        raise UsageError("there is no text to add", 'say what it is: studyctl todo add "compare the anchors"')
    return f"\\{words}" if _STRUCTURE.match(words) else words


def _plain(bullets: Sequence[Node]) -> bool:
    """Whether nothing among the bullets has a box."""
    return all(one.line.box is None for one in bullets)


@dataclass(slots=True)
class Place:
    """Where a line goes, and how it begins."""

    after: int  # index of the line that it is put behind; -1 for an empty note
    head: str  # indentation, bullet, box
    before: list[str] = field(default_factory=list)  # lines between, such as a section's heading


class Page:
    """A note and its outline."""

    def __init__(self, note: str, source: bytes, habits: Habits) -> None:
        self.note = note
        self.source = source
        self.habits = habits
        self.extra = habits.heads()
        self.text = decode(source)
        self.lines = scan(source)
        self.mask = masking.mask(self.text, self.lines)
        self.nodes = Outline(self.lines, self.mask, self.extra, signs=habits.signs()).build()

    # Finding the place

    def node_at(self, number: int) -> Node:
        for node in self.nodes:
            if node.line.number <= number <= node.last + 1:
                return node
        raise NotFoundError(f"{self.note} has nothing in line {number} to add to", "name a heading or a bullet")

    def line_above(self, number: int) -> int | None:
        """The line of the heading or bullet that a line stands below."""
        node = next((node for node in self.nodes if node.line.number == number), None)
        above = node.parent if node else None
        return above.line.number if above is not None and above.kind != "root" else None

    def node_called(self, words: str) -> Node:
        """The heading or bullet that says `words`; one that says just that goes before one that contains it."""
        wanted = words.casefold().strip()
        candidates = [node for node in self.nodes if node.kind in ("heading", "bullet", "callout")]
        said = [(states.strip_marker(node.prose).casefold().strip(" :：*_#"), node) for node in candidates]
        for found in ([n for s, n in said if s == wanted], [n for s, n in said if wanted in s]):
            if len(found) == 1:
                return found[0]
            if found:
                lines = ", ".join(str(node.line.number) for node in found[:6])
                raise UsageError(
                    f'"{words}" stands in {self.note} more than once: lines {lines}', "say more of it, or name an item"
                )
        raise NotFoundError(f'no heading or bullet of {self.note} says "{words}"', "name one that stands there")

    def place_of(self, kind: Kind) -> Place:
        """Below the note's own label of that kind, else in a section of its own at the end."""
        labelled = [node for node in self.nodes if self._labels(node, kind)]
        if labelled:
            return self.below(next((n for n in labelled if n.kind == "heading"), labelled[0]), kind)
        return self._new_section(kind)

    def _labels(self, node: Node, kind: Kind) -> bool:
        if node.kind not in ("heading", "bullet") or (node.kind == "bullet" and not node.children):
            return False
        label = self._label(node)
        return label is not None and label.scope == kind and label.mark == "open" and not label.weak

    def _label(self, node: Node) -> Label | None:
        return label_of(node.prose, self.extra)

    def _new_section(self, kind: Kind) -> Place:
        levels = [node.level for node in self.nodes if node.kind == "heading" and node.level <= 6]
        below_title = [level for level in levels if level > 1] or [2]
        box = "[ ] " if kind == "todo" else ""
        filled = [line.number - 1 for line in self.lines if not line.blank or line.rule]
        heading = f"{'#' * min(below_title)} {SECTIONS[kind]}"
        if not filled:
            return Place(-1, f"- {box}", [heading, ""])
        return Place(filled[-1], f"- {box}", ["", heading, ""])

    def below(self, node: Node, kind: Kind) -> Place:
        if node.kind == "row":
            raise UsageError(
                f"{self.note}:{node.line.number} is a row of a table: nothing can stand below it", "name a heading"
            )
        bullets = [child for child in node.children if child.kind == "bullet"]
        if bullets:
            sibling = bullets[-1]
            return Place(self._end(sibling), self._like(sibling, kind, node))
        box = "[ ] " if kind == "todo" else ""
        if node.kind == "bullet":
            around = [one for one in node.parent.children if one.kind == "bullet"] if node.parent else [node]
            box = "" if _plain(around) else box
            return Place(self._end(node), f"{self._inner(node.line)}{box}")
        own = [child for child in node.children if child.kind != "heading"]
        quote = "> " * node.line.quote
        last = self._end(own[-1]) if own else node.last
        return Place(last, f"{quote}- {box}", [quote.rstrip()] if node.kind != "callout" or own else [])

    def _end(self, node: Node) -> int:
        """Index of the last line that belongs to a node, code blocks within it included."""
        last = node.last
        for child in node.children:
            last = max(last, self._end(child))
        at = last + 1
        while at < len(self.lines):
            line = self.lines[at]
            if self.mask.hidden[at] and not line.blank and line.indent > node.line.indent:
                last = at
            elif not line.blank and not self.mask.hidden[at]:
                break
            at += 1
        return last

    # How the line begins

    def _like(self, sibling: Node, kind: Kind, above: Node) -> str:
        """The beginning of the sibling's line, its number counted on, with a box where one is due."""
        line = sibling.line
        if line.bullet is None:
            return line.raw[: line.text_start]  # a line of a list without marks
        bullet = _counted_on(line.raw[line.bullet_start : line.bullet_end])
        if line.box is not None and line.raw[line.box_start] in SIGN_BOXES:
            held = line.raw[: line.box_start] if kind == "todo" or line.box_start > line.bullet_start else "- "
            return held + ("☐ " if kind == "todo" else "")
        gap_end = line.box_start if line.box is not None else line.text_start
        head = (
            line.raw[: line.bullet_start]
            + bullet
            + (line.raw[line.bullet_end : gap_end] or ("" if bullet == "・" else " "))
        )
        if kind != "todo":
            return head
        siblings = [child for child in above.children if child.kind == "bullet"]
        if all(states.marker_of(child.line.text) for child in siblings):
            return f"{head}TODO "
        # Where a plain line is no todo, `add` sees it when it reads the note, and puts a box.
        return head if _plain(siblings) else f"{head}[ ] "

    def _inner(self, line: Line) -> str:
        """Indentation and bullet of a bullet's first child, in the measure of the closest that is indented alike.

        A Japanese dot stands before its text without a blank; numbers and boxes have children with plain bullets.
        """
        outer = line.raw[: line.bullet_start]
        bullet = line.bullet if line.bullet and line.bullet in "-*+•◦‣▪●・" else "-"
        steps: list[tuple[bool, int, str]] = []
        for node in self.nodes:
            above = node.parent
            if node.kind == "bullet" and above is not None and above.kind == "bullet":
                shallow = above.line.raw[: above.line.bullet_start]
                deep = node.line.raw[: node.line.bullet_start]
                if deep.startswith(shallow) and len(deep) > len(shallow):
                    unlike = shallow[-1:] != outer[-1:]
                    steps.append((unlike, abs(node.line.number - line.number), deep[len(shallow) :]))
        step = min(steps)[2] if steps else " " * max(2, len(line.bullet or "") + 1)
        return outer + step + (bullet if bullet == "・" else f"{bullet} ")

    # Writing it

    def insert(self, place: Place, words: str) -> Edit:
        added = [*place.before, place.head + words]
        if place.after < 0:
            end = "\r\n" if "\r\n" in self.text else "\n"
            offset = 3 if self.text.startswith(BOM) else 0
            return Edit(self.note, offset, self.source[offset:], (end.join(added) + end).encode())
        line = self.lines[place.after]
        last = place.after == len(self.lines) - 1 and not self.text.endswith("\n")
        returns = self.lines[place.after - 1 if last else place.after].raw.endswith("\r")
        raw = line.raw
        if last:
            raw += "".join(("\r\n" if returns else "\n") + text for text in added)
        else:
            raw += "".join(f"\n{text}" + ("\r" if returns else "") for text in added)
        return Edit(self.note, line.byte, line.raw.encode(), raw.encode())

    def check(self, edit: Edit, kind: Kind, place: Place) -> None:
        """Read the note with and without the line: it must be what it is meant to be, and change nothing else."""

        def read(source: bytes) -> tuple[Found, ...]:
            return detect(source, self.note, self.habits).found

        number = place.after + 2 + len(place.before)
        after = read(apply([edit], self.source))
        before = Counter((found.kind, found.norm) for found in read(self.source))
        lost = before - Counter((found.kind, found.norm) for found in after)
        if lost:
            kind_lost, norm = next(iter(lost))
            raise NoteError(
                f'with a line at {self.note}:{number}, "{norm[:60]}" would no longer be read as a {kind_lost}',
                "what has other items below it is a topic unless it is worded as an item; a comment or a code block "
                "hides what follows: add it elsewhere with --note or --under",
            )
        mine = [found for found in after if found.line == number]
        if not any(kind in (found.kind, found.also) for found in mine):
            read_as = f"a {mine[0].kind}" if mine else "no item"
            hint = {
                "question": "end it with a question mark, or add it elsewhere with --note or --under",
                "claim": "a claim stands below its question and says what is so: --under Q1",
            }.get(kind, "add it elsewhere with --note or --under")
            raise NoteError(f"in {self.note}:{number} this would be read as {read_as}, not as a {kind}", hint)
