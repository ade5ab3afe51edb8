"""Tags, deletion and removal in MLflow, read back through MLflow's own client."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studyctl.config import Workspace
from studyctl.core.models import Run
from studyctl.tracking.marks import DELETED, MlflowMarks
from studyctl.tracking.tracker import MlflowTracker

AT = "2026-11-25T00:00:00.000Z"


@pytest.fixture
def kept(workspace: Workspace, run: Run, tmp_path: Path) -> Iterator[Run]:
    """A run that MLflow has, with a file."""
    files = tmp_path / "kept"
    (files / "figures").mkdir(parents=True)
    (files / "figures" / "f.png").write_bytes(b"png")
    tracker = MlflowTracker(workspace)
    mlflow_id = tracker.open(run, note="n", tags={})
    assert mlflow_id is not None
    tracker.finish(run, note="n", tags={}, artifacts=files)
    yield replace(run, mlflow_run_id=mlflow_id)


def own(client: Any, run: Run) -> dict[str, str]:
    tags = client.get_run(run.mlflow_run_id).data.tags
    return {name: value for name, value in tags.items() if name.startswith("studyctl.tag.") or name == DELETED}


def test_tags_come_and_go(workspace: Workspace, client: Any, kept: Run) -> None:
    mirror = MlflowMarks(workspace)
    assert mirror.mark(replace(kept, tags=("baseline", "기준", "a/b:c"))) is None
    assert own(client, kept) == {f"studyctl.tag.{tag}": "yes" for tag in ("baseline", "기준", "a/b:c")}
    assert len(client.search_runs(["1"], "tags.`studyctl.tag.baseline` = 'yes'")) == 1
    assert mirror.mark(replace(kept, tags=("baseline",))) is None
    assert own(client, kept) == {"studyctl.tag.baseline": "yes"}


def test_deleted_and_restored(workspace: Workspace, client: Any, kept: Run) -> None:
    mirror = MlflowMarks(workspace)
    for _ in range(2):  # told twice is told once
        assert mirror.mark(replace(kept, tags=("good",), deleted=AT)) is None
        assert client.get_run(kept.mlflow_run_id).info.lifecycle_stage == "deleted"
    for _ in range(2):
        assert mirror.mark(replace(kept, tags=("other",))) is None
        assert client.get_run(kept.mlflow_run_id).info.lifecycle_stage == "active"
        assert own(client, kept) == {"studyctl.tag.other": "yes"}


def test_what_a_person_deleted_in_mlflow_stays_deleted_there(workspace: Workspace, client: Any, kept: Run) -> None:
    client.delete_run(kept.mlflow_run_id)
    assert MlflowMarks(workspace).mark(replace(kept, tags=("good",))) is None
    assert client.get_run(kept.mlflow_run_id).info.lifecycle_stage == "deleted"


def test_removed_for_good_with_its_files(workspace: Workspace, client: Any, kept: Run) -> None:
    assert kept.mlflow_run_id is not None
    files = list(workspace.artifacts.rglob("f.png"))
    assert files
    mirror = MlflowMarks(workspace)
    for _ in range(2):
        assert mirror.remove(kept.mlflow_run_id, "") is None
    with sqlite3.connect(workspace.mlflow_database) as db:
        for table in ("runs", "tags", "params", "metrics", "latest_metrics"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert not any(file.exists() for file in files)
    assert not list(workspace.artifacts.rglob(kept.mlflow_run_id))


def test_what_mlflow_has_not_got_is_nothing_to_tell(workspace: Workspace, empty: Workspace, run: Run) -> None:
    mirror = MlflowMarks(workspace)
    assert mirror.mark(run) is None  # it was never there
    assert mirror.mark(replace(run, mlflow_run_id="f" * 32, deleted=AT)) is None
    assert mirror.remove("f" * 32, "") is None and mirror.remove("", "") is None


def test_a_store_that_cannot_be_written_is_said_in_a_line(workspace: Workspace, kept: Run) -> None:
    workspace.mlflow_database.write_bytes(b"no database" * 100)
    problem = MlflowMarks(workspace).mark(replace(kept, tags=("good",)))
    assert problem is not None and problem.startswith("MLflow: ") and "\n" not in problem


def test_a_server_that_does_not_answer(workspace: Workspace, kept: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("MAX_RETRIES", "0"), ("TIMEOUT", "2")):
        monkeypatch.setenv(f"MLFLOW_HTTP_REQUEST_{name}", value)
    server = "http://127.0.0.1:9"
    problem = MlflowMarks(workspace).mark(replace(kept, tracking_uri=server, tags=("good",)))
    assert problem is not None and server in problem
