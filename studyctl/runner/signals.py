"""Ending a run by a signal: SIGINT, SIGTERM and SIGHUP stop the experiment, and its end is recorded."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from studyctl.runner.process import interrupt_main_thread

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)


class Killed(BaseException):
    """Raised in the experiment's function; not an Exception, so that `except Exception` lets it through."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def time_limit(seconds: float) -> str:
    """How a run is said to have been killed by that took too long."""
    return f"its time limit of {seconds:g} s (--timeout)"


class Signals:
    """Catches the ending signals while a run is open.

    Between `allow` and `hold` a signal raises `Killed` where the experiment stands. Outside it is only
    remembered, so that opening and ending the records is not torn apart; a second SIGINT goes through even
    then.
    """

    def __init__(self, names: Sequence[str] = NAMES, *, polite: bool = False) -> None:
        self.received: str = ""
        self._names = names
        self._polite = polite  # leave a signal alone that somebody else handles already
        self._allowed = False
        self._impatient = False
        self._owner = os.getpid()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        # Python delivers signals to the main thread, and only there may handlers be set.
        if threading.current_thread() is threading.main_thread():
            for name in self._names:
                number = getattr(signal, name, None)
                if number is not None and not (self._polite and signal.getsignal(number) not in _DEFAULTS):
                    self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def allow(self) -> None:
        """From here on a signal ends the experiment; one that came before does so at once."""
        self._allowed = True
        self.check()

    def hold(self) -> None:
        """From here on signals wait."""
        self._allowed = False

    def check(self) -> None:
        """Raise for a signal that came already, even where the experiment swallowed it."""
        if self.received:
            raise Killed(self.received)

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """What may take long and is no loss, such as waiting for MLflow: a second Ctrl-C ends it."""
        self._impatient = True
        try:
            yield
        finally:
            self._impatient = False

    @contextmanager
    def limited(self, seconds: float | None) -> Iterator[None]:
        """What takes longer than so many seconds is ended as a signal ends it; None: no limit."""
        if seconds is None:
            yield
            return
        assert self._before, "without a handler the process itself would end"
        timer = threading.Timer(seconds, self._expire, (seconds,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _expire(self, seconds: float) -> None:
        self.received = self.received or time_limit(seconds)
        interrupt_main_thread()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._owner:
            # A worker that the experiment forked: the run is its parent's.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            return
        again = bool(self.received)
        self.received = self.received or signal.Signals(number).name
        if self._allowed:
            raise Killed(self.received)
        if again and self._impatient and number == signal.SIGINT:
            raise Killed(self.received)
