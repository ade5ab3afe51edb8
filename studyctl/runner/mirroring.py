"""Runs that other processes perform, mirrored in MLflow by a thread of the process that coordinates them.

Their metrics are read from their folders, about once a second, and sent in batches; their pages and files follow when
they have ended. MLflow is slower than small runs are, so that nothing waits for it: what it has got is told in
`results`, for the thread that may write `study.db`.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from studyctl.core.history import Value, last_metrics, parse
from studyctl.core.models import Metric, Run
from studyctl.core.ports import Tracker
from studyctl.core.sweeps import PARENT_TAG
from studyctl.runner import folder

EVERY_S = 1.0
# MLflow answers no more: the others are not even tried, since each may take long to fail.
FAILURES = 3


class Mirrored(NamedTuple):
    """What MLflow has of a run now."""

    run_id: str
    mlflow_run_id: str | None
    uri: str
    whole: bool


@dataclass(slots=True)
class _Open:
    """A run that goes on, as far as it was sent."""

    run: Run
    home: Path
    tags: Mapping[str, str]
    tracker: Tracker | None = None  # once it is open in MLflow
    at: int = 0  # how much of its history was read
    since: float = field(default_factory=time.monotonic)


class MirrorThread:
    """Mirrors runs: those that go on for a while are followed, the others recorded as a whole when they have ended."""

    def __init__(
        self,
        tracker: Tracker,
        describe: Callable[[Run], str],
        measured: Callable[[str, Sequence[Metric]], None] = lambda run_id, metrics: None,
    ) -> None:
        self._first = tracker
        self._describe = describe
        self._measured = measured
        # Not a SimpleQueue: in CPython its `get` never returns where a signal is handled for longer than the timeout.
        self._orders: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._new: dict[str, _Open] = {}  # too young to be followed
        self._open: dict[str, _Open] = {}
        self._mlflow_ids: dict[str, str] = {}
        self._failures = 0
        self._results: queue.SimpleQueue[Mirrored] = queue.SimpleQueue()
        self._waiting = 0
        self._count = threading.Lock()
        self.problem: str | None = None
        self._thread = threading.Thread(target=self._serve, name="studyctl-mirror", daemon=True)
        self._thread.start()

    # From the coordinating thread --------------------------------------------------------------------

    def open(self, run: Run, home: Path, tags: Mapping[str, str], *, again: bool = False) -> None:
        """Mirror a run from now on: a sweep before its trials. `again`: MLflow may have it already."""
        self._order(lambda: self._begin(_Open(run, home, tags), again=again))

    def follow(self, run: Run, home: Path, tags: Mapping[str, str]) -> None:
        """Mirror a run that has begun, unless it is over soon."""
        self._order(lambda: self._new.update({run.id: _Open(run, home, tags)}))

    def finish(self, run: Run, home: Path, tags: Mapping[str, str], *, again: bool = False) -> None:
        """Send what MLflow has not got of a run that has ended. `again`: another command may have begun to."""
        self._order(lambda: self._end(run, home, tags, again=again))

    def results(self) -> list[Mirrored]:
        """What MLflow has got since the last call."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self._results.get_nowait())
        return found

    def left(self) -> int:
        """How many orders MLflow has yet to take."""
        with self._count:
            return self._waiting

    def mirrored(self, run: Run) -> Run:
        """The run with what MLflow calls it; ask once everything is done."""
        return replace(run, mlflow_run_id=self._mlflow_ids.get(run.id, run.mlflow_run_id))

    def close(self) -> None:
        """Nothing more is to come; `join` waits for what was."""
        self._orders.put(None)

    def join(self, seconds: float) -> bool:
        """Wait a while; whether everything is done."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _order(self, order: Callable[[], None]) -> None:
        with self._count:
            self._waiting += 1
        self._orders.put(order)

    # In the mirror's own thread ----------------------------------------------------------------------

    def _serve(self) -> None:
        looked = time.monotonic()
        while True:
            with contextlib.suppress(queue.Empty):
                order = self._orders.get(timeout=EVERY_S)
                if order is None:
                    return
                order()
                with self._count:
                    self._waiting -= 1
            if time.monotonic() - looked >= EVERY_S:
                self._look()
                looked = time.monotonic()

    def _look(self) -> None:
        """Send what the runs have recorded since the last time."""
        for one in [one for one in self._new.values() if time.monotonic() - one.since > EVERY_S]:
            self._begin(one)
        for one in self._open.values():
            self._send(one)

    def _send(self, one: _Open) -> None:
        values = self._more(one)
        if values:
            self._measured(one.run.id, last_metrics(values))
            if one.tracker is not None:
                one.tracker.log(values)

    @staticmethod
    def _more(one: _Open) -> list[Value]:
        """What was added to a run's history; a line that is not whole yet is left for the next time."""
        try:
            with (one.home / folder.METRICS_FILE).open("rb") as stream:
                stream.seek(one.at)
                text = stream.read()
        except FileNotFoundError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        one.at += len(whole)
        return parse(whole.decode("utf-8", "replace").splitlines())

    def _begin(self, one: _Open, *, again: bool = False) -> None:
        self._new.pop(one.run.id, None)
        tracker = self._trackers()
        if tracker is None:
            return
        run = one.run
        mlflow_run_id = tracker.resume(run) if again else None
        if mlflow_run_id is None:
            mlflow_run_id = tracker.open(run, note=self._describe(run), tags=self._nested(run, one.tags))
        if mlflow_run_id is None:
            self._failed(tracker)
            return
        self._failures = 0
        self._mlflow_ids[run.id] = mlflow_run_id
        one.run, one.tracker = replace(run, mlflow_run_id=mlflow_run_id), tracker
        self._open[run.id] = one
        self._results.put(Mirrored(run.id, mlflow_run_id, tracker.uri, whole=False))

    def _end(self, run: Run, home: Path, tags: Mapping[str, str], *, again: bool = False) -> None:
        self._new.pop(run.id, None)
        one = self._open.pop(run.id, None)
        artifacts = home / folder.ARTIFACTS_FOLDER
        if one is not None and one.tracker is not None:
            tracker = one.tracker
            run = replace(run, mlflow_run_id=one.run.mlflow_run_id)
            self._send(one)
            tracker.finish(run, note=self._describe(run), tags=self._nested(run, tags), artifacts=artifacts)
        else:
            found = self._trackers()
            if found is None:
                return
            tracker = found
            values = parse(folder.metric_lines(home))
            self._measured(run.id, last_metrics(values))
            note, tags = self._describe(run), self._nested(run, tags)
            mlflow_run_id = tracker.resume(run) if again else None
            if mlflow_run_id is not None:
                tracker.log(values)
                tracker.finish(run, note=note, tags=tags, artifacts=artifacts)
            else:
                mlflow_run_id = tracker.record(run, note=note, tags=tags, values=values, artifacts=artifacts)
            run = replace(run, mlflow_run_id=mlflow_run_id)
        if tracker.problem is not None:
            self._failed(tracker)
        else:
            self._failures = 0
        if run.mlflow_run_id is None:
            return
        self._mlflow_ids[run.id] = run.mlflow_run_id
        # Its record alone says where it is, if the database should be lost.
        with contextlib.suppress(OSError):
            folder.keep_mirror(home, run)
        self._results.put(Mirrored(run.id, run.mlflow_run_id, tracker.uri, tracker.problem is None))

    def _nested(self, run: Run, tags: Mapping[str, str]) -> Mapping[str, str]:
        """The tags, with that by which MLflow shows a trial below its sweep."""
        parent = self._mlflow_ids.get(run.parent or "")
        return {**tags, PARENT_TAG: parent} if parent else tags

    def _trackers(self) -> Tracker | None:
        """For another run; None where MLflow does not answer any more."""
        return None if self._failures >= FAILURES else self._first.another()

    def _failed(self, tracker: Tracker) -> None:
        self._failures += 1
        self.problem = self.problem or tracker.problem
