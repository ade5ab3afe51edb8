"""A run that is performed by another process: its folder says all of it, whatever happens to the process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from runner_bench import Bench, opened, source

from studyctl.runner import folder, lost
from studyctl.runner.process import hostname
from studyctl.runner.worker import perform_run


def start(bench: Bench, home: Path, timeout_s: float | None = None) -> subprocess.Popen[str]:
    worker = subprocess.Popen(
        [sys.executable, "-m", "studyctl.runner.worker"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert worker.stdin is not None
    worker.stdin.write(json.dumps({"workspace": str(bench.root), "home": str(home), "timeout_s": timeout_s}))
    worker.stdin.close()
    worker.stdin = None
    return worker


def test_a_process_of_its_own_performs_it(bench: Bench) -> None:
    body = "import os, sys\nrun.metric('pid', os.getpid())\nrun.metric('mlflow', 'mlflow' in sys.modules)\nprint('hi')"
    bench.write("experiments/one.py", source(body))
    _, home = opened(bench, "n=7")
    worker = start(bench, home)
    assert worker.communicate(timeout=60)[1] == ""
    done = folder.read_record(home)
    assert (done.state, done.error, done.role, done.parent) == ("finished", "", "trial", "cd" * 16)
    assert (done.host, done.pid) == (hostname(), worker.pid)
    assert [(m.name, m.value) for m in done.metrics] == [("pid", worker.pid), ("mlflow", 0)]
    assert done.params["n"] == 7
    assert done.provenance["command"] == "typed"
    assert done.provenance["python"]["version"]
    assert (home / "log.txt").read_text() == "hi\n"


def test_a_time_limit_ends_it_as_killed_with_its_figures(bench: Bench) -> None:
    bench.write("experiments/one.py", source("import time\nrun.metric('a', 1)\ntime.sleep(60)"))
    _, home = opened(bench)
    assert start(bench, home, 0.2).communicate(timeout=60)[1] == ""
    done = folder.read_record(home)
    assert (done.state, done.error) == ("killed", "killed by its time limit of 0.2 s (--timeout)")
    assert [m.name for m in done.metrics] == ["a"]


def test_a_limit_that_is_not_reached_changes_nothing(bench: Bench) -> None:
    bench.write("experiments/one.py", source("run.metric('a', 1)"))
    _, home = opened(bench)
    assert perform_run(bench.workspace, home, timeout_s=60.0).state == "finished"
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_who_performs_it_is_known_before_it_begins(bench: Bench) -> None:
    body = f"import time\nopen({str(bench.root / 'ready')!r}, 'w').close()\ntime.sleep(60)"
    bench.write("experiments/one.py", source(body))
    _, home = opened(bench)
    worker = start(bench, home)
    until = time.monotonic() + 60
    while not (bench.root / "ready").exists():
        assert worker.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    running = folder.read_record(home)
    assert (running.state, running.pid) == ("running", worker.pid)
    assert not lost.is_lost(running)
    worker.kill()
    worker.communicate()
    assert lost.is_lost(running)


def test_other_code_is_refused(bench: Bench) -> None:
    bench.write("experiments/one.py", source("run.metric('a', 1)"))
    _, home = opened(bench)
    bench.write("experiments/one.py", source("run.metric('a', 2)"))
    done = perform_run(bench.workspace, home)
    assert (done.state, done.metrics) == ("failed", ())
    assert done.error.startswith("experiments/one.py is not what the run was opened with")
    assert folder.read_record(home) == done


def test_an_experiment_that_cannot_be_imported_fails(bench: Bench) -> None:
    bench.write("experiments/one.py", source("run.metric('a', 1)"))
    _, home = opened(bench)
    bench.write("experiments/one.py", "import no_such_module_anywhere\n" + source("pass"))
    done = perform_run(bench.workspace, home)
    assert done.state == "failed"
    assert "no module named 'no_such_module_anywhere' (experiments/one.py, line 1)" in done.error
    assert "pip install no_such_module_anywhere" in (home / "log.txt").read_text()


def test_parameters_that_the_model_refuses_fail(bench: Bench) -> None:
    bench.write("experiments/one.py", source("pass"))
    run, home = opened(bench)
    folder.write_record(home, replace(run, params={"n": "many"}))
    done = perform_run(bench.workspace, home)
    assert done.state == "failed"
    assert done.error.startswith("n = 'many': input should be a valid integer")


def test_what_a_gone_process_left_is_salvaged(bench: Bench) -> None:
    body = (
        "import os\nfor i in range(3):\n    run.metric('loss', 1 / (i + 1), step=i)\n"
        "run.metric('far', float('inf'))\nrun.text('words', 'kept')\nos._exit(3)"
    )
    bench.write("experiments/one.py", source(body))
    _, home = opened(bench)
    worker = start(bench, home)
    worker.communicate(timeout=60)
    assert worker.returncode == 3
    running = folder.read_record(home)
    assert running.state == "running"
    done = folder.salvage(home, running, "failed", "gone", "2026-01-01T00:00:01.000Z")
    assert [(m.name, m.value, m.steps) for m in done.metrics] == [("loss", 1 / 3, 3), ("far", float("inf"), 1)]
    assert [(a.path, a.kind) for a in done.artifacts] == [("texts/words.txt", "text")]
    assert folder.read_record(home) == done


@pytest.mark.parametrize("line", ["", '{"name": "a", "val', "[1]", '{"name": "a"}'])
def test_a_line_that_was_cut_off_is_left_out(line: str) -> None:
    from studyctl.core.history import last_metrics, parse

    whole = '{"name": "a", "value": "NaN", "step": 0, "time": 5}'
    (metric,) = last_metrics(parse([whole, line]))
    assert (metric.name, metric.steps, str(metric.value)) == ("a", 1, "nan")
