"""A workspace with an MLflow database: made once for all tests, and copied for each."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studyctl.config import Workspace, find_workspace
from studyctl.core.models import Artifact, Finding, Metric, Run
from studyctl.tracking import environment, store


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a fresh store, as the first run of a workspace makes it."""
    folder = tmp_path_factory.mktemp("mlflow-store")
    store.ensure(folder / "mlflow.db")
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    """A workspace in which nothing has run."""
    root = tmp_path / "work space"
    (root / ".studyctl").mkdir(parents=True)
    (root / "studyctl.toml").write_text("")
    return find_workspace(str(root))


@pytest.fixture
def workspace(empty: Workspace, template: Path) -> Workspace:
    """A workspace whose store is there."""
    for file in template.iterdir():
        shutil.copyfile(file, empty.state / file.name)
    return empty


@pytest.fixture
def client(workspace: Workspace) -> Iterator[Any]:
    """MLflow's own client on the workspace's store."""
    environment.load()
    from mlflow import MlflowClient

    yield MlflowClient(tracking_uri=store.uri(workspace.mlflow_database))


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture
def run() -> Run:
    """A run with something of everything."""
    return Run(
        id="3f2a" + "0" * 28,
        experiment="box-decoding",
        title="Box decoding",
        state="finished",
        started="2026-11-24T03:04:05.123Z",
        ended="2026-11-24T03:05:05.456Z",
        preset="quick",
        changed=("anchor",),
        params={"anchor": 116.0, "optimizer": {"rate": 0.1}, "sizes": [1, 2], "clip": float("inf")},
        seed=0,
        evidence_version=1,
        host="here",
        pid=1,
        process_started=1.0,
        provenance={"command": "studyctl run box-decoding --quick", "git": {"commit": "c" * 40, "branch": "main"}},
        metrics=(Metric("loss", 0.5), Metric("bad", float("nan")), Metric("huge", float("inf"))),
        findings=(Finding("gap.l2", "text", "text", "claim", "loss < 1", "", "supported"), Finding("how", "t", "t")),
        artifacts=(Artifact("figures/f.png", "figure", "F", 1, "0"),),
    )
