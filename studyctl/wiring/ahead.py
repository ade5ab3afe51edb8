"""Whether a large vault changed, found out by a child process while this one still loads the program.

Asking ten thousand files takes about as long as loading what shows a list, and needs none of it. So where there is a
second processor, a child asks them from the first moment on. What it says is trusted only where it says that nothing
changed; whatever keeps it from saying so (no fork here, an error, another workspace), the files are asked as always.

Standard library only, until there is something to gain: this runs before everything else.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studyctl.config import Workspace

# The commands that only show what the notes say.
_SHOWING = frozenset({"list", "search", "show", "status"})
_DATABASE = os.path.join(".studyctl", "study.db")  # noqa: PTH118 - pathlib is not loaded yet
_LARGE = 8_000_000  # bytes of a database, below which the files are asked in no time
_SAME = b"1"

_asked: tuple[str, int, int] | None = None  # the workspace's folder, the child, where it says what it found


def begin(argv: Sequence[str]) -> None:
    """Send a child to ask the files, if the command shows something of a large workspace around this folder."""
    global _asked
    elsewhere = "STUDYCTL_WORKSPACE" in os.environ or any(word.startswith(("-w", "--workspace")) for word in argv)
    if elsewhere or not _SHOWING.intersection(argv):
        return
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2 or (folder := _large()) is None:
        return
    try:
        out, into = os.pipe()
        child = os.fork()
    except OSError:
        return
    if child == 0:
        status = 1
        # Whatever goes wrong here, the parent asks for itself; nothing of this process may be written out twice.
        with contextlib.suppress(BaseException):
            os.close(out)
            os.write(into, _SAME if _same(folder) else b"0")
            status = 0
        os._exit(status)
    os.close(into)
    _asked = folder, child, out


def unchanged(workspace: Workspace) -> bool:
    """Whether the child found every file as it was; False also where there is none, or the second time."""
    global _asked
    if _asked is None:
        return False
    (folder, child, out), _asked = _asked, None
    try:
        said = os.read(out, 1)
        os.waitpid(child, 0)
    except OSError:
        return False
    finally:
        os.close(out)
    return said == _SAME and folder == str(workspace.root)


def _large() -> str | None:
    """The nearest folder from here upward with a database, where that is large."""
    with contextlib.suppress(OSError):
        folder = os.path.realpath(os.getcwd())  # noqa: PTH109
        while True:
            database = os.path.join(folder, _DATABASE)  # noqa: PTH118
            if os.path.isfile(database):  # noqa: PTH113
                return folder if os.path.getsize(database) >= _LARGE else None  # noqa: PTH202
            above = os.path.dirname(folder)  # noqa: PTH120
            if above == folder:
                return None
            folder = above
    return None


def _same(folder: str) -> bool:
    from studyctl.config import find_workspace
    from studyctl.notes.glance import unchanged as glance
    from studyctl.store.reader import StudyReader

    workspace = find_workspace()
    if str(workspace.root) != folder:
        return False
    with StudyReader(workspace.database) as reader:
        notes, others = reader.watched()
    return glance(workspace, notes, others)
