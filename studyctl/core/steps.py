"""The named parts of a run: `with run.step("train"):`, how long each took, and which one an error came from.

A part may be entered again and again, as in a loop: its times are added up. Parts are no figures: how long they took
is kept with the run's provenance, and no finding can cite it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from contextlib import ContextDecorator
from types import TracebackType
from typing import Any

from studyctl.core.ports import Progress
from studyctl.errors import ExperimentError

LONGEST = 100
JOINT = " › "
_NOTE = "  in step "


class Steps:
    """The steps of one run; every thread has a place of its own among them."""

    def __init__(self, clock: Callable[[], float], progress: Progress) -> None:
        self._clock = clock
        self._progress = progress
        self._times: dict[tuple[str, ...], list[float]] = {}  # path to [seconds, how often]
        self._here = threading.local()

    def step(self, name: str) -> Step:
        """The step called `name`, below the one that is going on."""
        if not isinstance(name, str) or not name.strip() or len(name) > LONGEST or not name.isprintable():
            raise ExperimentError(f"{name!r} cannot name a step", f"a line of text, at most {LONGEST} characters")
        return Step(self, name.strip())

    def recorded(self) -> list[dict[str, Any]]:
        """Every step with its seconds and how often it was entered, those below another right after it."""
        order = {path: place for place, path in enumerate(self._times)}
        paths = sorted(self._times, key=lambda path: [order[path[: n + 1]] for n in range(len(path))])
        return [
            {
                "name": path[-1],
                "seconds": round(self._times[path][0], 3),
                "depth": len(path) - 1,
                "times": int(self._times[path][1]),
            }
            for path in paths
        ]

    def begin(self, name: str) -> Callable[[], None]:
        """Enter a step; the value leaves it."""
        outer = self._path()
        path = (*outer, name)
        self._here.path = path
        times = self._times.setdefault(path, [0.0, 0.0])
        shown_over = self._progress.step(name, len(outer))
        began = self._clock()

        def end() -> None:
            times[0] += self._clock() - began
            times[1] += 1
            self._here.path = outer
            shown_over()

        return end

    def name_in(self, error: BaseException) -> None:
        """Let an error say in which step it came up; the innermost one is the first to know."""
        if step_of(error) is None:
            with contextlib.suppress(Exception):  # an exception of the author's own may take no notes
                error.add_note(_NOTE + JOINT.join(self._path()))

    def _path(self) -> tuple[str, ...]:
        path: tuple[str, ...] = getattr(self._here, "path", ())
        return path


class Step(ContextDecorator):
    """A part of a run, around a block (`with`) or around every call of a function (`@`)."""

    def __init__(self, steps: Steps, name: str) -> None:
        self._steps = steps
        self.name = name
        self._end: Callable[[], None] | None = None

    def _recreate_cm(self) -> Step:
        return Step(self._steps, self.name)  # a decorated function may call itself

    def __enter__(self) -> Step:
        if self._end is not None:
            raise ExperimentError(
                f"step {self.name!r} is going on already", f"enter it anew: with run.step({self.name!r}):"
            )
        self._end = self._steps.begin(self.name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and not isinstance(error, GeneratorExit):
            self._steps.name_in(error)
        if self._end is not None:
            self._end()
            self._end = None


def step_of(error: BaseException) -> str | None:
    """The step in which an error came up, "train › epoch"; None outside of any."""
    notes = [note for note in getattr(error, "__notes__", ()) if isinstance(note, str) and note.startswith(_NOTE)]
    return notes[0].removeprefix(_NOTE) if notes else None
