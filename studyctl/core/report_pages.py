"""What a report shows: the notes' tree with all that is known of its items, and the runs that answers rest on.

Pure: `tree` puts items below their headings as the note has them; the rest are values for the view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from studyctl.core.acceptance import Acceptance
from studyctl.core.answers import Choice
from studyctl.core.models import Answer, Item, Kind, Reason, Run

# What a question or claim whose evidence decided it can be.
ANSWERED = ("answered", "supported", "refuted", "inconclusive", "mixed")
WAITING = ("open", "doing", "noted", "unchecked")


@dataclass(frozen=True, slots=True)
class Entry:
    """An item with everything that is known of it, and the items below it."""

    item: Item  # with details; its status says stale where it is
    answer: Answer | None = None
    reasons: tuple[Reason, ...] = ()
    newer: tuple[Choice, ...] = ()  # runs that count and that the answer does not rest on
    missing: tuple[str, ...] = ()  # tied experiments without a finding for it
    accepted: Acceptance | None = None  # what a person found harmless, for this very answer
    below: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A heading or a bullet of a note, with what stands below it."""

    title: str
    number: str  # "3-1-2": its place in the report
    body: tuple[Entry | Topic, ...]


@dataclass(frozen=True, slots=True)
class NotePart:
    """One note."""

    note: str  # its path
    title: str
    number: str
    body: tuple[Entry | Topic, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a run, as the report holds it."""

    file: str  # in the report's folder
    source: Path
    title: str
    sha256: str
    width: int = 0  # 0: not known
    height: int = 0

    @property
    def linked(self) -> bool:
        """Whether it can be opened by itself: an SVG that came from elsewhere may hold a script, a PNG does not."""
        return self.file.endswith(".png")


@dataclass(frozen=True, slots=True)
class Cited:
    """A run that answers rest on."""

    run: Run
    cited_by: tuple[str, ...]  # ids of items
    figures: tuple[Figure, ...] = ()
    absent: tuple[str, ...] = ()  # titles of figures that were recorded and are not here
    altered: tuple[str, ...] = ()  # titles of figures whose files are not as they were recorded

    @property
    def number(self) -> str:
        """What names it in the report."""
        return self.run.id[:12]


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    title: str
    notes: tuple[NotePart, ...]
    runs: Mapping[str, Cited]  # by id, newest first
    counts: Mapping[Kind, Mapping[str, int]]
    last_run: str | None  # when the newest cited run began
    partly: bool = False  # only some items were asked for
    answered: tuple[Entry, ...] = field(default=())  # the entries with an answer, in the order of the notes


def tree(items: Sequence[Item], entries: Mapping[str, Entry]) -> tuple[NotePart, ...]:
    """The notes, each with its headings and items in the order of the note; `entries` are without what is below."""
    shown = {item.id for item in items}
    below: dict[str | None, list[Item]] = {}
    notes: dict[str, list[Item]] = {}
    for item in items:
        if item.parent in shown:
            below.setdefault(item.parent, []).append(item)
        else:
            notes.setdefault(item.note, []).append(item)

    def entry(item: Item) -> Entry:
        one = entries[item.id]
        inner = tuple(entry(child) for child in below.get(item.id, ()))
        return replace(one, below=inner)

    parts = []
    for number, (note, found) in enumerate(notes.items(), 1):
        title, cut = _title(note, found)
        rows = [(item.topic[cut:], entry(item)) for item in found]
        parts.append(NotePart(note, title, str(number), _topics(rows, str(number))))
    return tuple(parts)


def _title(note: str, items: Sequence[Item]) -> tuple[str, int]:
    """The heading that everything in the note stands below, else its file's name; and how many headings that is."""
    firsts = {item.topic[:1] for item in items}
    if len(firsts) == 1 and (only := firsts.pop()):
        return only[0], 1
    return note.rpartition("/")[2].rpartition(".")[0] or note, 0


def _topics(rows: Sequence[tuple[tuple[str, ...], Entry]], number: str) -> tuple[Entry | Topic, ...]:
    """Rows of one level: those without a heading as they are, the others below theirs."""
    body: list[Entry | Topic] = []
    count = at = 0
    while at < len(rows):
        path, entry = rows[at]
        if not path:
            body.append(entry)
            at += 1
            continue
        end = at
        while end < len(rows) and rows[end][0][:1] == path[:1]:
            end += 1
        count += 1
        inner = f"{number}-{count}"
        body.append(Topic(path[0], inner, _topics([(p[1:], e) for p, e in rows[at:end]], inner)))
        at = end
    return tuple(body)


def entries_of(body: Sequence[Entry | Topic]) -> list[Entry]:
    """Every entry of a part, those below others too, in the order of the note."""
    found: list[Entry] = []
    pending: list[Entry | Topic] = list(reversed(body))
    while pending:
        one = pending.pop()
        if isinstance(one, Entry):
            found.append(one)
            pending += reversed(one.below)
        else:
            pending += reversed(one.body)
    return found


def with_what_is_below(chosen: Sequence[str], items: Sequence[Item]) -> list[Item]:
    """The chosen items and all below them."""
    wanted = set(chosen)
    for item in items:  # a parent stands before its children
        if item.parent in wanted:
            wanted.add(item.id)
    return [item for item in items if item.id in wanted]
