"""What an experiment prints: kept in the run's log, and shown above the progress bars."""

from __future__ import annotations

import contextlib
import io
import linecache
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO


class _Tee(io.TextIOBase):
    """A text stream that writes to the log and hands each whole line on; without `show`, everything at once."""

    def __init__(self, log: TextIO, show: Callable[[str], None] | None, original: TextIO) -> None:
        self._log = log
        self._show = show
        self._original = original
        self._rest = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._show is None and self._original.isatty()

    def fileno(self) -> int:
        """The real stream's, for a child process that wants one: its output is shown, but not kept."""
        return self._original.fileno()

    def __getattr__(self, name: str) -> Any:
        """What else the real stream can do (`buffer`), where it is written through."""
        if name.startswith("_") or self._show is not None:
            raise AttributeError(name)
        return getattr(self._original, name)

    def write(self, text: str) -> int:
        self._log.write(text)
        if self._show is None:
            return self._original.write(text)
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._show(line)
        return len(text)

    def flush(self) -> None:
        if not self._log.closed:
            self._log.flush()
        if self._show is None:
            self._original.flush()

    def finish(self) -> None:
        """Show a last line without an end."""
        if self._rest and self._show is not None:
            self._show(self._rest)
            self._rest = ""


def _never(stream: TextIO) -> bool:
    return False


@contextlib.contextmanager
def captured(file: Path, show: Callable[[str], None], directly: Callable[[TextIO], bool] = _never) -> Iterator[TextIO]:
    """While the block runs, stdout and stderr go into `file` and line by line to `show`; yields the log.

    What is printed to a stream that is to be written `directly` goes there at once.
    """
    with file.open("a", encoding="utf-8", errors="backslashreplace", buffering=1) as log:
        out, err = (_Tee(log, None if directly(one) else show, one) for one in (sys.stdout, sys.stderr))
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                yield log
        finally:
            out.finish()
            err.finish()


@contextlib.contextmanager
def warnings_once(root: Path) -> Iterator[None]:
    """While the block runs, each warning is written once, with a path that names no machine.

    A library that insists (`simplefilter("always")`) would otherwise fill the log from within a loop.
    """
    before = warnings.showwarning
    seen: set[tuple[Any, ...]] = set()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        key = (category, str(message), filename, lineno)
        if key in seen:
            return
        seen.add(key)
        path = Path(filename)
        shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        source = (linecache.getline(filename, lineno) if line is None else line).strip()
        text = f"{shown}:{lineno}: {category.__name__}: {message}\n" + (f"  {source}\n" if source else "")
        (file or sys.stderr).write(text)

    warnings.showwarning = show
    try:
        yield
    finally:
        if warnings.showwarning is show:
            warnings.showwarning = before


@contextlib.contextmanager
def threads_told(note: Callable[[str], None]) -> Iterator[None]:
    """While the block runs, `note` is told of threads that fail: nobody else would hear of it, and the run goes on."""
    before = threading.excepthook

    def hook(args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit:
            note(f"a thread of it failed with {args.exc_type.__name__}: {args.exc_value}; its traceback is in the log")
        before(args)

    threading.excepthook = hook
    try:
        yield
    finally:
        if threading.excepthook is hook:
            threading.excepthook = before
