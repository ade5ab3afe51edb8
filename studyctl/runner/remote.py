"""What a Dask worker does with a run: a process of its own performs it, in a folder that travels back.

Imported on the worker, where studyctl is installed; nothing else of the coordinator's is. The worker writes no
database. It ends the process when it is told to stop, and when nobody waits for the result any more.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from studyctl import EVIDENCE_VERSION, __version__
from studyctl.core.models import Run
from studyctl.runner import folder, parcel
from studyctl.runner.clock import now
from studyctl.runner.process import end_group, hostname, started_at

GONE = "its worker is gone"
SAID = "worker.txt"  # what the process of a run said besides its log
POLL_S = 0.5
GRACE_S = 10.0  # from the signal that asks to the one that does not


class Worker(NamedTuple):
    """What a worker says of itself."""

    host: str
    version: str
    evidence_version: int
    python: str


def topic(run_id: str) -> str:
    """Where is told what happens to a run."""
    return f"studyctl-{run_id}"


def introduce() -> Worker:
    """Who this worker is; asked of all before anything is sent."""
    return Worker(hostname(), __version__, EVIDENCE_VERSION, platform.python_version())


def perform_parcel(
    packed: bytes, record: dict[str, Any], timeout_s: float | None, stop_event: str, begun_event: str
) -> bytes:
    """Perform the run of `record` with the files of a parcel; its folder, packed.

    Which process performs it, and its metrics as they come, are told to whoever subscribed to the topic of the run.
    `begun_event` is set at the beginning: a run whose worker died is not silently performed a second time by another.
    """
    from distributed import Event

    begun = Event(begun_event)
    if begun.is_set():
        raise RuntimeError(GONE)
    begun.set()
    root = parcel.unpack(packed, Path(tempfile.gettempdir()) / f"studyctl-parcels-{_user()}")
    home = Path(tempfile.mkdtemp(prefix=f"studyctl-{record['id'][:8]}-"))
    try:
        run = replace(folder.run_from_plain(record), started=now(), host=hostname())
        folder.write_record(home, run)
        _perform(root, home, timeout_s, Event(stop_event), run)
        return parcel.pack_folder(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _perform(root: Path, home: Path, timeout_s: float | None, stop: Any, run: Run) -> None:
    task = json.dumps({"workspace": str(root), "home": str(home), "timeout_s": timeout_s})
    # Its own session: a signal to the worker's terminal is not one to the run, and all that it starts ends with it.
    process = subprocess.Popen(
        [sys.executable, "-m", "studyctl.runner.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=(home / SAID).open("wb"),
        cwd=root,
        env={name: value for name, value in os.environ.items() if name != "STUDYCTL_WORKSPACE"},
        start_new_session=True,
    )
    began = {"pid": process.pid, "process_started": started_at(process.pid) or 0.0}
    _tell(run.id, began={"started": run.started, "host": run.host, **began})
    assert process.stdin is not None  # it was asked for
    with process.stdin as stream:
        stream.write(task.encode())
    history = _History(home / folder.METRICS_FILE)
    asked: float | None = None
    try:
        while process.poll() is None:
            if asked is None and (stop.is_set() or _forgotten()):
                asked = time.monotonic()
                process.terminate()
            if asked is not None and time.monotonic() - asked > GRACE_S:
                end_group(process.pid)
            _tell_metrics(run.id, history)
            time.sleep(POLL_S)
    finally:
        if process.poll() is None:
            end_group(process.pid)
            process.wait()
    _tell_metrics(run.id, history)


class _History:
    """The lines of a growing file that were not read yet; a line that is not whole waits."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._at = 0

    def new(self) -> str:
        try:
            with self._file.open("rb") as stream:
                stream.seek(self._at)
                text = stream.read()
        except FileNotFoundError:
            return ""
        whole = text[: text.rfind(b"\n") + 1]
        self._at += len(whole)
        return whole.decode()


def _tell_metrics(run_id: str, history: _History) -> None:
    if lines := history.new():
        _tell(run_id, lines=lines)


def _tell(run_id: str, **said: Any) -> None:
    from distributed import get_worker

    get_worker().log_event(topic(run_id), said)


def _forgotten() -> bool:
    """Whether the scheduler no longer waits for this task: it was cancelled, or its client is gone."""
    from distributed import get_worker

    worker = get_worker()
    task = worker.state.tasks.get(worker.get_current_task())
    return task is None or task.state in ("cancelled", "released", "forgotten")


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "user"
