"""Runs that nobody ends any more: their process is gone without having said so (SIGKILL, a power cut)."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from studyctl.core.models import Run
from studyctl.core.ports import Ledger
from studyctl.errors import StudyctlError
from studyctl.runner import process


def is_lost(run: Run) -> bool:
    """Whether a run that is recorded as running cannot be: this machine began it, and its process is gone.

    Of a run of another machine (a shared folder) nothing is known, and one that was imported has no process
    here.
    """
    if run.state != "running" or not run.host or run.host != process.hostname():
        return False
    return not process.is_alive(run.pid, run.process_started)


def shown(run: Run) -> Run:
    """The run as it is: a lost one in its state."""
    return replace(run, state="lost") if is_lost(run) else run


def mark(ledger: Ledger, runs_folder: Path) -> list[Run]:
    """End every run in `study.db` whose process is gone; returns them as they ended.

    One that had come to its end in its folder, and whose recorder was gone by then (a trial of a sweep that was
    killed), ended as its folder says. The others are lost, with what they had measured. It is for commands that write
    anyway; MLflow is told by the next command that opens it.
    """
    from studyctl.runner import folder

    ended = []
    for run in (run for run in ledger.running_runs() if is_lost(run)):
        home = runs_folder / run.id
        try:
            record: Run | None = folder.read_record(home)
        except StudyctlError:
            record = None  # a folder that was deleted or damaged says nothing any more
        if record is not None and record.state not in ("running", "lost"):
            ledger.restore_run(record)
            ended.append(record)
            continue
        error = f"process {run.pid} is gone"
        if record is None:
            ledger.end_run(run.id, "lost", ended=None, error=error)
        else:
            with contextlib.suppress(OSError):
                record = folder.salvage(home, record, "lost", error, None)
            ledger.finish_run(replace(record, state="lost", error=error))
        ended.append(replace(run, state="lost"))
    return ended


def unknown_folders(runs_folder: Path, known: Sequence[str]) -> list[Path]:
    """Folders of runs that `study.db` does not know: it was deleted, or restored from an older backup."""
    if not runs_folder.is_dir():
        return []
    names = set(known)
    return sorted(one for one in runs_folder.iterdir() if one.name not in names and (one / "run.json").is_file())
