"""A draft: an experiment executed in a folder of its own, recorded nowhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from studyctl import EVIDENCE_VERSION
from studyctl.core import authoring
from studyctl.core.models import Run
from studyctl.core.params import Params, values_of
from studyctl.core.ports import Progress
from studyctl.runner.figures import use_no_display
from studyctl.runner.load import Loaded
from studyctl.runner.recorder import Recorder
from studyctl.runner.seeds import seed_everything


def utc(at: datetime) -> str:
    """A time as it is recorded."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def execute_draft(
    experiment: Loaded,
    params: Params,
    *,
    preset: str,
    changed: tuple[str, ...],
    progress: Progress,
    folder: Path | None = None,
    name_run: Callable[[], str] = lambda: "draft",
) -> tuple[Run, Path]:
    """Execute and return what would have been recorded, and the folder that holds its figures and tables."""
    folder = folder or Path(tempfile.mkdtemp(prefix=f"studyctl-draft-{experiment.name}-"))
    use_no_display()
    recorder = Recorder(folder)
    handle = authoring.Run(params, recorder, progress)
    notes = seed_everything(handle.seed, experiment.declaration.requires)
    started = datetime.now(UTC)
    with progress.running():
        experiment.function(params, handle)
    recorder.seal()
    run = Run(
        id=name_run(),
        experiment=experiment.name,
        title=experiment.declaration.title,
        state="finished",
        started=utc(started),
        ended=utc(datetime.now(UTC)),
        preset=preset,
        changed=changed,
        params=values_of(params),
        seed=handle.seed,
        evidence_version=EVIDENCE_VERSION,
        host="",
        pid=os.getpid(),
        process_started=0.0,
        provenance={"constants": handle.constants(), "determinism": notes},
        metrics=handle.last_metrics(),
        findings=handle.decided(),
        artifacts=tuple(recorder.recorded),
    )
    return run, folder
