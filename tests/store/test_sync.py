"""What a sync writes: items in order, tombstones, links, history, stamps, numbers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_values import LATER, NOW, assigned, sync, tie

from studyctl.config import RACY_NS
from studyctl.core.models import Detail, FileStamp, Tie
from studyctl.core.ports import Edit
from studyctl.errors import ConcurrentChange, NotFoundError
from studyctl.store.ledger import StudyLedger
from studyctl.store.reader import StudyReader


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[StudyLedger]:
    with StudyLedger(tmp_path / "study.db") as opened:
        yield opened


@pytest.fixture
def reader(ledger: StudyLedger) -> Iterator[StudyReader]:
    with StudyReader(ledger.path) as opened:
        yield opened


def said(reader: StudyReader, item_id: str) -> list[tuple[str, str]]:
    return [(what, text) for _, what, text in reader.events(item_id)]


def test_an_item_comes_back_as_it_was_found(ledger: StudyLedger, reader: StudyReader) -> None:
    details = (Detail("source", 4, "a paper", "https://example.org"), Detail("context", 5, "하위 내용"))
    ties = (tie("box-decoding", "se", 3), Tie("flops", "", "studyctl:flops", 3))
    one = assigned(
        "Q1",
        "question",
        "왜 차이가 날까?",
        3,
        last_line=4,
        also="todo",
        topic=("EfficientNet", "inference time"),
        mark="doing",
        box="/",
        rule="question-label.leaf",
        confidence="low",
        anchor="sq-q1",
        details=details,
        ties=ties,
    )
    sync(ledger, one)
    item = reader.item("Q1")
    assert item is not None
    for name in ("kind", "also", "text", "norm", "line", "last_line", "topic", "mark", "box", "rule"):
        assert getattr(item, name) == getattr(one.found, name), name
    assert (item.confidence, item.anchor, item.details, item.ties) == ("low", "sq-q1", details, ties)
    assert (item.note, item.parent, item.gone, item.ignored, item.answer) == ("note.md", None, False, False, None)
    assert reader.items()[0] == replace(item, details=())


def test_positions_run_over_all_notes_by_path_and_line(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(ledger, assigned("Q1", "question", "b1", 5, note="b.md"), assigned("Q2", "question", "b2", 9, note="b.md"))
    stamps = [FileStamp(note, "note", 1, 2, 3, "") for note in ("a.md", "b.md")]
    first = assigned("Q3", "question", "a", 7, note="a.md")
    same_line = [
        assigned("Q4", "question", "left", 8, note="a.md", position=1),
        assigned("T1", "todo", "right", 8, note="a.md", position=2),
    ]
    ledger.sync([first, *same_line], [], stamps, read_notes=["a.md"], now=NOW)
    assert [(one.id, one.position) for one in reader.items()] == [
        ("Q3", 0),
        ("Q4", 1),
        ("T1", 2),
        ("Q1", 3),
        ("Q2", 4),
    ]


def test_stamps_are_those_of_the_last_sync(ledger: StudyLedger, reader: StudyReader) -> None:
    old, kept = FileStamp("a.md", "note", 1, 2, 3, "x"), FileStamp(".gitignore", "ignore-file", 1, 2, 3, "")
    ledger.sync([], [], [old, kept, FileStamp("b.md", "note", 1, 2, 3, "y")], read_notes=["a.md", "b.md"], now=NOW)
    read_again = FileStamp("a.md", "note", 1, 2, 99, "z")
    with ledger.transaction():
        ledger.sync([], [], [read_again, kept], read_notes=["a.md"], now=LATER)
    assert reader.stamps() == [kept, read_again]
    assert reader.meta("synced") == LATER


def test_what_is_no_longer_in_a_note_becomes_a_tombstone(ledger: StudyLedger, reader: StudyReader) -> None:
    detail = Detail("context", 2, "more")
    sync(
        ledger,
        assigned("Q1", "question", "Why?", ties=(tie("flops"),), details=(detail,)),
        assigned("Q2", "question", "How?", 5, note="other.md"),
    )
    sync(ledger, assigned("Q3", "question", "When?", 9), gone=("Q2",), now=LATER)
    assert [one.id for one in reader.items()] == ["Q3"]
    found = {one.id: one for one in reader.items(gone=True)}
    assert found["Q1"].gone and found["Q2"].gone and not found["Q3"].gone
    tombstone = reader.item("Q1")
    assert tombstone is not None and not tombstone.ties and not tombstone.details
    assert said(reader, "Q1")[-1] == ("vanished", "Why?")
    assert [stamp.path for stamp in reader.stamps()] == ["note.md"]


def test_what_is_watched_is_told_from_one_row_and_never_from_an_old_one(
    ledger: StudyLedger, reader: StudyReader
) -> None:
    proven = FileStamp('한글 "a".md', "note", 3, 10, 10 + RACY_NS + 1, "1" * 64)
    racy = FileStamp("b.md", "note", 3, 10, 10 + RACY_NS, "2" * 64)
    config = FileStamp("studyctl.toml", "config", 5, 10, 11, "")
    ledger.sync([], (), [proven, racy, config], read_notes=[], now=NOW)
    told = ({proven.path: (3, 10)}, [racy, config])
    with closing(sqlite3.connect(ledger.path)) as other:
        assert reader.watched() == told and other.execute("SELECT count(*) FROM glance").fetchone() == (1,)
        with other:
            other.execute("UPDATE file_stamp SET sha256 = '' WHERE path = ?", (proven.path,))
        assert other.execute("SELECT count(*) FROM glance").fetchone() == (0,)
        unproven = replace(proven, sha256="")
        assert reader.watched()[0] == {} and set(reader.watched()[1]) == {unproven, racy, config}
    ledger.sync([], (), [proven, racy, config], read_notes=[], now=LATER)
    assert reader.watched() == told


def test_a_tombstone_that_returns_keeps_its_number_and_history(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    sync(ledger, assigned("Q2", "question", "How?"))
    sync(ledger, assigned("Q1", "question", "Why?", how="returned"), now=LATER)
    assert [what for what, _ in said(reader, "Q1")] == ["appeared", "vanished", "returned"]
    assert ledger.next_numbers() == {"question": 3, "todo": 1, "reading": 1, "claim": 1}


def test_the_history_tells_what_changed(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(ledger, assigned("Q1", "question", "Why?", ties=(tie("flops"),)))
    sync(
        ledger,
        assigned(
            "Q1",
            "todo",
            "Why not?",
            note="z.md",
            how="similar-elsewhere",
            score=81.5,
            mark="done",
            ties=(tie("box-decoding", "se"),),
        ),
        now=LATER,
    )
    assert said(reader, "Q1") == [
        ("appeared", "Why?"),
        ("linked", "flops"),
        ("text changed", "Why? → Why not?"),
        ("moved", "note.md → z.md"),
        ("kind changed", "question → todo"),
        ("marked", "open → done"),
        ("linked", "box-decoding#se"),
        ("unlinked", "flops"),
    ]


def test_how_an_item_was_recognised_is_kept_while_nothing_changes(ledger: StudyLedger) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    sync(ledger, assigned("Q1", "question", "Why not?", how="similar", score=81.5), now=LATER)
    sync(ledger, assigned("Q1", "question", "Why not?", 7, how="exact"), now="2026-11-26T00:00:00.000Z")
    with StudyReader(ledger.path) as reader:
        found = reader._all("SELECT matched, score, matched_at FROM items")
    assert found == [("similar", 81.5, LATER)]


def test_a_sync_that_decided_on_an_older_state_writes_nothing(ledger: StudyLedger, reader: StudyReader) -> None:
    with StudyLedger(ledger.path) as other:
        other.known_items()
        sync(ledger, assigned("Q1", "question", "Why?"))
        with pytest.raises(ConcurrentChange) as caught:
            sync(other, assigned("Q1", "question", "How?"))
        assert caught.value.hint
        other.known_items()
        sync(other, assigned("Q1", "question", "Why?", how="exact"), assigned("Q2", "question", "How?", 3))
    assert [one.text for one in reader.items()] == ["Why?", "How?"]


def test_a_transaction_is_whole_or_nothing(ledger: StudyLedger, reader: StudyReader) -> None:
    with pytest.raises(NotFoundError), ledger.transaction():
        sync(ledger, assigned("Q1", "question", "Why?"))
        assert ledger.known_items()[0].id == "Q1"
        with ledger.reading() as inside:
            assert inside.item("Q1") is not None
        assert reader.items() == []
        ledger.override("Q9", "ignored", "yes", now=NOW)
    assert reader.items(gone=True) == []
    with ledger.transaction():
        sync(ledger, assigned("Q1", "question", "Why?"))
        ledger.override("Q1", "dropped", "yes", now=NOW)
    assert [one.status for one in reader.items()] == ["dropped"]


def test_an_override_is_history_once(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    for value in ("todo", "todo", None, None):
        ledger.override("Q1", "kind", value, now=NOW)
    ledger.override("Q1", "ignored", "yes", now=NOW)
    assert said(reader, "Q1")[1:] == [("kind set", "todo"), ("kind no longer set", ""), ("ignored", "")]


def test_children_are_the_live_items_directly_below(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(
        ledger,
        assigned("Q1", "question", "Why?", 1),
        assigned("Q2", "question", "Why so?", 2, parent="Q1"),
        assigned("C1", "claim", "It is so", 3, parent="Q1"),
        assigned("Q3", "question", "Deeper?", 4, parent="Q2"),
    )
    assert [one.id for one in reader.children("Q1")] == ["Q2", "C1"]
    ledger.override("C1", "ignored", "yes", now=NOW)
    assert [one.id for one in reader.children("Q1")] == ["Q2"]


def test_lists_are_narrowed_by_kind_and_number(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(
        ledger,
        assigned("Q1", "question", "Why?", 1, also="todo"),
        assigned("T1", "todo", "read on", 2),
        assigned("R1", "reading", "a paper", 3),
    )
    assert [one.id for one in reader.items(("todo",))] == ["Q1", "T1"]
    assert [one.id for one in reader.items(("question", "reading"))] == ["Q1", "R1"]
    assert [one.id for one in reader.items(ids=["R1", "Q1", "Q7"])] == ["Q1", "R1"]
    assert reader.item("Q7") is None


def test_the_journal_keeps_bytes_as_they_are(ledger: StudyLedger, reader: StudyReader) -> None:
    edit = Edit("노트.md", 12, b"\xff\x00[ ]\r\n", b"[x]")
    first = ledger.journal("todo done T1", "ticked T1", [edit], [("T1", "kind", None, "todo")], now=NOW)
    second = ledger.journal("item ignore Q1", "ignored Q1", [], [], now=LATER)
    ledger.mark_undone(first, now=LATER)
    newest, oldest = reader.journal()
    assert (newest.number, newest.undone) == (second, False)
    assert (oldest.edits, oldest.overrides, oldest.undone) == ((edit,), (("T1", "kind", None, "todo"),), True)
    assert [entry.number for entry in reader.journal(1)] == [second]
    with pytest.raises(NotFoundError):
        ledger.mark_undone(77, now=NOW)


def test_one_digest_is_kept_for_each_file(ledger: StudyLedger, reader: StudyReader) -> None:
    ledger.keep_digests({("a.py", 1, 2): "x", ("b.py", 1, 2): "y"})
    ledger.keep_digests({("a.py", 1, 3): "z"})
    ledger.keep_digests({})
    assert reader.digests() == {("a.py", 1, 3): "z", ("b.py", 1, 2): "y"}


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(words, words, st.lists(words, max_size=3)), max_size=6))
def test_any_words_come_back(tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str, list[str]]]) -> None:
    path = tmp_path_factory.mktemp("words") / "study.db"
    items = [
        assigned(f"Q{n}", "question", text, n, norm=norm, topic=tuple(topic))
        for n, (text, norm, topic) in enumerate(texts, start=1)
    ]
    with StudyLedger(path) as ledger, StudyReader(path) as reader:
        sync(ledger, *items)
        assert [(one.text, one.norm, list(one.topic)) for one in reader.items()] == texts
