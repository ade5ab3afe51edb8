"""Runs on a tracking server of one's own: a real one on this machine, one that dies, and one that never answers."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studyctl.config import Workspace, find_workspace
from studyctl.core.models import Run
from studyctl.tracking import inspection, remote
from studyctl.tracking.remote import RemoteTracker, tracker_of
from studyctl.tracking.tracker import MlflowTracker

NOTE = "# Box decoding\n\n**Q1** why?"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def server(folder: Path, port: int) -> Iterator[str]:
    """`mlflow server` with a store below `folder`."""
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += [
        "--backend-store-uri",
        f"sqlite:///{folder}/server.db",
        "--artifacts-destination",
        str(folder / "files"),
    ]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health", timeout=1):
                break
            assert process.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.2)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "artifacts"
    (folder / "figures").mkdir(parents=True)
    (folder / "figures/f.png").write_bytes(b"png")
    return folder


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (remote.VARIABLE, *remote.PATIENCE):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, "") if name == remote.VARIABLE else None


def begun(run: Run) -> Run:
    return replace(run, state="running", ended=None, metrics=(), findings=())


PATIENT_S = 120  # no measure of speed: MLflow would go on for a quarter of an hour
VALUES = [("loss", 1.0, 0, 1000), ("loss", 0.5, 1, 2000), ("bad", math.nan, 0, 1000), ("huge", math.inf, 0, 1)]


@pytest.mark.slow
def test_a_whole_run_and_one_that_the_server_lost_in_the_middle(
    empty: Workspace, run: Run, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    with server(tmp_path, port) as address:
        tracker = RemoteTracker(empty, address)
        mlflow_id = tracker.open(begun(run), note=NOTE, tags={"studyctl.item.Q1": "why?"})
        assert mlflow_id is not None, tracker.problem
        tracker.log(VALUES)
        tracker.finish(run, note=NOTE, tags={}, artifacts=files)
        assert tracker.problem is None
        from mlflow import MlflowClient

        client: Any = MlflowClient(tracking_uri=address)
        there = client.get_run(mlflow_id)
        assert there.info.status == "FINISHED" and there.data.metrics["loss"] == 0.5
        assert there.data.params["anchor"] == "116.0" and there.data.tags["studyctl.run"] == run.id
        assert [one.path for one in client.list_artifacts(mlflow_id, "figures")] == ["figures/f.png"]
        witness = inspection.remote_figures(replace(run, tracking_uri=address, mlflow_run_id=mlflow_id), ["loss"])
        assert witness.last == {"loss": 0.5}
        # Nothing of it is in the workspace's own store.
        assert not empty.mlflow_database.exists()

        other = replace(run, id="4a" + "0" * 30)
        second = RemoteTracker(empty, address)
        assert second.open(begun(other), note=NOTE, tags={}) is not None
        second.log(VALUES[:1])
    # The server is gone: what comes now is kept, and the end costs seconds.
    before = time.monotonic()
    second.log(VALUES[1:2])
    assert second.problem is not None and address in second.problem
    asked: list[object] = []
    with monkeypatch.context() as patched:
        patched.setattr(second._client, "log_batch", lambda *words, **more: asked.append(words))
        second.log(VALUES[2:])
    assert asked == []  # not again so soon
    second.finish(other, note=NOTE, tags={}, artifacts=files)
    assert second.problem is not None and time.monotonic() - before < PATIENT_S
    # It is back: the same run is gone on with, and made whole.
    with server(tmp_path, port) as address:
        third = RemoteTracker(empty, address)
        mlflow_id = third.resume(other)
        assert mlflow_id is not None
        third.log(VALUES)
        third.finish(other, note=NOTE, tags={}, artifacts=files)
        assert third.problem is None
        client = MlflowClient(tracking_uri=address)
        history = [(m.value, m.step) for m in client.get_metric_history(mlflow_id, "loss")]
        assert sorted(history) == [(0.5, 1), (1.0, 0)]
        assert client.get_run(mlflow_id).info.status == "FINISHED"
        experiment = client.get_experiment_by_name(run.experiment)
        assert len(client.search_runs([experiment.experiment_id])) == 2


def test_a_server_that_never_answers_is_said_in_a_line(empty: Workspace, run: Run, files: Path) -> None:
    address = f"http://me:secret@127.0.0.1:{free_port()}"
    tracker = RemoteTracker(empty, address)
    before = time.monotonic()
    assert tracker.open(begun(run), note=NOTE, tags={}) is None
    tracker.log(VALUES)
    tracker.finish(run, note=NOTE, tags={}, artifacts=files)
    assert time.monotonic() - before < PATIENT_S
    assert tracker.problem is not None and "secret" not in tracker.problem and "\n" not in tracker.problem
    assert tracker.uri == address.replace("me:secret@", "")


def test_the_environment_wins_over_the_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "studyctl.toml").write_text('tracking_uri = "http://there:5000"\n')
    workspace = find_workspace(str(tmp_path))
    assert remote.address_of(workspace) == "http://there:5000"
    monkeypatch.setenv(remote.VARIABLE, "http://elsewhere:5000")
    assert remote.address_of(workspace) == "http://elsewhere:5000"
    assert isinstance(tracker_of(workspace), RemoteTracker)
    monkeypatch.delenv(remote.VARIABLE)
    (tmp_path / "studyctl.toml").write_text("")
    assert type(tracker_of(find_workspace(str(tmp_path)))) is MlflowTracker


def test_patience_that_a_person_set_stands(empty: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "7")
    RemoteTracker(empty, f"http://127.0.0.1:{free_port()}").open(begun(run), note=NOTE, tags={})
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "7"
    assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "1"


def test_a_partial_run_in_the_own_store_is_completed_and_not_doubled(
    workspace: Workspace, client: Any, run: Run, files: Path
) -> None:
    first = MlflowTracker(workspace)
    mlflow_id = first.open(begun(run), note=NOTE, tags={})
    first.log(VALUES[:2])
    second = MlflowTracker(workspace)
    assert second.resume(run) == mlflow_id
    second.log(VALUES)
    second.finish(run, note=NOTE, tags={}, artifacts=files)
    assert second.problem is None
    there = client.get_run(mlflow_id)
    assert there.info.status == "FINISHED" and len(there.data.metrics) == 3
    assert len(client.get_metric_history(mlflow_id, "loss")) == 2
    assert len(client.search_runs([there.info.experiment_id])) == 1
    assert MlflowTracker(workspace).resume(replace(run, id="5b" + "0" * 30)) is None
