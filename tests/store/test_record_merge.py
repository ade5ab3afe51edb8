"""Merging a record into a database that has items of its own: the record keeps its numbers, nobody loses an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from store_values import LATER, NOW, answer, assigned, run, sync, tie

from studyctl.core.ports import ImportReport
from studyctl.store.ledger import StudyLedger
from studyctl.store.reader import StudyReader


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[StudyLedger]:
    with StudyLedger(tmp_path / "ours.db") as opened:
        yield opened


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[StudyLedger]:
    with StudyLedger(tmp_path / "theirs.db") as opened:
        yield opened


def export(ledger: StudyLedger) -> str:
    with StudyReader(ledger.path) as reader:
        return reader.export_record()


def merge(into: StudyLedger, record_of: StudyLedger) -> ImportReport:
    report = into.import_record(export(record_of), now=LATER)
    assert into.import_record(export(record_of), now=LATER) == ImportReport()
    return report


def texts(ledger: StudyLedger, **more: bool) -> dict[str, str]:
    with StudyReader(ledger.path) as reader:
        return {one.id: one.text for one in reader.items(**more)}


def test_people_who_first_sync_the_same_notes_have_the_same_record(ours: StudyLedger, theirs: StudyLedger) -> None:
    for ledger, now in ((ours, NOW), (theirs, LATER)):
        sync(ledger, assigned("Q1", "question", "Why?"), assigned("T1", "todo", "read", 2), now=now)
    assert export(ours) == export(theirs)
    assert merge(ours, theirs) == ImportReport()


def test_a_colliding_item_gets_a_new_number_and_keeps_what_is_its_own(ours: StudyLedger, theirs: StudyLedger) -> None:
    sync(
        ours,
        assigned("Q1", "question", "Shared question?"),
        assigned("Q2", "question", "Only ours?", 2, ties=(tie("flops"),)),
        assigned("Q3", "question", "Below it?", 3, parent="Q2"),
    )
    ours.finish_run(run())
    ours.record_answer(answer("Q2", "Only ours?", run()))
    ours.override("Q3", "ignored", "yes", now=NOW)
    ours.journal("item ignore Q3", "ignored Q3", [], [("Q3", "ignored", None, "yes")], now=NOW)
    sync(theirs, assigned("Q1", "question", "Shared question?"), assigned("Q2", "question", "Only theirs?", 2))
    report = merge(ours, theirs)
    assert report.renumbered == (("Q2", "Q4", "Only ours?"),)
    assert report.items == ("Q2",)
    assert texts(ours, ignored=True) == {
        "Q1": "Shared question?",
        "Q2": "Only theirs?",
        "Q3": "Below it?",
        "Q4": "Only ours?",
    }
    with StudyReader(ours.path) as reader:
        moved = reader.item("Q4")
        assert moved is not None and moved.status == "answered" and moved.ties[0].experiment == "flops"
        assert [one.id for one in reader.children("Q4")] == []  # ignored
        below = reader.item("Q3")
        assert below is not None and below.parent == "Q4" and below.ignored
        assert reader.answer("Q2") is None
        assert reader.journal()[0].overrides == (("Q3", "ignored", None, "yes"),)
        assert reader.events("Q4")[-1][1:] == ("renumbered", "Q2 → Q4")
    assert ours.next_numbers()["question"] == 5


def test_the_journal_follows_a_renumbered_item(ours: StudyLedger, theirs: StudyLedger) -> None:
    sync(ours, assigned("Q1", "question", "Only ours?"))
    ours.override("Q1", "ignored", "yes", now=NOW)
    ours.journal("item ignore Q1", "ignored Q1", [], [("Q1", "ignored", None, "yes")], now=NOW)
    sync(theirs, assigned("Q1", "question", "Only theirs?"))
    merge(ours, theirs)
    with StudyReader(ours.path) as reader:
        assert reader.journal()[0].overrides == (("Q2", "ignored", None, "yes"),)


def test_items_swap_their_numbers_where_the_record_has_them_so(ours: StudyLedger, theirs: StudyLedger) -> None:
    sync(ours, assigned("Q1", "question", "One?"), assigned("Q2", "question", "Two?", 2, parent="Q1"))
    ours.record_answer(answer("Q1", "One?"))
    sync(theirs, assigned("Q1", "question", "Two?", 2), assigned("Q2", "question", "One?"))
    report = merge(ours, theirs)
    assert report == ImportReport(renumbered=(("Q1", "Q2", "One?"), ("Q2", "Q1", "Two?")))
    assert texts(ours) == {"Q2": "One?", "Q1": "Two?"}
    with StudyReader(ours.path) as reader:
        assert reader.answer("Q2") is not None and reader.answer("Q1") is None
        child = reader.item("Q1")
        assert child is not None and child.parent == "Q2"


def test_equal_texts_are_paired_by_place(ours: StudyLedger, theirs: StudyLedger) -> None:
    def same(item_id: str, line: int, topic: str, note: str = "note.md"):  # type: ignore[no-untyped-def]
        return assigned(item_id, "todo", "efficientnet", line, topic=(topic,), note=note)

    sync(ours, same("T1", 1, "papers"), same("T2", 2, "training"), same("T3", 3, "training"))
    sync(theirs, same("T5", 7, "training"), same("T6", 8, "training"), same("T7", 9, "papers"))
    assert merge(ours, theirs).renumbered == (
        ("T1", "T7", "efficientnet"),
        ("T2", "T5", "efficientnet"),
        ("T3", "T6", "efficientnet"),
    )


def test_a_short_text_elsewhere_under_another_heading_is_another_item(ours: StudyLedger, theirs: StudyLedger) -> None:
    sync(ours, assigned("T1", "todo", "resnet", note="a.md", topic=("papers",)))
    sync(theirs, assigned("T4", "todo", "resnet", note="b.md", topic=("models",)))
    assert merge(ours, theirs).items == ("T4",)
    assert texts(ours) == {"T1": "resnet", "T4": "resnet"}


def test_a_telling_text_is_the_same_item_in_another_note(ours: StudyLedger, theirs: StudyLedger) -> None:
    sync(ours, assigned("Q1", "question", "why is it faster on a CPU?", note="a.md", topic=()))
    sync(theirs, assigned("Q4", "question", "why is it faster on a CPU?", note="b.md"))
    assert merge(ours, theirs) == ImportReport(renumbered=(("Q1", "Q4", "why is it faster on a CPU?"),))


def test_tombstones_on_either_side_keep_their_numbers_out_of_use(ours: StudyLedger, theirs: StudyLedger) -> None:
    sync(theirs, assigned("Q1", "question", "Gone there?"), assigned("Q2", "question", "Still there?", 2))
    sync(theirs, assigned("Q2", "question", "Still there?", 2, how="exact"))
    sync(ours, assigned("Q1", "question", "Still there?"), assigned("Q2", "question", "Gone there?", 2))
    report = merge(ours, theirs)
    assert {old: new for old, new, _ in report.renumbered} == {"Q1": "Q2", "Q2": "Q1"}
    # Whether an item still stands in a note is for the notes to say.
    assert texts(ours) == {"Q1": "Gone there?", "Q2": "Still there?"}
    with StudyLedger(ours.path.with_name("fresh.db")) as fresh:
        merge(fresh, theirs)
        assert texts(fresh) == {"Q2": "Still there?"}
        assert texts(fresh, gone=True) == {"Q2": "Still there?", "Q1": "Gone there?"}
        assert fresh.next_numbers()["question"] == 3


def test_the_newest_answer_of_both_sides_is_the_current_one(ours: StudyLedger, theirs: StudyLedger) -> None:
    for ledger in (ours, theirs):
        sync(ledger, assigned("Q1", "question", "Why?"), assigned("Q2", "question", "How?", 2))
    older = answer("Q1", "Why?", recorded="2026-11-01T00:00:00.000Z", conclusion="older", digest="a")
    newer = answer("Q1", "Why?", recorded="2026-11-02T00:00:00.000Z", conclusion="newer", digest="b")
    ours.record_answer(older)
    ours.record_answer(replace(newer, item="Q2"))
    theirs.record_answer(newer)
    theirs.record_answer(replace(older, item="Q2"))
    assert merge(ours, theirs).answers == ("Q1", "Q2")
    assert merge(theirs, ours).answers == ("Q1", "Q2")
    assert export(ours) == export(theirs)
    with StudyReader(ours.path) as reader:
        assert [one.conclusion for one in reader.answers()] == ["newer", "newer"]
        assert [len(reader.answer_history(item)) for item in ("Q1", "Q2")] == [2, 2]


def test_a_record_merged_by_git_may_hold_two_current_answers(ours: StudyLedger, theirs: StudyLedger) -> None:
    sync(theirs, assigned("Q1", "question", "Why?"))
    theirs.record_answer(answer(conclusion="older", digest="a"))
    one = export(theirs)
    other = one.replace('"older"', '"newer"').replace(NOW, LATER)
    ours.import_record(one + other.split("\n")[-2] + "\n", now=NOW)
    with StudyReader(ours.path) as reader:
        assert [(a.conclusion, a.current) for a in reader.answer_history("Q1")] == [("newer", True), ("older", False)]


def test_a_run_known_here_keeps_all_that_is_known_of_it(ours: StudyLedger, theirs: StudyLedger) -> None:
    for ledger in (ours, theirs):
        sync(ledger, assigned("Q1", "question", "Why?"))
        ledger.finish_run(run())
    theirs.record_answer(answer("Q1", "Why?", run()))
    report = merge(ours, theirs)
    assert (report.runs, report.answers) == ((), ("Q1",))
    with StudyReader(ours.path) as reader:
        assert reader.run("ab") == run()


def test_an_imported_run_gains_the_figures_that_are_cited_later(ours: StudyLedger, theirs: StudyLedger) -> None:
    sync(theirs, assigned("Q1", "question", "Why?"))
    theirs.finish_run(run())
    theirs.record_answer(answer("Q1", "Why?", run()))
    merge(ours, theirs)
    theirs.record_answer(
        answer("Q1", "Why?", run(), recorded=LATER, digest="b", figures=(("box-decoding.loss", "0.1"),))
    )
    merge(ours, theirs)
    assert export(ours) == export(theirs)
    with StudyReader(ours.path) as reader:
        assert {one.name: one.value for one in reader.run("ab").metrics} == {"divergence_ratio.lo": 1.75, "loss": 0.1}


def test_the_later_decision_stands(ours: StudyLedger, theirs: StudyLedger) -> None:
    for ledger in (ours, theirs):
        sync(ledger, assigned("Q1", "question", "Why?"), assigned("Q2", "question", "How?", 2))
    ours.override("Q1", "kind", "todo", now=NOW)
    theirs.override("Q1", "kind", "claim", now=LATER)
    ours.override("Q2", "kind", "todo", now=LATER)
    theirs.override("Q2", "kind", "claim", now=NOW)
    assert merge(ours, theirs).overrides == 1
    assert merge(theirs, ours).overrides == 1
    with StudyReader(ours.path) as reader:
        assert [(one.id, one.kind) for one in reader.items()] == [("Q1", "claim"), ("Q2", "todo")]
    assert export(ours) == export(theirs)


def test_what_the_other_side_added_arrives(ours: StudyLedger, theirs: StudyLedger) -> None:
    sync(theirs, assigned("Q1", "question", "Why?"))
    merge(ours, theirs)
    sync(ours, assigned("Q1", "question", "Why?", how="exact"), assigned("Q2", "question", "How?", 2))
    ours.finish_run(run())
    ours.record_answer(answer("Q2", "How?", run()))
    merge(theirs, ours)
    assert export(theirs) == export(ours)
