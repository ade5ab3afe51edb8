"""The mirror on a tracking server of somebody's own, in place of the workspace's: `MLFLOW_TRACKING_URI`.

A server that does not answer costs seconds where a run begins and where it ends, and nothing in between: it is asked
less and less often. What it missed is in the run's folder, from which `doctor --fix` delivers it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from studyctl.config import Workspace
from studyctl.core.models import Run
from studyctl.tracking import environment, store
from studyctl.tracking.tracker import MlflowTracker

if TYPE_CHECKING:
    from mlflow import MlflowClient

VARIABLE = "MLFLOW_TRACKING_URI"
# MLflow's own would wait for minutes: seven attempts, each of up to two. A person's settings stand.
PATIENCE: Mapping[str, str] = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
SAID_LIMIT = 300


def address_of(workspace: Workspace) -> str:
    """The server that runs go to: the environment's, else the setting's; "" for the workspace's own database."""
    if named := os.environ.get(VARIABLE, "").strip():
        return named
    setting = workspace.settings.tracking_uri.strip()
    if setting.startswith("sqlite:///") and not setting.startswith("sqlite:////"):
        return store.uri(workspace.root / setting.removeprefix("sqlite:///"))  # wherever one stands
    return setting


def shown(address: str) -> str:
    """An address without user, password and query, as it is recorded and printed."""
    parts = urlsplit(address)
    if not parts.netloc:
        return address
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))


def scrubbed(text: str, address: str) -> str:
    """A message without what may be secret in an address that it quotes."""
    parts = urlsplit(address)
    text = text.replace(address, shown(address))
    for secret in (parts.netloc.rpartition("@")[0], parts.password, parts.query):
        text = text.replace(secret, "…") if secret else text
    return text


def reached_at(workspace: Workspace, server: str) -> str:
    """The address of a recorded server: the configured one has the password that the recorded one has not."""
    configured = address_of(workspace)
    return configured if configured and shown(configured) == server else server


def tracker_of(workspace: Workspace, run: Run | None = None) -> MlflowTracker:
    """The mirror of this workspace's runs; of a `run` that MLflow has begun, where it was begun."""
    begun = run is not None and run.mlflow_run_id is not None
    address = address_of(workspace)
    if run is not None and begun:
        address = reached_at(workspace, run.tracking_uri) if run.tracking_uri else ""
    return RemoteTracker(workspace, address) if address else MlflowTracker(workspace)


def be_patient() -> None:
    """Let MLflow's client give a server up after seconds rather than minutes."""
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)


class RemoteTracker(MlflowTracker):
    """Implements `Tracker` on a server; artifacts are sent through it."""

    def __init__(self, workspace: Workspace, address: str) -> None:
        super().__init__(workspace)
        self.uri = shown(address)
        self._address = address

    def _connect(self) -> MlflowClient:
        if self._client is None:
            be_patient()
            environment.load()
            from mlflow import MlflowClient

            self._client = MlflowClient(tracking_uri=self._address)
        return self._client

    def _said(self, error: Exception) -> str:
        """What went wrong, naming the server and never its password; MLflow tells five layers of a connection."""
        text = str(error)
        if "ConnectionPool(" in text:
            line = "it does not answer in time" if "timed out" in text else "it does not answer"
        else:
            line = super()._said(error)
        text = scrubbed(line[:SAID_LIMIT] + " …" if len(line) > SAID_LIMIT else line, self._address)
        return text if self.uri in text else f"{self.uri}: {text}"

    def _location(self, run: Run) -> str | None:
        return None  # the server's own

    def _place(self, run: Run, note: str, artifacts: Path) -> None:
        self._cut_note(note)
        client = self._connect()
        assert self._run_id is not None  # a run is open
        if artifacts.is_dir():
            client.log_artifacts(self._run_id, str(artifacts))
        for name, text in self._whole.items():
            client.log_text(self._run_id, text, name)

    def _is_there(self) -> bool:
        return True
