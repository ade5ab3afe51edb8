"""The mirror of a run in MLflow, read back through MLflow's own client."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studyctl.config import Workspace, find_workspace
from studyctl.core.models import Run
from studyctl.tracking import placing, store
from studyctl.tracking.tracker import TAG_LIMIT, MlflowTracker, run_name

NOTE = "# Box decoding\n\n**Q1** why?"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """What a run kept."""
    folder = tmp_path / "artifacts"
    (folder / "figures").mkdir(parents=True)
    (folder / "figures/f.png").write_bytes(b"png")
    (folder / "tables").mkdir()
    (folder / "tables/t.csv").write_text("x\n1\n")
    return folder


def mirrored(tracker: MlflowTracker, run: Run, files: Path, note: str = NOTE) -> str:
    tags = {"studyctl.item.Q1": "why?"}
    found = tracker.open(replace(run, state="running", ended=None, metrics=(), findings=()), note=note, tags=tags)
    assert found is not None, tracker.problem
    tracker.log([("loss", 1.0, 0, 1000), ("loss", 0.5, 1, 2000), ("bad", math.nan, 0, 1000), ("huge", math.inf, 0, 1)])
    tracker.finish(run, note=note, tags=tags, artifacts=files)
    return found


def test_a_whole_run(workspace: Workspace, client: Any, run: Run, files: Path) -> None:
    tracker = MlflowTracker(workspace)
    mlflow_id = mirrored(tracker, run, files)
    assert tracker.problem is None
    there = client.get_run(mlflow_id)
    assert there.info.status == "FINISHED"
    assert (there.info.start_time, there.info.end_time) == (1795489445123, 1795489505456)
    assert there.info.run_name == "quick-3f2a0000"
    assert there.data.params == {"anchor": "116.0", "optimizer.rate": "0.1", "sizes": "[1, 2]", "clip": "Infinity"}
    assert there.data.metrics["loss"] == 0.5
    assert [(m.value, m.step, m.timestamp) for m in client.get_metric_history(mlflow_id, "loss")] == [
        (1.0, 0, 1000),
        (0.5, 1, 2000),
    ]
    tags = dict(there.data.tags)
    tags.pop("mlflow.user", None)
    assert tags == {
        "mlflow.runName": "quick-3f2a0000",
        "mlflow.note.content": NOTE,
        "mlflow.source.type": "LOCAL",
        "mlflow.source.name": "studyctl run box-decoding --quick",
        "mlflow.source.git.commit": "c" * 40,
        "mlflow.source.git.branch": "main",
        "studyctl.run": run.id,
        "studyctl.state": "finished",
        "studyctl.preset": "quick",
        "studyctl.changed": "anchor",
        "studyctl.not-finite": "bad, huge",
        "studyctl.finding.gap.l2": "supported",
        "studyctl.item.Q1": "why?",
    }
    experiment = client.get_experiment_by_name("box-decoding")
    assert experiment.artifact_location == "mlflow-artifacts:/box-decoding"
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    placed = workspace.artifacts / "box-decoding" / mlflow_id / "artifacts"
    assert (placed / "figures/f.png").samefile(files / "figures/f.png")
    assert (placed / "tables/t.csv").read_text() == "x\n1\n"


@pytest.mark.parametrize(
    ("state", "status"), [("failed", "FAILED"), ("killed", "KILLED"), ("lost", "KILLED"), ("finished", "FINISHED")]
)
def test_every_end_has_its_status(
    workspace: Workspace, client: Any, run: Run, files: Path, state: Any, status: str
) -> None:
    mlflow_id = mirrored(MlflowTracker(workspace), replace(run, state=state), files)
    there = client.get_run(mlflow_id)
    assert (there.info.status, there.data.tags["studyctl.state"]) == (status, state)


HISTORY = [("loss", 1.0, 0, 1000), ("loss", 0.5, 1, 2000), ("bad", math.nan, 0, 1000), ("huge", math.inf, 0, 1)]


def test_a_run_that_nobody_ended_is_completed_and_not_doubled(
    workspace: Workspace, client: Any, run: Run, files: Path
) -> None:
    first = MlflowTracker(workspace)
    mlflow_id = first.open(replace(run, state="running"), note=NOTE, tags={})
    assert mlflow_id is not None
    first.log(HISTORY[1:3])
    lost = replace(run, state="lost")
    for _ in range(2):
        later = MlflowTracker(workspace)
        assert later.resume(lost) == mlflow_id
        later.log(HISTORY)
        later.finish(lost, note=NOTE, tags={}, artifacts=files)
        assert later.problem is None
    there = client.get_run(mlflow_id)
    assert (there.info.status, there.info.end_time) == ("KILLED", 1795489505456)
    assert there.data.tags["studyctl.state"] == "lost"
    assert sorted((one.step, one.value) for one in client.get_metric_history(mlflow_id, "loss")) == [(0, 1.0), (1, 0.5)]
    assert [len(client.get_metric_history(mlflow_id, name)) for name in ("bad", "huge")] == [1, 1]
    assert (workspace.artifacts / "box-decoding" / mlflow_id / "artifacts/tables/t.csv").exists()
    assert len(client.search_runs([there.info.experiment_id])) == 1


def test_a_run_that_was_deleted_in_the_ui_stays_deleted(
    workspace: Workspace, client: Any, run: Run, files: Path
) -> None:
    mlflow_id = mirrored(MlflowTracker(workspace), run, files)
    client.delete_run(mlflow_id)
    later = MlflowTracker(workspace)
    assert later.resume(run) == mlflow_id
    later.log(HISTORY)
    later.finish(run, note=NOTE, tags={}, artifacts=files)
    assert later.problem is None
    assert client.get_run(mlflow_id).info.lifecycle_stage == "deleted"
    assert not client.search_runs([client.get_run(mlflow_id).info.experiment_id])


def test_what_is_too_long_is_cut_and_kept_whole(workspace: Workspace, client: Any, run: Run, files: Path) -> None:
    note = "x" * (TAG_LIMIT + 1)
    mlflow_id = mirrored(MlflowTracker(workspace), replace(run, params={"text": "y" * 7000}), files, note)
    there = client.get_run(mlflow_id)
    assert there.data.tags["mlflow.note.content"].endswith("… (cut; whole in the run's files)")
    assert len(there.data.params["text"]) == 6000
    placed = workspace.artifacts / "box-decoding" / mlflow_id / "artifacts"
    assert (placed / "note.md").read_text() == note
    assert (placed / "params/text.txt").read_text() == "y" * 7000


def test_many_parameters_metrics_and_tags(workspace: Workspace, client: Any, run: Run, files: Path) -> None:
    tracker = MlflowTracker(workspace)
    many = replace(run, params={f"p{i}": i for i in range(250)})
    mlflow_id = tracker.open(many, note=NOTE, tags={f"studyctl.item.Q{i}": "q" for i in range(250)})
    assert mlflow_id is not None, tracker.problem
    tracker.log([("loss", float(i), i, i) for i in range(2500)])
    tracker.finish(many, note=NOTE, tags={f"studyctl.item.Q{i}": "q" for i in range(250)}, artifacts=files)
    assert tracker.problem is None
    there = client.get_run(mlflow_id)
    assert len(there.data.params) == 250
    assert len([name for name in there.data.tags if name.startswith("studyctl.item.")]) == 250
    assert len(client.get_metric_history(mlflow_id, "loss")) == 2500


def test_first_runs_agree_on_one_experiment(workspace: Workspace, client: Any, run: Run) -> None:
    found: list[str | None] = []

    def first(number: int) -> None:
        one = replace(run, id=f"{number}" * 32, state="running")
        found.append(MlflowTracker(workspace).open(one, note=NOTE, tags={}))

    threads = [threading.Thread(target=first, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert None not in found
    assert {one.name for one in client.search_experiments()} == {"Default", "box-decoding"}


def test_an_experiment_that_was_deleted_in_the_ui_comes_back(
    workspace: Workspace, client: Any, run: Run, files: Path
) -> None:
    mirrored(MlflowTracker(workspace), run, files)
    client.delete_experiment(client.get_experiment_by_name("box-decoding").experiment_id)
    again = MlflowTracker(workspace)
    assert again.open(replace(run, id="9" * 32), note=NOTE, tags={}) is not None
    assert client.get_experiment_by_name("box-decoding").lifecycle_stage == "active"


def test_a_damaged_store_is_a_problem_and_no_error(workspace: Workspace, run: Run, files: Path) -> None:
    workspace.mlflow_database.write_bytes(b"damaged" * 200)
    tracker = MlflowTracker(workspace)
    assert tracker.open(run, note=NOTE, tags={}) is None
    assert tracker.problem == "MLflow: mlflow.db is no database of MLflow, or damaged"
    tracker.log([("loss", 1.0, 0, 0)])
    tracker.finish(run, note=NOTE, tags={}, artifacts=files)
    assert tracker.problem == "MLflow: mlflow.db is no database of MLflow, or damaged"


def test_metrics_that_could_not_be_written_are_sent_again(
    workspace: Workspace, client: Any, run: Run, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = MlflowTracker(workspace)
    mlflow_id = tracker.open(replace(run, state="running"), note=NOTE, tags={})
    assert mlflow_id is not None
    assert tracker._client is not None
    attempts: list[object] = []
    with monkeypatch.context() as patched:

        def locked(*arguments: object, **named: object) -> None:
            attempts.append(named)
            raise sqlite3.OperationalError("database is locked")

        patched.setattr(tracker._client, "log_batch", locked)
        for step in range(10):
            tracker.log([("loss", 1.0, step, step)])
        assert tracker.problem == "MLflow: database is locked"
        assert len(attempts) == 1  # the next one is not due yet
        patched.undo()
        now = time.monotonic()
        patched.setattr(time, "monotonic", lambda: now + 3)
        tracker.log([("loss", 0.5, 10, 10)])
    assert tracker.problem is None
    assert len(client.get_metric_history(mlflow_id, "loss")) == 11


def test_the_end_of_a_run_waits_for_no_attempt_that_is_due_later(
    workspace: Workspace, client: Any, run: Run, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.1)
    tracker = MlflowTracker(workspace)
    mlflow_id = tracker.open(replace(run, state="running"), note=NOTE, tags={})
    assert mlflow_id is not None
    with contextlib.closing(sqlite3.connect(workspace.mlflow_database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        tracker.log([("loss", 1.0, 0, 0)])
        assert tracker.problem == "MLflow: mlflow.db is locked by another process"
        other.execute("ROLLBACK")
    tracker.finish(run, note=NOTE, tags={}, artifacts=files)
    assert tracker.problem is None
    there = client.get_run(mlflow_id)
    assert (there.info.status, there.data.metrics) == ("FINISHED", {"loss": 1.0})


def test_a_moved_workspace_keeps_its_figures(workspace: Workspace, run: Run, files: Path) -> None:
    mlflow_id = mirrored(MlflowTracker(workspace), run, files)
    moved = workspace.root.with_name("moved")
    shutil.move(workspace.root, moved)
    there = find_workspace(str(moved))
    with_figures = there.artifacts / "box-decoding" / mlflow_id / "artifacts/figures/f.png"
    assert with_figures.read_bytes() == b"png"
    raw = there.mlflow_database.read_bytes()
    assert str(workspace.root).encode() not in raw


def test_files_are_copied_where_links_are_impossible(
    tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: object, target: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    placing.place(tmp_path / "root", "mlflow-artifacts:/one/two/artifacts", files, {"note.md": "n"})
    target = tmp_path / "root/one/two/artifacts"
    assert (target / "figures/f.png").read_bytes() == b"png"
    assert (target / "note.md").read_text() == "n"


@pytest.mark.parametrize("uri", ["s3://bucket/one", "mlflow-artifacts:/../outside"])
def test_an_address_that_is_not_below_the_workspace(tmp_path: Path, files: Path, uri: str) -> None:
    with pytest.raises(ValueError, match="would go to"):
        placing.place(tmp_path / "root", uri, files, {})


def test_names(run: Run) -> None:
    assert run_name(run) == "quick-3f2a0000"
    assert run_name(replace(run, preset="default")) == "box-decoding-3f2a0000"


def test_telemetry_is_off() -> None:
    from mlflow.telemetry.utils import is_telemetry_disabled

    untyped: Any = is_telemetry_disabled
    assert untyped()
