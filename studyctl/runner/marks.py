"""What a person decided about a run, beside its record: tags, deletion, and whether MLflow was told.

They have a file of their own, `marks.json`, since a run may be tagged while another process still writes its record:
neither then writes over the other. `folder.read_record` puts them together again.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studyctl.core.models import Run

MARKS_FILE = "marks.json"


@dataclass(frozen=True, slots=True)
class Marks:
    """A person's decisions about a run."""

    tags: tuple[str, ...] = ()
    deleted: str | None = None
    waiting: bool = False  # MLflow has not been told yet
    # Of a run that was removed for good and that MLflow still has: where it is there, "experiment", "id" and "server".
    removed: tuple[tuple[str, str], ...] = ()


def read(folder: Path) -> Marks | None:
    """The marks in a run's folder; None where it has none, or where the file is damaged."""
    try:
        plain = json.loads((folder / MARKS_FILE).read_text("utf-8"))
        return Marks(
            tuple(str(tag) for tag in plain["tags"]),
            None if plain["deleted"] is None else str(plain["deleted"]),
            bool(plain.get("waiting")),
            tuple(sorted((str(name), str(value)) for name, value in plain.get("removed", {}).items())),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(folder: Path, marks: Marks) -> None:
    """Write the marks in one step; nothing where the run has no folder here."""
    if not folder.is_dir():
        return
    plain: dict[str, Any] = {"tags": list(marks.tags), "deleted": marks.deleted}
    if marks.waiting:
        plain["waiting"] = True
    if marks.removed:
        plain["removed"] = dict(marks.removed)
    scratch = folder / f"{MARKS_FILE}.tmp"
    scratch.write_text(json.dumps(plain, ensure_ascii=False) + "\n", "utf-8")
    scratch.replace(folder / MARKS_FILE)


def marked(run: Run, folder: Path) -> Run:
    """The run with what a person decided about it."""
    found = read(folder)
    return run if found is None else replace(run, tags=found.tags, deleted=found.deleted)


class MarkFolders:
    """The marks in all run folders of a workspace: implements `core.ports.MarkShelf`."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs

    def keep(self, run: Run, *, waiting: bool) -> None:
        """Keep the run's tags and deletion in its folder, and whether MLflow still has to be told."""
        write(self._runs / run.id, Marks(run.tags, run.deleted, waiting))

    def waiting(self) -> Sequence[str]:
        """The runs of which MLflow has not been told yet, by id."""
        found = [file.parent for file in sorted(self._runs.glob(f"*/{MARKS_FILE}"))]
        return [one.name for one in found if (marks := read(one)) is not None and marks.waiting]

    def remove(self, run: Run, *, waiting: bool) -> int:
        """Remove the run's folder, for good; its size. What MLflow still has of it is kept in mind."""
        folder = self._runs / run.id
        size = size_of(folder)
        if folder.is_dir():
            # A process that is killed in between leaves a folder without a record, which is no run any more.
            (folder / "run.json").unlink(missing_ok=True)
            shutil.rmtree(folder)
        if waiting:
            folder.mkdir(parents=True, exist_ok=True)
            where = {"experiment": run.experiment, "id": run.mlflow_run_id or "", "server": run.tracking_uri}
            write(folder, Marks(deleted=run.deleted, waiting=True, removed=tuple(sorted(where.items()))))
        return size

    def removed(self) -> Sequence[tuple[str, str, str, str]]:
        """(our id, experiment, MLflow's id, server) of the runs that were removed here, and not in MLflow."""
        found = []
        for run_id in self.waiting():
            marks = read(self._runs / run_id)
            if marks is not None and marks.removed:
                where = dict(marks.removed)
                found.append((run_id, where.get("experiment", ""), where.get("id", ""), where.get("server", "")))
        return found

    def forget(self, run_id: str) -> None:
        """MLflow was told of the run that was removed."""
        with contextlib.suppress(OSError):
            shutil.rmtree(self._runs / run_id)


def size_of(folder: Path) -> int:
    """How many bytes lie in a folder."""
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += file.lstat().st_size if not file.is_dir() else 0
    return total
