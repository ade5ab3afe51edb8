"""A draft: an experiment executed in a folder of its own, recorded nowhere."""

from __future__ import annotations

import inspect
import os
import tempfile
from pathlib import Path

from studyctl import EVIDENCE_VERSION
from studyctl.core import authoring
from studyctl.core.models import Finding, Run, RunState
from studyctl.core.params import Params, values_of
from studyctl.core.ports import Progress
from studyctl.runner.clock import now
from studyctl.runner.failure import shortened
from studyctl.runner.figures import use_no_display
from studyctl.runner.load import Loaded
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
    recorder = Recorder(folder)
    handle = authoring.Run(params, recorder, progress)
    notes = seed_everything(handle.seed, experiment.declaration.requires)
    started = now()
    state: RunState = "finished"
    error = ""
    findings: tuple[Finding, ...] = ()
    try:
        with progress.running():
            experiment.function(params, handle)
        findings = handle.decided()
    except KeyboardInterrupt:
        if not catch:
            raise
        state, error = "killed", "killed by SIGINT"
    except (Exception, SystemExit) as failed:
        if not catch:
            raise
        state, error = "failed", shortened(failed, _root(experiment))
    finally:
        recorder.seal()
    run = Run(
        id="draft",
        experiment=experiment.name,
        title=experiment.declaration.title,
        state=state,
        started=started,
        ended=now(),
        preset=preset,
        changed=changed,
        params=values_of(params),
        seed=handle.seed,
        evidence_version=EVIDENCE_VERSION,
        host="",
        pid=os.getpid(),
        process_started=0.0,
        provenance={
            "constants": handle.constants(),
            "determinism": notes,
            "undecided": handle.undecided() if findings else {},
        },
        error=error,
        metrics=handle.last_metrics(),
        findings=findings,
        artifacts=tuple(recorder.recorded),
    )
    return run, folder


def _root(experiment: Loaded) -> Path:
    """The folder from which the experiment's module is imported."""
    file = Path(inspect.getfile(experiment.function)).resolve()
    depth = experiment.function.__module__.count(".") + (file.name == "__init__.py")
    return file.parents[min(depth, len(file.parents) - 1)]
