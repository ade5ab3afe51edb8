"""Which items a list shows: filters that combine, and the order and depth in which a person reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from studyctl.core.models import STATUSES, Item, Kind
from studyctl.errors import UsageError

if TYPE_CHECKING:
    from studyctl.core.models import Reason

# What a list leaves out unless it is asked for: what needs nothing more from the person.
SETTLED: dict[Kind, tuple[str, ...]] = {
    "question": ("dropped",),
    "todo": ("done", "dropped"),
    "reading": ("done", "dropped"),
    "claim": ("dropped",),
}
ALL = "all"


class Filters(NamedTuple):
    """What a list is asked for; every field narrows it further."""

    kinds: tuple[Kind, ...] = ()
    statuses: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    match: tuple[str, ...] = ()


class Listing(NamedTuple):
    """The rows of a list and what was left out of it."""

    items: tuple[Item, ...]
    depths: tuple[int, ...]
    statuses: tuple[str, ...]  # as this list sees them: a question among todos shows its box
    hidden: Mapping[str, int]  # settled status -> how many were left out
    total: int  # items of these kinds, whatever their status


def fold(text: str) -> str:
    """Text as filters compare it: composed, without case."""
    if text.isascii():
        return text.casefold()
    from unicodedata import normalize

    return normalize("NFC", text).casefold()


def check_statuses(kinds: Sequence[Kind], words: Sequence[str]) -> tuple[str, ...]:
    """The statuses named by `words` (commas allowed); UsageError for one that none of the kinds has."""
    known = dict.fromkeys(status for kind in kinds for status in STATUSES[kind])
    named = [part.strip().casefold() for word in words for part in word.split(",") if part.strip()]
    for status in named:
        if status not in known and status != ALL:
            raise UsageError(f"--status {status}: no such status", f"one of {', '.join([*known, ALL])}")
    return tuple(named)


def with_reasons(items: Sequence[Item], reasons: Mapping[str, tuple[Reason, ...]]) -> list[Item]:
    """The items, with `stale` as the status of those whose answer no longer holds."""
    if not reasons:
        return list(items)
    from dataclasses import replace

    return [
        replace(item, status="stale") if reasons.get(item.id) and item.status != "dropped" else item for item in items
    ]


def select(items: Sequence[Item], filters: Filters) -> Listing:
    """The items that pass every filter, in the order of the notes, with their depth below one another."""
    of_kind = [i for i in items if not filters.kinds or i.kind in filters.kinds or i.also in filters.kinds]
    narrowed = [i for i in of_kind if _matches(i, filters)]
    shown: list[Item] = []
    statuses: list[str] = []
    hidden: dict[str, int] = {}
    for item in sorted(narrowed, key=lambda i: i.position):
        kind, status = _as_listed(item, filters)
        if _wanted(kind, status, filters):
            shown.append(item)
            statuses.append(status)
        elif not filters.statuses:
            hidden[status] = hidden.get(status, 0) + 1
    return Listing(tuple(shown), _depths(shown, items), tuple(statuses), hidden, len(of_kind))


def _matches(item: Item, filters: Filters) -> bool:
    path = [fold(part) for part in item.topic]
    return (
        all(any(fold(word) in part for part in path) for word in filters.topics)
        and (not filters.notes or any(names_note(word, item.note) for word in filters.notes))
        and all(fold(word) in fold(item.text) for word in filters.match)
    )


def _as_listed(item: Item, filters: Filters) -> tuple[Kind, str]:
    """The item's kind and status in this list: among todos, a question with a box is as its box says."""
    if item.also is not None and filters.kinds and item.kind not in filters.kinds:
        return item.also, item.also_status or "open"
    return item.kind, item.status


def _wanted(kind: Kind, status: str, filters: Filters) -> bool:
    if filters.statuses:
        return ALL in filters.statuses or status in filters.statuses
    return status not in SETTLED[kind]


def _depths(shown: Sequence[Item], items: Sequence[Item]) -> tuple[int, ...]:
    """How many of an item's ancestors are shown above it."""
    parents = {item.id: item.parent for item in items}
    visible: set[str] = set()
    depths: list[int] = []
    for item in shown:
        depth, above, steps = 0, item.parent, 0
        while above is not None and steps < len(parents):
            depth += above in visible
            above = parents.get(above)
            steps += 1
        visible.add(item.id)
        depths.append(depth)
    return tuple(depths)


def names_note(word: str, note: str) -> bool:
    """Whether `word` names this note: its path or the end of it, its stem, or a folder above it."""
    wanted = fold(word.replace("\\", "/").removeprefix("./")).rstrip("/")
    path = fold(note)
    return (
        path == wanted
        or path.endswith("/" + wanted)
        or path.startswith(wanted + "/")
        or PurePosixPath(path).stem == wanted
    )
