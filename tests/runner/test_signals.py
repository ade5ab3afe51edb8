"""Runs that are ended from outside: by a signal, which is recorded, and by SIGKILL, which is found out later."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from runner_bench import Bench, Ledger, source

from studyctl.core.models import Run
from studyctl.runner import lost, process
from studyctl.runner.folder import read_record
from studyctl.runner.signals import Killed, Signals

HERE = Path(__file__).parent
CHILD = """
import sys
sys.path.insert(0, {here!r})
from pathlib import Path
from runner_bench import Bench
bench = Bench(Path({root!r}), fresh=False)
run = bench.execute(bench.order())
print(run.state, run.error, bench.ledger.calls, len(bench.tracker.finished), flush=True)
"""
SLOW = """
import time, os
run.metric("a", 1.0)
run.finding("early", text="t")
open(os.environ["READY"], "w").close()
time.sleep(60)
"""


class Child:
    """A process that executes the bench's experiment."""

    def __init__(self, bench: Bench, body: str) -> None:
        bench.write("experiments/one.py", source(body))
        self.bench = bench
        self.ready = bench.root / "ready"
        code = CHILD.format(here=str(HERE), root=str(bench.root))
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "READY": str(self.ready)},
        )

    def await_ready(self) -> None:
        until = time.monotonic() + 60
        while not self.ready.exists():
            assert self.process.poll() is None and time.monotonic() < until, self.process.communicate()
            time.sleep(0.02)

    def record(self) -> Run:
        (folder,) = self.bench.workspace.runs.iterdir()
        return read_record(folder)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_run_as_killed(bench: Bench, name: str) -> None:
    child = Child(bench, SLOW)
    child.await_ready()
    child.process.send_signal(getattr(signal, name))
    out, err = child.process.communicate(timeout=30)
    assert out == f"killed killed by {name} ['open', 'mlflow', 'finish', 'delivered'] 1\n", err
    run = child.record()
    assert (run.state, run.findings) == ("killed", ())
    assert [metric.name for metric in run.metrics] == ["a"]


def test_sigkill_leaves_a_run_that_is_found_lost(bench: Bench) -> None:
    child = Child(bench, SLOW + "\n")
    child.await_ready()
    running = child.record()
    assert running.state == "running"
    assert not lost.is_lost(running)
    child.process.kill()
    child.process.communicate()
    assert lost.is_lost(running)
    assert lost.shown(running).state == "lost"
    ledger = Ledger()
    ledger.rows[running.id] = running
    (marked,) = lost.mark(ledger, bench.workspace.runs)  # type: ignore[arg-type]
    assert (marked.id, marked.state) == (running.id, "lost")
    assert ledger.calls == ["finish"]
    kept = ledger.rows[running.id]
    assert (kept.state, kept.error, kept.ended) == ("lost", f"process {running.pid} is gone", None)
    assert [(metric.name, metric.value) for metric in kept.metrics] == [("a", 1.0)]
    assert child.record() == kept


def test_a_run_that_ended_in_its_folder_alone_is_taken_up_as_it_ended(bench: Bench) -> None:
    done = bench.run("run.metric('a', 1)")
    ledger = Ledger()
    ledger.rows[done.id] = replace(done, state="running", ended=None, metrics=(), process_started=1.0)
    (marked,) = lost.mark(ledger, bench.workspace.runs)  # type: ignore[arg-type]
    assert marked == done == ledger.rows[done.id]
    assert ledger.calls == ["restore"]


def test_a_swallowed_signal_still_ends_the_run_as_killed(bench: Bench) -> None:
    body = "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGTERM)\nexcept BaseException:\n    pass"
    run = bench.run(body)
    assert (run.state, run.error) == ("killed", "killed by SIGTERM")
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_except_exception_lets_it_through(bench: Bench) -> None:
    body = (
        "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGHUP)\nexcept Exception:\n    pass\n"
        "run.metric('late', 1)"
    )
    run = bench.run(body)
    assert (run.state, run.metrics) == ("killed", ())


def test_a_forked_worker_dies_of_a_signal_alone(bench: Bench) -> None:
    body = (
        "import os, signal, time\nready, tell = os.pipe()\npid = os.fork()\n"
        "if pid == 0:\n    os.write(tell, b'x')\n    time.sleep(60)\n    os._exit(0)\n"
        "os.read(ready, 1)\nos.kill(pid, signal.SIGTERM)\n"
        "run.metric('status', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\nos.close(ready)\nos.close(tell)"
    )
    run = bench.run(body)
    assert run.state == "finished", run.error
    assert run.metrics[0].value == -signal.SIGTERM


def test_a_forked_process_that_falls_out_of_the_function_records_nothing(bench: Bench) -> None:
    body = (
        "import os\npid = os.fork()\nif pid == 0:\n    raise ValueError\n"
        "run.metric('status', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    )
    run = bench.run(body)
    assert (run.state, run.metrics[0].value) == ("finished", 1.0)
    assert read_record(bench.folder(run)).state == "finished"


def test_signals_wait_while_records_are_written() -> None:
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        assert signals.received == "SIGTERM"
        with pytest.raises(Killed, match="SIGTERM"):
            signals.allow()
        signals.hold()
        with pytest.raises(Killed), signals.impatient():
            os.kill(os.getpid(), signal.SIGINT)


def test_which_runs_are_lost(bench: Bench) -> None:
    run = replace(bench.run("pass"), state="running")
    assert not lost.is_lost(run)
    assert lost.is_lost(replace(run, process_started=run.process_started - 60))  # its pid was given away
    assert not lost.is_lost(replace(run, host="elsewhere", pid=1))
    assert not lost.is_lost(replace(run, host="", pid=1))
    assert not lost.is_lost(replace(run, state="finished", process_started=1.0))


def test_a_zombie_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    started = process.started_at(child.pid)
    until = time.monotonic() + 30
    while process.started_at(child.pid) is not None and time.monotonic() < until:
        time.sleep(0.01)  # it has ended and nobody asked how: its entry is still there
    assert process.started_at(child.pid) is None
    assert started is None or not process.is_alive(child.pid, started)
    child.wait()


def test_the_two_ways_to_know_a_start_agree() -> None:
    import psutil

    ours = process.started_at(os.getpid())
    assert ours is not None
    assert abs(ours - psutil.Process().create_time()) < process.CLOCK_SLACK_S


def test_folders_that_the_database_does_not_know(bench: Bench) -> None:
    run = bench.run("pass")
    (bench.workspace.runs / "stray").mkdir()
    assert lost.unknown_folders(bench.workspace.runs, [run.id]) == []
    assert lost.unknown_folders(bench.workspace.runs, []) == [bench.folder(run)]
    assert lost.unknown_folders(bench.root / "none", []) == []


def test_a_marked_run_without_its_folder(bench: Bench) -> None:
    run = replace(bench.run("pass"), state="running", process_started=1.0)
    bench.ledger.rows[run.id] = run
    (bench.folder(run) / "run.json").write_text(json.dumps({}))
    assert len(lost.mark(bench.ledger, bench.workspace.runs)) == 1  # type: ignore[arg-type]
