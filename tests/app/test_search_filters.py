"""Which hits of a search pass the filters, and where their words are said to stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from studyctl.app.lists import Filters
from studyctl.app.search import STEP, check_kinds, search
from studyctl.core.models import KINDS, Answer, Detail, Item, Reason
from studyctl.core.search import Found, FoundFinding, Hit, Hits, Query, Result, parse
from studyctl.errors import UsageError


def item(item_id: str, text: str, **changed: Any) -> Item:
    kinds = {"Q": "question", "T": "todo", "R": "reading", "C": "claim"}
    plain = Item(
        id=item_id,
        kind=kinds[item_id[0]],  # type: ignore[arg-type]
        also=None,
        text=text,
        norm=text,
        note="notes/a.md",
        line=3,
        parent=None,
        topic=("Title", "yolo"),
        position=int(item_id[1:]),
        mark="open",
        box=None,
        rule="box",
        confidence="high",
        status="open",
    )
    return replace(plain, **changed)


def finding(key: str, verdict: str | None, text: str, claim: str = "") -> Hit:
    return Hit(0.5, finding=FoundFinding("ab" * 16, "coin", key, claim, text, verdict))


ITEMS = [
    item("Q2", "why anchors?", also="todo", also_status="doing", status="answered", answer=1),
    item("T1", "anchors again", status="done", topic=("Title", "ssd")),
    item("C1", "anchors are fast", status="refuted", note="notes/b.md"),
    item("Q1", "why?", details=(Detail("context", 4, "anchors and boxes"), Detail("source", 5, "A paper on anchors"))),
]
HITS = (*(Hit(9.0 - n, one.id) for n, one in enumerate(ITEMS)), finding("fair", "supported", "anchors win", "they do"))


class FakeReader:
    """As much of a reader as a search needs; counts how often items are read."""

    def __init__(self, hits: Sequence[Hit] = HITS, items: Sequence[Item] = tuple(ITEMS)) -> None:
        self.hits = Hits(tuple(hits), 2)
        self.known = {one.id: one for one in items}
        self.reads: list[int] = []

    def search(self, query: Query) -> Hits:
        return self.hits

    def items(self, ids: Sequence[str]) -> list[Item]:
        self.reads.append(len(ids))
        return [replace(self.known[one], details=()) for one in sorted(ids)]

    def item(self, item_id: str) -> Item:
        return self.known[item_id]

    def answer(self, item_id: str) -> Answer:
        return Answer(item_id, "They cover more boxes.", "", "person", False, None, "", "", "", (), (), "")


def run(reader: FakeReader | None = None, typed: str = "anchors", **options: Any) -> Found:
    filters = Filters(**{"kinds": KINDS} | options.pop("filters", {}))
    return search(reader or FakeReader(), parse(typed), filters, **options)  # type: ignore[arg-type]


def names(found: Found) -> list[str]:
    return [one.item.id if one.item else one.finding.name if one.finding else "" for one in found.results]


def test_everything_is_found_best_first_whatever_its_status() -> None:
    found = run()
    assert names(found) == ["Q2", "T1", "C1", "Q1", "coin#fair"]
    assert (found.total, found.more, found.pending) == (5, False, 2)
    assert [one.status for one in found.results] == ["answered", "done", "refuted", "open", "supported"]


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"kinds": ("todo",)}, ["Q2", "T1", "coin#fair"]),
        ({"kinds": ()}, ["coin#fair"]),
        ({"statuses": ("done", "supported")}, ["T1", "coin#fair"]),
        ({"kinds": ("todo",), "statuses": ("doing",)}, ["Q2"]),
        ({"statuses": ("all",)}, ["Q2", "T1", "C1", "Q1", "coin#fair"]),
        ({"topics": ("ssd",)}, ["T1"]),
        ({"notes": ("b",)}, ["C1"]),
    ],
)
def test_filters_are_those_of_lists(filters: dict[str, Any], shown: list[str]) -> None:
    assert names(run(filters=filters)) == shown


def test_findings_are_left_out_where_only_items_were_asked_for() -> None:
    assert names(run(findings=False)) == ["Q2", "T1", "C1", "Q1"]


def test_an_answer_that_no_longer_holds_makes_its_item_stale() -> None:
    found = run(reasons=lambda items: {"Q2": (Reason("code", "changed"),)}, filters={"statuses": ("stale",)})
    assert names(found) == ["Q2"] and found.results[0].status == "stale"


def test_no_more_is_read_than_is_shown() -> None:
    many = [item(f"Q{n}", "anchors") for n in range(1, 3 * STEP)]
    reader = FakeReader([Hit(1.0, one.id) for one in many], many)
    found = run(reader, limit=5)
    assert names(found) == ["Q1", "Q2", "Q3", "Q4", "Q5"]
    assert (found.more, found.total) == (True, len(many))
    assert reader.reads == [STEP]
    assert len(run(reader, limit=0).results) == len(many)
    assert not run(reader, limit=len(many)).more


def place(found: Found, name: str) -> Result:
    return found.results[names(found).index(name)]


def test_where_the_words_stand() -> None:
    found = run()
    assert place(found, "Q2").best.part == "text"
    context = place(found, "Q1")
    assert (context.best.part, context.best.line, context.best.text) == ("context", 4, "anchors and boxes")
    assert context.title.spans == () and context.best.spans == ((0, 7),)
    assert place(found, "coin#fair").best.part == "finding"
    assert place(run(typed="anchors do"), "coin#fair").best.part == "claim"
    assert place(run(typed="anchors cover"), "Q2").best.part == "answer"
    assert place(run(typed="anchors title"), "T1").best.part == "topic"
    assert place(run(typed="paper"), "Q1").best.line == 5


def test_which_kinds_are_searched() -> None:
    assert check_kinds([]) == (KINDS, True)
    assert check_kinds(["finding"]) == ((), True)
    assert check_kinds(["Todos, claim", "question"]) == (("question", "todo", "claim"), False)
    assert check_kinds(["readings,findings"]) == (("reading",), True)
    with pytest.raises(UsageError, match="--kind paper"):
        check_kinds(["paper"])
