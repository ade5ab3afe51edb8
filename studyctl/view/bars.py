"""Progress on a terminal: how far each loop of an experiment is, the time that it will still take, what is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import IO, Any

from rich.console import Console, RenderableType
from rich.progress import (
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
)
from rich.progress_bar import ProgressBar
from rich.text import Text

from studyctl.core.models import Metric
from studyctl.view.console import decide_color
from studyctl.view.words import short_number

BAR_WIDTH = 30
# Of what is over and of what is measured: more would push out what is going on.
SHOWN_FINISHED = 4
SHOWN_FIGURES = 5


class _Bar(ProgressColumn):
    """A bar for what has an end, nothing for what has not."""

    def render(self, task: Task) -> RenderableType:
        if task.total is None or task.fields.get("step"):
            return Text()
        return ProgressBar(task.total, task.completed, width=BAR_WIDTH, animation_time=task.get_time())


class _Count(MofNCompleteColumn):
    """How many of how many."""

    def render(self, task: Task) -> Text:
        if task.fields.get("step"):
            return Text()
        return super().render(task) if task.total is not None else Text(f"{int(task.completed) or ''}")


class _Time(ProgressColumn):
    """How long it will still take; how long it has taken where that is not known."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        if task.finished:
            return Text(f"in {_clock(task.finished_time)}", "dim")
        if task.total is None:
            return Text(_clock(task.elapsed), "dim")
        return Text(f"{_clock(task.time_remaining)} left", "cyan")


def _clock(seconds: float | None) -> str:
    return "-:--" if seconds is None else str(timedelta(seconds=int(seconds))).removeprefix("0:").removeprefix("0")


def columns() -> tuple[ProgressColumn, ...]:
    """What every row of progress shows: a sign, its label, a bar, how many of how many, the time."""
    return (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        _Bar(),
        _Count(),
        _Time(),
    )


def on_terminal(stream: IO[str], color: str) -> Console:
    """A console that moves the cursor, whether it shows colour or not."""
    return Console(
        file=stream, force_terminal=True, no_color=not decide_color(color, stream), markup=False, emoji=False
    )


class _Shown(Progress):
    """The bars, and a line of figures below them."""

    def __init__(self, *columns: ProgressColumn, **options: Any) -> None:
        self.figures: dict[str, Metric] = {}  # those that changed last stand last
        self.order: dict[str, int] = {}  # in which they came up first
        super().__init__(*columns, **options)

    def get_renderables(self) -> Iterable[RenderableType]:
        yield from super().get_renderables()
        latest = list(self.figures.values())[-SHOWN_FIGURES:]
        if latest:
            latest.sort(key=lambda metric: self.order[metric.name])
            text = Text("  ", no_wrap=True, overflow="ellipsis")
            for place, metric in enumerate(latest):
                text.append(" · " if place else "", "dim")
                text.append(f"{metric.name} ", "dim")
                text.append(f"{short_number(metric.value)}{f' {metric.unit}' if metric.unit else ''}")
            yield text


class Bars:
    """Progress bars on a terminal's stderr; they are gone when the run is over."""

    def __init__(self, stream: IO[str], label: str, color: str = "auto") -> None:
        self._label = label
        self._rows: dict[tuple[str, int], Task] = {}  # (label, depth), -1 for a loop: what comes again has one row
        self._progress = _Shown(
            *columns(),
            console=on_terminal(stream, color),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def task(self, label: str, total: int | None) -> Callable[[int], None]:
        """A bar named `label`; the value advances it, and 0 ends it."""
        row = self._row(label, -1, label, total)

        def advance(steps: int) -> None:
            if steps:
                self._progress.advance(row.id, steps)
            else:
                self._finish(row)

        return advance

    def step(self, label: str, depth: int) -> Callable[[], None]:
        """A named part of the run; one below another is shown only while it goes on."""
        row = self._row(label, depth, "  " * depth + label, None)

        def end() -> None:
            self._finish(row)
            if depth:
                row.visible = False

        return end

    def _row(self, label: str, depth: int, description: str, total: int | None) -> Task:
        """The row of a loop or of a step; what comes again begins anew in its place.

        Not by Progress.reset, which draws everything at once: an inner loop may come again a thousand times a second.
        """
        row = self._rows.get((label, depth))
        if row is None:
            self._progress.add_task(description, total=total, step=depth >= 0)
            row = self._rows[label, depth] = self._progress.tasks[-1]
        else:
            row.total, row.completed, row.visible = total, 0, True
            row.start_time, row.finished_time = row.get_time(), None
        finished = [task for task in self._progress.tasks if task.visible and task.finished]
        for task in finished[:-SHOWN_FINISHED]:
            task.visible = False
        return row

    def _finish(self, row: Task) -> None:
        """What is over stands still, however far it came."""
        if not row.finished:
            done = max(row.completed, 1)
            self._progress.update(row.id, total=done, completed=done)

    def metrics(self, values: Sequence[Metric]) -> None:
        """The figures that were just recorded: the latest of them stand below the bars."""
        shown = self._progress
        for metric in values:
            shown.order.setdefault(metric.name, len(shown.order))
            shown.figures.pop(metric.name, None)
            shown.figures[metric.name] = metric

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
            self._progress.figures = {}
            self._progress.update(self._waiting, description=f"{self._label}: recording")
