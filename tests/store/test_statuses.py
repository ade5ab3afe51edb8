"""What the board says of an item, from its mark, the person's decisions and its current answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_values import LATER, NOW, answer, assigned, run, sync

from studyctl.core.models import KINDS, STATUSES, Item
from studyctl.store.ledger import StudyLedger
from studyctl.store.reader import StudyReader

MARKS = ("open", "doing", "done", "dropped", "noted", "unknown")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[StudyLedger]:
    with StudyLedger(tmp_path / "study.db") as opened:
        yield opened


def item(ledger: StudyLedger, item_id: str = "Q1") -> Item:
    with StudyReader(ledger.path) as reader:
        found = reader.item(item_id)
    assert found is not None
    return found


def test_every_mark_of_every_kind_is_a_status_of_that_kind(ledger: StudyLedger) -> None:
    letters = {"question": "Q", "todo": "T", "reading": "R", "claim": "C"}
    everything = [
        assigned(f"{letters[kind]}{n}", kind, f"{kind} {mark}", n, mark=mark, also=also)
        for kind in KINDS
        for n, (mark, also) in enumerate([(m, a) for m in MARKS for a in (None, "todo")], start=1)
    ]
    sync(ledger, *everything)
    with StudyReader(ledger.path) as reader:
        for one in reader.items():
            assert one.status in STATUSES[one.kind]
            assert (one.also_status in STATUSES[one.also]) if one.also else one.also_status is None


@pytest.mark.parametrize(
    ("kind", "mark", "status"),
    [
        ("question", "open", "open"),
        ("question", "noted", "noted"),
        ("question", "done", "noted"),
        ("question", "dropped", "dropped"),
        ("question", "unknown", "open"),
        ("todo", "doing", "doing"),
        ("todo", "done", "done"),
        ("todo", "unknown", "open"),
        ("reading", "doing", "open"),
        ("reading", "dropped", "dropped"),
        ("claim", "open", "unchecked"),
        ("claim", "dropped", "dropped"),
    ],
)
def test_the_status_follows_the_mark(ledger: StudyLedger, kind: str, mark: str, status: str) -> None:
    sync(ledger, assigned("Q1", kind, "Why?", mark=mark))  # type: ignore[arg-type]
    assert item(ledger).status == status


def test_evidence_answers_a_question_that_the_note_answers_too(ledger: StudyLedger) -> None:
    sync(ledger, assigned("Q1", "question", "Why?", mark="noted"))
    ledger.finish_run(run())
    number = ledger.record_answer(answer("Q1", "Why?", run()))
    assert (item(ledger).status, item(ledger).answer) == ("answered", number)


def test_a_question_of_other_words_is_stale_until_it_has_its_words_back(ledger: StudyLedger) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    ledger.record_answer(answer("Q1", "Why?"))
    sync(ledger, assigned("Q1", "question", "Why not?", how="similar", score=82.0), now=LATER)
    assert item(ledger).status == "stale"
    sync(ledger, assigned("Q1", "question", "Why?", how="similar", score=82.0), now=LATER)
    assert item(ledger).status == "answered"


def test_case_and_blanks_do_not_make_an_answer_stale(ledger: StudyLedger) -> None:
    sync(ledger, assigned("Q1", "question", "Why  THIS?"))
    ledger.record_answer(answer("Q1", "why this?"))
    assert item(ledger).status == "answered"


@pytest.mark.parametrize("verdict", ["supported", "refuted", "inconclusive", "mixed"])
def test_a_claim_has_the_verdict_of_its_answer(ledger: StudyLedger, verdict: str) -> None:
    sync(ledger, assigned("C1", "claim", "B3 is faster"))
    ledger.record_answer(answer("C1", "B3 is faster", verdict=verdict))
    assert item(ledger, "C1").status == verdict
    sync(ledger, assigned("C1", "claim", "B3 is slower", how="similar", score=90.0))
    assert item(ledger, "C1").status == "stale"


def test_a_dropped_question_stays_dropped_whatever_its_answer(ledger: StudyLedger) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    ledger.record_answer(answer())
    ledger.override("Q1", "dropped", "yes", now=NOW)
    assert item(ledger).status == "dropped"
    sync(ledger, assigned("Q1", "question", "Why?", how="exact"))
    assert item(ledger).status == "dropped"
    ledger.override("Q1", "dropped", None, now=NOW)
    assert item(ledger).status == "answered"


def test_a_person_says_what_kind_an_item_is(ledger: StudyLedger) -> None:
    sync(ledger, assigned("Q1", "question", "Why?", also="todo", mark="done"))
    assert (item(ledger).status, item(ledger).also_status) == ("noted", "done")
    ledger.override("Q1", "kind", "todo", now=NOW)
    sync(ledger, assigned("Q1", "question", "Why?", also="todo", mark="done", how="exact"))
    found = item(ledger)
    assert (found.kind, found.also, found.status, found.also_status) == ("todo", None, "done", None)
    ledger.override("Q1", "kind", None, now=NOW)
    assert (item(ledger).kind, item(ledger).also) == ("question", "todo")


def test_an_ignored_item_is_left_out_of_lists_and_comes_back(ledger: StudyLedger) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"), assigned("Q2", "question", "How?", 2))
    ledger.override("Q1", "ignored", "yes", now=NOW)
    sync(ledger, assigned("Q1", "question", "Why?", how="exact"), assigned("Q2", "question", "How?", 2, how="exact"))
    with StudyReader(ledger.path) as reader:
        assert [one.id for one in reader.items()] == ["Q2"]
        assert [(one.id, one.ignored) for one in reader.items(ignored=True)] == [("Q1", True), ("Q2", False)]
    ledger.override("Q1", "ignored", None, now=NOW)
    assert not item(ledger).ignored
