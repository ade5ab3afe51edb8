"""What an experiment prints: kept in the run's log, and shown above the progress bars."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO


class _Tee(io.TextIOBase):
    """A text stream that writes to the log and hands each whole line on."""

    def __init__(self, log: TextIO, show: Callable[[str], None], original: TextIO) -> None:
        self._log = log
        self._show = show
        self._original = original
        self._rest = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The real stream's, for a child process that wants one: its output is shown, but not kept."""
        return self._original.fileno()

    def write(self, text: str) -> int:
        self._log.write(text)
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._show(line)
        return len(text)

    def flush(self) -> None:
        if not self._log.closed:
            self._log.flush()

    def finish(self) -> None:
        """Show a last line without an end."""
        if self._rest:
            self._show(self._rest)
            self._rest = ""


@contextlib.contextmanager
def captured(file: Path, show: Callable[[str], None]) -> Iterator[TextIO]:
    """While the block runs, stdout and stderr go into `file` and line by line to `show`; yields the log."""
    with file.open("a", encoding="utf-8", errors="backslashreplace", buffering=1) as log:
        out, err = _Tee(log, show, sys.stdout), _Tee(log, show, sys.stderr)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                yield log
        finally:
            out.finish()
            err.finish()
