"""The mirror on a tracking server of somebody's own, in place of the workspace's: `MLFLOW_TRACKING_URI`.

A server that does not answer costs seconds where a run begins and where it ends, and nothing in between: it is asked
less and less often. What it missed is in the run's folder, from which `doctor --fix` delivers it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from studyctl.config import Workspace
from studyctl.core.models import Run
from studyctl.tracking import environment
from studyctl.tracking.tracker import MlflowTracker, Values

if TYPE_CHECKING:
    from mlflow import MlflowClient

VARIABLE = "MLFLOW_TRACKING_URI"
# MLflow's own would wait for minutes: seven attempts, each of up to two. A person's settings stand.
PATIENCE: Mapping[str, str] = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0


def address_of(workspace: Workspace) -> str:
    """The server that runs go to: the environment's, else the setting's; "" for the workspace's own database."""
    return os.environ.get(VARIABLE, "").strip() or workspace.settings.tracking_uri


def shown(address: str) -> str:
    """An address without its user and password, as it is recorded and printed."""
    parts = urlsplit(address)
    if "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def tracker_of(workspace: Workspace) -> MlflowTracker:
    """The mirror of this workspace's runs."""
    address = address_of(workspace)
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
        self._pause = 0.0
        self._not_before = 0.0

    def log(self, values: Values) -> None:
        """Send metrics; after a failure they are kept for a while, and the rest at the end."""
        if self._run_id is None:
            return
        self._unsent += values
        if time.monotonic() < self._not_before:
            return
        if self._try(self._send) is not None:
            self.problem, self._pause = None, 0.0
        else:
            self._pause = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, 2 * self._pause))
            self._not_before = time.monotonic() + self._pause

    def finish(self, run: Run, *, note: str, tags: Mapping[str, str], artifacts: Path) -> None:
        """End the run on the server; where it does not take the metrics, it is not asked for the rest either."""
        self._not_before = 0.0
        if self._run_id is not None and self._unsent:
            self.log(())
            if self._unsent:
                return
        super().finish(run, note=note, tags=tags, artifacts=artifacts)

    def _connect(self) -> MlflowClient:
        if self._client is None:
            be_patient()
            environment.load()
            from mlflow import MlflowClient

            self._client = MlflowClient(tracking_uri=self._address)
        return self._client

    def _said(self, error: Exception) -> str:
        """What went wrong, naming the server and never its password."""
        text = super()._said(error).replace(self._address, self.uri)
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
