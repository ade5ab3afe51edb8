"""How far a run is: bars with the time left on a terminal, one line anywhere else when it takes a while."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from studyctl.core.progress import Silent

if TYPE_CHECKING:
    from studyctl.view.bars import Bars

# A run that is over sooner needs no word about having started.
PATIENCE_S = 2.0


class Quiet(Silent):
    """No bars: a pipe, a file or `--quiet`. One line says that something is running when it takes a while."""

    def __init__(self, stream: IO[str], started: str = "") -> None:
        self._stream = stream
        self._started = started

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


def make_progress(
    label: str, *, quiet: bool = False, color: str = "auto", stream: IO[str] | None = None
) -> Bars | Quiet:
    """What shows how far a run is, on stderr: bars on a terminal, else one line when it takes a while."""
    target = stream or sys.stderr
    if quiet:
        return Quiet(target)
    if target.isatty() and os.environ.get("TERM") != "dumb":
        from studyctl.view.bars import Bars

        return Bars(target, label, color)
    return Quiet(target, f"{label} is running")
