"""`studyctl accept`: what was looked at and found harmless, for this answer and as it was, and how it is taken back."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
from study_bench import Study


@pytest.fixture
def changed(study: Study) -> Study:
    """The coin's helper means something else than when Q1, Q2 and C1 were answered."""
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.0 + 0")
    assert [one["trigger"] for one in study("answer", "Q1", "--json").json["reasons"]] == ["code"]
    return study


def test_an_accepted_answer_is_fresh_and_says_who_and_why(changed: Study) -> None:
    done = changed("accept", "Q1", "--reason", "a sum  of nothing")
    assert done.code == 0
    assert done.out.startswith("Q1 is kept as it is: a sum of nothing\n  experiments/_luck.py changed since run ")
    page = changed("answer", "Q1")
    assert "✓ fresh: nothing changed but what was accepted" in page.out
    assert "accepted by " in page.out and ": a sum of nothing\n" in page.out
    value = changed("answer", "Q1", "--json").json
    assert (value["fresh"], value["accepted"]["reason"]) == (True, "a sum of nothing")
    assert value["accepted"]["by"] and "_luck.py changed" in value["accepted"]["changes"][0]
    # Its neighbours are judged by themselves.
    assert changed("answer", "Q2", "--json").json["fresh"] is False
    assert [one["id"] for one in changed("question", "list", "--status", "stale", "--json").json] == ["Q2"]
    assert "answer accepted as it is: a sum of nothing" in changed("show", "Q1", "--history").out
    verified = {one["id"]: one for one in changed("verify", "--json").json}
    assert verified["Q1"]["ok"] is True and verified["Q2"]["ok"] is False
    assert any("a sum of nothing" in note for note in verified["Q1"]["notes"])


def test_a_further_change_is_seen(changed: Study) -> None:
    assert changed("accept", "Q1", "-r", "harmless").code == 0
    changed.edit("experiments/_luck.py", "0.0 + 0", "0.25")
    assert changed("answer", "Q1", "--json").json["fresh"] is False
    # The next word keeps what was said of the first: with the file as it was then, it is fresh too.
    assert changed("accept", "Q1", "-r", "harmless again").code == 0
    assert changed("answer", "Q1", "--json").json["fresh"] is True
    changed.edit("experiments/_luck.py", "0.25", "0.0 + 0")
    assert changed("answer", "Q1", "--json").json["fresh"] is True
    changed.edit("notes/study.md", "Is the coin fair?", "Is this coin fair?")
    (reason,) = changed("answer", "Q1", "--json").json["reasons"]
    assert reason["trigger"] == "question"
    assert changed("accept", "Q1", "-r", "the same question").code == 0
    assert changed("answer", "Q1", "--json").json["fresh"] is True
    changed.edit("notes/study.md", "Is this coin fair?", "Is that coin fair?")
    assert changed("answer", "Q1", "--json").json["fresh"] is False


def test_a_new_answer_needs_no_old_word(changed: Study) -> None:
    assert changed("accept", "Q1", "-r", "harmless").code == 0
    assert changed("run", "coin").code == 0
    value = changed("answer", "Q1", "--json").json
    assert (value["fresh"], value["accepted"]) == (True, None)


def test_undo_takes_it_back_and_a_dry_run_does_nothing(changed: Study) -> None:
    would = changed("accept", "Q1", "-r", "harmless", "--dry-run")
    assert would.out.startswith("would: Q1 is kept as it is: harmless\n")
    assert changed("answer", "Q1", "--json").json["fresh"] is False
    assert changed("accept", "Q1", "C1", "-r", "harmless").code == 0
    assert changed("undo").out == "taken back: accept: accepted Q1, C1\n"
    assert changed("answer", "Q1", "--json").json["fresh"] is False
    # A correction of the detector that is taken back leaves a person's word about the evidence.
    assert changed("accept", "Q1", "-r", "harmless").code == 0
    assert changed("item", "restore", "Q1").out == "Q1 has no correction\n"
    assert changed("answer", "Q1", "--json").json["fresh"] is True


def test_the_record_carries_it(changed: Study) -> None:
    assert changed("accept", "Q1", "-r", "harmless").code == 0
    assert changed("export").code == 0
    (changed.root / ".studyctl" / "study.db").unlink()
    value = changed("answer", "Q1", "--json").json
    assert (value["fresh"], value["accepted"]["reason"]) == (True, "harmless")


def test_what_cannot_be_accepted(changed: Study) -> None:
    assert changed("accept", "Q1").code == 2
    assert changed("accept", "Q1", "-r", "  ").code == 2
    assert changed("accept", "Q9", "-r", "x").code == 4
    nothing = changed("accept", "Q3", "-r", "x")
    assert nothing.code == 8 and "Q3 has no recorded answer" in nothing.err
    (counting,) = (one["id"] for one in changed("runs", "list", "--json").json if one["preset"] != "quick")
    changed.edit("experiments/_luck.py", "0.0 + 0", "0.0")
    fresh = changed("accept", "Q1", "-r", "x")
    assert fresh.code == 0 and fresh.out == "Q1 is fresh: there is nothing to accept\n"
    # What it rests on is gone from the database, as after a restored backup: there is nothing to look at.
    with contextlib.closing(sqlite3.connect(changed.root / ".studyctl" / "study.db")) as db, db:
        db.execute("UPDATE run SET deleted = started WHERE id = ?", (counting,))
    lost = changed("accept", "Q1", "-r", "x")
    assert lost.code == 1
    assert f"Q1 cannot be accepted as it is: run {counting[:8]} was deleted\n" in lost.err
