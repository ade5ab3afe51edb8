"""Which items a list shows: filters that combine, and the order and depth in which a person reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from studyctl.core.models import STATUSES, Item, Kind
from studyctl.core.narrowing import ALL, ANY, SETTLED, Filters, fold, fold_path
from studyctl.errors import UsageError

if TYPE_CHECKING:
    from studyctl.core.models import Reason
    from studyctl.core.ports import Reader

SORTS = ("due", "priority")
DUE = ("overdue", "today", "week", ANY)  # or a day

Reasons = Callable[[Sequence[Item]], Mapping[str, "tuple[Reason, ...]"]]


class Listing(NamedTuple):
    """The rows of a list and what was left out of it."""

    items: tuple[Item, ...]
    depths: tuple[int, ...]
    statuses: tuple[str, ...]  # as this list sees them: a question among todos shows its box
    hidden: Mapping[str, int]  # settled status -> how many were left out
    total: int  # of what the filters let through; more than `items` where a limit cut them


def check_statuses(kinds: Sequence[Kind], words: Sequence[str]) -> tuple[str, ...]:
    """The statuses named by `words` (commas allowed); UsageError for one that none of the kinds has."""
    known = dict.fromkeys(status for kind in kinds for status in STATUSES[kind])
    named = [part.strip().casefold() for word in words for part in word.split(",") if part.strip()]
    for status in named:
        if status not in known and status != ALL:
            raise UsageError(f"--status {status}: no such status", f"one of {', '.join([*known, ALL])}")
    return tuple(named)


def due_by(word: str, today: str) -> str:
    """The last day that `--due WORD` means: what is due by then is listed, what is overdue included."""
    from datetime import date, timedelta

    named = word.strip().casefold()
    ahead = {"overdue": -1, "today": 0, "week": 6}
    if named == ANY:
        return ANY
    if named in ahead:
        return (date.fromisoformat(today) + timedelta(days=ahead[named])).isoformat()
    from studyctl.core.tasks import day

    known = day(named)
    if known is None:
        raise UsageError(f"--due {word}: no such day", f"one of {', '.join(DUE)}, or a day such as 2026-01-31")
    return known


def check_sort(word: str | None) -> str | None:
    """The order that `--sort` names."""
    if word is not None and word not in SORTS:
        raise UsageError(f"--sort {word}: no such order", f"one of {', '.join(SORTS)}")
    return word


def with_reasons(items: Sequence[Item], reasons: Mapping[str, tuple[Reason, ...]]) -> list[Item]:
    """The items, with `stale` as the status of those whose answer no longer holds."""
    if not reasons:
        return list(items)
    from dataclasses import replace

    return [
        replace(item, status="stale") if reasons.get(item.id) and item.status != "dropped" else item for item in items
    ]


def listed(
    reader: Reader,
    kinds: tuple[Kind, ...],
    filters: Filters,
    reasons: Reasons,
    *,
    ignored: bool = False,
    limit: int = 0,
) -> Listing:
    """The first `limit` (0: all) items of these kinds that pass the filters; only `ignored` ones, or none of them.

    What is open in a large workspace is not read beyond the limit, only counted.
    """
    if limit and not ignored and filters.by_default:
        items = reader.items(kinds, limit=limit + 1)
        if len(items) > limit:
            page = _selected(reader, kinds, items[:limit], filters, reasons)
            return page._replace(total=reader.count(kinds, settled=False))
    items = reader.items(kinds, ignored=ignored, filters=filters)
    if ignored:
        items = [item for item in items if item.ignored]
    return _cut(_selected(reader, kinds, items, filters, reasons, ignored=ignored), limit)


def _selected(
    reader: Reader,
    kinds: tuple[Kind, ...],
    items: Sequence[Item],
    filters: Filters,
    reasons: Reasons,
    *,
    ignored: bool = False,
) -> Listing:
    listing = select(with_reasons(items, reasons(items)), filters)
    below = [item.id for item in listing.items if item.parent is not None]
    if filters.sort or not below:
        return listing
    return listing._replace(depths=_depths(listing.items, reader.ancestors(kinds, below, ignored=ignored)))


def _cut(listing: Listing, limit: int) -> Listing:
    if not limit or len(listing.items) <= limit:
        return listing
    return listing._replace(
        items=listing.items[:limit], depths=listing.depths[:limit], statuses=listing.statuses[:limit]
    )


def select(items: Sequence[Item], filters: Filters) -> Listing:
    """The items that pass every filter, in the order of the notes, with their depth below one another."""
    of_kind = [i for i in items if not filters.kinds or i.kind in filters.kinds or i.also in filters.kinds]
    narrowed = [i for i in of_kind if _matches(i, filters)]
    shown: list[Item] = []
    statuses: list[str] = []
    hidden: dict[str, int] = {}
    for item in sorted(narrowed, key=_order(filters.sort)):
        kind, status = _as_listed(item, filters)
        if _wanted(kind, status, filters):
            shown.append(item)
            statuses.append(status)
        elif not filters.statuses:
            hidden[status] = hidden.get(status, 0) + 1
    # Sorted, what belongs together no longer stands together.
    depths = (0,) * len(shown) if filters.sort else _depths(shown, {item.id: item.parent for item in items})
    return Listing(tuple(shown), depths, tuple(statuses), hidden, len(shown))


def _order(sort: str | None) -> Callable[[Item], tuple[float | str, ...]]:
    """What a list is sorted by; what has no date comes last."""
    if sort is None:
        return lambda item: (item.position,)
    from studyctl.core.tasks import rank

    if sort == "due":
        return lambda item: (item.due or "~", rank(item.priority), item.position)
    return lambda item: (rank(item.priority), item.due or "~", item.position)


def _matches(item: Item, filters: Filters) -> bool:
    path = [fold(part) for part in item.topic]
    return (
        all(any(fold(word) in part for part in path) for word in filters.topics)
        and (not filters.notes or any(names_note(word, item.note) for word in filters.notes))
        and all(fold(word) in fold(item.text) for word in filters.match)
        and (filters.due is None or (item.due is not None and (filters.due == ANY or item.due <= filters.due)))
        and all(any(_is_tag(word, tag) for tag in item.tags) for word in filters.tags)
    )


def _is_tag(word: str, tag: str) -> bool:
    """Whether a tag is the one named, or below it: work/taxes is work, too."""
    wanted, known = fold(word.removeprefix("#")), fold(tag)
    return known == wanted or known.startswith(wanted + "/")


def _as_listed(item: Item, filters: Filters) -> tuple[Kind, str]:
    """The item's kind and status in this list: among todos, a question with a box is as its box says."""
    if item.also is not None and filters.kinds and item.kind not in filters.kinds:
        return item.also, item.also_status or "open"
    return item.kind, item.status


def _wanted(kind: Kind, status: str, filters: Filters) -> bool:
    if filters.statuses:
        return ALL in filters.statuses or status in filters.statuses
    return status not in SETTLED[kind]


def _depths(shown: Sequence[Item], parents: Mapping[str, str | None]) -> tuple[int, ...]:
    """How many of an item's ancestors are shown above it."""
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
    wanted = fold_path(word)
    path = fold(note)
    return (
        path == wanted
        or path.endswith("/" + wanted)
        or path.startswith(wanted + "/")
        or (path.startswith(("../", "/")) and f"/{wanted}/" in path)  # notes that lie outside of the workspace
        or PurePosixPath(path).stem == wanted
    )
