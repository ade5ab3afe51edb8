"""`studyctl runs export` and `runs import`: runs on their way from one machine to another."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bundle_bench import repacked, the_run
from study_bench import Study


@pytest.fixture
def other(tmp_path: Path) -> Study:
    """The same notes and experiments elsewhere, where nothing has run."""
    return Study.make(tmp_path / "other")


def exported(study: Study, *options: str) -> Path:
    done = study("runs", "export", the_run(study), "-o", "..", "--json", *options)
    assert done.code == 0, done.err
    return (study.root / done.json["file"]).resolve()


def test_a_run_comes_over_with_all_that_belongs_to_it(study: Study, other: Study) -> None:
    bundle = exported(study)
    done = other("runs", "import", str(bundle))
    run = the_run(study)
    assert done.out == f"imported run {run[:8]} (coin)\n  answers Q1, C1, Q2\n" and done.code == 0

    mine = study("runs", "show", run, "--json").json
    theirs = other("runs", "show", run, "--json").json
    assert theirs["imported"] and theirs["origin"] == bundle.name and len(theirs["bundle"]) == 64
    for key in ("params", "metrics", "findings", "artifacts", "files", "provenance", "started", "host"):
        assert theirs[key] == mine[key], key
    for name in ("metrics.jsonl", "log.txt", "artifacts/tables/counts.csv"):
        here, there = (one.root / ".studyctl" / "runs" / run / name for one in (study, other))
        assert here.read_bytes() == there.read_bytes()


def test_an_imported_run_answers_and_is_not_stale_because_the_host_is_another(study: Study, other: Study) -> None:
    bundle = repacked(exported(study), {"host": "elsewhere"})
    assert other("runs", "import", str(bundle)).code == 0
    shown = other("answer", "Q1", "--json").json
    assert shown["fresh"] and shown["made_elsewhere"][0]["from"] == f"from {bundle.name}"
    page = other("answer", "Q1").out
    assert f"Made elsewhere\n  run {the_run(study)[:8]}  imported from {bundle.name}, made on " in page
    assert "coin · imported  ✓ finished" in other("runs", "list").out
    other.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.1")
    assert other("answer", "Q1", "--json").json["reasons"][0]["trigger"] == "code"


def test_importing_again_changes_nothing(study: Study, other: Study) -> None:
    bundle = exported(study)
    other("runs", "import", str(bundle))
    before = other("runs", "show", the_run(study), "--json").out
    known = f"known already: run {the_run(study)[:8]} (coin)\n"
    assert other("runs", "import", str(bundle), str(bundle)).out == known * 2
    # Not even where the file has another name, or where the run was made.
    shutil.copy(bundle, bundle.with_name("again.zip"))
    assert other("runs", "import", str(bundle.with_name("again.zip"))).out.startswith("known already")
    assert other("runs", "show", the_run(study), "--json").out == before
    assert study("runs", "import", str(bundle)).out.startswith("known already")
    assert len(other("runs", "list", "--json").json) == 1


def test_from_there_the_same_bytes_can_be_exported(study: Study, other: Study) -> None:
    bundle = exported(study)
    other("runs", "import", str(bundle))
    again = other("runs", "export", the_run(study), "-o", "again.zip", "--json").json
    assert (other.root / "again.zip").read_bytes() == bundle.read_bytes()
    assert again["digest"] == study("runs", "export", the_run(study), "-o", "x.zip", "--json").json["digest"]
    assert other("runs", "export", the_run(study), "-o", "again.zip").out.startswith("unchanged: again.zip: 1 run, ")


def test_a_dry_run_checks_and_keeps_nothing(study: Study, other: Study) -> None:
    bundle = exported(study)
    done = other("runs", "import", str(bundle), "--dry-run")
    assert done.out == f"would import run {the_run(study)[:8]} (coin)\n"
    assert other("runs", "list", "--json").json == []
    assert not (other.root / ".studyctl" / "runs").exists()
    assert other("runs", "import", str(repacked(bundle, damage="tables/counts.csv")), "--dry-run").code == 6


def test_one_damaged_file_among_several_and_nothing_is_imported(study: Study, other: Study) -> None:
    bundle = exported(study)
    bad = repacked(bundle, damage="tables/counts.csv")
    done = other("runs", "import", str(bundle), str(bad))
    assert done.code == 6
    assert "was changed: its sha256 is another one\n  next: get the file again" in done.err
    assert other("runs", "list", "--json").json == []
    assert list((other.root / ".studyctl").glob("runs/*")) == list((other.root / ".studyctl").glob("incoming")) == []


def test_the_mlflow_ui_has_an_imported_run_with_its_history(study: Study, other: Study) -> None:
    other("runs", "import", str(exported(study)))
    with closing(sqlite3.connect(other.root / ".studyctl" / "mlflow.db")) as db:
        tags = dict(db.execute("SELECT key, value FROM tags").fetchall())
        assert tags["studyctl.run"] == the_run(study)
        assert tags["studyctl.imported"].startswith("from coin-") and "mlflow.user" not in tags
        assert db.execute("SELECT status FROM runs").fetchall() == [("FINISHED",)]
        assert {name for (name,) in db.execute("SELECT key FROM metrics")} == {"rate", "rate.lo", "rate.hi"}
    assert list(other.root.glob(".studyctl/mlartifacts/coin/*/artifacts/tables/counts.csv"))


def test_mlflow_in_the_way_hurts_nothing(study: Study, other: Study) -> None:
    bundle = exported(study)
    other("sync")
    (other.root / ".studyctl" / "mlflow.db").write_text("no database")
    done = other("runs", "import", str(bundle))
    assert done.code == 0 and done.out.startswith("imported run")
    assert "mlflow.db is no database of MLflow, or damaged; the runs themselves are imported" in done.err
    assert other("answer", "Q1").code == 0
    assert other("doctor", "--fix").code == 0
    assert "✓ MLflow       1 run\n" in other("doctor").out


def test_a_run_that_came_with_the_record_is_made_whole(study: Study, other: Study) -> None:
    bundle = exported(study)
    study("export")
    shutil.copy(study.root / "studyctl-record.jsonl", other.root)
    assert other("runs", "show", the_run(study), "--json").json["artifacts"] == []
    assert "came with the record" in other("runs", "export", the_run(study)).err
    assert other("runs", "import", str(bundle)).out.startswith("added the files of run ")
    assert other("runs", "show", the_run(study), "--json").json["artifacts"] != []


def test_a_better_run_here_stays_the_answer(study: Study, other: Study) -> None:
    bundle = exported(study)
    other("run", "coin", "-p", "flips=500")  # with another parameter it counts less than one in full
    quick = other("answer", "Q1", "--json").json["evidence"][0]["run"]
    assert "answers Q1" in other("runs", "import", str(bundle)).out
    assert other("answer", "Q1", "--json").json["evidence"][0]["run"] != quick
    third = Study.make(other.root.parent / "third")
    third("run", "coin")  # newer, and in full
    done = third("runs", "import", str(bundle))
    assert done.out == f"imported run {the_run(study)[:8]} (coin)\n"
    assert not third("answer", "Q1", "--json").json["made_elsewhere"]


def test_figures_that_contradict_what_is_recorded_are_refused(study: Study, other: Study) -> None:
    bundle = exported(study)
    other("runs", "import", str(bundle))

    def better(run: dict[str, object]) -> None:
        run["metrics"][0]["value"] = 0.9  # type: ignore[index]

    done = other("runs", "import", str(repacked(bundle, change=better)))
    assert done.code == 6 and "its rate is another one than is recorded here\n  next: studyctl runs show" in done.err


def test_a_folder_that_was_deleted_comes_back(study: Study, other: Study) -> None:
    bundle = exported(study)
    shutil.rmtree(study.root / ".studyctl" / "runs" / the_run(study))
    assert "restore" in study("runs", "export", the_run(study)).err
    assert study("runs", "import", str(bundle)).out.startswith("put back the files of run ")
    assert not study("runs", "show", the_run(study), "--json").json["imported"]
    assert study("runs", "export", the_run(study), "-o", str(bundle)).out.startswith("unchanged")


def test_what_cannot_be_exported_says_why(study: Study) -> None:
    run = the_run(study)
    table = study.root / ".studyctl" / "runs" / run / "artifacts" / "tables" / "counts.csv"
    table.write_text("side,n\nheads,1000\n")
    done = study("runs", "export", run)
    assert done.code == 6 and f"tables/counts.csv of run {run[:8]} is not the file that was recorded" in done.err
    assert not list(study.root.glob("*.zip"))
    study.write("notes.zip", "no bundle")
    (quick,) = [one["id"] for one in study("runs", "list", "--json").json if one["preset"] == "quick"]
    done = study("runs", "export", quick, "-o", "notes.zip")
    assert done.code == 6 and "notes.zip exists, and is no bundle of runs" in done.err
    assert study("runs", "export", "zzz").code == 4


def test_a_failed_run_keeps_its_traceback(study: Study, other: Study) -> None:
    study("run", "failing")
    (failed,) = study("runs", "list", "--state", "failed", "--json").json
    study("runs", "export", failed["id"], "-o", "../failed.zip")
    assert "(failing, failed)" in other("runs", "import", "../failed.zip").out
    assert "ZeroDivisionError" in other("runs", "show", failed["id"], "--json").json["error"]


def test_what_is_said_to_programs(study: Study, other: Study) -> None:
    bundle = exported(study)
    (one,) = other("runs", "import", str(bundle), "--json").json
    assert one["runs"] == [
        {"id": the_run(study), "experiment": "coin", "role": "run", "state": "finished", "how": "new"}
    ]
    assert [answer["id"] for answer in one["answers"]] == ["Q1", "C1", "Q2"] and not one["public"]
    assert json.loads(other("runs", "import", str(bundle), "--json", "--quiet").out)[0]["runs"][0]["how"] == "known"
