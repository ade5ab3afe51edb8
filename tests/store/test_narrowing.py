"""A list that the database narrows shows what a list of everything shows, in whatever letters somebody writes."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_values import NOW, answer, assigned, sync

from studyctl.app.lists import listed, select
from studyctl.core.models import KINDS, Kind
from studyctl.core.narrowing import ALL, ANY, FOLDED_TO_ASCII, Filters, fold
from studyctl.core.ports import Assigned
from studyctl.store.ledger import StudyLedger
from studyctl.store.narrowing import HAS_FOLDED
from studyctl.store.reader import StudyReader

# Texts that are alike only once they are folded, and signs that mean something to SQL, to LIKE or to JSON.
TEXTS = (
    "Straße und CAFÉ",
    "strasse und cafe\u0301",
    "정규화는 왜 필요한가",
    "\u110c\u1165\u11bc\u1100\u1172화",  # the same letters, decomposed
    "the ﬁrst \u212aelvin",
    "100 % of A_B",
    'a "quoted" word\\',
    "it's plain",
    "İstanbul",
    "a null\0 and plain",
)
NOTES = ("note.md", "notes/Übung.md", "notes/deep/a_b.md", "notes/U\u0308bung 2.md")
WORDS = st.sampled_from(
    [
        *("straße", "STRASSE", "café", "cafe\u0301", "정규화", "\u110c\u1165\u11bc", "fir", "ﬁ", "k", "kelvin"),
        *("%", "_", "a_b", '"', "\\", "'", "'s", "i", "i̇", "", "u", "zebra", "plain"),
    ]
)
NAMES = st.sampled_from(["Übung", "U\u0308BUNG", "note", "a_b", "notes", "./NOTES/deep", "x"])
STATUSES = ("open", "doing", "done", "dropped", "answered", "noted", "unchecked", "stale", ALL)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudyReader]:
    """Items of every kind and mark, with decisions of a person's, below one another."""
    letters: dict[Kind, str] = {"question": "Q", "todo": "T", "reading": "R", "claim": "C"}
    marks = ("open", "doing", "done", "dropped")
    also: dict[Kind, Kind | None] = {"question": "todo", "todo": None, "reading": None, "claim": None}
    with StudyLedger(tmp_path_factory.mktemp("narrowing") / "study.db") as ledger:
        everything: list[Assigned] = []
        for n, (kind, mark, text) in enumerate(product(KINDS, marks, TEXTS), 1):
            everything.append(
                assigned(
                    f"{letters[kind]}{n}",
                    kind,
                    text,
                    n,
                    mark=mark,
                    also=also[kind] if n % 3 == 0 else None,
                    note=NOTES[n % len(NOTES)],
                    topic=("Title", TEXTS[(n * 5) % len(TEXTS)]),
                    parent=everything[-1].id if everything and n % 7 else None,
                    tags=("work/taxes",) if n % 4 == 0 else (),
                    due=f"2026-01-{n % 28 + 1:02}" if n % 5 == 0 else None,
                    priority="high" if n % 6 == 0 else None,
                )
            )
        sync(ledger, *everything)
        for n, one in enumerate(everything):
            if n % 11 == 0:
                ledger.override(one.id, "ignored", "yes", now=NOW)
            if n % 13 == 0:
                ledger.override(one.id, "kind", KINDS[n % 4], now=NOW)
            if n % 17 == 0 and one.id[0] in "QC":
                ledger.override(one.id, "dropped", "yes", now=NOW)
            if n % 19 == 0 and one.id[0] == "Q":
                ledger.record_answer(answer(one.id, one.found.text))
        with StudyReader(ledger.path) as opened:
            yield opened


FILTERS = st.builds(
    Filters,
    statuses=st.lists(st.sampled_from(STATUSES), max_size=2).map(tuple),
    topics=st.lists(WORDS, max_size=1).map(tuple),
    notes=st.lists(
        st.sampled_from(["Übung", "U\u0308BUNG", "note", "a_b", "notes", "./NOTES/deep", "x"]), max_size=2
    ).map(tuple),
    match=st.lists(WORDS, max_size=2).map(tuple),
    due=st.sampled_from([None, None, ANY, "2026-01-15"]),
    tags=st.sampled_from([(), (), ("work",), ("#Work/Taxes",)]),
    sort=st.sampled_from([None, None, "due", "priority"]),
)


@settings(max_examples=300, deadline=None)
@given(
    filters=FILTERS, kind=st.sampled_from([None, *KINDS]), ignored=st.booleans(), limit=st.sampled_from([0, 1, 3, 200])
)
def test_a_narrowed_list_is_the_list(
    reader: StudyReader, filters: Filters, kind: Kind | None, ignored: bool, limit: int
) -> None:
    kinds = (kind,) if kind else KINDS
    filters = filters._replace(kinds=(kind,) if kind else ())
    every = [one for one in reader.items(kinds, ignored=ignored) if one.ignored is ignored]
    whole = select(every, filters)
    shown = listed(reader, kinds, filters, lambda items: {}, ignored=ignored, limit=limit)
    most = limit or len(whole.items)
    assert shown.items == whole.items[:most]
    assert (shown.depths, shown.statuses) == (whole.depths[:most], whole.statuses[:most])
    assert shown.total == len(whole.items)
    assert shown.total > len(shown.items) or shown.hidden == whole.hidden


@pytest.mark.parametrize("kind", [None, *KINDS])
def test_items_are_counted_as_they_are_listed(reader: StudyReader, kind: Kind | None) -> None:
    kinds: tuple[Kind, ...] = (kind,) if kind else KINDS
    alone = Filters(kinds=(kind,) if kind else ())
    assert reader.count(kinds) == len(reader.items(kinds))
    assert reader.count(kinds, settled=False) == len(select(reader.items(kinds), alone).items)
    ignored = [one for one in reader.items(kinds, ignored=True) if one.ignored]
    assert reader.count(kinds, ignored=True) == len(ignored)


def test_what_like_cannot_see_is_found_by_an_index(reader: StudyReader) -> None:
    with sqlite3.connect(reader.path) as db:
        plan = db.execute(f"EXPLAIN QUERY PLAN SELECT id FROM item WHERE {HAS_FOLDED}").fetchall()
    assert "item_folded" in str(plan)


def test_the_letters_that_become_ascii_are_all_that_do() -> None:
    letters = (chr(code) for code in range(0x80, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    assert {one for one in letters if any(part.isascii() for part in fold(one))} == set(FOLDED_TO_ASCII)
