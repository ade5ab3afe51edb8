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

    def __init__(self, stream: IO[str], color: str = "auto") -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

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
    def running(self) -> Iterator[None]:
        """Show the bars while the block runs."""
        with self._progress:
            yield


class Quiet:
    """No bars: a pipe, a file or `--quiet`. One line says that something is running when it takes a while."""

    def __init__(self, stream: IO[str], started: str = "", patience: float = PATIENCE_S) -> None:
        self._stream = stream
        self._started = started
        self._patience = patience

    def task(self, label: str, total: int | None) -> Callable[[int], None]:
        return lambda steps: None

    def message(self, text: str) -> None:
        if self._started:
            print(text, file=self._stream, flush=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        if not self._started:
            yield
            return
        timer = threading.Timer(self._patience, self.message, (self._started,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def make_progress(
    started: str, *, quiet: bool = False, color: str = "auto", stream: IO[str] | None = None
) -> Bars | Quiet:
    """What shows how far a run is, on stderr: bars on a terminal, else `started` when it takes a while."""
    target = stream or sys.stderr
    if quiet:
        return Quiet(target)
    if target.isatty() and decide_color(color, target):
        return Bars(target, color)
    return Quiet(target, started)
