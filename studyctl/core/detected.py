"""What detection finds in one note, before anything has an id. Import these from `studyctl.core.models`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studyctl.core.models import Detail, Kind, Mark, Tie


@dataclass(frozen=True, slots=True)
class Found:
    """An item as it stands in one note, before it has an id."""

    kind: Kind
    also: Kind | None
    text: str  # what a person reads: no bullet, box, marker, tie or anchor
    norm: str  # what identity compares: NFC, casefold, single spaces
    line: int  # first line, from 1
    last_line: int  # last line of the item's own text (lazy continuations)
    parent: int | None  # index of the item above it, in the same note's list
    topic: tuple[str, ...]  # headings and parent bullets that are no items, outermost first
    mark: Mark
    box: str | None  # the character in its checkbox, None without one
    rule: str  # which rule found it, e.g. "question-label.leaf"
    confidence: Literal["high", "low"] = "high"
    ties: tuple[Tie, ...] = ()
    details: tuple[Detail, ...] = ()
    anchor: str | None = None  # the explicit ` ^sq-…` anchor
    due: str | None = None  # YYYY-MM-DD; this and the next two are added by `core.tasks`
    priority: str | None = None  # one of tasks.PRIORITIES
    tags: tuple[str, ...] = ()  # without "#"


@dataclass(frozen=True, slots=True)
class NoteProblem:
    """Something about a note that a person should know; never an exception."""

    note: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one note says: its items in document order."""

    note: str  # relative to the workspace, with forward slashes
    found: tuple[Found, ...]
    problems: tuple[NoteProblem, ...] = ()
