"""A draft: an experiment executed in a folder of its own, recorded nowhere."""

from __future__ import annotations

import contextlib
import inspect
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studyctl import EVIDENCE_VERSION
from studyctl.core import authoring
from studyctl.core.models import ExperimentSpec, Run
from studyctl.core.params import Params, values_of
from studyctl.core.ports import Progress
from studyctl.runner.capture import captured, warnings_once
from studyctl.runner.clock import now
from studyctl.runner.failure import said, told
from studyctl.runner.figures import use_no_display
from studyctl.runner.folder import LOG_FILE
from studyctl.runner.load import Loaded
from studyctl.runner.perform import Order, Outcome, as_told
from studyctl.runner.recorder import Recorder
from studyctl.runner.seeds import seed_everything


def execute_draft(
    experiment: Loaded,
    params: Params,
    *,
    preset: str,
    changed: tuple[str, ...],
    progress: Progress,
    folder: Path | None = None,
    catch: bool = True,
) -> tuple[Run, Path]:
    """Execute and return what would have been recorded, and the folder that holds its figures and tables.

    With `catch` an error of the experiment ends the run as failed, as it does a recorded one; else it is raised.
    """
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix=f"studyctl-draft-{experiment.name}-"))
    folder.mkdir(parents=True, exist_ok=True)
    use_no_display()
    root = _root(experiment)
    recorder = Recorder(folder, root=root)
    handle = authoring.Run(params, recorder, progress)
    outcome = Outcome(notes=seed_everything(handle.seed, experiment.declaration.requires))
    started = now()
    try:
        with progress.running(), _printed(folder, progress, root) if catch else contextlib.nullcontext():
            returned: Any = experiment.function(params, handle)  # type: ignore[func-returns-value]
        handle.returned(returned)
        outcome.findings = handle.decided()
    except BaseException as ended:
        if not catch:
            recorder.seal()  # its files are closed; what it had recorded lies in the folder
            raise
        if isinstance(ended, KeyboardInterrupt):
            outcome.state, outcome.error = "killed", "killed by SIGINT"
        else:
            outcome.state, outcome.error = "failed", told(ended, root)
            outcome.failure = said(ended, root)
    order = Order(
        ExperimentSpec(experiment.name, "", "", experiment.declaration.title, ""),
        experiment,
        params,
        preset,
        changed,
        "",
    )
    return drafted(order, handle, outcome, recorder, started), folder


def drafted(
    order: Order, handle: authoring.Run, outcome: Outcome, recorder: Recorder, started: str | None = None
) -> Run:
    """The run that would have been recorded."""
    handle.close()
    recorder.seal()
    return Run(
        id="draft",
        experiment=order.spec.name,
        title=order.spec.title,
        state=outcome.state,
        started=started or now(),
        ended=now(),
        preset=order.preset,
        changed=order.changed,
        params=values_of(order.params),
        seed=handle.seed,
        evidence_version=EVIDENCE_VERSION,
        host="",
        pid=os.getpid(),
        process_started=0.0,
        provenance=as_told(handle, outcome) | {"warnings": handle.notes()},
        error=outcome.error,
        metrics=handle.last_metrics(),
        findings=outcome.findings,
        artifacts=tuple(recorder.recorded),
        files=recorder.given.files,
    )


@contextlib.contextmanager
def _printed(folder: Path, progress: Progress, root: Path) -> Iterator[None]:
    """What the experiment prints stands above the bars, as in a run that is recorded."""
    with captured(folder / LOG_FILE, progress.message), warnings_once(root):
        yield


def _root(experiment: Loaded) -> Path:
    """The folder from which the experiment's module is imported."""
    file = Path(inspect.getfile(experiment.function)).resolve()
    depth = experiment.function.__module__.count(".") + (file.name == "__init__.py")
    return file.parents[min(depth, len(file.parents) - 1)]
