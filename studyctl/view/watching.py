"""How far runs are that other processes perform: a sweep's trials, or one run with a time limit."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import IO, TYPE_CHECKING

from studyctl.core.models import Metric, Run
from studyctl.core.ports import Advanced, Printed, Progress, Stepped
from studyctl.core.sweeps import last_line, name_of, number_of
from studyctl.view.progress import Quiet

if TYPE_CHECKING:
    from rich.progress import TaskID

# With more jobs at once than this, the rows of single jobs would push the bar out of sight.
SHOWN_JOBS = 8


class RunWatch:
    """Implements `Watch` for one run: its own bars, as if it were performed here."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._running = ExitStack()
        self._loops: dict[str, tuple[Callable[[int], None], int]] = {}
        self._steps: dict[tuple[str, int], Callable[[], None]] = {}

    def began(self, run: Run) -> None:
        """The experiment itself."""
        self._running.enter_context(self._progress.running())

    def told(self, event: Advanced | Stepped | Printed) -> None:
        """How far a loop or a step is, and what is printed."""
        match event:
            case Printed(_, line):
                self._progress.message(line)
            case Stepped(_, label, depth, over):
                if not over:
                    self._steps[label, depth] = self._progress.step(label, depth)
                elif (end := self._steps.pop((label, depth), None)) is not None:
                    end()
            case Advanced(_, label, done, total, over):
                advance, shown = self._loops.get(label, (None, 0))
                if advance is None or done < shown:  # it comes again
                    advance, shown = self._progress.task(label, total), 0
                if done > shown:
                    advance(done - shown)
                if over:
                    advance(0)
                    self._loops.pop(label, None)
                else:
                    self._loops[label] = (advance, done)

    def measured(self, run_id: str, metrics: Sequence[Metric]) -> None:
        """The latest figures."""
        self._progress.metrics(metrics)

    def ended(self, run: Run) -> None:
        """What comes now is recording it."""
        self._running.close()

    def left(self, runs: int) -> None:
        """Its own bar says that it is being recorded."""


class QuietSweep:
    """Implements `Watch` without bars: a line when it takes a while, and one for each trial that does not finish."""

    def __init__(self, stream: IO[str], started: str = "") -> None:
        self._quiet = Quiet(stream, started)

    def began(self, run: Run) -> None:
        """Nothing is shown."""

    def told(self, event: Advanced | Stepped | Printed) -> None:
        """Nothing is shown."""

    def measured(self, run_id: str, metrics: Sequence[Metric]) -> None:
        """Nothing is shown."""

    def ended(self, run: Run) -> None:
        """Say so where it did not finish."""
        if run.state not in ("finished", "killed"):
            self._quiet.message(f"trial {number_of(run)} ({name_of(run)}) {run.state}: {last_line(run.error)}")

    def left(self, runs: int) -> None:
        """Nothing is shown."""

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Say once that trials are going on, when it takes a while."""
        with self._quiet.showing():
            yield


class SweepBars:
    """Implements `Watch` on a terminal: one bar over the trials with the time left, and a row for each job."""

    def __init__(self, stream: IO[str], label: str, trials: int, there: int, color: str) -> None:
        from rich.progress import Progress as Rows

        from studyctl.view.bars import columns, on_terminal

        self._rows = Rows(
            *columns(),
            console=on_terminal(stream, color),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._label = label
        self._all = self._rows.add_task(label, total=trials - there)
        self._jobs: dict[str, tuple[TaskID, str]] = {}  # by run

    def began(self, run: Run) -> None:
        """A row for the trial."""
        name = f"  {name_of(run)}"
        shown = len(self._jobs) < SHOWN_JOBS
        self._jobs[run.id] = (self._rows.add_task(name, total=None, visible=shown), name)

    def told(self, event: Advanced | Stepped | Printed) -> None:
        """What the trial is at."""
        task, name = self._jobs.get(event.run_id, (None, ""))
        if task is None:
            return
        if isinstance(event, Advanced):
            self._rows.update(task, description=f"{name}: {event.label}", completed=event.done, total=event.total)
        elif isinstance(event, Stepped) and not event.over:
            self._rows.update(task, description=f"{name}: {event.label}")

    def measured(self, run_id: str, metrics: Sequence[Metric]) -> None:
        """Trials show no figures."""

    def ended(self, run: Run) -> None:
        """One trial more; a line where it did not finish."""
        task, _ = self._jobs.pop(run.id, (None, ""))
        if task is not None:
            self._rows.remove_task(task)
        for other, _ in list(self._jobs.values())[:SHOWN_JOBS]:
            self._rows.update(other, visible=True)
        self._rows.advance(self._all)
        if run.state not in ("finished", "killed"):
            from rich.text import Text

            line = f"trial {number_of(run)} ({name_of(run)}) {run.state}: {last_line(run.error)}"
            self._rows.console.print(Text(line))

    def left(self, runs: int) -> None:
        """MLflow is slower than small trials are."""
        self._rows.update(self._all, description=f"{self._label}: {runs} on their way to MLflow")

    def showing(self) -> AbstractContextManager[object]:
        """Show the bars."""
        return self._rows


def watch_sweep(
    label: str, trials: int, there: int, jobs: int, *, quiet: bool, color: str, stream: IO[str] | None = None
) -> SweepBars | QuietSweep:
    """What shows how far a sweep is, on stderr: bars on a terminal, else a line when it takes a while."""
    target = stream or sys.stderr
    if quiet:
        return QuietSweep(target)
    if target.isatty() and os.environ.get("TERM") != "dumb":
        return SweepBars(target, label, trials, there, color)
    return QuietSweep(target, f"{label}: {trials - there} trials are running, {jobs} at a time")
