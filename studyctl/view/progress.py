"""How far a run is: bars with the time left on a terminal, one line anywhere else when it takes a while."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from studyctl.view.console import decide_color, make_console

# A run that is over sooner needs no word about having started.
PATIENCE_S = 2.0


class Bars:
    """Progress bars on a terminal's stderr; they are gone when the run is over."""

    def __init__(self, stream: IO[str], label: str, color: str = "auto") -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._label = label
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=make_console(color, stream),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def task(self, label: str, total: int | None) -> Callable[[int], None]:
        """A bar named `label`; the value advances it."""
        task = self._progress.add_task(label, total=total)

        def advance(steps: int) -> None:
            self._progress.advance(task, steps)

        return advance

    def message(self, text: str) -> None:
        """A line above the bars."""
        from rich.text import Text

        self._progress.console.print(Text(text))

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Show that something is going on, before, during and after the experiment itself."""
        self._waiting = self._progress.add_task(f"{self._label}: getting ready", total=None)
        with self._progress:
            yield

    @contextmanager
    def running(self) -> Iterator[None]:
        """The experiment itself: its own bars tell how far it is."""
        self._progress.update(self._waiting, description=self._label)
        try:
            yield
        finally:
            for task in self._progress.task_ids:
                self._progress.update(task, visible=task == self._waiting)
            self._progress.update(self._waiting, description=f"{self._label}: recording")


class Quiet:
    """No bars: a pipe, a file or `--quiet`. One line says that something is running when it takes a while."""

    def __init__(self, stream: IO[str], started: str = "") -> None:
        self._stream = stream
        self._started = started

    def task(self, label: str, total: int | None) -> Callable[[int], None]:
        """Nothing is shown."""
        return lambda steps: None

    def message(self, text: str) -> None:
        """A line of the experiment's own, unless nothing is to be said."""
        if self._started:
            self._stream.write(f"{text}\n")
            self._stream.flush()

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Say once that something is going on, when it takes a while."""
        if not self._started:
            yield
            return
        timer = threading.Timer(PATIENCE_S, self.message, (self._started,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @contextmanager
    def running(self) -> Iterator[None]:
        """The experiment itself."""
        yield


def make_progress(
    label: str, *, quiet: bool = False, color: str = "auto", stream: IO[str] | None = None
) -> Bars | Quiet:
    """What shows how far a run is, on stderr: bars on a terminal, else one line when it takes a while."""
    target = stream or sys.stderr
    if quiet:
        return Quiet(target)
    if target.isatty() and decide_color(color, target):
        return Bars(target, label, color)
    return Quiet(target, f"{label} is running")
