"""The files of the workspace that an experiment reads, so that data which it did not declare is noticed.

Python announces every file that it opens to its audit hooks. A hook cannot be removed, so one is installed at
most, and it looks away while no experiment runs.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studyctl.config import STATE_FOLDER

_CODE = (".py", ".pyc", ".pyi", ".so", ".pyd", ".pth")
_LOOKED_AWAY = {STATE_FOLDER, ".git", "__pycache__", "site-packages", "dist-packages", "node_modules"}


class _Watch:
    def __init__(self) -> None:
        self.root = ""  # empty while nothing is watched
        self.seen: set[str] = set()
        self.installed = False

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.root or event != "open":
            return
        path, mode, flags = arguments
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, (str, os.PathLike)):
            return  # a file descriptor
        writes = any(letter in (mode or "") for letter in "wax") or bool(
            isinstance(flags, int) and flags & (os.O_WRONLY | os.O_CREAT)
        )
        if not writes:
            self.seen.add(str(Path(path).absolute()))


_watch = _Watch()


@contextlib.contextmanager
def watched(root: Path) -> Iterator[set[str]]:
    """While the block runs, the set fills with the paths that are opened for reading."""
    if not _watch.installed:
        sys.addaudithook(_watch.hook)
        _watch.installed = True
    before = _watch.root, _watch.seen
    _watch.root, _watch.seen = str(root), set()
    try:
        yield _watch.seen
    finally:
        _watch.root, _watch.seen = before  # of a recording around this one


def undeclared(seen: set[str], root: Path, declared: tuple[str, ...]) -> list[str]:
    """The data files of the workspace among those that were opened, without the declared ones."""
    allowed = [root / path for path in declared]
    found = set()
    for name in seen:
        path = Path(name)
        if not path.is_relative_to(root) or path.suffix in _CODE:
            continue
        inside = path.relative_to(root)
        if _LOOKED_AWAY & set(inside.parts) or not path.is_file():
            continue
        if not any(path == one or path.is_relative_to(one) for one in allowed):
            found.add(inside.as_posix())
    return sorted(found)
