"""What goes wrong with MLflow while a run goes on: the run itself is whole, and delivered later."""

from __future__ import annotations

import contextlib
import socket
import sqlite3

import pytest
from study_bench import Study


def values(study: Study) -> list[dict[str, object]]:
    """MLflow's runs with how many metrics and tags each has."""
    with contextlib.closing(sqlite3.connect(study.root / ".studyctl" / "mlflow.db")) as connection:
        rows = connection.execute(
            "SELECT status, (SELECT count(*) FROM latest_metrics AS m WHERE m.run_uuid = r.run_uuid),"
            " (SELECT count(*) FROM params AS p WHERE p.run_uuid = r.run_uuid) FROM runs AS r"
        ).fetchall()
    return [dict(zip(("status", "metrics", "params"), row, strict=True)) for row in rows]


def test_a_locked_store(study: Study) -> None:
    before = values(study)
    with contextlib.closing(sqlite3.connect(study.root / ".studyctl" / "mlflow.db", isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        done = study("run", "coin", "--quick")
        lock.execute("ROLLBACK")
    assert done.code == 0 and "Heads in" in done.out
    assert "locked" in done.err and "the run itself is recorded" in done.err and len(done.err.splitlines()) <= 2
    newest = study("runs", "list", "--json").json[0]
    assert newest["state"] == "finished" and newest["preset"] == "quick"
    assert values(study) == before
    told = study("doctor")
    assert told.code == 1 and "1 not in it" in told.out
    assert "1 run written into it" in study("doctor", "--fix").out
    assert values(study) == [*before, {"status": "FINISHED", "metrics": 3, "params": 3}]
    assert study("doctor").code == 0


def test_a_server_that_does_not_answer_and_then_the_own_store(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"http://me:secret@127.0.0.1:{one.getsockname()[1]}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    done = study("run", "coin", "--quick")
    assert done.code == 0
    assert "127.0.0.1" in done.err and "the run itself is recorded" in done.err and "secret" not in done.err
    assert study("ui").out == address.replace("me:secret@", "") + "\n"
    told = study("doctor")
    assert told.code == 1 and "1 not whole in it" in told.out and "secret" not in told.out + told.err


def test_a_damaged_store(study: Study) -> None:
    (study.root / ".studyctl" / "mlflow.db").write_bytes(b"no database" * 1000)
    done = study("run", "coin", "--quick")
    assert done.code == 0 and "the run itself is recorded" in done.err
    assert study("doctor").code == 1
    assert study("doctor", "--fix").code == 0
    assert [one["status"] for one in values(study)] == ["FINISHED"] * 3
