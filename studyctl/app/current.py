"""The reading path: what the notes say now, synced first where one of them changed.

Nothing is imported here that a list of todos does not need; syncing loads SQLModel, and only happens if it must.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from studyctl.config import RACY_NS
from studyctl.errors import NeedsMigration, NoteError

if TYPE_CHECKING:
    from studyctl.core.models import FileStamp
    from studyctl.core.ports import Reader

# So many files whose stamps prove nothing are read once more; beyond that a sync, which renews the stamps, is cheaper.
FEW = 40
# EEXIST: something else stands where our folder should be.
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EEXIST)


class Watched(Protocol):
    """As much of the note files as it takes to see whether one changed."""

    def walk(self, known: Iterable[FileStamp] = ()) -> list[FileStamp]: ...
    def read(self, note: str) -> bytes: ...


def current(
    open_reader: Callable[[], Reader],
    files: Callable[[], Watched],
    synchronise: Callable[[], None],
    warn: Callable[[str], None] = lambda text: None,
) -> Reader:
    """A reader on what the notes say now; a note that the last sync could not read is named each time."""
    try:
        reader = open_reader()
    except NeedsMigration:
        synchronise()
        return open_reader()
    try:
        stamps = reader.stamps()
        if unchanged(stamps, files()):
            for stamp in stamps:
                if stamp.role == "note" and not stamp.sha256:
                    warn(f"{stamp.path} could not be read: `studyctl sync` says why")
            return reader
    except BaseException:
        reader.close()
        raise
    reader.close()
    synchronise()
    return open_reader()


def unchanged(known: Sequence[FileStamp], files: Watched) -> bool:
    """Whether every watched file is as it was read: same files, same sizes, same times, or the same bytes."""
    before: Mapping[str, FileStamp] = {stamp.path: stamp for stamp in known}
    seen = files.walk(known)
    if len(seen) != len(before):
        return False
    doubtful: list[FileStamp] = []
    for stamp in seen:
        was = before.get(stamp.path)
        if was is None or (was.role, was.size, was.mtime_ns) != (stamp.role, stamp.size, stamp.mtime_ns):
            return False
        if was.role != "ignored" and was.seen_ns - was.mtime_ns <= RACY_NS:
            if was.role != "note":
                return False
            doubtful.append(was)
    return len(doubtful) <= FEW and all(_same_bytes(stamp, files) for stamp in doubtful)


def _same_bytes(stamp: FileStamp, files: Watched) -> bool:
    import hashlib

    try:
        return hashlib.sha256(files.read(stamp.path)).hexdigest() == stamp.sha256
    except NoteError:
        return False


def forbidden(error: BaseException) -> bool:
    """Whether something failed because this workspace may not be written: permissions, a read-only disk, a full one."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in FORBIDDEN:
            return True
        name = getattr(seen, "sqlite_errorname", None) or getattr(getattr(seen, "orig", None), "sqlite_errorname", None)
        if name and name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN", "SQLITE_FULL")):
            return True
        seen = seen.__cause__
    return False
