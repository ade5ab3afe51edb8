"""A tracking server in place of the workspace's own database: a real `mlflow server`, there, gone, dying in between."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from study_bench import Study
from test_delivery import LATER, asked, mlflow_check, newest

from studyctl.tracking import environment, remote
from studyctl.tracking.ui import end_tree

START_S = 120
SECRET = "hush-hush"
SLOWLY = '''\
"""Tells how far it is, and goes on when it is told to."""

import time
from pathlib import Path

from studyctl.lab import Params, Run, experiment


class Slowly(Params):
    signs: str = ""


@experiment(title="Slowly")
def slowly(params: Slowly, run: Run) -> None:
    for step in range(3):
        run.metric("loss", 1.0 / (step + 1), step=step)
    Path(params.signs, "begun").touch()
    rounds = 0
    while not Path(params.signs, "go").exists():
        run.metric("waited", 1.0, step=rounds)
        rounds += 1
        time.sleep(0.2)
    run.text("end", "it went on")
'''


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`mlflow server` with a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        environment.prepare()
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--backend-store-uri", f"sqlite:///{self.folder}/server.db", "--workers", "1"]
        command += ["--artifacts-destination", str(self.folder / "artifacts")]
        with (self.folder / "log.txt").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True)
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            assert self.process.poll() is None, (self.folder / "log.txt").read_text()
            with suppress(OSError), urllib.request.urlopen(f"{self.address}/health", timeout=2):
                return
            time.sleep(0.2)
        pytest.fail("the server did not start")

    def stop(self) -> None:
        if self.process is not None:
            end_tree(self.process)
            self.process = None

    def runs(self, experiment: str) -> list[Any]:
        from mlflow import MlflowClient

        client = MlflowClient(tracking_uri=self.address)
        known = client.get_experiment_by_name(experiment)
        return list(client.search_runs([known.experiment_id])) if known else []

    def client(self) -> Any:
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=self.address)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may end."""
    server = Server(tmp_path / "server")
    server.start()
    yield server
    server.stop()


def recorded(study: Study, column: str) -> list[Any]:
    return [row[0] for row in asked(study, f"SELECT {column} FROM runs ORDER BY started", "study.db")]


def assert_nowhere(study: Study, secret: str) -> None:
    for file in study.root.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file


@pytest.mark.slow
def test_a_run_goes_to_the_server_in_place_of_the_own_database(
    study: Study, running: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(remote.VARIABLE, running.address.replace("//", f"//me:{SECRET}@"))
    done = study("run", "coin", "--quick")
    assert (done.code, done.err) == (0, "")
    run = newest(study)
    (there,) = running.runs("coin")
    assert there.info.run_id == run["mlflow_run_id"]
    assert (there.info.status, there.info.run_name) == ("FINISHED", f"quick-{run['id'][:8]}")
    assert there.data.params == {"flips": "100", "bias": "0.5", "seed": "0"}
    assert there.data.metrics == {one["name"]: one["value"] for one in run["metrics"]}
    assert there.data.tags["studyctl.run"] == run["id"] and "Heads in" in there.data.tags["mlflow.note.content"]
    assert [one.path for one in running.client().list_artifacts(there.info.run_id, "tables")] == [
        "tables/counts.csv",
        "tables/counts.json",
    ]
    assert len(asked(study, "SELECT 1 FROM runs")) == 2  # the own database is left alone
    assert recorded(study, "tracking_uri") == ["", "", running.address]
    assert all(recorded(study, "delivered"))
    assert study("doctor").code == 0
    assert study("verify", "--remote").code == 0, study("verify", "--remote").out
    shown = study("ui")
    assert (shown.code, shown.out) == (0, f"{running.address}\n")
    assert SECRET not in done.out + done.err + shown.err
    assert_nowhere(study, SECRET)


@pytest.mark.slow
def test_the_setting_names_it_and_the_variable_wins(
    study: Study, running: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(remote.VARIABLE, raising=False)
    study.write("studyctl.toml", f'notes = "notes"\ntracking_uri = "{running.address}"\n')
    before = len(running.runs("coin"))
    assert study("run", "coin", "--quick").err == ""
    assert len(running.runs("coin")) == before + 1
    monkeypatch.setenv(remote.VARIABLE, f"http://127.0.0.1:{free_port()}")
    assert "it does not answer" in study("run", "coin", "--quick").err
    assert len(running.runs("coin")) == before + 1
    # What was begun on the server is delivered there, whatever is named now; what was begun nowhere goes with the rest.
    monkeypatch.setenv(remote.VARIABLE, "")
    asked(study, "UPDATE run SET delivered = 0", "study.db")
    study.write("studyctl.toml", 'notes = "notes"\n')
    assert mlflow_check(study, "--fix")["ok"] is True
    assert len(running.runs("coin")) == before + 1
    assert recorded(study, "tracking_uri") == ["", "", running.address, ""]


@pytest.mark.slow
def test_a_server_that_dies_in_the_middle_gets_the_rest_later(study: Study, own: Server, tmp_path: Path) -> None:
    study.write("experiments/slowly.py", SLOWLY)
    signs = tmp_path / "signs"
    signs.mkdir()
    environ = {**os.environ, "NO_COLOR": "1", remote.VARIABLE: own.address}
    process = subprocess.Popen(
        [sys.executable, "-m", "studyctl", "run", "slowly", "-p", f"signs={signs}"],
        cwd=study.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )
    until = time.monotonic() + 60
    while not (runs := own.runs("slowly")) or "loss" not in runs[0].data.metrics:
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()
        time.sleep(0.2)
    own.stop()
    time.sleep(3)  # metrics go on coming
    (signs / "go").touch()
    _, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    assert f"warning: MLflow: {own.address}: it does not answer" in err and err.endswith(LATER), err
    run = newest(study)
    assert run["state"] == "finished"
    assert len(asked(study, "SELECT 1 FROM runs")) == 2  # nothing of it is in the own database
    assert f"1 not whole in it: {run['id'][:8]} (slowly)" in mlflow_check(study)["text"]
    failed = mlflow_check(study, "--fix")
    assert failed["ok"] is False and "it does not answer" in failed["text"]
    own.start()
    assert mlflow_check(study, "--fix")["ok"] is True  # without the variable: the run knows where it was to go
    (there,) = own.runs("slowly")
    assert there.info.status == "FINISHED"
    history = own.client().get_metric_history(there.info.run_id, "waited")
    assert len(history) == next(one["steps"] for one in run["metrics"] if one["name"] == "waited")
    assert len(own.client().get_metric_history(there.info.run_id, "loss")) == 3
    assert [one.path for one in own.client().list_artifacts(there.info.run_id)] == ["texts"]
    assert all(recorded(study, "delivered"))


@pytest.mark.slow
def test_a_server_that_hangs_holds_up_neither_the_run_nor_its_end_for_long(
    study: Study, own: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(remote.VARIABLE, own.address)
    for name in remote.PATIENCE:
        monkeypatch.delenv(name, raising=False)
    assert own.process is not None
    os.killpg(own.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        done = study("run", "coin", "--quick")
        took = time.monotonic() - began
    finally:
        os.killpg(own.process.pid, signal.SIGCONT)
    assert done.code == 0 and done.err.startswith(f"warning: MLflow: {own.address}: it does not answer"), done.err
    assert newest(study)["state"] == "finished"
    # No measure of speed: MLflow's own patience would be a quarter of an hour.
    assert took < 120


def test_a_server_that_is_not_there(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv(remote.VARIABLE, address.replace("//", f"//me:{SECRET}@") + f"/?token={SECRET}")
    done = study("run", "coin", "--quick")
    assert done.code == 0
    assert done.err == f"warning: MLflow: {address}: it does not answer{LATER}"
    run = newest(study)
    assert run["state"] == "finished"
    assert (recorded(study, "tracking_uri")[-1], recorded(study, "delivered")[-1]) == (address, 0)
    assert study("ui").out == f"{address}\n"
    assert f"1 not whole in it: {run['id'][:8]} (coin)" in mlflow_check(study)["text"]
    assert "studyctl doctor --fix" in study("doctor").err
    failed = mlflow_check(study, "--fix")
    assert failed["ok"] is False and "it does not answer; 1 of 1 run not delivered" in failed["text"]
    assert_nowhere(study, SECRET)
    # It was begun nowhere, so that it may go where runs go now.
    monkeypatch.setenv(remote.VARIABLE, "")
    assert mlflow_check(study, "--fix")["ok"] is True
    assert len(asked(study, "SELECT 1 FROM runs WHERE status = 'FINISHED'")) == 3
    assert (recorded(study, "tracking_uri")[-1], all(recorded(study, "delivered"))) == ("", True)
    assert study("doctor").code == 0


def test_a_lost_run_of_a_server_that_is_gone_holds_up_no_other_run(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = newest(study)
    address = f"http://127.0.0.1:{free_port()}"
    lost = f"state = 'lost', delivered = 0, tracking_uri = '{address}'"
    asked(study, f"UPDATE run SET {lost} WHERE id = '{run['id']}'", "study.db")
    monkeypatch.setattr(remote.RemoteTracker, "resume", lambda *_: pytest.fail("a server that is gone was asked"))
    assert study("run", "coin", "--quick").err == ""
    monkeypatch.undo()
    assert f"1 not whole in it: {run['id'][:8]} (coin)" in mlflow_check(study)["text"]
    assert f"{address}: it does not answer" in mlflow_check(study, "--fix")["text"]


def test_another_database_of_mlflow(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As MLflow itself names it, and with files of its own."""
    from studyctl.tracking import store

    other = tmp_path / "other" / "mlflow.db"
    other.parent.mkdir()
    other.write_bytes((study.root / ".studyctl" / "mlflow.db").read_bytes())
    with closing(sqlite3.connect(other)) as db:
        db.executescript(
            "DELETE FROM metrics; DELETE FROM latest_metrics; DELETE FROM params; DELETE FROM tags; DELETE FROM runs;"
            f"UPDATE experiments SET artifact_location = '{other.parent}/files';"
        )
    monkeypatch.setenv(remote.VARIABLE, store.uri(other))
    assert study("run", "coin", "--quick").err == ""
    with closing(sqlite3.connect(other)) as db:
        assert db.execute("SELECT status FROM runs").fetchall() == [("FINISHED",)]
    assert list((other.parent / "files").rglob("counts.csv"))
    assert all(recorded(study, "delivered"))


def test_what_a_person_has_set_themselves_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in remote.PATIENCE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "77")
    remote.be_patient()
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "77"
    assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "1"


def test_a_setting_holds_no_password(study: Study) -> None:
    study.write("studyctl.toml", f'tracking_uri = "https://me:{SECRET}@host:1/x"\n')
    done = study("status")
    assert done.code == 3
    assert "tracking_uri holds a user or a password" in done.err and "MLFLOW_TRACKING_PASSWORD" in done.err
    assert SECRET not in done.err


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://me:pw@host:8443/base/?token=x#y", "https://host:8443/base"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        ("postgresql://me:pw@host/db", "postgresql://host/db"),
        ("sqlite:////srv/mlflow.db", "sqlite:////srv/mlflow.db"),
        ("databricks", "databricks"),
    ],
)
def test_an_address_is_shown_without_what_is_secret(uri: str, shown: str) -> None:
    assert remote.shown(uri) == shown
    said = remote.scrubbed(f"cannot reach {uri}", uri)
    assert said == f"cannot reach {shown}" and "pw" not in said and "token" not in said
