"""What a person decided about runs, told to MLflow: tags, deletion, and removal for good."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from studyctl.config import Workspace
from studyctl.core.models import Run
from studyctl.tracking import environment, placing, remote, store
from studyctl.tracking.tracker import PERSONS_TAG

if TYPE_CHECKING:
    from mlflow import MlflowClient


DELETED = "studyctl.deleted"  # since when: what somebody deleted in MLflow itself has no such tag


class MlflowMarks:
    """Implements `core.ports.MarkMirror`. What MLflow lacks is passed over: `doctor --fix` delivers whole runs."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._clients: dict[str, MlflowClient] = {}

    def mark(self, run: Run) -> str | None:
        """Give MLflow's run the tags of ours, and delete or restore it; what went wrong, None where nothing did."""
        if not run.mlflow_run_id:
            return None
        mlflow_run_id = run.mlflow_run_id
        return self._tried(run.tracking_uri, lambda client: self._mark(client, mlflow_run_id, run))

    def remove(self, mlflow_run_id: str, server: str) -> str | None:
        """Remove a run for good, its files included; what went wrong, None where nothing did.

        A server removes only what it deletes itself (`mlflow gc`): there it is deleted.
        """
        if not mlflow_run_id:
            return None
        return self._tried(server, lambda client: self._remove(client, mlflow_run_id, server))

    def _tried(self, server: str, step: Callable[[MlflowClient], None]) -> str | None:
        if not server and not self._workspace.mlflow_database.exists():
            return None
        try:
            step(self._client(server))
        except Exception as error:  # whatever MLflow, SQLAlchemy or the network raise
            text = (str(error).strip() or type(error).__name__).splitlines()[0]
            return f"MLflow: {remote.scrubbed(text, self._address(server)) if server else text}"
        return None

    def _client(self, server: str) -> MlflowClient:
        if server not in self._clients:
            if server:
                remote.be_patient()
            else:
                store.ensure(self._workspace.mlflow_database)
            environment.load()
            from mlflow import MlflowClient

            self._clients[server] = MlflowClient(tracking_uri=self._address(server))
        return self._clients[server]

    def _address(self, server: str) -> str:
        """Where a store is reached."""
        if not server:
            return store.uri(self._workspace.mlflow_database)
        return remote.reached_at(self._workspace, server)

    def _mark(self, client: MlflowClient, mlflow_run_id: str, run: Run) -> None:
        there = _run(client, mlflow_run_id)
        if there is None:
            return
        known = there.data.tags
        if there.info.lifecycle_stage == "deleted":
            if run.deleted or DELETED not in known:
                return  # as it should be, or deleted there by somebody else; tags wait until it is back
            client.restore_run(mlflow_run_id)
            client.delete_tag(mlflow_run_id, DELETED)
        wanted = {PERSONS_TAG + tag for tag in run.tags}
        for name in sorted(wanted - known.keys()):
            client.set_tag(mlflow_run_id, name, "yes")
        for name in sorted(name for name in known if name.startswith(PERSONS_TAG) and name not in wanted):
            client.delete_tag(mlflow_run_id, name)
        if run.deleted:
            client.set_tag(mlflow_run_id, DELETED, run.deleted)
            client.delete_run(mlflow_run_id)

    def _remove(self, client: MlflowClient, mlflow_run_id: str, server: str) -> None:
        there = _run(client, mlflow_run_id)
        if there is None:
            return
        if there.info.lifecycle_stage != "deleted":
            client.delete_run(mlflow_run_id)
        if server:
            return
        # What `mlflow gc` does; the command itself takes seconds, and does not find files that have no server.
        stores: Any = import_module("mlflow.store.tracking.sqlalchemy_store")
        opened = stores.SqlAlchemyStore(store.uri(self._workspace.mlflow_database), store.ARTIFACT_ROOT)
        try:
            opened._hard_delete_run(mlflow_run_id)
        finally:
            opened.engine.dispose()
        folder = self._files(str(there.info.artifact_uri))
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _files(self, artifact_uri: str) -> Any:
        """The folder of a run's files below the workspace; None where they lie elsewhere."""
        inside = PurePosixPath(artifact_uri.removeprefix(placing.SCHEME).lstrip("/"))
        if not artifact_uri.startswith(placing.SCHEME) or ".." in inside.parts or len(inside.parts) < 2:
            return None
        folder = self._workspace.artifacts / inside
        return folder.parent if inside.name == "artifacts" else folder


def _run(client: MlflowClient, mlflow_run_id: str) -> Any:
    """MLflow's run; None where it has none of that id."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_run(mlflow_run_id)
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise
