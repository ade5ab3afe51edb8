"""Sweeps in processes of their own: interrupted, killed, and gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest
import sweep_bench
from study_bench import Study
from sweep_bench import ended, in_mlflow, records, sweeps, trials, wait_for_finished, wait_until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
# The trials from the fourth on wait for a file, so that the sweep is in its middle for as long as it is to be.
WORDS = ("run", "trying", "-p", "seed=0..5", "-p", "waits=3", "--jobs", "2")
NEXT = "the same command goes on where it stopped"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return sweep_bench.make(tmp_path / "study")


def in_the_middle(study: Study) -> subprocess.Popen[str]:
    """The command, when three trials have finished and two are going on; study.db and MLflow know of them."""
    process = study.start(*WORDS)
    wait_for_finished(study, 3)
    wait_until(lambda: sum(one["state"] == "running" for one in records(study, "trial")) == 2)
    wait_until(lambda: len(study("runs", "list", "--trials-of", sweeps(study)[0]["id"], "--json").json) == 5)
    return process


def gone(processes: list[psutil.Process]) -> None:
    """Assert that they end, and nothing else has to be done for it."""
    _, alive = psutil.wait_procs(processes, timeout=sweep_bench.PATIENCE_S)
    assert alive == []


def finishes(study: Study, sweep: str, kept: set[str]) -> None:
    """Assert that the same command goes on with a sweep: what had finished stays, all is there, once, everywhere."""
    study.write("go", "")
    code, _, err = ended(study.start(*WORDS))
    assert code == 0, err
    assert f"sweep {sweep[:8]} goes on: {len(kept)} of 6 trials are there" in err
    assert [one["id"] for one in sweeps(study)] == [sweep]
    assert sweeps(study)[0]["state"] == "finished"
    found = trials(study, sweep)
    assert [(one["number"], one["state"]) for one in found] == [(number, "finished") for number in range(1, 7)]
    assert kept <= {one["id"] for one in found}
    mlflow = in_mlflow(study)
    assert {mlflow[one["id"]]["state"] for one in found} == {"FINISHED"}
    assert {mlflow[one["id"]]["parent"] for one in found} == {mlflow[sweep]["id"]}
    assert mlflow[sweep]["state"] == "FINISHED"
    assert "RUNNING" not in {one["state"] for one in mlflow.values()}
    for one in found:
        assert mlflow[one["id"]]["metrics"]["value"] == one["metrics"]["value"]
    checked = study("doctor")
    assert checked.code == 0, checked.out + checked.err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_sweep_goes_on_where_it_stopped(study: Study, name: str) -> None:
    process = in_the_middle(study)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(getattr(signal, name))
    code, out, err = ended(process)
    assert code == 130
    (sweep,) = sweeps(study)
    assert f"error: the sweep was stopped; 3 finished trials are kept as {sweep['id'][:8]}\n  next: {NEXT}\n" in err
    assert "trying killed: 3 of 6 trials finished" in out
    gone(children)
    assert sweep["state"] == "killed"
    found = trials(study, sweep["id"])
    assert [one["state"] for one in found] == ["finished"] * 3 + ["killed"] * 2  # the sixth never began
    # Those that were killed are kept with what they had measured.
    assert found[3]["metrics"]["value"] == 1.3
    mlflow = in_mlflow(study)
    assert sorted(one["state"] for one in mlflow.values()) == ["FINISHED"] * 3 + ["KILLED"] * 3
    finishes(study, sweep["id"], {one["id"] for one in found[:3]})


@pytest.mark.slow
def test_a_sweep_whose_command_was_killed_by_force_goes_on(study: Study) -> None:
    process = in_the_middle(study)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    ended(process)
    # The trials end by themselves, since nobody waits for them.
    gone(children)
    (sweep,) = sweeps(study)
    assert sweep["state"] == "lost"
    found = trials(study, sweep["id"])
    assert [one["state"] for one in found[:3]] == ["finished"] * 3
    assert "running" not in {one["state"] for one in found}
    finishes(study, sweep["id"], {one["id"] for one in found[:3]})


@pytest.mark.slow
def test_the_same_command_at_once_is_refused(study: Study) -> None:
    process = in_the_middle(study)
    try:
        code, _, err = ended(study.start(*WORDS))
        assert code == 2
        assert "of the same trials is going on, as process " in err
    finally:
        study.write("go", "")
        assert ended(process)[0] == 0
    assert len(sweeps(study)) == 1


@pytest.mark.slow
def test_a_process_that_imported_the_experiment_and_is_killed_costs_only_what_it_performed(study: Study) -> None:
    process = in_the_middle(study)
    (host,) = psutil.Process(process.pid).children()
    performed = host.children()
    host.kill()
    gone(performed)
    study.write("go", "")
    code, _, err = ended(process)
    assert code == 7, err
    found = trials(study, sweeps(study)[0]["id"])
    assert [one["state"] for one in found] == ["finished"] * 3 + ["lost"] * 2 + ["finished"]
    assert [one["metrics"]["value"] for one in found[3:]] == [1.3, 1.4, 1.5]


@pytest.mark.slow
def test_a_trial_killed_by_somebody_else_is_lost(study: Study) -> None:
    process = in_the_middle(study)
    victim = next(one for one in records(study, "trial") if one["state"] == "running")
    os.kill(victim["pid"], signal.SIGKILL)
    study.write("go", "")
    code, _, err = ended(process)
    assert code == 7
    assert "error: 1 of 6 trials did not finish" in err
    states = {one["id"]: one["state"] for one in trials(study, sweeps(study)[0]["id"])}
    assert states.pop(victim["id"]) == "lost" and set(states.values()) == {"finished"}


@pytest.mark.slow
def test_ctrl_c_ends_a_run_with_a_time_limit_as_it_ends_one_without(study: Study) -> None:
    process = study.start("run", "trying", "-p", "waits=0", "--timeout", "10m")
    wait_until(lambda: any(one["state"] == "running" and one["pid"] != process.pid for one in records(study, "run")))
    wait_until(lambda: any((study.root / ".studyctl" / "runs").glob("*/metrics.jsonl")))
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    code, _, err = ended(process)
    assert code == 130
    assert "error: trying was stopped; kept as run " in err
    gone(children)
    (run,) = study("runs", "list", "--json").json
    assert (run["state"], run["error"]) == ("killed", "killed by SIGINT")
    assert in_mlflow(study)[run["id"]]["state"] == "KILLED"
