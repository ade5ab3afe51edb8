"""Giving a text its old number back: what follows the number, what stays, and that undoing is the same once more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store_values import LATER, NOW, answer, assigned, run, sync, tie

from studyctl.core.models import Detail
from studyctl.core.relinking import Relinking, offers
from studyctl.store.ledger import StudyLedger
from studyctl.store.reader import StudyReader

BEFORE, AFTER = "Why do large boxes diverge?", "Do wide boxes diverge more often than small ones?"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[StudyLedger]:
    """Q1 has vanished with its answer; Q2 came in its place, with a link, a detail and a child."""
    with StudyLedger(tmp_path / "study.db") as opened:
        opened.finish_run(run())
        sync(opened, assigned("Q1", "question", BEFORE))
        opened.record_answer(answer("Q1", BEFORE.casefold(), run()))
        sync(
            opened,
            assigned(
                *("Q2", "question", AFTER, 5),
                ties=(tie("box-decoding", line=5),),
                details=(Detail("context", 6, "wide"),),
                due="2024-01-05",
                tags=("box",),
            ),
            assigned("T1", "todo", "plot it", 7, parent="Q2"),
            now=LATER,
        )
        yield opened


def rows(ledger: StudyLedger) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that the notes say, by table."""
    db = sqlite3.connect(ledger.path)
    try:
        item = "id, text, norm, note, line, parent, gone_at IS NULL, due, tags, position"
        return {
            "item": db.execute(f"SELECT {item} FROM item ORDER BY id").fetchall(),
            "tie": db.execute("SELECT * FROM tie ORDER BY item").fetchall(),
            "detail": db.execute("SELECT * FROM detail ORDER BY item").fetchall(),
            "answer": db.execute("SELECT number, item FROM answer ORDER BY number").fetchall(),
            "override": db.execute("SELECT item, field, value FROM override").fetchall(),
        }
    finally:
        db.close()


def offered(ledger: StudyLedger) -> list[Relinking]:
    with StudyReader(ledger.path) as reader:
        return offers(reader.items(gone=True, ignored=True), reader.lives(), reader.relinked())


def test_the_text_gets_the_number_and_the_number_keeps_its_answer(ledger: StudyLedger) -> None:
    before = rows(ledger)
    ledger.override("Q2", "relinked", "Q1", now=LATER)
    with StudyReader(ledger.path) as reader:
        item, other = reader.item("Q1"), reader.item("Q2")
        assert item is not None and other is not None
        assert (item.text, item.line, item.gone, item.due, item.tags) == (AFTER, 5, False, "2024-01-05", ("box",))
        assert item.status == "stale" and reader.answer("Q1") is not None  # answered in other words
        assert [one.experiment for one in item.ties] == ["box-decoding"]
        assert [one.text for one in item.details] == ["wide"]
        assert [child.id for child in reader.children("Q1")] == ["T1"]
        assert other.gone and not other.ties and not other.details
        assert reader.relinked() == {"Q2": "Q1"}
    ledger.override("Q2", "relinked", None, now=LATER)
    assert rows(ledger) == before


def test_what_was_relinked_is_never_taken_for_anything_again(ledger: StudyLedger) -> None:
    ledger.override("Q2", "relinked", "Q1", now=LATER)
    assert [item.id for item in ledger.known_items()] == ["Q1", "T1"]
    assert ledger.next_numbers()["question"] == 3
    assert offered(ledger) == []


def test_undoing_later_takes_what_the_note_says_by_then(ledger: StudyLedger) -> None:
    ledger.override("Q2", "relinked", "Q1", now=LATER)
    sync(ledger, assigned("Q1", "question", "Do wide boxes diverge?", 9, how="similar"), now=LATER)
    ledger.override("Q2", "relinked", None, now=LATER)
    with StudyReader(ledger.path) as reader:
        assert [(item.id, item.text, item.line) for item in reader.items(["question"])] == [
            ("Q2", "Do wide boxes diverge?", 9)
        ]
        first = reader.item("Q1")
        assert first is not None and first.gone and first.text == BEFORE


def test_only_what_came_after_something_vanished_is_offered_for_it(ledger: StudyLedger) -> None:
    pairs = [(one.gone.id, one.new.id) for one in offered(ledger)]
    assert pairs == [("Q1", "Q2")]
    sync(ledger, assigned("Q2", "question", AFTER, how="exact"), now=LATER)
    assert [(one.gone.id, one.new.id) for one in offered(ledger)] == pairs


def test_a_record_carries_it_on(ledger: StudyLedger, tmp_path: Path) -> None:
    ledger.override("Q2", "relinked", "Q1", now=LATER)
    with StudyReader(ledger.path) as reader:
        record = reader.export_record()
    with StudyLedger(tmp_path / "other.db") as other:
        other.import_record(record, now=NOW)
        with StudyReader(other.path) as reader:
            assert reader.export_record() == record
            assert reader.relinked() == {"Q2": "Q1"}
            assert {item.id: item.text for item in reader.items(["question"])} == {"Q1": AFTER}
