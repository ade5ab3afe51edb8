"""However a run's process ends: its state is right in every reader at once, and in both databases afterwards."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from study_bench import NOTE, Study

from studyctl.core.templates import exact

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits as POSIX has them")
PATIENCE_S = 120
MOMENTS = 20
REPETITIONS = 30
SEED = 20260
CRASHING = '''\
"""Ends in one way or another, after it has measured something."""

import atexit
import ctypes
import os
import resource
import signal
import time

from studyctl.lab import Params, Run, experiment


class Crashing(Params):
    how: str = "not"
    points: int = 3
    pause: float = 0.0


@experiment(title="Crashing")
def crashing(params: Crashing, run: Run) -> None:
    for step in range(params.points):
        run.metric("loss", 1.0 / (step + 1), step=step)
        time.sleep(params.pause)
    run.text("notes", "measured")
    time.sleep(1.2 if params.how != "not" else 0)  # what was measured reaches the disk about once a second
    if params.how.startswith("SIG"):
        os.kill(os.getpid(), getattr(signal, params.how))
        time.sleep(60)
    if params.how == "memory":
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 100_000_000, resource.RLIM_INFINITY))
        bytearray(1_000_000_000)
    if params.how == "null":
        ctypes.string_at(0)
    if params.how == "abort":
        os.abort()
    if params.how == "_exit":
        os._exit(0)
    if params.how == "exit":
        raise SystemExit(3)
    if params.how == "atexit":
        atexit.register(os._exit, 9)
'''


@pytest.fixture
def crashing(study: Study) -> Study:
    study.write("experiments/crashing.py", CRASHING)
    study.write("notes/study.md", NOTE.replace("* Does anybody", "* Does it end? ([c](../experiments/crashing.py))\n*"))
    return study


def rows(study: Study, name: str, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(study.root / ".studyctl" / name)) as db:
        return db.execute(query).fetchall()


def in_mlflow(study: Study, run_id: str) -> list[tuple[Any, ...]]:
    """MLflow's runs of one of ours: each with its status, how many points it has, and whether its text is there."""
    points = "(SELECT count(*) FROM metrics m WHERE m.run_uuid = r.run_uuid)"
    query = f"SELECT r.run_uuid, r.status, {points} FROM runs r JOIN tags t USING (run_uuid)"
    found = rows(study, "mlflow.db", f"{query} WHERE t.key = 'studyctl.run' AND t.value = '{run_id}'")
    files = study.root / ".studyctl" / "mlartifacts" / "crashing"
    return [(status, n, (files / uuid / "artifacts" / "texts" / "notes.txt").is_file()) for uuid, status, n in found]


ENDS = [
    ("SIGTERM", "killed", 130, "KILLED"),
    ("memory", "failed", 7, "FAILED"),
    ("atexit", "finished", 9, "FINISHED"),
    ("SIGKILL", "lost", -9, "KILLED"),  # as the kernel ends what takes too much memory
]
# Each is one of the above to whoever looks at it; whether it is takes as long again.
MORE_ENDS = [
    ("SIGINT", "killed", 130, "KILLED"),  # once more in test_processes
    ("SIGHUP", "killed", 130, "KILLED"),
    ("exit", "failed", 7, "FAILED"),
    ("null", "lost", -11, "KILLED"),
    ("abort", "lost", -6, "KILLED"),
    ("_exit", "lost", 0, "KILLED"),
]


@pytest.mark.parametrize(
    ("how", "state", "code", "status_there"),
    [pytest.param(*end, id=end[0]) for end in ENDS]
    + [pytest.param(*end, id=end[0], marks=pytest.mark.slow) for end in MORE_ENDS],
)
def test_every_end_is_seen_at_once(crashing: Study, how: str, state: str, code: int, status_there: str) -> None:
    process = crashing.start("run", "crashing", "-p", f"how={how}")
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code, out + err
    # Every reader at once, and none of them writes anything.
    before = rows(crashing, "study.db", "SELECT * FROM runs ORDER BY id")
    (run,) = crashing("runs", "list", "--experiment", "crashing", "--json").json
    assert (run["state"], run["findings"]) == (state, [])
    whole = crashing("runs", "show", run["id"], "--json").json
    assert whole["state"] == state
    assert [(one["name"], one["value"], one["steps"]) for one in whole["metrics"]] == [("loss", 1 / 3, 3)]
    assert state in crashing("runs", "show", run["id"]).out
    assert run["id"] in {one["id"] for one in crashing("runs", "list", "--state", state, "--json").json}
    assert crashing("runs", "list", "--state", "running", "--json").json == []
    (question,) = (one for one in crashing("question", "list", "--json").json if one["text"] == "Does it end?")
    assert (question["status"], crashing("answer", question["id"]).code) == ("open", 8)
    status = crashing("status").out
    assert run["id"][:8] in status and "running" not in status
    assert rows(crashing, "study.db", "SELECT * FROM runs ORDER BY id") == before
    told = crashing("doctor")
    assert (told.code, run["id"][:8] in told.out) == ((1, True) if state == "lost" else (0, False)), told.out
    # A command that writes brings both databases up to it, and then there is nothing left to mend.
    assert crashing("run", "coin", "--quick").code == 0
    stored = "SELECT r.state, m.value, m.steps FROM runs r JOIN metrics m ON m.run = r.id"
    assert rows(crashing, "study.db", f"{stored} WHERE r.id = '{run['id']}'") == [(state, exact(1 / 3), 3)]
    assert in_mlflow(crashing, run["id"]) == [(status_there, 3, True)]
    assert crashing("doctor").code == 0, crashing("doctor").out


@pytest.mark.slow
def test_killed_at_any_moment(crashing: Study, capsys: pytest.CaptureFixture[str]) -> None:
    """SIGKILL from before the run is opened to after it is closed."""
    whole = crashing.start("run", "crashing", "-p", "points=20", "-p", "pause=0.02")
    began = time.monotonic()
    whole.communicate(timeout=PATIENCE_S)
    lasts = time.monotonic() - began
    chance = random.Random(SEED)
    # From a quarter on, since before it only modules are imported.
    moments = sorted(chance.uniform(0.25 * lasts, 1.05 * lasts) for _ in range(MOMENTS))
    with capsys.disabled():
        print(f"\nseed {SEED}, a run of {lasts:.2f} s, killed at", *(f"{one:.2f}" for one in moments))
    states: list[str] = []
    for moment in moments:
        before = {one["id"] for one in crashing("runs", "list", "--limit", "0", "--json").json}
        process = crashing.start("run", "crashing", "-p", "points=20", "-p", "pause=0.02")
        try:
            process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        for name in ("study.db", "mlflow.db"):
            assert rows(crashing, name, "PRAGMA integrity_check") == [("ok",)], (moment, name)
        assert crashing("runs", "list", "--state", "running", "--json").json == [], moment
        for one in crashing("runs", "list", "--limit", "0", "--json").json:
            if one["id"] not in before:
                states.append(one["state"])
                assert_readable(crashing, one["id"])
    with capsys.disabled():
        print("they ended as", *(f"{state} {states.count(state)}" for state in sorted(set(states))))
    assert "lost" in states
    done = crashing("doctor", "--fix")
    assert done.code == 0, done.out
    assert crashing("doctor").code == 0
    assert rows(crashing, "study.db", "SELECT 1 FROM runs WHERE state = 'running'") == []
    assert rows(crashing, "mlflow.db", "SELECT 1 FROM runs WHERE status = 'RUNNING'") == []
    recorded = rows(crashing, "study.db", "SELECT count(*) FROM runs")
    ours = "SELECT count(DISTINCT value) FROM tags WHERE key = 'studyctl.run'"
    assert recorded == rows(crashing, "mlflow.db", ours) == rows(crashing, "mlflow.db", "SELECT count(*) FROM runs")


def assert_readable(study: Study, run_id: str) -> None:
    """That the folder's metrics can be read up to the cut, where only the last line may be torn."""
    assert study("runs", "show", run_id).code == 0
    file = study.root / ".studyctl" / "runs" / run_id / "metrics.jsonl"
    if file.exists():
        *lines, _ = file.read_text("utf-8").split("\n")
        assert [json.loads(line)["step"] for line in lines] == list(range(len(lines)))


EIGHT = """
import importlib, os, subprocess, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from study_bench import Study
# What a run imports is imported once, here, and not by every process anew: a run elsewhere says what that is.
ONE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from study_bench import Study;"
    "assert Study.make(Path(sys.argv[2]) / 'first')('run', 'coin', '--quick').code == 0;"
    "print(*(name for name in sys.modules if name.partition('.')[0] not in ('__main__', 'experiments')))"
)
first = [sys.executable, "-W", "ignore", "-c", ONE, *sys.argv[1:3]]
for name in subprocess.run(first, capture_output=True, text=True, check=True).stdout.split():
    try:
        importlib.import_module(name)
    except ImportError:
        pass  # a name that another module made up
assert "mlflow.store.tracking.sqlalchemy_store" in sys.modules and "studyctl.store.ledger" in sys.modules
from studyctl.tracking import environment
environment.load()
for number in range(int(sys.argv[3])):
    study = Study.make(Path(sys.argv[2]) / str(number))
    children = []
    for _ in range(8):
        if (pid := os.fork()) == 0:
            try:
                done = study("run", "coin", "--quick")
                # That it takes long is no fault of its own.
                if done.code or done.err.replace("coin is running", "").strip() or "no finding" in done.out:
                    print(number, done.code, done.out, done.err, flush=True)
                os._exit(done.code)
            except BaseException as error:
                print(number, repr(error), flush=True)
                os._exit(99)
        children.append(pid)
    for pid in children:
        _, status = os.waitpid(pid, 0)
        if status:
            print(number, "status", status, flush=True)
"""


@pytest.mark.slow
def test_eight_first_runs_at_once_again_and_again(tmp_path: Path) -> None:
    """Forked from a process that has imported everything, so that they arrive together; nothing is made yet."""
    tests = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", EIGHT, tests, str(tmp_path), str(REPETITIONS)],
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    for number in range(REPETITIONS):
        study = Study(tmp_path / str(number))
        assert rows(study, "study.db", "SELECT state, delivered, count(*) FROM runs GROUP BY 1, 2") == [
            ("finished", 1, 8)
        ]
        assert rows(study, "mlflow.db", "SELECT status, count(*) FROM runs GROUP BY 1") == [("FINISHED", 8)]
        assert rows(study, "study.db", "SELECT item FROM answers WHERE current ORDER BY 1") == [
            ("C1",),
            ("Q1",),
            ("Q2",),
        ]
        assert rows(study, "study.db", "PRAGMA integrity_check") == [("ok",)]
