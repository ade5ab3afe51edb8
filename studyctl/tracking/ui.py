"""MLflow's UI on the workspace's runs: a server of our own while somebody looks, and none afterwards."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from studyctl.config import Workspace
from studyctl.errors import MissingExtraError, UsageError, WorkspaceError
from studyctl.tracking import environment, store

HOST = "127.0.0.1"
FIRST_PORT = 5000
PORTS_TRIED = 50
# MLflow imports for seconds, on a cold machine for many.
START_SECONDS = 180
STOP_SECONDS = 5
LOG_FILE = "ui.log"
# The UI otherwise opens in its mode for language models, whose pages hide runs behind traces and evaluations.
MODEL_TRAINING = "workflowType=machine_learning"


@dataclass(frozen=True, slots=True)
class Ui:
    """A server that answers."""

    address: str  # http://127.0.0.1:5000
    url: str  # the page to open: the runs of an experiment
    process: subprocess.Popen[bytes]

    def wait(self) -> int:
        """Wait until the server ends by itself; its exit code."""
        return self.process.wait()


@contextlib.contextmanager
def serve(workspace: Workspace, experiment: str | None = None, port: int | None = None) -> Iterator[Ui]:
    """Start the UI, yield it once it answers, and end it with all its workers.

    A busy port is passed over for the next one, unless the person chose it. SIGTERM and SIGHUP end the block as Ctrl-C
    does, with KeyboardInterrupt.
    """
    environment.prepare()
    workspace.state.mkdir(parents=True, exist_ok=True)
    try:
        store.ensure(workspace.mlflow_database)
    except environment.NotInstalled as error:
        raise MissingExtraError(
            f"{error}: its UI shows runs", f"python -m pip install '{environment.REQUIREMENT}'"
        ) from error
    except store.StoreProblem as problem:
        raise WorkspaceError(f"MLflow cannot be opened: {problem}", "`studyctl doctor` says more") from problem
    chosen = free_port(port)
    log = workspace.state / LOG_FILE
    with _as_interrupt(), log.open("wb") as stream:
        process = subprocess.Popen(
            _command(workspace, chosen),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            cwd=workspace.state,
            env={**os.environ, **environment.SETTINGS},
            start_new_session=True,  # Ctrl-C comes to us alone, and we end its workers with it
        )
        try:
            _await(process, chosen, log)
            address = f"http://{HOST}:{chosen}"
            yield Ui(address, address + page(workspace.mlflow_database, experiment), process)
        finally:
            end_tree(process)


def free_port(wanted: int | None = None) -> int:
    """The wanted port, or the first free one from 5000 on; UsageError where it is busy."""
    for port in [wanted] if wanted is not None else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # A port whose last connections are still closing can be used again, as the server itself does.
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    if wanted is not None:
        raise UsageError(f"port {wanted} is busy", "without --port the next free one is taken")
    raise UsageError(f"ports {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} are busy", "choose another: --port N")


def page(database: Path, experiment: str | None = None) -> str:
    """The part of the address that shows the runs: of one experiment, else of the one that ran last."""
    query = (
        "SELECT e.experiment_id FROM experiments e LEFT JOIN runs r ON r.experiment_id = e.experiment_id"
        " WHERE e.lifecycle_stage = 'active' AND (? IS NULL AND r.run_uuid IS NOT NULL OR e.name = ?)"
        " ORDER BY r.start_time DESC LIMIT 1"
    )
    try:
        with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute(query, (experiment, experiment)).fetchone()
    except sqlite3.DatabaseError:
        row = None
    return f"/#/experiments/{row[0]}/runs?{MODEL_TRAINING}" if row else f"/#/experiments?{MODEL_TRAINING}"


def _command(workspace: Workspace, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--backend-store-uri", store.uri(workspace.mlflow_database)),
        *("--artifacts-destination", str(workspace.artifacts)),
        *("--host", HOST, "--port", str(port), "--workers", "1"),
    ]


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once the server answers; WorkspaceError with its last words where it ends before that."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    raise WorkspaceError(
        f"MLflow's server did not start: {lines[-1] if lines else 'it said nothing'}", f"the rest stands in {log}"
    )


def end_tree(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything that it started; who does not go is killed."""
    import psutil  # type: ignore[import-untyped]

    try:
        parent = psutil.Process(process.pid)
        tree = [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        tree = []
    for one in tree:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.terminate()
    _, alive = psutil.wait_procs(tree, timeout=STOP_SECONDS)
    for one in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(alive, timeout=STOP_SECONDS)
    process.wait()


@contextlib.contextmanager
def _as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt, so that the server is ended with us."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            if (number := getattr(signal, name, None)) is not None:
                before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
