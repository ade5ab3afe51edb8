"""Progress bars on a terminal: how far each loop of an experiment is, and the time that it will still take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import IO

from rich.console import Console, RenderableType
from rich.progress import MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.progress_bar import ProgressBar
from rich.text import Text

from studyctl.view.console import decide_color

BAR_WIDTH = 30


class _Bar(ProgressColumn):
    """A bar for what has an end, nothing for what has not."""

    def render(self, task: Task) -> RenderableType:
        if task.total is None:
            return Text()
        return ProgressBar(task.total, task.completed, width=BAR_WIDTH, animation_time=task.get_time())


class _Count(MofNCompleteColumn):
    """How many of how many."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total is not None else Text(f"{int(task.completed) or ''}")


class _Time(ProgressColumn):
    """How long it will still take; how long it has taken where that is not known."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text(_clock(task.finished_time or task.elapsed), "dim")
        if task.finished:
            return Text(f"in {_clock(task.finished_time)}", "dim")
        return Text(f"{_clock(task.time_remaining)} left", "cyan")


def _clock(seconds: float | None) -> str:
    return "-:--" if seconds is None else str(timedelta(seconds=int(seconds))).removeprefix("0:").removeprefix("0")


class Bars:
    """Progress bars on a terminal's stderr; they are gone when the run is over."""

    def __init__(self, stream: IO[str], label: str, color: str = "auto") -> None:
        self._label = label
        self._progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}", markup=False),
            _Bar(),
            _Count(),
            _Time(),
            # A terminal without colour still moves its cursor.
            console=Console(
                file=stream, force_terminal=True, no_color=not decide_color(color, stream), markup=False, emoji=False
            ),
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
        self._progress.console.print(Text(text))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Show the bars, and nothing besides."""
        with self._progress:
            yield

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
