"""An experiment whose trials can be made to fail, to wait and to die, and what is recorded of them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from study_bench import Study

PATIENCE_S = 180

TRYING = '''\
"""Does what its parameters say."""

import os
import time

from pydantic import Field

from studyctl.lab import Params, Run, experiment


class Inner(Params):
    rate: float = 0.1


class Trying(Params):
    a: int = 1
    lr: float = Field(0.1, gt=0)
    kind: str = "x"
    inner: Inner = Inner()
    fails: int = Field(-1, description="the seed that fails")
    dies: int = Field(-1, description="the seed whose process is killed")
    waits: int = Field(-1, description="the seed that waits for the file `go`")
    seed: int = 0


@experiment(title="Does what it is told", presets={"quick": {"a": 5}})
def trying(params: Trying, run: Run) -> None:
    """What it measures depends on its parameters alone."""
    run.metric("value", params.a + params.seed / 10)
    run.metric("pid", os.getpid())
    for step in range(3):
        run.metric("curve", params.a * step, step=step)
    if params.seed == params.dies:
        os.kill(os.getpid(), 9)
    while params.seed >= params.waits >= 0 and not os.path.exists("go"):
        time.sleep(0.02)
    assert params.seed != params.fails, f"seed {params.seed} fails"
    run.text("said", "done")
    run.finding("high", claim="the value is high", when="value > 1.5", text="It is {value:.1f}.")
'''
NOTE = "# Notes\n\n## Questions\n\n* Is it high? ([trying](../experiments/trying.py#high))\n"


def make(root: Path) -> Study:
    """A workspace with that experiment, and a question that it answers."""
    study = Study.make(root)
    study.write("experiments/trying.py", TRYING)
    study.write("notes/trying.md", NOTE)
    return study


def in_mlflow(study: Study) -> dict[str, dict[str, Any]]:
    """What MLflow has of every run, by our id: its own id, its state, its name, its parent's, its last figures."""
    with closing(sqlite3.connect(study.root / ".studyctl" / "mlflow.db")) as db:
        db.row_factory = sqlite3.Row
        tags: dict[str, dict[str, str]] = {}
        for row in db.execute("SELECT run_uuid, key, value FROM tags"):
            tags.setdefault(row["run_uuid"], {})[row["key"]] = row["value"]
        metrics: dict[str, dict[str, float]] = {}
        for row in db.execute("SELECT run_uuid, key, value FROM latest_metrics"):
            metrics.setdefault(row["run_uuid"], {})[row["key"]] = row["value"]
        found: dict[str, dict[str, Any]] = {}
        for row in db.execute("SELECT run_uuid, status, name FROM runs"):
            own = tags.get(row["run_uuid"], {})
            run = own["studyctl.run"]
            assert run not in found, "a run is there twice"
            found[run] = {
                "id": row["run_uuid"],
                "state": row["status"],
                "name": row["name"],
                "parent": own.get("mlflow.parentRunId"),
                "note": own.get("mlflow.note.content", ""),
                "metrics": metrics.get(row["run_uuid"], {}),
            }
        return found


def sweeps(study: Study) -> list[dict[str, Any]]:
    """The recorded sweeps, the newest first."""
    return [run for run in study("runs", "list", "--json").json if run["role"] == "sweep"]


def trials(study: Study, sweep: str) -> list[dict[str, Any]]:
    """The newest attempt of every trial, by number."""
    found: list[dict[str, Any]] = study("runs", "show", sweep, "--json").json["trials"]
    return found


def wait_for_finished(study: Study, count: int) -> None:
    """Until so many trials have come to their end, as their folders say."""
    wait_until(lambda: sum(one["state"] == "finished" for one in records(study, "trial")) >= count)


def records(study: Study, role: str) -> list[dict[str, Any]]:
    """The run.json of every run of a role."""
    found = []
    for file in (study.root / ".studyctl" / "runs").glob("*/run.json"):
        record = json.loads(file.read_text("utf-8"))
        if record["role"] == role:
            found.append(record)
    return found


def wait_until(holds: Any) -> None:
    """Until something holds that another process brings about."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > until:
            pytest.fail("it does not come about")
        time.sleep(0.05)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """The exit code of a command that was started, and what it printed."""
    try:
        out, err = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()  # its trials end by themselves; nothing is left for other tests to stumble over
        process.communicate()
        raise
    return process.returncode, out, err
