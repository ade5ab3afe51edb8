"""Commands in processes of their own: killed, interrupted, and eight at once."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from study_bench import Study

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
PATIENCE_S = 180


def wait_for_metric(study: Study) -> None:
    """Until `failing` has written its first figure: from then on it is in the middle of its function."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for file in (study.root / ".studyctl" / "runs").glob("*/metrics.jsonl"):
            if '"before"' in file.read_text("utf-8"):
                return
        time.sleep(0.05)
    pytest.fail("the run did not begin")


def mlflow_states(study: Study) -> list[str]:
    with closing(sqlite3.connect(study.root / ".studyctl" / "mlflow.db")) as db:
        return sorted(row[0] for row in db.execute("SELECT status FROM runs"))


def in_the_middle(study: Study) -> subprocess.Popen[str]:
    process = study.start("run", "failing", "-p", "seconds=600")
    wait_for_metric(study)
    return process


@pytest.mark.slow
def test_after_kill_9_the_next_command_says_that_the_run_was_lost(study: Study) -> None:
    process = in_the_middle(study)
    process.kill()
    process.communicate()
    # A command that reads shows it, and writes nothing.
    (lost,) = study("runs", "list", "--state", "lost", "--json").json
    assert "✗ " + lost["id"][:8] in study("status").out
    assert "  before  1.5\n" in study("runs", "show", lost["id"]).out
    assert "RUNNING" in mlflow_states(study)
    # One that runs marks it, here and in MLflow.
    done = study("run", "coin", "--quick")
    assert f"warning: run {lost['id'][:8]} (failing) was lost: its process is gone\n" in done.err
    assert study("runs", "show", lost["id"], "--json").json["state"] == "lost"
    assert "RUNNING" not in mlflow_states(study)
    assert "was lost" not in study("run", "coin", "--quick").err


@pytest.mark.slow
def test_ctrl_c_ends_the_run_as_killed_and_keeps_its_figures(study: Study) -> None:
    process = in_the_middle(study)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "error: failing was stopped; kept as run " in err
    (run,) = study("runs", "list", "--state", "killed", "--json").json
    value = study("runs", "show", run["id"], "--json").json
    assert value["metrics"][0]["name"] == "before"
    assert "KILLED" in mlflow_states(study)


@pytest.mark.slow
def test_ctrl_c_ends_the_ui_with_all_its_processes(study: Study) -> None:
    import psutil

    process = study.start("ui")
    assert process.stdout is not None
    address = process.stdout.readline()
    assert address.startswith("http://127.0.0.1:")
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
    assert alive == []


@pytest.mark.slow
def test_eight_first_runs_at_once_all_succeed(tmp_path: Path) -> None:
    study = Study.make(tmp_path / "study")
    processes = [study.start("run", "coin", "--quick", "--json") for _ in range(8)]
    ended = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, ended
    ids = {json.loads(out)["id"] for out, _ in ended}
    assert len(ids) == 8
    recorded = study("runs", "list", "--json").json
    assert {run["id"] for run in recorded} == ids
    assert {run["state"] for run in recorded} == {"finished"}
    assert mlflow_states(study) == ["FINISHED"] * 8
    assert study("answer", "Q1").code == 0
