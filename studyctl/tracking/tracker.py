"""The live mirror of a run in MLflow.

MLflow is a window, not the record: whatever goes wrong with it is kept as `problem` and shown at the end, and
the run goes on. A batch of metrics that could not be written is kept for the next attempt, and attempts become rarer
while they fail.
"""

from __future__ import annotations

import copy
import getpass
import math
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from studyctl.config import Workspace
from studyctl.core.models import Run, RunState
from studyctl.core.sweeps import name_of, swept
from studyctl.core.templates import exact
from studyctl.tracking import environment, placing, store

if TYPE_CHECKING:
    from mlflow import MlflowClient

# Limits of one request, and of what a column holds before MLflow cuts it with only a warning.
METRICS_A_REQUEST = 1000
PARAMS_A_REQUEST = 100
TAGS_A_REQUEST = 100
PARAM_LIMIT = 6000
TAG_LIMIT = 8000
NAME_LIMIT = 200
CUT = " … (cut; whole in the run's files)"
NOTE_FILE = "note.md"
RUN_TAG = "studyctl.run"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 60.0  # between attempts that fail
PERSONS_TAG = "studyctl.tag."  # before a tag of a person's own
STATUS: Mapping[RunState, str] = {
    "running": "RUNNING",
    "finished": "FINISHED",
    "failed": "FAILED",
    "killed": "KILLED",
    "lost": "KILLED",
}
Values = Sequence[tuple[str, float, int, int]]
T = TypeVar("T")


class MlflowTracker:
    """Implements `Tracker` on the workspace's own MLflow database."""

    def __init__(self, workspace: Workspace) -> None:
        self.problem: str | None = None
        self.uri = ""
        self._workspace = workspace
        self._client: MlflowClient | None = None
        self._run_id: str | None = None
        self._artifact_uri = ""
        self._experiments: dict[str, str] = {}  # MLflow's ids of those that were looked up, by name
        self._unsent: list[tuple[str, float, int, int]] = []
        self._pause = 0.0
        self._not_before = 0.0
        self._whole: dict[str, str] = {}  # file name to text, of what was too long for a parameter or a tag

    # Tracker -----------------------------------------------------------------------------------------

    def another(self) -> MlflowTracker:
        """A mirror for another run, on the same connection."""
        self._try(self._connect)
        made = copy.copy(self)
        made.problem, made._run_id, made._artifact_uri = None, None, ""
        made._unsent, made._whole = [], {}
        made._pause, made._not_before = 0.0, 0.0
        return made

    def open(self, run: Run, *, note: str, tags: Mapping[str, str]) -> str | None:
        """Begin the run in MLflow; its id there, None where that failed."""
        return self._try(lambda: self._open(run, note, tags))

    def resume(self, run: Run) -> str | None:
        """Go on with a run that MLflow has already, whole or in part; its id there, None where it has not."""
        return self._try(lambda: self._resume(run))

    def log(self, values: Values) -> None:
        """Send metrics: (name, value, step, time in ms); after a failure they wait for the next attempt."""
        if self._run_id is None:
            return
        self._unsent += values
        if time.monotonic() < self._not_before:
            return
        if self._try(self._send) is not None:
            self.problem, self._pause = None, 0.0  # what failed before has been made up for
        else:
            self._pause = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, 2 * self._pause))
            self._not_before = time.monotonic() + self._pause

    def finish(self, run: Run, *, note: str, tags: Mapping[str, str], artifacts: Path) -> None:
        """End the run in MLflow with its page, its findings and its files; the first failure ends the attempt.

        Its files come last, so that its state is right even where they have no room.
        """
        if self._run_id is None:
            return
        run_id = self._run_id

        def conclude() -> None:
            self._send()
            self.problem = None  # what failed before has been made up for
            self._tag(self._run_tags(run, note, tags))
            self._end(run_id, run.state, _milliseconds(run.ended))
            self._place(run, note, artifacts)

        self._try(conclude)

    def record(self, run: Run, *, note: str, tags: Mapping[str, str], values: Values, artifacts: Path) -> str | None:
        """Put a run there as a whole that has ended; its id, None where that failed."""

        def whole() -> str:
            from mlflow.entities import Metric, Param

            client = self._connect()
            created = self._create(client, run, note, tags)
            run_id = self._run_id = str(created.info.run_id)
            self._artifact_uri = str(created.info.artifact_uri)
            params = [Param(n, self._cut(text, PARAM_LIMIT, f"params/{n}.txt")) for n, text in _flat(run.params)]
            metrics = [Metric(name, value, at, step) for name, value, step, at in values]
            while params or metrics:
                client.log_batch(run_id, params=params[:PARAMS_A_REQUEST], metrics=metrics[: METRICS_A_REQUEST - 100])
                del params[:PARAMS_A_REQUEST], metrics[: METRICS_A_REQUEST - 100]
            client.set_terminated(run_id, STATUS[run.state], end_time=_milliseconds(run.ended))
            self._place(run, note, artifacts)
            return run_id

        return self._try(whole)

    def end(self, mlflow_run_id: str, state: RunState, *, ended_ms: int | None) -> None:
        """Set how a run ended."""
        self._try(lambda: self._end(mlflow_run_id, state, ended_ms))

    # Steps -------------------------------------------------------------------------------------------

    def _connect(self) -> MlflowClient:
        """MLflow's client; raises at once, rather than after minutes, where the store cannot be written now."""
        if self._client is None:
            self._workspace.state.mkdir(parents=True, exist_ok=True)
            store.ensure(self._workspace.mlflow_database)
        store.await_turn(self._workspace.mlflow_database)
        if self._client is None:
            environment.load()
            from mlflow import MlflowClient

            self._client = MlflowClient(tracking_uri=store.uri(self._workspace.mlflow_database))
        return self._client

    def _try(self, step: Callable[[], T]) -> T | None:
        """Do one step; what goes wrong in it is kept as `problem`."""
        try:
            return step()
        except environment.NotInstalled as error:
            self.problem = str(error)
            return None
        except Exception as error:  # whatever MLflow, SQLAlchemy or the file system raise
            self.problem = f"MLflow: {self._said(error)}"
            return None

    def _said(self, error: Exception) -> str:
        """What went wrong, in a line; of an error of the database, what the database said."""
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, store.StoreProblem):
            if isinstance(cause, sqlite3.Error):
                return str(cause)
            cause = cause.__cause__
        return (str(error).strip() or type(error).__name__).splitlines()[0]

    def _open(self, run: Run, note: str, tags: Mapping[str, str]) -> str:
        return self._opened(self._create(self._connect(), run, note, tags), run)

    def _create(self, client: MlflowClient, run: Run, note: str, tags: Mapping[str, str]) -> Any:
        """MLflow's run, new in its experiment, with its page and its tags."""
        if run.experiment not in self._experiments:
            self._experiments[run.experiment] = self._experiment(client, run)
        return client.create_run(
            self._experiments[run.experiment],
            start_time=_milliseconds(run.started),
            run_name=run_name(run),
            tags=self._run_tags(run, note, tags),
        )

    def _opened(self, there: Any, run: Run) -> str:
        """Go on with MLflow's run, once it has the parameters: those that it has already may come again."""
        run_id = str(there.info.run_id)
        self._send_params(run_id, run)
        self._run_id, self._artifact_uri = run_id, str(there.info.artifact_uri)
        return run_id

    def _send_params(self, run_id: str, run: Run) -> None:
        from mlflow.entities import Param

        client = self._connect()
        params = [Param(name, self._cut(text, PARAM_LIMIT, f"params/{name}.txt")) for name, text in _flat(run.params)]
        for batch in _batches(params, PARAMS_A_REQUEST):
            client.log_batch(run_id, params=batch)

    def _resume(self, run: Run) -> str | None:
        """The run as MLflow has it already, by the tag that leads to it; None where it never got there."""
        if not self._is_there():
            return None
        client = self._connect()
        from mlflow.entities import ViewType

        known = client.get_experiment_by_name(run.experiment)
        if known is None:
            return None
        query = f"tags.`{RUN_TAG}` = '{run.id}'"
        found = client.search_runs([known.experiment_id], query, run_view_type=ViewType.ALL, max_results=1)
        if not found:
            return None
        if found[0].info.lifecycle_stage == "deleted":
            return str(found[0].info.run_id)  # by a person, in MLflow: it stays as it is
        if run.state == "running":
            client.update_run(str(found[0].info.run_id), status=STATUS[run.state])  # an interrupted sweep goes on
        return self._opened(found[0], run)

    def _is_there(self) -> bool:
        return self._workspace.mlflow_database.exists()

    def _location(self, run: Run) -> str | None:
        """Where the files of an experiment's runs go."""
        return f"{store.ARTIFACT_ROOT}{run.experiment}"

    def _experiment(self, client: MlflowClient, run: Run) -> str:
        """MLflow's experiment of the run's experiment; eight runs at once agree on one."""
        from mlflow.exceptions import MlflowException

        known = client.get_experiment_by_name(run.experiment)
        if known is None:
            try:
                return str(
                    client.create_experiment(
                        run.experiment,
                        artifact_location=self._location(run),
                        tags={
                            # The page of such an experiment opens with its runs, not with traces of prompts.
                            "mlflow.experimentKind": "custom_model_development",
                            "mlflow.note.content": run.title,
                        },
                    )
                )
            except MlflowException:
                known = client.get_experiment_by_name(run.experiment)
                if known is None:
                    raise
        if known.lifecycle_stage == "deleted":
            client.restore_experiment(known.experiment_id)
        return str(known.experiment_id)

    def _end(self, mlflow_run_id: str, state: RunState, ended_ms: int | None) -> None:
        client = self._connect()
        client.set_tag(mlflow_run_id, "studyctl.state", state)
        client.set_terminated(mlflow_run_id, STATUS[state], end_time=ended_ms)

    def _send(self) -> bool:
        from mlflow.entities import Metric

        client = self._connect()
        assert self._run_id is not None  # a run is open
        while self._unsent:
            batch = self._unsent[:METRICS_A_REQUEST]
            client.log_batch(self._run_id, metrics=[Metric(n, v, at, step) for n, v, step, at in batch])
            del self._unsent[: len(batch)]
        return True

    def _tag(self, tags: Mapping[str, str]) -> None:
        from mlflow.entities import RunTag

        client = self._connect()
        assert self._run_id is not None  # a run is open
        for batch in _batches([RunTag(name, value) for name, value in tags.items()], TAGS_A_REQUEST):
            client.log_batch(self._run_id, tags=batch)

    def _place(self, run: Run, note: str, artifacts: Path) -> None:
        self._cut_note(note)
        placing.place(self._workspace.artifacts, self._artifact_uri, artifacts, self._whole)

    def _cut_note(self, note: str) -> None:
        self._whole.pop(NOTE_FILE, None)
        self._cut(note, TAG_LIMIT, NOTE_FILE)

    def _run_tags(self, run: Run, note: str, tags: Mapping[str, str]) -> dict[str, str]:
        """What MLflow's UI shows of a run, and what leads back from it to the record."""
        git = run.provenance.get("git") or {}
        found = {
            RUN_TAG: run.id,
            "studyctl.state": run.state,
            "studyctl.preset": run.preset,
            "mlflow.note.content": note,
            "mlflow.source.type": "LOCAL",
            "mlflow.source.name": str(run.provenance.get("command") or run.experiment),
            "mlflow.source.git.commit": str(git.get("commit") or ""),
            "mlflow.source.git.branch": str(git.get("branch") or ""),
            "mlflow.user": "" if run.imported else _user(),
            "studyctl.imported": f"from {run.origin}" if run.bundle else "",
            "studyctl.changed": ", ".join(run.changed),
            "studyctl.not-finite": ", ".join(m.name for m in run.metrics if not math.isfinite(m.value)),
            **{f"studyctl.finding.{one.key}": one.verdict or "" for one in run.findings},
            **{PERSONS_TAG + tag: "yes" for tag in run.tags},
            **tags,
        }
        return {
            name: self._cut(value, TAG_LIMIT, NOTE_FILE if name == "mlflow.note.content" else f"tags/{name}.txt")
            for name, value in found.items()
            if value and not (name == "mlflow.note.content" and not value.strip())
        }

    def _cut(self, text: str, limit: int, file: str) -> str:
        """The text, or its beginning where MLflow would cut it; the whole then goes among the run's files."""
        if len(text) <= limit:
            return text
        self._whole[file] = text
        return text[: limit - len(CUT)] + CUT


def run_name(run: Run) -> str:
    """What the run is called in MLflow: what sets it apart, and its own id.

    That is the values of a trial, what a sweep varies, else the preset, or the experiment for the default one.
    """
    sweep = swept(run)
    if run.role == "trial" or sweep is not None:
        return f"{name_of(run) if sweep is None else sweep.label}"[:NAME_LIMIT] + f" {run.short}"
    return f"{run.experiment if run.preset == 'default' else run.preset}-{run.short}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        return ""


def _milliseconds(at: str | None) -> int | None:
    return None if at is None else round(datetime.fromisoformat(at).timestamp() * 1000)


def _flat(params: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Parameters with dotted names and their exact texts."""
    for name, value in params.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, exact(value)


def _batches(values: list[Any], size: int) -> Iterator[list[Any]]:
    for at in range(0, len(values), size):
        yield values[at : at + size]
