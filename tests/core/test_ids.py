"""Ids as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.core.ids import expand, near, pick, sort_key
from studyctl.core.models import Item
from studyctl.errors import NotFoundError, UsageError

KINDS = {"Q": "question", "T": "todo", "R": "reading", "C": "claim"}


def item(item_id: str, *, gone: bool = False) -> Item:
    return Item(
        id=item_id,
        kind=KINDS[item_id[0]],  # type: ignore[arg-type]
        also=None,
        text=item_id,
        norm=item_id.lower(),
        note="a.md",
        line=1,
        parent=None,
        topic=(),
        position=0,
        mark="open",
        box=None,
        rule="box",
        confidence="high",
        status="open",
        gone=gone,
    )


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["Q1"], ["Q1"]),
        (["q1", "Q1", "Q01"], ["Q1"]),
        (["T3-T6"], ["T3", "T4", "T5", "T6"]),
        (["t3-5"], ["T3", "T4", "T5"]),
        (["t3..t4"], ["T3", "T4"]),
        (["T2,T1", "c7"], ["T2", "T1", "C7"]),
        (["R4-R4"], ["R4"]),
    ],
)
def test_ids_as_they_are_typed(words: list[str], ids: list[str]) -> None:
    assert [item_id for item_id, _ in expand(words)] == ids


@pytest.mark.parametrize("word", ["foo", "X1", "Q", "1", "Q1x", "Q-1", "Q1-", "質1"])
def test_what_is_no_id_is_not_found(word: str) -> None:
    with pytest.raises(NotFoundError) as error:
        expand([word])
    assert word in error.value.message and "item list" in error.value.hint


@pytest.mark.parametrize("word", ["T6-T3", "T3-Q6", "T1-T99999999"])
def test_a_range_that_makes_no_sense_is_refused(word: str) -> None:
    with pytest.raises(UsageError):
        expand([word])


def test_gaps_of_a_range_are_passed_over_but_a_named_one_is_not() -> None:
    known = [item("T1"), item("T2", gone=True), item("T4")]
    assert [i.id for i in pick(["T1-T9"], known)] == ["T1", "T4"]
    assert [i.id for i in pick(["T2"], known)] == ["T2"]
    with pytest.raises(NotFoundError, match="no item T3"):
        pick(["T1-T2", "T3"], known)
    with pytest.raises(NotFoundError, match="no item in T5-T9"):
        pick(["T5-T9"], known)


def test_near_ids_are_offered() -> None:
    known = [item(f"Q{n}") for n in range(1, 18)]
    assert "Q9" in near("Q99", known) and "Q1 to Q17" in near("Q99", known)
    assert "no claims yet" in near("C1", known) and "questions" in near("C1", known)
    assert "no questions yet" in near("Q1", [])


@given(st.lists(st.tuples(st.sampled_from("QTRC"), st.integers(1, 500)), min_size=1, max_size=20))
def test_every_id_that_exists_is_found_again(pairs: list[tuple[str, int]]) -> None:
    ids = list(dict.fromkeys(f"{letter}{number}" for letter, number in pairs))
    known = [item(one) for one in sorted(ids, key=sort_key)]
    assert [i.id for i in pick([one.lower() for one in ids], known)] == ids
