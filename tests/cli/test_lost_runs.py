"""A run whose process is gone: commands that read show it, each command that writes writes it down and says so."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import pytest
from study_bench import Study


def lose(study: Study) -> str:
    """Leave the quick run as a process leaves it that is killed at once; its id."""
    (run,) = (one for one in study("runs", "list", "--json").json if one["preset"] == "quick")
    record = study.root / ".studyctl" / "runs" / run["id"] / "run.json"
    record.write_text(json.dumps(json.loads(record.read_text("utf-8")) | {"state": "running", "ended": None}), "utf-8")
    with contextlib.closing(sqlite3.connect(study.root / ".studyctl" / "study.db")) as db, db:
        # No process has this start, whatever pid it has.
        db.execute("UPDATE run SET state = 'running', ended = NULL, process_started = 1 WHERE id = ?", (run["id"],))
    return str(run["id"])


def written(study: Study, run_id: str) -> str:
    """Its state as the database has it, whatever readers make of it."""
    with contextlib.closing(sqlite3.connect(study.root / ".studyctl" / "study.db")) as db:
        (state,) = db.execute("SELECT state FROM run WHERE id = ?", (run_id,)).fetchone()
    return str(state)


WRITING = [
    ["sync"],
    ["todo", "done", "T1"],
    ["todo", "drop", "T1"],
    ["todo", "add", "look again"],
    ["question", "add", "And what now?", "--under", "Questions"],
    ["link", "Q3", "coin"],
    ["unlink", "Q1", "coin"],
    ["item", "ignore", "Q3"],
    ["item", "as", "todo", "Q3"],
    ["pin", "Q3"],
    ["answer", "Q3", "--text", "Nobody does.", "--unbacked"],
    ["answer", "Q1", "--refresh"],
    ["answer", "Q1", "--write"],
    ["experiment", "new", "other", "--for", "Q3"],
    ["run", "coin", "--quick"],
]


@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_a_command_that_writes_marks_it_and_says_so_once(study: Study, words: list[str]) -> None:
    lost = lose(study)
    done = study(*words)
    assert done.code == 0, done.err
    assert done.err.count("was lost: its process is gone") == 1
    assert f"warning: run {lost[:8]} (coin) was lost: its process is gone\n" in done.err
    assert written(study, lost) == "lost"
    assert "was lost" not in study("sync").err


def test_tags_and_records_mark_it_too(study: Study) -> None:
    (other,) = (one["id"] for one in study("runs", "list", "--json").json if one["preset"] != "quick")
    assert study("export").code == 0
    for words in (
        ["runs", "tag", other, "kept"],
        ["runs", "delete", other, "--yes", "--force"],
        ["import", "studyctl-record.jsonl"],
    ):
        lost = lose(study)
        done = study(*words)
        assert done.code == 0, done.err
        assert f"run {lost[:8]} (coin) was lost" in done.err
        assert written(study, lost) == "lost"


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["todo", "list"],
        ["show", "Q1"],
        ["answer", "Q1"],
        ["runs", "list"],
        ["todo", "done", "T1", "--dry-run"],
        ["sync", "--dry-run"],
    ],
    ids=" ".join,
)
def test_a_command_that_reads_leaves_it(study: Study, words: list[str]) -> None:
    lost = lose(study)
    done = study(*words)
    assert done.code == 0 and "was lost" not in done.err
    assert written(study, lost) == "running"


@pytest.mark.parametrize("words", [["todo", "done"], ["pin"], ["open"], ["link"], ["unlink"]], ids=" ".join)
def test_a_line_that_is_gone_is_not_found_with_its_last_place(study: Study, words: list[str]) -> None:
    study.edit("notes/study.md", "* [ ] look at the coin ([coin](../experiments/coin.py))\n", "")
    study("sync")
    more = ["coin"] if words[0] in ("link", "unlink") else []
    done = study(*words, "T1", *more)
    assert done.code == 4
    assert "error: T1 is in no note any more: look at the coin\n" in done.err
    assert "it stood in notes/study.md; `studyctl relink`" in done.err
