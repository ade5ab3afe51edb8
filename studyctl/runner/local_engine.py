"""Performing tasks in processes of this machine, several at a time: the `Engine` that a sweep uses by default."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import studyctl
from studyctl.config import Workspace
from studyctl.core.models import Run, RunState
from studyctl.core.ports import Advanced, Began, Dropped, Ended, Event, Printed, Stepped, Task
from studyctl.errors import StoreError
from studyctl.runner import folder, process
from studyctl.runner.clock import now
from studyctl.runner.provenance import THREAD_VARIABLES
from studyctl.runner.signals import time_limit

CAN_FORK = hasattr(os, "fork")
# How long a run may take to end by itself, once it was told to.
GRACE_S = 5.0
POLL_S = 0.25
AHEAD = 2
SAID_LINES = 5


@dataclass(slots=True)
class _Given:
    """A task that a host has."""

    task: Task
    run: Run | None = None  # once it began
    began: float = 0.0
    force_at: float | None = None  # it was told to end

    def overdue(self, at: float) -> bool:
        """Whether not even the host ended it, which is to end it when its time is over."""
        if self.force_at is not None:
            return at > self.force_at
        limit = self.task.timeout_s
        if limit is None or self.run is None:
            return False
        return at > self.began + limit + (2 if CAN_FORK else 1) * GRACE_S


class _Host:
    """A host process, and the tasks that it has."""

    def __init__(self, order: Mapping[str, Any], places: int, environment: Mapping[str, str]) -> None:
        self.listener: threading.Thread
        self.places = places
        self.tasks: dict[str, _Given] = {}
        self.ready = False  # it has imported the experiment
        self.ended_by = ""  # why it was ended by us
        # What it prints besides events: a crash's traceback.
        self.said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        package = str(Path(studyctl.__file__).parents[1])
        # -P: the working directory's modules are none of the experiment's.
        code = f"import sys; sys.path.append({package!r}); from studyctl.runner.host import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-X", "faulthandler", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            env={**os.environ, **environment},
            # A terminal's Ctrl-C goes to whoever began the runs, who ends them in order.
            start_new_session=True,
        )
        self.send(order)

    def send(self, value: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it is gone, which its end tells
            self.process.stdin.write((json.dumps(value) + "\n").encode())
            self.process.stdin.flush()

    def last_words(self) -> str:
        """The end of what it printed: where it crashed, what could not be imported."""
        self.said.seek(0)
        lines = self.said.read().decode("utf-8", "replace").strip().splitlines()
        return "\n".join(lines[-SAID_LINES:])

    def close(self) -> None:
        """Once it has ended: leave nothing open."""
        self.listener.join(GRACE_S)
        for stream in (self.process.stdin, self.process.stdout, self.said):
            with contextlib.suppress(OSError):  # what was to be written has no reader
                if stream is not None:
                    stream.close()


class LocalEngine:
    """Implements `Engine` with hosts: one that forks a child a task, or one for each place where nothing forks."""

    def __init__(self, workspace: Workspace, experiment: str, jobs: int, *, fork: bool = CAN_FORK) -> None:
        self.jobs = jobs
        self._order = {
            "workspace": str(workspace.root),
            "experiment": experiment,
            "fork": fork,
            "grace_s": GRACE_S,
            "jobs": jobs,
        }
        self._fork = fork
        self._environment = threads_for(jobs)
        self._hosts: list[_Host] = []
        self._waiting: deque[Task] = deque()
        self._dropped: list[Dropped] = []
        # Not a SimpleQueue: in CPython its `get` never returns where a signal is handled for longer than the timeout.
        self._queue: queue.Queue[tuple[_Host, dict[str, Any] | None]] = queue.Queue()

    # Engine ------------------------------------------------------------------------------------------

    def submit(self, task: Task) -> None:
        """Give the task to a host with a free place, or queue it."""
        self._waiting.append(task)
        self._feed()

    def wait(self, seconds: float) -> Sequence[Event]:
        """What happened since the last call."""
        until = time.monotonic() + seconds
        events: list[Event] = list(self._dropped)
        self._dropped.clear()
        while not events:
            left = until - time.monotonic()
            try:
                host, said = self._queue.get(timeout=max(0.0, min(left, POLL_S)))
            except queue.Empty:
                self._look_after()
                if left <= POLL_S:
                    break
                continue
            events += self._read(host, said)
            while not self._queue.empty():
                events += self._read(*self._queue.get())
        self._feed()
        return events

    def stop(self, signal: str = "SIGTERM") -> None:
        """End what is performed by a signal of this name, and by force after a grace."""
        self._drop()
        for host in self._hosts:
            if self._fork:
                host.send({"stop": signal})
            elif host.tasks:
                host.ended_by = signal
                host.process.terminate()
                for given in host.tasks.values():
                    given.force_at = time.monotonic() + GRACE_S

    def kill(self) -> None:
        """End everything by force, at once."""
        self._drop()
        for host in self._hosts:
            host.ended_by = host.ended_by or "SIGKILL"
            self._end_by_force(host)

    def close(self) -> None:
        """Leave the hosts to end, which end what they still perform."""
        for host in self._hosts:
            if host.tasks:
                self._end_by_force(host)
            with contextlib.suppress(OSError):
                if host.process.stdin is not None:
                    host.process.stdin.close()
            try:
                host.process.wait(2 * GRACE_S)
            except subprocess.TimeoutExpired:
                self._end_by_force(host)
                host.process.wait()
            host.close()
        self._hosts.clear()

    # Steps -------------------------------------------------------------------------------------------

    def _drop(self) -> None:
        self._dropped += [Dropped(task.run.id) for task in self._waiting]
        self._waiting.clear()

    def _feed(self) -> None:
        while self._waiting:
            host = next((one for one in self._hosts if len(one.tasks) < one.places), None)
            if host is None:
                host = self._start()
            if host is None:
                return
            task = self._waiting.popleft()
            host.tasks[task.run.id] = _Given(task)
            host.send(
                {
                    "run": folder.run_to_plain(task.run),
                    "home": str(task.home),
                    "timeout_s": task.timeout_s,
                    "watched": task.watched,
                }
            )

    def _start(self) -> _Host | None:
        """Another host, where there may be one."""
        if len(self._hosts) >= (1 if self._fork else self.jobs):
            return None
        # One that forks has the next tasks at hand, so that it need not ask for them.
        host = _Host(self._order, AHEAD * self.jobs if self._fork else 1, self._environment)
        self._hosts.append(host)
        host.listener = threading.Thread(target=self._listen, args=(host,), name="studyctl-host", daemon=True)
        host.listener.start()
        return host

    def _listen(self, host: _Host) -> None:
        """In a thread of its own: hand on what a host says, and that it says nothing any more."""
        assert host.process.stdout is not None
        for line in host.process.stdout:
            with contextlib.suppress(ValueError):  # a line that was cut off with its process
                self._queue.put((host, json.loads(line)))
        self._queue.put((host, None))

    def _read(self, host: _Host, said: dict[str, Any] | None) -> list[Event]:
        if said is None:
            return self._gone(host)
        match said:
            case {"began": run_id, "at": at, "pid": pid, "started": started} if run_id in host.tasks:
                given = host.tasks[run_id]
                given.began = time.monotonic()
                given.run = replace(
                    given.task.run, started=at, host=process.hostname(), pid=pid, process_started=started
                )
                return [Began(given.run)]
            case {"ready": True}:
                host.ready = True
            case {"dropped": run_id} if host.tasks.pop(run_id, None) is not None:
                return [Dropped(run_id)]
            case {"loop": run_id, "label": label, "done": done, "total": total, "over": over}:
                return [Advanced(run_id, label, done, total, over)]
            case {"step": run_id, "label": label, "depth": depth, "over": over}:
                return [Stepped(run_id, label, depth, over)]
            case {"said": run_id, "line": line}:
                return [Printed(run_id, line)]
            case {"ended": run_id, "code": code, "why": why} if run_id in host.tasks:
                return [Ended(_ended(host.tasks.pop(run_id).task, code, why))]
        return []

    def _look_after(self) -> None:
        """End by force what is overdue; a host that is gone takes its children with it."""
        at = time.monotonic()
        for host in self._hosts:
            if any(given.overdue(at) for given in host.tasks.values()):
                host.ended_by = host.ended_by or "timeout"
                self._end_by_force(host)
            elif host.process.poll() is not None:
                self._end_by_force(host)  # a child that outlives it would keep its pipe open

    @staticmethod
    def _end_by_force(host: _Host) -> None:
        host.process.kill()
        for given in host.tasks.values():
            run = given.run
            if run is not None and run.pid != host.process.pid and process.is_alive(run.pid, run.process_started):
                process.end_group(run.pid)

    def _gone(self, host: _Host) -> list[Event]:
        """A host is gone, and every task with it; the next task starts another."""
        if host not in self._hosts:
            return []
        self._hosts.remove(host)
        code = host.process.wait()
        words = host.last_words()
        events: list[Event] = []
        for given in host.tasks.values():
            if given.run is None and host.ended_by:
                events.append(Dropped(given.task.run.id))
            elif given.run is None and host.ready:
                self._waiting.appendleft(given.task)  # for the next host
            elif given.run is None or given.run.pid == host.process.pid:
                events.append(Ended(_ended(given.task, code, host.ended_by, words)))
            else:
                events.append(Ended(_ended(given.task, -signal.SIGKILL, host.ended_by or "host", words)))
        host.tasks.clear()
        host.close()
        return events


def _ended(task: Task, code: int, why: str, words: str = "") -> Run:
    """How a task ended: as its record says, or as its process went where the record could not be finished."""
    try:
        run = folder.read_record(task.home)
    except StoreError:
        run = task.run
    if run.state != "running":
        return run
    state, error = how_it_went(code, why, task.timeout_s)
    return folder.salvage(task.home, run, state, f"{error}\n{words}".strip(), now())


def how_it_went(code: int, why: str, timeout_s: float | None = None) -> tuple[RunState, str]:
    """The state and the error of a run whose process ended without recording it."""
    if why == "timeout":
        limit = time_limit(timeout_s or 0.0)
        return "killed", f"killed by {limit}; it did not end by itself, so its process was ended by force"
    if why == "host":
        return "lost", "the process that had imported the experiment is gone"
    if why:
        return "killed", f"killed by {why}; it did not end by itself, so its process was ended by force"
    if code >= 0:
        return "failed", f"its process ended with exit code {code} and without a word (os._exit, or a library)"
    name = _signal_name(-code)
    if name == "SIGKILL":
        return "lost", "its process was ended by SIGKILL: by a person, or by the system when memory runs out"
    return "failed", f"its process was ended by {name}: a crash in C code, whose end the run's log has"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def threads_for(jobs: int) -> dict[str, str]:
    """How many threads numerical libraries may use each, where several processes share the cores.

    A number that a person has set stays; a single process is left as it is.
    """
    if jobs <= 1:
        return {}
    each = str(max(1, process.usable_cores() // jobs))
    return {name: each for name in THREAD_VARIABLES if name.endswith("_THREADS") and name not in os.environ}
