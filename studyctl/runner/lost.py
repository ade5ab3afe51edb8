"""Runs that nobody ends any more: their process is gone without having said so (SIGKILL, a power cut)."""

from __future__ import annotations

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
    """End every lost run in `study.db` and in its folder; returns them.

    It is for commands that write anyway. MLflow is told by the next command that opens it: `Tracker.settle`.
    """
    from studyctl.runner import folder

    lost = [run for run in ledger.running_runs() if is_lost(run)]
    for run in lost:
        error = f"process {run.pid} is gone"
        ledger.end_run(run.id, "lost", ended=None, error=error)
        home = runs_folder / run.id
        try:
            folder.write_record(home, replace(folder.read_record(home), state="lost", error=error))
        except (StudyctlError, OSError):
            continue  # a folder that was deleted or damaged says nothing any more
    return [replace(run, state="lost") for run in lost]


def unknown_folders(runs_folder: Path, known: Sequence[str]) -> list[Path]:
    """Folders of runs that `study.db` does not know: it was deleted, or restored from an older backup."""
    if not runs_folder.is_dir():
        return []
    names = set(known)
    return sorted(one for one in runs_folder.iterdir() if one.name not in names and (one / "run.json").is_file())
