"""`studyctl doctor`: what it finds, what it mends, and that nothing is lost by it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from study_bench import Study


def checks(study: Study, *words: str) -> dict[str, dict[str, Any]]:
    """The first check of each name; a later one only where it is a problem."""
    found: dict[str, dict[str, Any]] = {}
    for one in study("doctor", "--json", *words).json:
        if one["name"] not in found or not one["ok"]:
            found[one["name"]] = one
    return found


def answers(study: Study) -> dict[str, str]:
    return {one["id"]: one["conclusion"] for one in study("status", "--json").json["answered"]}


def test_a_sound_workspace(study: Study) -> None:
    done = study("doctor")
    assert done.code == 0
    assert done.err == ""
    assert all(line.startswith("✓ ") for line in done.out.splitlines())


def test_a_workspace_in_which_nothing_happened_yet(fresh: Study) -> None:
    assert fresh("doctor").code == 0


@pytest.mark.skipif(os.name == "nt" or (os.geteuid() == 0 and not shutil.which("setpriv")), reason="needs a user")
def test_where_nothing_can_be_written_everything_else_is_looked_at(study: Study) -> None:
    sound = set(checks(study))
    paths = [study.root, *study.root.rglob("*")]
    paths = [path for path in paths if not path.is_symlink()]
    modes = {path: path.stat().st_mode for path in paths}
    command = [sys.executable, "-m", "studyctl", "doctor", "--json"]
    if os.geteuid() == 0:  # root writes everywhere, unless it gives up the right to
        rights = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}", *command]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        done = subprocess.run(command, cwd=study.root, capture_output=True, check=False)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert {one["name"] for one in said} == sound - {"search"}  # its check has to write
    assert [one["name"] for one in said if not one["ok"]] == ["notes"]
    assert "cannot be written" in next(one["text"] for one in said if one["name"] == "notes")


class TestDatabase:
    def damage(self, study: Study) -> Path:
        file = study.root / ".studyctl" / "study.db"
        file.write_bytes(b"this is no database" * 1000)
        return file

    def test_a_damaged_one_is_said_and_left_alone(self, study: Study) -> None:
        before = self.damage(study).read_bytes()
        done = study("doctor")
        assert done.code == 1
        assert "✗ database     study.db is damaged" in done.out
        assert "next: studyctl doctor --fix" in done.err
        assert (study.root / ".studyctl" / "study.db").read_bytes() == before

    def test_other_commands_say_what_to_do(self, study: Study) -> None:
        self.damage(study)
        done = study("todo", "list")
        assert done.code == 6
        assert "doctor --fix" in done.err

    def test_it_is_set_aside_and_built_anew_from_the_run_folders(self, study: Study) -> None:
        expected, runs = answers(study), study("runs", "list", "--json").json
        self.damage(study)
        done = study("doctor", "--fix")
        assert done.code == 0, done.out + done.err
        assert answers(study) == expected
        assert study("runs", "list", "--json").json == runs
        assert study("doctor").code == 0
        assert len(list((study.root / ".studyctl").glob("study.db.damaged-*"))) == 1

    def test_the_record_gives_back_numbers_and_words_of_ones_own(self, study: Study) -> None:
        study("answer", "Q3", "--unbacked", "--text", "Nobody.")
        study("export")
        # Without the record, the claim's removal would shift nothing, but a new question would take its place.
        study.edit("notes/study.md", "* How are the flips made?", "* What is new?\n* How are the flips made?")
        study("sync")
        study("export")
        numbers = {one["text"]: one["id"] for one in study("question", "list", "--json").json}
        self.damage(study)
        assert study("doctor", "--fix").code == 0
        assert {one["text"]: one["id"] for one in study("question", "list", "--json").json} == numbers
        assert answers(study)["Q3"] == "Nobody."

    def test_one_of_a_newer_version_is_never_touched(self, study: Study) -> None:
        file = study.root / ".studyctl" / "study.db"
        with sqlite3.connect(file) as db:
            db.execute("PRAGMA user_version = 999")
        db.close()
        done = study("doctor", "--fix")
        assert done.code == 1
        assert "upgrade studyctl" in done.out
        assert file.exists()


class TestRuns:
    def test_a_folder_that_the_database_does_not_know(self, study: Study) -> None:
        file = study.root / ".studyctl" / "study.db"
        backup = file.read_bytes()
        assert study("run", "coin", "--preset", "full").code == 0
        runs, expected = study("runs", "list", "--json").json, answers(study)
        file.write_bytes(backup)  # as after restoring an older one
        assert len(study("runs", "list", "--json").json) == 2
        assert checks(study)["run folders"]["ok"] is False
        fixed = checks(study, "--fix")["run folders"]
        assert (fixed["ok"], fixed["fixed"], fixed["text"]) == (True, True, "1 run restored from its folder")
        assert study("runs", "list", "--json").json == runs
        assert answers(study) == expected

    def test_a_run_whose_process_is_gone(self, study: Study) -> None:
        self.pretend_running(study)
        assert "recorded as running" in checks(study)["running"]["text"]
        assert study("runs", "list", "--state", "lost", "--json").json[0]["preset"] == "quick"
        fixed = checks(study, "--fix")["running"]
        assert fixed["fixed"] is True
        assert fixed["text"].startswith("ended: ") and fixed["text"].endswith(" (coin) as lost")
        assert study("doctor").code == 0
        assert self.in_mlflow(study) == ["FINISHED", "KILLED"]

    def pretend_running(self, study: Study) -> None:
        """Leave the quick run as a process leaves it that is killed at once."""
        (run,) = (one for one in study("runs", "list", "--json").json if one["preset"] == "quick")
        record = study.root / ".studyctl" / "runs" / run["id"] / "run.json"
        record.write_text(json.dumps(json.loads(record.read_text("utf-8")) | {"state": "running", "ended": None}))
        # No process has this start, whatever pid it has.
        with sqlite3.connect(study.root / ".studyctl" / "study.db") as db:
            db.execute("UPDATE run SET state = 'running', ended = NULL, process_started = 1 WHERE id = ?", (run["id"],))
        db.close()
        with sqlite3.connect(study.root / ".studyctl" / "mlflow.db") as db:
            db.execute("UPDATE runs SET status = 'RUNNING' WHERE run_uuid = ?", (run["mlflow_run_id"],))
        db.close()

    def in_mlflow(self, study: Study) -> list[str]:
        with sqlite3.connect(study.root / ".studyctl" / "mlflow.db") as db:
            found = [row[0] for row in db.execute("SELECT status FROM runs ORDER BY start_time")]
        db.close()
        return found

    def test_a_run_that_mlflow_does_not_have_is_delivered(self, study: Study) -> None:
        for name in ("mlflow.db", "mlflow-store.txt"):
            (study.root / ".studyctl" / name).unlink()
        assert "missing" in checks(study)["MLflow"]["text"]
        assert checks(study, "--fix")["MLflow"]["ok"] is True
        assert self.in_mlflow(study) == ["FINISHED", "FINISHED"]
        with sqlite3.connect(study.root / ".studyctl" / "mlflow.db") as db:
            (rates,) = db.execute("SELECT count(*) FROM metrics WHERE key = 'rate'").fetchone()
        db.close()
        assert rates == 2
        assert study("doctor").code == 0


class TestNotes:
    def test_a_moved_notes_links_are_mended_and_undone(self, study: Study) -> None:
        (study.root / "notes" / "deep").mkdir()
        (study.root / "notes" / "study.md").rename(study.root / "notes" / "deep" / "study.md")
        found = checks(study)["links"]
        assert found["ok"] is False
        assert found["text"].startswith("links whose path leads nowhere: notes/deep/study.md:5, ")
        assert checks(study, "--fix")["links"]["fixed"] is True
        text = (study.root / "notes" / "deep" / "study.md").read_text("utf-8")
        assert text.count("](../../experiments/coin.py") == 4
        assert checks(study)["links"]["ok"] is True
        assert study("undo").code == 0
        assert "](../experiments/coin.py" in (study.root / "notes" / "deep" / "study.md").read_text("utf-8")

    def test_a_tie_to_nothing(self, study: Study) -> None:
        study.edit("notes/study.md", "Does anybody know?", "Does anybody know? ([x](studyctl:nobody))")
        found = checks(study)["ties"]
        assert found["text"] == "tied to experiments that do not exist: Q3 to nobody"
        assert "studyctl experiment new nobody --for Q3" in found["next"]

    @pytest.mark.skipif(os.name != "posix", reason="the bytes are a file's, wherever it lies")
    def test_a_note_that_is_not_utf8(self, study: Study) -> None:
        (study.root / "notes" / "old.md").write_bytes("* 질문?".encode("euc-kr"))
        assert "old.md" in checks(study)["notes"]["text"]
        assert checks(study)["database"]["ok"] is True


def test_an_experiment_with_an_error(study: Study) -> None:
    study.write("experiments/broken.py", "def broken(:\n")
    assert checks(study)["experiments"]["text"].startswith("experiments/broken.py, line 1: syntax error")


def test_a_record_that_is_behind(study: Study) -> None:
    study("export")
    assert checks(study)["record"]["ok"] is True
    study("answer", "Q3", "--unbacked", "--text", "Nobody.")
    assert checks(study)["record"]["next"] == "studyctl export"
    assert checks(study, "--fix")["record"]["fixed"] is True


def test_half_written_files(study: Study) -> None:
    scratch = study.root / ".studyctl" / "settings.1.tmp"
    scratch.write_text("")
    assert checks(study)["leftovers"]["ok"] is True  # somebody may be writing it
    os.utime(scratch, (1, 1))
    assert checks(study)["leftovers"]["ok"] is False
    assert checks(study, "--fix")["leftovers"]["fixed"] is True
    assert not scratch.exists()


def test_its_json_is_a_list_of_checks(study: Study) -> None:
    value = json.loads(study("doctor", "--json").out)
    assert {"name", "ok", "text", "next", "fixed"} == set(value[0])
