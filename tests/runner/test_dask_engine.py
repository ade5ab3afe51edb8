"""Runs on a real local Dask cluster of two workers, each a process of its own."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from runner_bench import Bench, source, waiting

from studyctl.core.models import Run
from studyctl.core.ports import Began, Dropped, Ended, Engine, Event, Task
from studyctl.errors import ExperimentError, UsageError
from studyctl.runner import folder
from studyctl.runner.dask_engine import DaskEngine

distributed = pytest.importorskip("distributed", reason="needs the extra dask: python -m pip install 'studyctl[dask]'")


@pytest.fixture
def address(cluster: Any) -> str:
    with distributed.Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=30)  # one that a test ended comes back
    return str(cluster.scheduler_address).replace("tcp://", "dask://")


@pytest.fixture
def engine(bench: Bench, address: str) -> Iterator[DaskEngine]:
    here = DaskEngine(bench.workspace, address)
    yield here
    here.close()


def task(bench: Bench, body: str, *assignments: str, decorator: str = "title='T'", **options: Any) -> Task:
    bench.write("experiments/one.py", source(body, decorator=decorator))
    return Task(*waiting(bench, *assignments, run_id=secrets.token_hex(16)), **options)


def ended(engine: Engine, count: int = 1, seconds: float = 60, events: list[Event] | None = None) -> list[Run]:
    """The runs that ended; each was told to have begun before, by the process that performed it."""
    events = [] if events is None else events
    until = time.monotonic() + seconds
    while sum(isinstance(event, Ended) for event in events) < count:
        assert time.monotonic() < until, "the runs do not end"
        events += engine.wait(1.0)
    begun: dict[str, Run] = {}
    found = []
    for event in events:
        if isinstance(event, Began):
            assert event.run.id not in begun and event.run.state == "running"
            begun[event.run.id] = event.run
        elif isinstance(event, Ended):
            began = begun[event.run.id]
            assert (event.run.pid, event.run.host, event.run.started) == (began.pid, began.host, began.started)
            found.append(event.run)
    return found


def follow(engine: Engine, one: Task, seconds: float = 30) -> list[Event]:
    """Wait until the run has measured something."""
    events: list[Event] = []
    until = time.monotonic() + seconds
    while not (one.home / folder.METRICS_FILE).exists():
        assert time.monotonic() < until
        events += engine.wait(0.2)
    return events


def test_a_run_is_performed_on_a_worker_and_its_folder_comes_back(bench: Bench, engine: DaskEngine) -> None:
    assert engine.jobs == 2
    bench.write("data/a.txt", "abc")
    one = task(
        bench,
        "from pathlib import Path\n"
        "print('hello from', Path.cwd().name)\n"
        "run.metrics({'n': params.n, 'a': len(Path('data/a.txt').read_text())})\n"
        "run.text('said', 'x')\n"
        "run.finding('f', claim='c', when='n > 1', text='{n:.0f}')",
        "n=5",
        decorator="title='T', data=['data']",
    )
    engine.submit(one)
    (run,) = ended(engine)
    assert (run.id, run.state, run.error) == (one.run.id, "finished", "")
    assert {m.name: m.value for m in run.metrics} == {"n": 5, "a": 3}
    assert run.findings[0].verdict == "supported"
    assert run.pid not in (0, os.getpid()) and run.provenance["machine"]
    assert folder.read_record(one.home) == run
    assert (one.home / "artifacts" / "texts" / "said.txt").read_text() == "x"
    assert "hello from" in (one.home / folder.LOG_FILE).read_text()
    assert len((one.home / folder.METRICS_FILE).read_text().splitlines()) == 2


@pytest.mark.slow
def test_trials_are_performed_by_both_workers_and_a_failed_one_stops_none(bench: Bench, engine: DaskEngine) -> None:
    body = "import os, time\ntime.sleep(0.5)\nrun.metric('pid', os.getppid())\nassert params.n != 3, 'three'"
    tasks = [task(bench, body, f"n={n}") for n in range(6)]
    for one in tasks:
        engine.submit(one)
    runs = {run.params["n"]: run for run in ended(engine, 6)}
    assert {n: run.state for n, run in runs.items()} == {n: "failed" if n == 3 else "finished" for n in range(6)}
    assert "AssertionError: three" in runs[3].error
    assert len({run.metrics[0].value for run in runs.values()}) == 2


def test_metrics_are_seen_while_the_run_goes_on_and_a_stopped_run_keeps_them(bench: Bench, engine: DaskEngine) -> None:
    body = "import time\nfor i in range(600):\n    run.metric('x', i, step=i)\n    time.sleep(0.1)"
    one = task(bench, body)
    others = [task(bench, body, f"n={n}") for n in range(3)]
    for each in (one, *others):
        engine.submit(each)
    events = follow(engine, one)
    engine.stop("SIGINT")
    runs = {run.id: run for run in ended(engine, 2, events=events)}
    # Those that waited for a place never began, and nothing of them is anywhere.
    events += engine.wait(0.1)
    dropped = {event.run_id for event in events if isinstance(event, Dropped)}
    assert len(dropped) == 2 and dropped | set(runs) == {each.run.id for each in (one, *others)}
    assert not any((bench.workspace.runs / name).exists() for name in dropped)
    assert runs[one.run.id].state == "killed"
    assert runs[one.run.id].metrics[0].value >= 1
    assert {run.state for run in runs.values()} == {"killed"}


def test_a_time_limit_holds_there_too(bench: Bench, engine: DaskEngine) -> None:
    engine.submit(task(bench, "import time\ntime.sleep(60)", timeout_s=1.0))
    (run,) = ended(engine)
    assert run.state == "killed" and "1" in run.error


def test_a_process_that_ends_without_a_word_is_a_lost_run(bench: Bench, engine: DaskEngine) -> None:
    engine.submit(task(bench, "import os\nrun.metric('x', 7)\nos.kill(os.getpid(), 9)"))
    (run,) = ended(engine)
    assert run.state == "lost" and "ended without a word" in run.error
    assert run.metrics[0].value == 7


def test_a_worker_that_dies_does_not_perform_the_run_again(bench: Bench, cluster: Any, engine: DaskEngine) -> None:
    one = task(bench, "import time\nfor i in range(600):\n    run.metric('x', i, step=i)\n    time.sleep(0.1)")
    engine.submit(one)
    events = follow(engine, one)
    here = engine._client  # the cluster's own view: which worker performs it
    (worker,) = {w for workers in here.processing().items() if workers[1] for w in [workers[0]]}
    os.kill(here.run(os.getpid, workers=[worker])[worker], signal.SIGKILL)
    (run,) = ended(engine, events=events)
    assert run.state == "lost" and run.error == "its worker is gone"
    assert run.metrics[0].name == "x"  # as far as it was told


def test_other_code_than_the_run_was_opened_with_is_refused(bench: Bench, engine: DaskEngine) -> None:
    one = task(bench, "run.metric('x', 1)")
    wrong = tuple(replace(file, digest="ast1:" + "0" * 64) for file in one.run.files)
    with pytest.raises(ExperimentError, match="changed since the run began"):
        engine.submit(replace(one, run=replace(one.run, files=wrong)))
    # A worker that was sent other files than those of the record: its own digests tell.
    packed = engine._parcel(one.run)
    engine._parcels[frozenset((file.path, file.digest) for file in wrong)] = packed
    engine.submit(replace(one, run=replace(one.run, files=wrong)))
    (run,) = ended(engine)
    assert run.state == "failed" and "is not what the run was opened with" in run.error
    assert not run.metrics


def test_gpus_are_a_resource_of_the_workers(bench: Bench, address: str) -> None:
    engine = DaskEngine(bench.workspace, address, gpus=1)
    try:
        assert engine.jobs == 2
        engine.submit(task(bench, "run.metric('x', 1)"))
        assert ended(engine)[0].state == "finished"
    finally:
        engine.close()
    with pytest.raises(UsageError, match="no worker of the cluster has 4 GPUs"):
        DaskEngine(bench.workspace, address, gpus=4)


def test_timings_are_taken_on_one_host_one_at_a_time(bench: Bench, address: str) -> None:
    engine = DaskEngine(bench.workspace, address, one_host=True)
    assert engine.jobs == 1 and engine.host
    engine.close()


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("dask://", "no address of a cluster"),
        ("tcp://localhost:1", "no address of a cluster"),
        ("dask://127.0.0.1:1", "no Dask scheduler answers at 127.0.0.1:1"),
    ],
)
def test_a_wrong_address_is_said(bench: Bench, where: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from studyctl.runner import dask_engine

    monkeypatch.setattr(dask_engine, "CONNECT_S", 1)
    with pytest.raises((UsageError, ExperimentError), match=said):
        DaskEngine(bench.workspace, where)


def test_a_cluster_without_workers_is_said(bench: Bench) -> None:
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as empty,
        pytest.raises(UsageError, match="has no worker"),
    ):
        DaskEngine(bench.workspace, str(empty.scheduler_address).replace("tcp://", "dask://"))
