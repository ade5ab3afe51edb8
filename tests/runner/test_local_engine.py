"""Runs in processes of their own: each ends in a known state, whatever happens to its process or to ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from runner_bench import Bench, source, waiting

from studyctl.core.models import Run
from studyctl.core.ports import Advanced, Began, Dropped, Ended, Event, Printed, Stepped, Task
from studyctl.runner import folder, host, local_engine, process
from studyctl.runner.local_engine import LocalEngine, how_it_went, threads_for

PATIENCE_S = 90.0
BOTH = pytest.mark.parametrize("fork", [True, False], ids=["forking", "reusing"])


@contextmanager
def engine(bench: Bench, jobs: int = 2, *, fork: bool = True) -> Iterator[LocalEngine]:
    made = LocalEngine(bench.workspace, "one", jobs, fork=fork)
    try:
        yield made
    finally:
        made.close()


def until_ended(made: LocalEngine, count: int) -> tuple[dict[str, Run], list[Event]]:
    events: list[Event] = []
    until = time.monotonic() + PATIENCE_S
    while sum(isinstance(event, Ended) for event in events) < count:
        assert time.monotonic() < until, events
        events += made.wait(0.5)
    return {event.run.id: event.run for event in events if isinstance(event, Ended)}, events


def submit(bench: Bench, made: LocalEngine, number: int, timeout_s: float | None = None, watched: bool = False) -> str:
    run, home = waiting(bench, f"n={number}", run_id=f"{number:032x}")
    made.submit(Task(run, home, timeout_s, watched))
    return run.id


@BOTH
def test_runs_are_performed_beside_one_another(bench: Bench, fork: bool) -> None:
    body = (
        "import os, sys\nrun.metric('n', params.n)\nrun.metric('pid', os.getpid())\n"
        "run.metric('mlflow', 'mlflow' in sys.modules)\nprint('printed', params.n)\nos.system('echo from a shell')"
    )
    bench.write("experiments/one.py", source(body))
    with engine(bench, fork=fork) as made:
        ids = [submit(bench, made, number) for number in range(5)]
        ended, events = until_ended(made, 5)
    assert {run.state for run in ended.values()} == {"finished"}
    for number, run_id in enumerate(ids):
        values = {m.name: m.value for m in ended[run_id].metrics}
        assert (values["n"], values["mlflow"]) == (number, 0)
        assert values["pid"] == ended[run_id].pid != os.getpid()
        log = (bench.workspace.runs / run_id / "log.txt").read_text()
        assert log.startswith(f"printed {number}\n")
        assert ("from a shell" in log) == fork
        assert folder.read_record(bench.workspace.runs / run_id) == ended[run_id]
    pids = {run.pid for run in ended.values()}
    assert len(pids) == 5 if fork else len(pids) <= 2
    began = [event.run for event in events if isinstance(event, Began)]
    assert sorted(run.id for run in began) == sorted(ids)
    assert {run.pid for run in began} == pids


def test_a_child_begins_afresh(bench: Bench) -> None:
    body = (
        "seen.append(params.n)\nrun.metric('seen', len(seen))\nimport numpy\nrun.metric('draw', numpy.random.random())"
    )
    bench.write("experiments/one.py", source(body, head="seen = []\n\n"))
    with engine(bench, 1) as made:
        for number in range(3):
            submit(bench, made, number)
        ended, _ = until_ended(made, 3)
    assert {m.value for run in ended.values() for m in run.metrics if m.name == "seen"} == {1.0}
    assert len({m.value for run in ended.values() for m in run.metrics if m.name == "draw"}) == 1  # the same seed


def test_how_far_a_run_is_and_what_it_prints(bench: Bench) -> None:
    body = "for i in run.track(range(4), 'epochs'):\n    pass\nwith run.step('after'):\n    print('a line')"
    bench.write("experiments/one.py", source(body))
    with engine(bench, 1) as made:
        watched = submit(bench, made, 0, watched=True)
        other = submit(bench, made, 1)
        _, events = until_ended(made, 2)
    assert Advanced(watched, "epochs", 0, 4) in events
    assert Advanced(other, "epochs", 4, 4, over=True) in events
    assert [event for event in events if isinstance(event, Stepped)][:2] == [
        Stepped(watched, "after", 0, over=False),
        Stepped(watched, "after", 0, over=True),
    ]
    assert [event for event in events if isinstance(event, Printed)] == [Printed(watched, "a line")]


@pytest.mark.parametrize(
    ("body", "state", "error"),
    [
        ("import os\nos._exit(3)", "failed", "its process ended with exit code 3 and without a word"),
        ("import ctypes\nctypes.string_at(0)", "failed", "its process was ended by SIGSEGV"),
        ("import os\nos.abort()", "failed", "its process was ended by SIGABRT"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "lost", "its process was ended by SIGKILL"),
        ("raise SystemExit(4)", "failed", "SystemExit: 4"),
        ("1 / 0", "failed", "ZeroDivisionError"),
    ],
    ids=["os._exit", "segfault", "abort", "SIGKILL", "SystemExit", "error"],
)
def test_a_crash_ends_its_run_alone(bench: Bench, body: str, state: str, error: str) -> None:
    bench.write(
        "experiments/one.py",
        source("run.metric('n', params.n)\nif params.n == 1:\n    " + body.replace("\n", "\n    ")),
    )
    with engine(bench) as made:
        ids = [submit(bench, made, number) for number in range(4)]
        ended, _ = until_ended(made, 4)
    crashed = ended.pop(ids[1])
    assert crashed.state == state
    assert error in crashed.error
    assert [m.name for m in crashed.metrics] == ["n"]
    assert {run.state for run in ended.values()} == {"finished"}
    if "SIGSEGV" in error:
        assert "Fatal Python error" in (bench.workspace.runs / crashed.id / "log.txt").read_text()


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        "import time\nrun.metric('a', 1)\ntime.sleep(60)",
        "import time\nrun.metric('a', 1)\n"
        "while True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass",
        "run.metric('a', 1)\nsum(range(10**15))",  # C code that holds the interpreter's lock
    ],
    ids=["sleeping", "swallowing", "in-c-code"],
)
def test_a_time_limit_ends_whatever_the_run_does(
    bench: Bench, body: str, fork: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_engine, "GRACE_S", 0.5)
    bench.write("experiments/one.py", source(body))
    with engine(bench, 1, fork=fork) as made:
        run_id = submit(bench, made, 0, timeout_s=0.3)
        ended, _ = until_ended(made, 1)
    run = ended[run_id]
    assert (run.state, [m.name for m in run.metrics]) == ("killed", ["a"])
    assert run.error.startswith("killed by its time limit of 0.3 s (--timeout)")
    assert not process.is_alive(run.pid, run.process_started)


@pytest.mark.slow
def test_what_a_killed_run_had_started_ends_with_it(bench: Bench) -> None:
    body = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "run.metric('child', child.pid)\nsum(range(10**15))"
    )
    bench.write("experiments/one.py", source(body))
    with engine(bench, 1) as made:
        run_id = submit(bench, made, 0, timeout_s=1.0)
        ended, _ = until_ended(made, 1)
    pid = int(ended[run_id].metrics[0].value)
    until = time.monotonic() + PATIENCE_S
    while process.started_at(pid) is not None:
        assert time.monotonic() < until
        time.sleep(0.05)


@BOTH
def test_stopping_ends_runs_as_killed_and_begins_no_more(bench: Bench, fork: bool) -> None:
    bench.write("experiments/one.py", source("import time\nrun.metric('a', 1)\ntime.sleep(60)"))
    with engine(bench, 1, fork=fork) as made:
        first, second = submit(bench, made, 0), submit(bench, made, 1)
        until = time.monotonic() + PATIENCE_S
        while not folder.metric_lines(bench.workspace.runs / first):
            assert time.monotonic() < until
            made.wait(0.1)
        made.stop("SIGINT")
        ended, events = until_ended(made, 1)
        events += made.wait(0.5)
        assert Dropped(second) in events
    assert list(ended) == [first]
    assert (ended[first].state, ended[first].error) == ("killed", f"killed by {'SIGINT' if fork else 'SIGTERM'}")
    assert not (bench.workspace.runs / second).exists()  # nobody has begun it


def test_an_import_that_crashes_ends_every_run_with_its_last_words(bench: Bench) -> None:
    bench.write("experiments/one.py", source("run.metric('a', 1)"))
    with engine(bench) as made:
        ids = []
        for number in range(3):
            run, home = waiting(bench, f"n={number}", run_id=f"{number:032x}")
            ids.append((run, home))
        bench.write(
            "experiments/one.py", source("pass", head="import os, sys\nprint('going', file=sys.stderr)\nos._exit(9)\n")
        )
        for run, home in ids:
            made.submit(Task(run, home))
        ended, _ = until_ended(made, 3)
    assert {run.state for run in ended.values()} == {"failed"}
    assert all("exit code 9" in run.error and "going" in run.error for run in ended.values())


def test_an_import_that_fails_fails_every_run(bench: Bench) -> None:
    bench.write("experiments/one.py", source("run.metric('a', 1)"))
    with engine(bench) as made:
        run, home = waiting(bench)
        bench.write("experiments/one.py", source("pass", head="1 / 0\n"))
        made.submit(Task(run, home))
        ended, _ = until_ended(made, 1)
    assert ended[run.id].state == "failed"
    assert "ZeroDivisionError" in ended[run.id].error


def test_a_host_that_is_killed_loses_its_runs_and_another_begins(bench: Bench) -> None:
    body = "import time\nrun.metric('a', 1)\ntime.sleep(60 if params.n == 0 else 0)"
    bench.write("experiments/one.py", source(body))
    with engine(bench, 1) as made:
        first, second = submit(bench, made, 0), submit(bench, made, 1)
        until = time.monotonic() + PATIENCE_S
        while not folder.metric_lines(bench.workspace.runs / first):
            assert time.monotonic() < until
            made.wait(0.1)
        made._hosts[0].process.kill()
        ended, _ = until_ended(made, 2)
    assert (ended[first].state, ended[second].state) == ("lost", "finished")
    assert "the process that had imported the experiment is gone" in ended[first].error
    assert [m.name for m in ended[first].metrics] == ["a"]


COORDINATOR = """
import sys, time
sys.path.insert(0, {here!r})
from pathlib import Path
from runner_bench import Bench, waiting
from studyctl.core.ports import Task
from studyctl.runner.local_engine import LocalEngine
bench = Bench(Path({root!r}), fresh=False)
made = LocalEngine(bench.workspace, "one", 2)
for number in range(2):
    made.submit(Task(*waiting(bench, f"n={{number}}", run_id=f"{{number:032x}}")))
while True:
    made.wait(1)
"""


def test_runs_end_by_themselves_when_their_coordinator_is_killed(bench: Bench) -> None:
    body = "import time\nrun.metric('a', 1)\ntime.sleep(600)"
    bench.write("experiments/one.py", source(body))
    code = COORDINATOR.format(here=str(Path(__file__).parent), root=str(bench.root))
    coordinator = subprocess.Popen([sys.executable, "-c", code])
    homes = [bench.workspace.runs / f"{number:032x}" for number in range(2)]
    until = time.monotonic() + PATIENCE_S
    while not all(folder.metric_lines(home) for home in homes):
        assert time.monotonic() < until and coordinator.poll() is None
        time.sleep(0.05)
    coordinator.kill()
    coordinator.wait()
    runs = [folder.read_record(home) for home in homes]
    while any(process.is_alive(run.pid, run.process_started) for run in runs):
        assert time.monotonic() < until
        time.sleep(0.05)
    for home in homes:
        ended = folder.read_record(home)
        assert (ended.state, ended.error) == ("killed", "killed by SIGTERM")


def test_modules_that_many_runs_import_are_imported_once() -> None:
    assert "numpy" in host.SHARED
    name = "numpy.polynomial.hermite_e"
    code = (
        "import sys\nfrom studyctl.runner.host import share\n"
        f"share(['os.path', {name!r}, 'numpy.no_such', 'wsgiref'])\n"
        f"print({name!r} in sys.modules, 'wsgiref' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True False\n"


def test_how_a_process_without_a_record_went() -> None:
    assert how_it_went(0, "") == (
        "failed",
        "its process ended with exit code 0 and without a word (os._exit, or a library)",
    )
    assert how_it_went(-signal.SIGKILL, "SIGINT")[0] == "killed"
    assert how_it_went(-signal.SIGKILL, "timeout", 90)[1].startswith("killed by its time limit of 90 s (--timeout);")
    assert how_it_went(-250, "")[1].startswith("its process was ended by signal 250")


def test_threads_are_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "usable_cores", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "3")
    assert threads_for(1) == {}
    assert threads_for(3)["OMP_NUM_THREADS"] == "2"
    assert threads_for(99)["OMP_NUM_THREADS"] == "1"
    assert "MKL_NUM_THREADS" not in threads_for(3)


def test_events_stay_lines_that_a_pipe_takes_whole() -> None:
    reading, writing = os.pipe()
    teller = host.Teller(writing, "f" * 32, watched=True)
    teller.message("한" * 5000)
    teller.task("한" * 5000, 3)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        lines = stream.read().splitlines()
    assert all(len(line) < host.LINE_LIMIT + 200 < 4096 for line in lines)
    assert [set(json.loads(line)) for line in lines] == [{"said", "line"}, {"loop", "label", "done", "total", "over"}]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers as POSIX has them")
def test_waiting_ends_in_time_though_a_signal_is_handled_for_longer(bench: Bench) -> None:
    """CPython's `SimpleQueue.get(timeout=…)` waits for ever where a handler outlives the timeout."""
    handled = []

    def slowly(number: int, frame: object) -> None:
        handled.append(number)
        assert len(handled) == 1, "waiting did not end"
        time.sleep(0.4)

    before = signal.signal(signal.SIGALRM, slowly)
    try:
        with engine(bench) as made:
            signal.setitimer(signal.ITIMER_REAL, 0.05, 10.0)  # the second one ends a wait that does not end by itself
            assert made.wait(0.2) == []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert handled == [signal.SIGALRM]
