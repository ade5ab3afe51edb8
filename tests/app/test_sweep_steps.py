"""Which sweep goes on, how long one will take, and what MLflow shows of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studyctl.app import sweep as app
from studyctl.core.models import FileDigest, Run
from studyctl.core.ports import RunFilter
from studyctl.errors import UsageError

sys.path.insert(0, str(Path(__file__).parents[1] / "core"))
from run_values import run

SWEEP = "5" * 32
FILES = (FileDigest("experiments/x.py", "code", "1"), FileDigest("experiments/_y.py", "code", "0"))


def the_sweep(**more: Any) -> Run:
    about = {"values": {"lr": [0.1, 0.5]}, "trials": 2, "repeat": 1, "digest": "d"}
    values: dict[str, Any] = {"id": SWEEP, "role": "sweep", "state": "failed", "provenance": {"sweep": about}}
    return run({}, **values | more)


def trial(number: int, **more: Any) -> Run:
    about = {"trial": {"number": number, "varied": {"lr": number / 10}, "repeat": 0}}
    return run({"loss": 1.0 * number}, role="trial", parent=SWEEP, provenance=about, **more)


class Runs:
    """A reader of these runs."""

    def __init__(self, *runs: Run) -> None:
        self._all = runs

    def runs(self, where: RunFilter) -> list[Run]:
        if where.parent:
            return [run for run in self._all if run.parent == where.parent]
        return [run for run in self._all if run.role in where.roles and run.experiment == where.experiment]

    def run(self, ref: str) -> Run:
        return next(run for run in self._all if run.id == ref)

    def runs_of(self, ids: Iterable[str]) -> dict[str, Run]:
        return {run_id: self.run(run_id) for run_id in ids}

    def brief_runs(self, where: RunFilter, *, timed: bool) -> list[Run]:
        return [run for run in self._all if run.state == where.state]


def earlier(*runs: Run, digest: str = "d", lost: bool = False, now: str = "") -> app.Earlier | None:
    return app.earlier(Runs(*runs), lambda one: lost, "x", digest, FILES, lambda file: now or file.digest)  # type: ignore[arg-type]


def test_a_sweep_that_did_not_finish_goes_on_with_its_finished_trials() -> None:
    done, failed = trial(1, delivered=True), trial(2, state="failed")
    found = earlier(the_sweep(), done, failed)
    assert found is not None
    assert (found.run.id, found.finished, found.changed, found.unsent) == (SWEEP, (done,), "", (failed,))


def test_nothing_goes_on_that_is_finished_imported_or_of_other_trials() -> None:
    assert earlier(trial(1)) is None
    assert earlier(the_sweep(state="finished")) is None
    assert earlier(the_sweep(imported=True)) is None
    assert earlier(the_sweep(), digest="another") is None


def test_a_sweep_whose_process_lives_is_not_begun_twice() -> None:
    with pytest.raises(UsageError, match="is going on, as process 1 on here"):
        earlier(the_sweep(state="running"))
    assert earlier(the_sweep(state="running"), lost=True) is not None


def test_a_file_that_changed_is_named() -> None:
    changed = (FILES[0], FileDigest("experiments/_y.py", "code", "other"))
    found = earlier(the_sweep(files=changed))
    assert found is not None and found.changed == "experiments/_y.py"


def test_so_is_data_that_a_parameter_named_and_only_trials_know() -> None:
    done = trial(1, data="sha256:ab")
    same, other = (earlier(the_sweep(), done, now=now) for now in ("sha256:ab", "sha256:cd"))
    assert same is not None and same.changed == ""
    assert other is not None and other.changed == "data/points.csv"


def test_trials_that_are_being_ended_are_awaited_and_one_that_stays_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    one = trial(1, state="running", pid=77)
    looks = iter([[one], [one], []])
    app.await_orphans(lambda: next(looks), lambda run: False, SWEEP, sleep=lambda seconds: None)
    monkeypatch.setattr(app, "ORPHANS_S", -1.0)
    with pytest.raises(UsageError, match="trial 1 of sweep 55555555 still runs, as process 77"):
        app.await_orphans(lambda: [one], lambda run: False, SWEEP, sleep=lambda seconds: None)
    # Those of another sweep, and those whose process is gone, are nobody's.
    app.await_orphans(lambda: [one], lambda run: False, "6" * 32)
    app.await_orphans(lambda: [one], lambda run: True, SWEEP)


def timed(params: dict[str, Any], seconds: int, **more: Any) -> Run:
    started = "2026-11-24T10:00:00.000Z"
    return replace(run(params=params, **more), started=started, ended=f"2026-11-24T10:00:{seconds:02d}.000Z")


def estimate(runs: list[Run], trials: list[dict[str, Any]], jobs: int = 1, varied: tuple[str, ...] = ("lr",)) -> Any:
    return app.estimate(Runs(*runs), "x", trials, varied, host="here", jobs=jobs)  # type: ignore[arg-type]


def test_the_time_is_that_of_runs_with_the_same_parameters() -> None:
    runs = [timed({"lr": 0.1, "seed": 0}, 4), timed({"lr": 0.1, "seed": 0}, 6), timed({"lr": 0.5, "seed": 0}, 20)]
    found = estimate(runs, [{"lr": 0.1, "seed": 0}, {"lr": 0.5, "seed": 0}])
    assert found == app.Estimate(25.0, 3, alike=False)
    # Two at a time, but never shorter than the longest of them.
    assert estimate(runs, [{"lr": 0.1, "seed": 0}, {"lr": 0.5, "seed": 0}], jobs=2).seconds == 20.0


def test_else_of_runs_that_differ_in_the_seed_then_in_what_is_swept() -> None:
    runs = [timed({"lr": 0.1, "seed": 0}, 4), timed({"lr": 0.5, "seed": 0}, 20)]
    assert estimate(runs, [{"lr": 0.5, "seed": 9}]) == app.Estimate(20.0, 1, alike=True)
    assert estimate(runs, [{"lr": 7.0, "seed": 9}]) == app.Estimate(12.0, 2, alike=True)
    assert estimate(runs, [{"lr": 7.0, "seed": 9}], varied=()) is None


def test_nothing_is_known_from_another_machine_a_sweep_or_a_run_that_did_not_finish() -> None:
    params = {"lr": 0.1, "seed": 0}
    others = [timed(params, 4, host="there"), timed(params, 4, role="sweep"), timed(params, 4, state="failed")]
    assert estimate(others, [params]) is None


def test_its_page_in_mlflow_has_the_trials_as_a_table_and_those_that_fell() -> None:
    page = app.describe_sweep(the_sweep(), [trial(1), trial(2, state="failed")])
    assert "2 trials: lr=0.1,0.5" in page
    assert "| lr | trials | loss |\n|---|---|---|\n| 0.1 | 1 | 1 |" in page
    assert "- trial 2 (lr=0.2): failed" in page
    assert "The sweep is going on." in app.describe_sweep(the_sweep(state="running"), [])
    assert app.describe_trial(trial(2)).startswith("Trial 2 of sweep `55555555`: lr=0.2\n")
