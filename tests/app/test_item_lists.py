"""Which items a list shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from studyctl.app.lists import Filters, check_statuses, names_note, select, with_reasons
from studyctl.core.models import Item, Reason
from studyctl.errors import UsageError


def item(item_id: str, position: int, **changed: Any) -> Item:
    kinds = {"Q": "question", "T": "todo", "R": "reading", "C": "claim"}
    plain = Item(
        id=item_id,
        kind=kinds[item_id[0]],  # type: ignore[arg-type]
        also=None,
        text=f"text of {item_id}",
        norm=item_id,
        note="notes/a.md",
        line=position,
        parent=None,
        topic=("Title", "Section"),
        position=position,
        mark="open",
        box=None,
        rule="box",
        confidence="high",
        status="open",
    )
    return replace(plain, **changed)


ITEMS = [
    item("T2", 2, parent="T1"),
    item("T1", 1, status="done"),
    item("T3", 3, parent="T2", text="Straße und CAFÉ"),
    item("Q1", 4, also="todo", also_status="doing", status="answered", topic=("Title", "YOLO v3")),
    item("C1", 5, parent="Q1", status="refuted", note="notes/deep/b.md"),
    item("R1", 6, status="dropped"),
]


def ids(**filters: Any) -> list[str]:
    return [one.id for one in select(ITEMS, Filters(**filters)).items]


def test_lists_are_in_the_order_of_the_notes_without_what_is_settled() -> None:
    assert ids() == ["T2", "T3", "Q1", "C1"]
    assert ids(kinds=("todo",)) == ["T2", "T3", "Q1"]
    assert select(ITEMS, Filters()).hidden == {"done": 1, "dropped": 1}
    assert select(ITEMS, Filters(kinds=("todo",))).hidden == {"done": 1}


def test_statuses_are_those_of_the_kind_that_is_listed() -> None:
    assert ids(kinds=("todo",), statuses=("doing",)) == ["Q1"]
    assert ids(kinds=("question",), statuses=("doing",)) == []
    assert ids(statuses=("answered", "refuted")) == ["Q1", "C1"]
    assert ids(statuses=("all",)) == ["T1", "T2", "T3", "Q1", "C1", "R1"]
    assert select(ITEMS, Filters(kinds=("todo",))).statuses == ("open", "open", "doing")
    assert select(ITEMS, Filters(statuses=("dropped",))).hidden == {}


def test_words_match_without_case_and_accents_composed() -> None:
    assert ids(match=("strasse",)) == ["T3"]
    assert ids(match=("cafe\u0301",)) == ["T3"]
    assert ids(match=("text", "q1")) == ["Q1"]
    assert ids(topics=("yolo",)) == ["Q1"]
    assert ids(topics=("yolo", "title")) == ["Q1"]
    assert ids(notes=("b",)) == ["C1"]


def test_depth_counts_the_ancestors_that_are_shown() -> None:
    assert select(ITEMS, Filters(kinds=("todo",))).depths == (0, 1, 0)
    assert select(ITEMS, Filters(statuses=("all",))).depths == (0, 1, 2, 0, 1, 0)


@pytest.mark.parametrize(
    ("word", "note", "named"),
    [
        ("a", "notes/a.md", True),
        ("a.md", "notes/a.md", True),
        ("./notes/a.md", "notes/a.md", True),
        ("notes", "notes/a.md", True),
        ("NOTES/", "notes/a.md", True),
        ("otes/a.md", "notes/a.md", False),
        ("note", "notes/a.md", False),
        ("notes\\a.md", "notes/a.md", True),
    ],
)
def test_how_a_note_is_named(word: str, note: str, named: bool) -> None:
    assert names_note(word, note) is named


def test_a_status_that_no_kind_has_is_refused() -> None:
    assert check_statuses(("todo",), ["done,Open", "all"]) == ("done", "open", "all")
    with pytest.raises(UsageError, match="answered"):
        check_statuses(("todo",), ["answered"])


def test_a_stale_answer_shows_unless_the_item_was_dropped() -> None:
    why = {"Q1": (Reason("code", "x changed"),), "R1": (Reason("code", "x changed"),), "T1": ()}
    by_id = {one.id: one.status for one in with_reasons(ITEMS, why)}
    assert (by_id["Q1"], by_id["R1"], by_id["T1"]) == ("stale", "dropped", "done")
