"""Whether a large vault changed, found out by a child process while this one still loads the program.

Asking ten thousand files takes about as long as loading what shows a list, and needs none of it. So where there is a
second processor, a child asks them from the first moment on. What it says is trusted only where it says that nothing
changed; whatever keeps it from saying so (no fork here, an error, another workspace), the files are asked as always.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from studyctl.config import Workspace

# The commands that only show what the notes say.
_SHOWING = frozenset({"list", "search", "show", "status"})
_LARGE = 8_000_000  # bytes of a database, below which the files are asked in no time
_SAME = b"1"

_asked: tuple[Path, int, int] | None = None  # the workspace's folder, the child, where it says what it found


def begin(argv: Sequence[str]) -> None:
    """Send a child to ask the files, if the command shows something of a large workspace around this folder."""
    global _asked
    if not _SHOWING.intersection(argv) or any(word.startswith(("-w", "--workspace")) for word in argv):
        return
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2 or (workspace := _large()) is None:
        return
    out, into = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(out)
        os.close(into)
        return
    if child == 0:
        status = 1
        # Whatever goes wrong here, the parent asks for itself; nothing of this process may be written out twice.
        with contextlib.suppress(BaseException):
            os.close(out)
            os.write(into, _SAME if _same(workspace) else b"0")
            status = 0
        os._exit(status)
    os.close(into)
    _asked = workspace.root, child, out


def unchanged(workspace: Workspace) -> bool:
    """Whether the child found every file as it was; False also where there is none, or the second time."""
    global _asked
    if _asked is None:
        return False
    (root, child, out), _asked = _asked, None
    try:
        said = os.read(out, 1)
        os.waitpid(child, 0)
    except OSError:
        return False
    finally:
        os.close(out)
    return said == _SAME and root == workspace.root


def _large() -> Workspace | None:
    """The workspace around this folder, where its database is large; what is wrong with it is said later."""
    from studyctl.config import find_workspace
    from studyctl.errors import StudyctlError

    with contextlib.suppress(StudyctlError, OSError):
        workspace = find_workspace()
        if workspace.database.stat().st_size >= _LARGE:
            return workspace
    return None


def _same(workspace: Workspace) -> bool:
    from studyctl.notes.glance import unchanged as glance
    from studyctl.store.reader import StudyReader

    with StudyReader(workspace.database) as reader:
        notes, others = reader.watched()
    return glance(workspace, notes, others)
