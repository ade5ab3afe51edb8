"""`studyctl run --on dask://…`: runs and sweeps on a real local cluster of two workers, recorded here as any other."""

from __future__ import annotations

from typing import Any

import pytest
from study_bench import Study

distributed = pytest.importorskip("distributed", reason="needs the extra dask: python -m pip install 'studyctl[dask]'")


@pytest.fixture(scope="module")
def address(cluster: Any) -> str:
    with distributed.Client(cluster, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    return str(cluster.scheduler_address).replace("tcp://", "dask://")


def test_a_run_is_recorded_here_and_answers(fresh: Study, address: str) -> None:
    done = fresh("run", "coin", "--on", address, "--json")
    assert done.code == 0, done.err
    run = done.json
    assert run["state"] == "finished" and run["role"] == "run" and run["mlflow_run_id"]
    assert {one["id"] for one in run["answers"]} >= {"Q1", "C1"}
    assert fresh("answer", "Q1", "--json").json["fresh"] is True
    # The same figures as here: what travels is the code, the parameters and the seed.
    here = fresh("run", "coin", "--json").json
    assert here["metrics"] == run["metrics"]
    assert fresh("verify", "Q1").code == 0
    home = fresh.root / ".studyctl" / "runs" / run["id"]
    assert sorted(path.name for path in home.rglob("counts.*")) == ["counts.csv", "counts.json"]


@pytest.mark.slow
def test_a_sweep_is_spread_over_the_workers_and_nested_here(fresh: Study, address: str) -> None:
    done = fresh("run", "coin", "--quick", "-p", "seed=0..3", "--on", address, "--gpus", "1", "--json")
    assert done.code == 0, done.err
    sweep = done.json
    trials = fresh("runs", "list", "--trials-of", sweep["id"], "--json").json
    assert sorted((one["params"]["seed"], one["state"]) for one in trials) == [(n, "finished") for n in range(4)]
    assert len({one["id"] for one in trials}) == 4


def test_what_fails_there_is_told_here(fresh: Study, address: str) -> None:
    done = fresh("run", "failing", "--on", address)
    assert done.code == 7
    assert "ZeroDivisionError" in done.err and "failing.py, line 21" in done.err
    assert fresh("runs", "list", "--json").json[0]["state"] == "failed"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--gpus", "1"], "--gpus takes devices of a cluster's workers"),
        (["--on", "dask://localhost:1", "--gpus", "0"], "--gpus 0: at least one"),
        (["--on", "dask://localhost:1", "--draft"], "a draft runs here"),
        (["--on", "dask://localhost:1", "--dry-run"], "--dry-run knows how long runs take here"),
        (["--on", "dask://localhost:1", "--jobs", "2", "-p", "seed=0,1"], "--jobs is for processes here"),
        (["--on", "localhost:8786"], "--on localhost:8786: no address of a cluster"),
    ],
)
def test_what_does_not_go_together(fresh: Study, words: list[str], said: str) -> None:
    done = fresh("run", "coin", *words)
    assert done.code == 2 and said in done.err and "next: " in done.err
    assert fresh("runs", "list", "--json").json == []


def test_nothing_is_recorded_where_no_scheduler_answers(fresh: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studyctl.runner.dask_engine.CONNECT_S", 1)
    done = fresh("run", "coin", "--on", "dask://localhost:1")
    assert done.code == 7 and "no Dask scheduler answers at localhost:1" in done.err
    assert fresh("runs", "list", "--json").json == []
