"""A process that imports an experiment once and performs its runs, each in a child of its own.

A child is forked, so that every run begins in the same fresh process, and the import is paid for once. Nothing but
importing happens in the host itself: what ends a child (`os._exit`, a crash in C, the system out of memory) ends that
run alone. Where processes cannot be forked, the host performs its runs itself, one after the other.

Tasks come on stdin and events go to stdout, one JSON object a line. When stdin ends, whoever began the runs is gone:
they are ended, and so is the host. MLflow and the databases are unknown here.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import sys
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studyctl.config import find_workspace
from studyctl.core.models import Run
from studyctl.core.progress import Silent
from studyctl.errors import StudyctlError
from studyctl.runner import folder, process
from studyctl.runner.worker import Prepared, perform_run, prepare

# A line shorter than this reaches a pipe in one piece, whoever else writes to it.
LINE_LIMIT = 3000
LABEL_LIMIT = 100
TOLD_EVERY_S = 0.2
# What an experiment imports while it runs is imported by every child anew. These packages do nothing when they are
# imported that a child could not share, so that the host imports for the next ones what the first one did.
SHARED = ("matplotlib", "numpy", "scipy", "pandas", "PIL", "ml_dtypes")


def main() -> None:
    """Perform what stdin says: `{"workspace", "experiment", "fork", ...}`, then tasks `{"run", ...}`."""
    events = os.dup(1)
    os.dup2(2, 1)  # whatever an import prints is no event
    # Lines are read unbuffered: what a buffer holds would be lost where `select` looks.
    first, rest = _first_line()
    order = json.loads(first)
    workspace = find_workspace(order["workspace"])
    try:
        prepared: Prepared | None = prepare(workspace, order["experiment"])
    except StudyctlError:
        prepared = None  # each run says so itself
    Teller(events).tell(ready=True)
    if order["fork"]:
        Host(events, workspace.root, prepared, order).serve(rest)
    else:
        _serve_alone(events, workspace.root, prepared, rest)


class Teller(Silent):
    """Writes events, and is the `Progress` of a run: how far it is goes to whoever began it.

    An inner loop may come again a thousand times a second, so that most of it is left out.
    """

    def __init__(self, fd: int, run_id: str = "", *, watched: bool = False) -> None:
        self._fd = fd
        self._id = run_id
        self._watched = watched
        self._told: dict[str, float] = {}  # when each label was told last

    def tell(self, **event: Any) -> None:
        """Write one event; nobody reads it any more where the pipe is closed."""
        with contextlib.suppress(OSError):
            os.write(self._fd, (json.dumps(event) + "\n").encode())

    def began(self, run: Run) -> None:
        """Who performs the run from here on."""
        self.tell(began=run.id, at=run.started, pid=run.pid, started=run.process_started)

    def task(self, label: str, total: int | None) -> Callable[[int], None]:
        """Tells how far the loop is, a few times a second."""
        done = 0

        def advance(steps: int) -> None:
            nonlocal done
            done += steps
            if steps == 0 or self._due(label):
                self.tell(loop=self._id, label=label[:LABEL_LIMIT], done=done, total=total, over=steps == 0)

        if self._due(label):
            self.tell(loop=self._id, label=label[:LABEL_LIMIT], done=0, total=total, over=False)
        return advance

    def step(self, label: str, depth: int) -> Callable[[], None]:
        """Tells that a part of the run begins and ends."""
        if not self._due(f"{depth} {label}"):
            return lambda: None
        self.tell(step=self._id, label=label[:LABEL_LIMIT], depth=depth, over=False)
        return lambda: self.tell(step=self._id, label=label[:LABEL_LIMIT], depth=depth, over=True)

    def message(self, text: str) -> None:
        """A line that the experiment printed, where somebody watches; its log has it anyway."""
        if self._watched:
            self.tell(said=self._id, line=text[: LINE_LIMIT // 6])  # a character may take six bytes

    def _due(self, label: str) -> bool:
        now = time.monotonic()
        if now - self._told.get(label, 0.0) < TOLD_EVERY_S:
            return False
        self._told[label] = now
        return True


@dataclass(slots=True)
class _Child:
    """A run in progress, and when it is ended by force."""

    run_id: str
    limit: float | None  # of its time, with the grace added
    why: str = ""  # it is being ended: "timeout", or the signal's name


class Host:
    """Forks a child for each task and tells how it ended."""

    def __init__(self, events: int, root: Path, prepared: Prepared | None, order: Mapping[str, Any]) -> None:
        self._grace = float(order["grace_s"])
        self._jobs = int(order["jobs"])
        self._waiting: deque[dict[str, Any]] = deque()
        self._events = events
        self._root = root
        self._prepared = prepared
        self._children: dict[int, _Child] = {}
        self._closing = False

    def serve(self, rest: bytes) -> None:
        """Until stdin ends and no child is left."""
        wake, waker = os.pipe()  # a byte for each child that is gone
        learn, self._teach = os.pipe()  # the names of modules that children imported
        for fd in (wake, waker, learn, self._teach):
            os.set_blocking(fd, False)
        self._own = (wake, waker, learn)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        selector = selectors.DefaultSelector()
        for fd in (0, wake, learn):
            selector.register(fd, selectors.EVENT_READ)
        gc.collect()
        gc.freeze()  # the collector of a child would otherwise copy all that was imported
        while True:
            *lines, rest = rest.split(b"\n")
            for line in lines:
                self._obey(json.loads(line))
            while self._waiting and len(self._children) < self._jobs:
                self._begin(self._waiting.popleft())
            if self._closing and not self._children:
                return
            for key, _ in selector.select(self._patience()):
                if key.fd in (wake, learn):
                    with contextlib.suppress(BlockingIOError):
                        said = os.read(key.fd, 65536)
                        share(said.decode().split() if key.fd == learn else [])
                elif chunk := os.read(0, 65536):
                    rest += chunk
                else:
                    selector.unregister(0)
                    self._closing = True
                    self._end("SIGTERM")
            self._reap()
            self._force()

    def _obey(self, task: dict[str, Any]) -> None:
        if "stop" in task:
            self._end(task["stop"])
        else:
            self._waiting.append(task)

    def _begin(self, task: dict[str, Any]) -> None:
        with warnings.catch_warnings():
            # The threads that Python 3.12 warns of are those of numpy's libraries, which know of forks.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            self._be_child(task)
        # Here as well as in the child: whichever comes first, it leads its group from now on.
        process.lead_group(pid)
        timeout = task.get("timeout_s")
        limit = None if timeout is None else time.monotonic() + timeout + self._grace
        self._children[pid] = _Child(task["run"]["id"], limit)

    def _be_child(self, task: dict[str, Any]) -> None:
        """Perform the run and end: never returns."""
        status = 1
        before = frozenset(sys.modules)
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for fd in self._own:
                os.close(fd)
            process.lead_group()
            home = Path(task["home"])
            home.mkdir(parents=True, exist_ok=True)
            _into_log(home)
            _perform(task, self._events, self._root, self._prepared)
            status = 0
        except BaseException:
            traceback.print_exc()  # into the run's log
        finally:
            self._pass_on(before)
            _finish()
            os._exit(status)

    def _pass_on(self, before: frozenset[str]) -> None:
        """Tell which of the shared packages' modules were imported, for the children to come."""
        names = [name for name in sys.modules if name not in before and name.partition(".")[0] in SHARED]
        for name in names:
            with contextlib.suppress(OSError):  # nobody has read for long: it is no loss
                os.write(self._teach, f"{name}\n".encode())

    def _reap(self) -> None:
        """Tell of each child that is gone how it went."""
        for pid in list(self._children):
            try:
                gone, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                gone, status = pid, 0  # something that was imported waits for every child: its record says how it went
            if not gone:
                continue
            child = self._children.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            if code != 0:
                process.end_group(pid)  # what it had started has nobody to end it any more
            Teller(self._events).tell(ended=child.run_id, code=code, why=child.why)

    def _end(self, name: str) -> None:
        """Begin no more; end every child by a signal, and by force where that does not help in time."""
        for task in self._waiting:
            Teller(self._events).tell(dropped=task["run"]["id"])
        self._waiting.clear()
        for pid, child in self._children.items():
            child.why = name
            child.limit = time.monotonic() + self._grace
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, getattr(signal, name))

    def _force(self) -> None:
        now = time.monotonic()
        for pid, child in self._children.items():
            if child.limit is not None and now >= child.limit:
                child.why = child.why or "timeout"
                child.limit = None
                process.end_group(pid)

    def _patience(self) -> float | None:
        limits = [child.limit for child in self._children.values() if child.limit is not None]
        return max(0.0, min(limits) - time.monotonic()) if limits else None


def _perform(task: Mapping[str, Any], events: int, root: Path, prepared: Prepared | None) -> None:
    run = folder.run_from_plain(task["run"])
    teller = Teller(events, run.id, watched=task.get("watched", False))
    perform_run(
        find_workspace(str(root)),
        Path(task["home"]),
        timeout_s=task.get("timeout_s"),
        progress=teller,
        prepared=prepared,
        run=run,
        began=teller.began,
    )


def share(names: list[str]) -> None:
    """Import what a child has imported, so that the next ones have it."""
    for name in names:
        if name.partition(".")[0] in SHARED and name not in sys.modules:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def _into_log(home: Path) -> None:
    """What C code and the child's own processes print goes to the run's log, a crash's traceback too."""
    import faulthandler

    log = os.open(home / folder.LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.close(nothing)
    faulthandler.enable(2)


def _finish() -> None:
    """What the end of the interpreter would do, as far as a forked process does it."""
    if "multiprocessing.util" in sys.modules:
        with contextlib.suppress(Exception):
            sys.modules["multiprocessing.util"]._exit_function()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def _serve_alone(events: int, root: Path, prepared: Prepared | None, rest: bytes) -> None:
    """Perform the tasks in this very process, where there is no fork; whoever began it ends it by force."""
    while True:
        *lines, rest = rest.split(b"\n")
        for line in lines:
            task = json.loads(line)
            if "run" in task:
                Path(task["home"]).mkdir(parents=True, exist_ok=True)
                _perform(task, events, root, prepared)
                Teller(events).tell(ended=task["run"]["id"], code=0, why="")
        chunk = os.read(0, 65536)
        if not chunk:
            return
        rest += chunk


def _first_line() -> tuple[bytes, bytes]:
    text = b""
    while b"\n" not in text:
        chunk = os.read(0, 65536)
        if not chunk:
            sys.exit(0)
        text += chunk
    first, _, rest = text.partition(b"\n")
    return first, rest
