"""What a search shows: the hits of the index that pass the filters, each with the place that has most of the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from studyctl.app.lists import select, with_reasons
from studyctl.core.models import KINDS, Item, Kind
from studyctl.core.narrowing import ALL, Filters
from studyctl.core.search import Found, Hit, Place, Query, Result, choose
from studyctl.errors import UsageError

if TYPE_CHECKING:
    from studyctl.core.models import Reason
    from studyctl.core.ports import Reader
    from studyctl.core.search import Part

FINDING = "finding"
SEARCHED = (*KINDS, FINDING)
# Items are read and filtered so many at a time: a common word stands in most items of a large workspace.
STEP = 200
_PARTS: dict[str, Part] = {"context": "context", "source": "source", "answer": "noted"}

Reasons = Callable[[Sequence[Item]], Mapping[str, "tuple[Reason, ...]"]]


def check_kinds(words: Sequence[str]) -> tuple[tuple[Kind, ...], bool]:
    """The kinds of items that `words` name (commas allowed; all without any), and whether findings are wanted."""
    named = [part.strip().casefold() for word in words for part in word.split(",") if part.strip()]
    singular = [name.removesuffix("s") for name in named]
    for name, one in zip(named, singular, strict=True):
        if one not in SEARCHED:
            raise UsageError(f"--kind {name}: no such kind", f"one of {', '.join(SEARCHED)}")
    if not singular:
        return KINDS, True
    return tuple(kind for kind in KINDS if kind in singular), FINDING in singular


def search(
    reader: Reader,
    query: Query,
    filters: Filters,
    *,
    findings: bool = True,
    limit: int = 0,
    reasons: Reasons = lambda items: {},
) -> Found:
    """The best `limit` (0: all) of what has all the words and passes the filters, best first.

    Without kinds in the filters no item is wanted. A finding has its verdict for a status; as it stands in no note and
    below no topic, it passes no filter of these.
    """
    hits = reader.search(query)
    passing = _passing(reader, hits.found, filters, findings, reasons)
    chosen = list(islice(passing, limit + 1) if limit else passing)
    more = bool(limit) and len(chosen) > limit
    results = [_result(reader, one, query) for one in (chosen[:limit] if more else chosen)]
    return Found(tuple(results), len(hits.found), more, hits.pending)


_Passed = tuple[Hit, Item | None, str]  # with its status


def _passing(
    reader: Reader, hits: Sequence[Hit], filters: Filters, findings: bool, reasons: Reasons
) -> Iterator[_Passed]:
    wanted = filters if filters.statuses else filters._replace(statuses=(ALL,))
    for start in range(0, len(hits), STEP):
        step = hits[start : start + STEP]
        listed: dict[str, tuple[Item, str]] = {}
        ids = [hit.item for hit in step if hit.item is not None]
        if ids and filters.kinds:
            items = reader.items(ids=ids)
            listing = select(with_reasons(items, reasons(items)), wanted)
            listed = {item.id: (item, status) for item, status in zip(listing.items, listing.statuses, strict=True)}
        for hit in step:
            if hit.item in listed:
                yield hit, *listed[hit.item]
            elif hit.finding is not None and findings and not filters.topics and not filters.notes:
                verdict = hit.finding.verdict or ""
                if ALL in wanted.statuses or verdict in wanted.statuses:
                    yield hit, None, verdict


def _result(reader: Reader, passed: _Passed, query: Query) -> Result:
    hit, item, status = passed
    if item is None:
        assert hit.finding is not None
        places = [Place("finding", hit.finding.text)]
        if hit.finding.claim:
            places.append(Place("claim", hit.finding.claim))
    else:
        places = [Place("text", item.text, line=item.line), *_around(reader, item)]
    title, best = choose(places, query)
    return Result(hit.score, status, title, best, item, hit.finding)


def _around(reader: Reader, item: Item) -> Iterator[Place]:
    """Where else its words may stand, what says most about it first."""
    whole = reader.item(item.id) or item
    for detail in whole.details:
        yield Place(_PARTS[detail.role], detail.text, line=detail.line)
    if item.answer is not None and (answer := reader.answer(item.id)) is not None:
        yield Place("answer", answer.conclusion)
    for heading in reversed(item.topic):
        yield Place("topic", heading)
