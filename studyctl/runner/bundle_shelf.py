"""Where the runs of a bundle are unpacked, and how they come among the others: a folder at a time, in one step.

A process that is killed leaves a folder of `.studyctl/incoming/`, which the next import removes, or whole run folders
that the database does not know yet, which the same import finds again.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from typing import TYPE_CHECKING

from studyctl.config import Workspace
from studyctl.core.models import Run
from studyctl.errors import StudyctlError
from studyctl.runner import folder

if TYPE_CHECKING:
    from studyctl.core.ports import RunBundle

INCOMING = "incoming"
# What is still unpacked after a day belongs to a process that was killed.
ABANDONED_S = 86_400


class Shelf:
    """Implements `core.ports.Shelf`; `keep=False` checks bundles and writes nothing."""

    def __init__(self, workspace: Workspace, *, keep: bool = True) -> None:
        self._runs = workspace.runs
        self._incoming = workspace.state / INCOMING
        self._scratch = self._incoming / secrets.token_hex(8)
        self._keep = keep
        self._done: list[str] = []

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        for run_id in self._done if failed else ():
            self.remove(run_id)  # the database knows nothing of them
        shutil.rmtree(self._scratch, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._incoming.rmdir()  # unless another command unpacks something

    def unpack(self, bundle: RunBundle) -> None:
        """Check every byte of a bundle, and lay its runs where `put` takes them from."""
        target = self._scratch / bundle.digest
        if not self._keep or target.exists():
            bundle.unpack(None)  # nothing is kept, or the same content was named twice
            return
        self._sweep()
        bundle.unpack(target)

    def has(self, run_id: str) -> bool:
        """Whether the run's folder is there, with its record."""
        return not self._keep or (self._runs / run_id / folder.RECORD_FILE).is_file()

    def own(self, run_id: str) -> Run | None:
        """The run as its folder here records it, where it was made here; a database may have been lost."""
        try:
            run = folder.read_record(self._runs / run_id)
        except StudyctlError:
            return None
        return None if run.imported or run.id != run_id else run

    def put(self, digest: str, run: Run) -> None:
        """Put the folder of a run that was unpacked among the others, with this record."""
        if not self._keep:
            return
        unpacked, home = self._scratch / digest / run.id, self._runs / run.id
        folder.write_record(unpacked, run)
        if home.exists():  # of an import that was killed, or without a record
            home.replace(self._scratch / f"{run.id}.before")
        self._runs.mkdir(parents=True, exist_ok=True)
        unpacked.replace(home)
        self._done.append(run.id)

    def settle(self) -> None:
        """What was put stays: the database has it."""
        self._done.clear()

    def remove(self, run_id: str) -> None:
        """Take back what `put` did."""
        shutil.rmtree(self._runs / run_id, ignore_errors=True)

    def _sweep(self) -> None:
        with contextlib.suppress(OSError):
            for left in self._incoming.iterdir():
                if time.time() - left.stat().st_mtime > ABANDONED_S:
                    shutil.rmtree(left, ignore_errors=True)
