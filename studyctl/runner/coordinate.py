"""Seeing several runs through that an engine performs: only here are they written into `study.db`.

A run's row is written when it has begun, with the process that performs it. So every reader sees the right state
whatever happens to this process: a run whose process lives is running, one whose process is gone is lost, until its
folder says how it ended. A run that waits for its turn is nowhere yet.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from studyctl.config import Workspace
from studyctl.core.models import Run
from studyctl.core.ports import (
    Advanced,
    Began,
    Dropped,
    Ended,
    Engine,
    Event,
    Ledger,
    Printed,
    Stepped,
    Task,
    Watch,
)
from studyctl.runner.mirroring import Mirrored, MirrorThread
from studyctl.runner.signals import Killed, Signals

WAIT_S = 0.1
RECORD_EVERY_S = 0.2
AHEAD = 2
# After a signal, longer than an engine gives its runs to end.
PATIENCE_S = 15.0


class Coordinator:
    """Begins runs as places are free, and records how each ended."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        ledger: Ledger,
        engine: Engine,
        mirror: MirrorThread,
        watch: Watch,
        signals: Signals,
        tags: Mapping[str, str],
        timeout_s: float | None = None,
        watched: bool = False,
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._engine = engine
        self._mirror = mirror
        self._watch = watch
        self._signals = signals
        self._tags = tags
        self._timeout = timeout_s
        self._watched = watched
        self._active: dict[str, Run] = {}  # submitted, and not over
        # What is not written down yet.
        self._begun: dict[str, Run] = {}
        self._over: dict[str, Run] = {}
        self._ended: list[Run] = []

    def perform(self, runs: Iterable[Run], *, opened: bool = False) -> list[Run]:
        """Perform them in their order, several at a time; returns those that ended, in the order of their end.

        `opened`: their rows are there already. After a signal no more begin, and those that go on are ended.
        """
        waiting = deque(runs)
        stopped: float | None = None
        recorded = 0.0
        while True:
            # The engine has the next ones at hand, so that no place is free while what ended is written down.
            while waiting and len(self._active) < AHEAD * self._engine.jobs:
                self._submit(waiting.popleft())
            if self._active:
                self._take(self._engine.wait(WAIT_S))
            if self._signals.received and stopped is None:
                stopped = time.monotonic()
                waiting.clear()
                self._engine.stop(self._signals.received)
            # An engine that does not answer: of its processes is seen whether they are gone.
            given_up = stopped is not None and time.monotonic() - stopped > PATIENCE_S
            over = given_up or not (self._active or waiting)
            if over or time.monotonic() - recorded > RECORD_EVERY_S:
                self._record(opened=opened)
                recorded = time.monotonic()
            if over:
                return self._ended

    def _submit(self, run: Run) -> None:
        self._active[run.id] = run
        self._engine.submit(Task(run, self._workspace.runs / run.id, self._timeout, self._watched))

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case Ended(run) if self._active.pop(run.id, None) is not None:
                    self._over[run.id] = run
                    self._watch.ended(run)
                case Began(run):
                    self._begun[run.id] = run
                    self._watch.began(run)
                case Dropped(run_id):
                    self._active.pop(run_id, None)
                case Advanced() | Stepped() | Printed():
                    self._watch.told(event)

    def _record(self, *, opened: bool) -> None:
        """Write down what happened, in one transaction: each waits for the disk."""
        begun = [run for run in self._begun.values() if run.id not in self._over]  # an end says more
        over = list(self._over.values())
        results = self._mirror.results()
        if begun or over or results:
            with self._ledger.transaction():
                for run in begun:
                    if opened:
                        self._ledger.begin_run(run)
                    else:
                        self._ledger.open_run(run)
                for run in over:
                    self._ledger.finish_run(run)
                record_mirrored(self._ledger, results)
        for run in begun:
            self._mirror.follow(run, self._workspace.runs / run.id, self._tags)
        for run in over:
            self._mirror.finish(run, self._workspace.runs / run.id, self._tags)
        self._ended += over
        self._begun.clear()
        self._over.clear()


def record_mirrored(ledger: Ledger, results: Iterable[Mirrored]) -> None:
    """Keep what MLflow has of each run."""
    for one in results:
        if one.mlflow_run_id is not None:
            ledger.set_mlflow_id(one.run_id, one.mlflow_run_id, one.uri)
        ledger.deliver_run(one.run_id, one.uri, whole=one.whole)


def see_mirrored(mirror: MirrorThread, ledger: Ledger, signals: Signals, left: Callable[[int], None]) -> None:
    """Wait until MLflow has everything; a second Ctrl-C leaves the rest to the next command that opens MLflow."""
    mirror.close()
    try:
        with signals.impatient():
            while not mirror.join(WAIT_S):
                left(mirror.left())
    except Killed:
        pass
    if results := mirror.results():
        with ledger.transaction():
            record_mirrored(ledger, results)
