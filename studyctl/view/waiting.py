"""What usually takes no time says nothing; when it takes a while, how far it is: a bar on a terminal, else one line."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO

from studyctl.view.progress import PATIENCE_S


class Waiting:
    """Told again and again what is going on, how much of it is done and how much there is (0: nobody knows)."""

    def __init__(self, *, quiet: bool = False, color: str = "auto", stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stderr
        self._color = color
        self._silent = quiet
        self._patience = time.monotonic() + PATIENCE_S
        self._bars = ExitStack()
        self._label = ""
        self._shown = 0
        self._advance: Callable[[int], None] | None = None

    def __enter__(self) -> Waiting:
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.close()

    def __call__(self, label: str, done: int, total: int) -> None:
        if self._silent or time.monotonic() < self._patience:
            return
        if not self._stream.isatty() or os.environ.get("TERM") == "dumb":
            self._silent = True
            self._stream.write(f"{label}{f' ({total:,})' if total else ''} …\n")
            self._stream.flush()
            return
        self._bar(label, done, total)

    def _bar(self, label: str, done: int, total: int) -> None:
        if label != self._label:
            from studyctl.view.bars import Bars

            self._bars.close()
            bars = Bars(self._stream, label, self._color)
            self._bars.enter_context(bars.alone())
            self._advance, self._label, self._shown = bars.task(label, total or None), label, 0
        if self._advance and done > self._shown:
            self._advance(done - self._shown)
            self._shown = done
