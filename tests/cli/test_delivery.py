"""MLflow's store locked, full, unwritable, damaged or half written: the run is recorded, says so, and is delivered."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from study_bench import Study

from studyctl.tracking import store

LATER = "; the run itself is recorded, and `studyctl doctor --fix` delivers it\n"
WAITING = '''\
"""Goes on when it is told to."""

import time
from pathlib import Path

from studyctl.lab import Params, Run, experiment


class Waiting(Params):
    signs: str = ""


@experiment(title="Waiting")
def waiting(params: Waiting, run: Run) -> None:
    run.metric("a", 1.0)
    Path(params.signs, "begun").touch()
    while not Path(params.signs, "go").exists():
        time.sleep(0.01)
    run.metric("b", 2.0)
'''


def database(study: Study) -> Path:
    return study.root / ".studyctl" / "mlflow.db"


def asked(study: Study, query: str, name: str = "mlflow.db") -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(study.root / ".studyctl" / name)) as db:
        rows = db.execute(query).fetchall()
        db.commit()
        return rows


def delivered(study: Study) -> list[bool]:
    return [bool(row[0]) for row in asked(study, "SELECT delivered FROM runs ORDER BY started", "study.db")]


def newest(study: Study) -> dict[str, Any]:
    (one,) = study("runs", "list", "--limit", "1", "--json").json
    whole: dict[str, Any] = study("runs", "show", one["id"], "--json").json
    return whole


def mlflow_check(study: Study, *words: str) -> dict[str, Any]:
    (found,) = (one for one in study("doctor", "--json", *words).json if one["name"] == "MLflow")
    return dict(found)


def assert_delivered(study: Study, run: dict[str, Any]) -> None:
    """That MLflow has the run once, with all of it."""
    query = f"FROM runs r JOIN tags t USING (run_uuid) WHERE t.key = 'studyctl.run' AND t.value = '{run['id']}'"
    ((mlflow_id, status, ended),) = asked(study, f"SELECT run_uuid, status, end_time {query}")
    assert (status, ended is not None) == ("FINISHED", True)
    metrics = dict(asked(study, f"SELECT key, value FROM latest_metrics WHERE run_uuid = '{mlflow_id}'"))
    assert metrics == {one["name"]: one["value"] for one in run["metrics"]}
    assert len(asked(study, f"SELECT 1 FROM metrics WHERE run_uuid = '{mlflow_id}'")) == len(metrics)
    tags = dict(asked(study, f"SELECT key, value FROM tags WHERE run_uuid = '{mlflow_id}'"))
    found = {f"studyctl.finding.{one['key']}": one["verdict"] for one in run["findings"] if one["verdict"]}
    assert found.items() <= tags.items() and "Heads in" in tags["mlflow.note.content"]
    artifacts = study.root / ".studyctl" / "mlartifacts" / "coin" / mlflow_id / "artifacts"
    assert (artifacts / "tables" / "counts.csv").is_file()
    assert all(delivered(study))
    assert study("doctor").code == 0


def unavailable(study: Study) -> dict[str, Any]:
    """A run while MLflow takes nothing; what is recorded of it."""
    done = study("run", "coin", "--quick")
    assert done.code == 0
    assert done.err.startswith("warning: MLflow: ") and done.err.endswith(LATER), done.err
    run = newest(study)
    assert (run["state"], len(run["metrics"]), len(run["findings"])) == ("finished", 3, 3)
    assert (study.root / ".studyctl" / "runs" / run["id"] / "findings.json").is_file()
    assert delivered(study)[-1] is False
    return run


def test_a_store_that_another_process_has_locked(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.2)
    with closing(sqlite3.connect(database(study))) as other:
        other.execute("BEGIN IMMEDIATE")
        run = unavailable(study)
        failed = mlflow_check(study, "--fix")
        assert failed["ok"] is False and "1 of 1 run not delivered" in failed["text"]
        other.rollback()
    check = mlflow_check(study)
    assert check["ok"] is False and f"1 not in it: {run['id'][:8]} (coin)" in check["text"]
    assert mlflow_check(study, "--fix")["text"] == f"1 run delivered: {run['id'][:8]} (coin)"
    assert_delivered(study, run)


def test_a_store_that_cannot_be_written(study: Study) -> None:
    journal = database(study).with_name("mlflow.db-journal")
    journal.mkdir()  # where its journal would be: no transaction can begin, even for the superuser
    run = unavailable(study)
    journal.rmdir()
    assert mlflow_check(study, "--fix")["ok"] is True
    assert_delivered(study, run)


def test_a_damaged_store(study: Study) -> None:
    database(study).write_bytes(b"no database" * 1000)
    run = unavailable(study)
    assert mlflow_check(study, "--fix")["text"].startswith("3 runs delivered: ")
    assert_delivered(study, run)
    assert len(asked(study, "SELECT 1 FROM runs")) == 3
    assert len(list((study.root / ".studyctl").glob("mlflow.db.damaged-*"))) == 1


def test_a_store_that_is_gone_for_good_is_made_by_the_next_run(study: Study) -> None:
    database(study).unlink()
    assert study("run", "coin", "--quick").err == ""
    assert "2 not in it: " in mlflow_check(study)["text"]
    assert mlflow_check(study, "--fix")["ok"] is True
    assert_delivered(study, newest(study))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="a limit of file sizes as POSIX has it")
@pytest.mark.parametrize("room", [0, 8192])
def test_a_full_disk(study: Study, room: int) -> None:
    import resource

    # Files of this size cannot grow any more; all others are smaller.
    limit = database(study).stat().st_size + room

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = study.start("run", "coin", "-p", "flips=50000", preexec_fn=full)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    run = newest(study)
    assert run["state"] == "finished" and len(run["metrics"]) == 3
    assert asked(study, "PRAGMA integrity_check") == [("ok",)]
    if "warning: MLflow" in err:  # there may have been room inside the file
        assert err.endswith(LATER)
        assert delivered(study)[-1] is False
        assert mlflow_check(study)["ok"] is False
        assert mlflow_check(study, "--fix")["ok"] is True
    assert_delivered(study, run)


@pytest.mark.parametrize(
    "cut",
    [
        "DELETE FROM metrics WHERE key = 'rate'; DELETE FROM latest_metrics WHERE key = 'rate'",
        "DELETE FROM metrics; DELETE FROM latest_metrics; DELETE FROM params",
        "DELETE FROM tags WHERE key <> 'studyctl.run'",
    ],
)
def test_what_is_there_in_part_is_completed(study: Study, cut: str) -> None:
    run = newest(study)
    with closing(sqlite3.connect(database(study))) as db:
        db.executescript(f"{cut}; UPDATE runs SET status = 'RUNNING', end_time = NULL;")
    asked(study, "UPDATE run SET delivered = 0", "study.db")
    check = mlflow_check(study)
    assert check["ok"] is False and "2 not whole in it: " in check["text"]
    assert mlflow_check(study, "--fix")["ok"] is True
    assert len(asked(study, "SELECT 1 FROM runs")) == 2
    assert_delivered(study, run)


def test_runs_that_ended_and_that_mlflow_believes_to_be_running(study: Study) -> None:
    with closing(sqlite3.connect(database(study))) as db:
        db.executescript("UPDATE runs SET status = 'RUNNING', end_time = NULL;")
    check = mlflow_check(study)
    assert check["ok"] is False and "2 that ended still running there: " in check["text"]
    assert mlflow_check(study, "--fix")["ok"] is True
    assert_delivered(study, newest(study))


def test_a_store_that_is_locked_in_the_middle_costs_one_line(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.write("experiments/waiting.py", WAITING)
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.2)
    signs = tmp_path / "signs"
    signs.mkdir()
    with closing(sqlite3.connect(database(study), isolation_level=None, check_same_thread=False)) as other:

        def lock() -> None:
            while not (signs / "begun").exists():
                time.sleep(0.01)
            other.execute("BEGIN IMMEDIATE")
            (signs / "go").touch()

        meanwhile = threading.Thread(target=lock)
        meanwhile.start()
        done = study("run", "waiting", "-p", f"signs={signs}")
        meanwhile.join()
    assert done.code == 0
    assert done.err == f"warning: MLflow: mlflow.db is locked by another process{LATER}"
    assert study("doctor", "--fix").code == 0
    query = "SELECT m.key, m.value, r.status FROM runs r JOIN metrics m USING (run_uuid) WHERE m.key IN ('a', 'b')"
    assert sorted(asked(study, query)) == [("a", 1.0, "FINISHED"), ("b", 2.0, "FINISHED")]
    assert all(delivered(study))


def test_which_run_is_not_wholly_delivered(study: Study) -> None:
    run = newest(study)
    asked(study, f"UPDATE run SET delivered = 0 WHERE id = '{run['id']}'", "study.db")
    assert mlflow_check(study)["text"] == f"2 runs; 1 not whole in it: {run['id'][:8]} (coin)"
    assert mlflow_check(study, "--fix")["fixed"] is True
    assert_delivered(study, run)
