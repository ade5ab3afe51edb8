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
# What a file without a digest is said to be, by its role.
UNREAD = {"note": "could not be read", "bundle": "was not imported"}
# EEXIST: something else stands where our folder should be.
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EEXIST)


class Watched(Protocol):
    """As much of the note files as it takes to see whether one changed."""

    def unchanged(self, notes: Mapping[str, tuple[int, int]], others: Sequence[FileStamp]) -> bool: ...
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
        notes, others = reader.watched()
        if unchanged(reader, files(), notes, others):
            for stamp in others:
                if stamp.role in UNREAD and not stamp.sha256:
                    warn(f"{stamp.path} {UNREAD[stamp.role]}: `studyctl sync` says why")
            return reader
    except BaseException:
        reader.close()
        raise
    reader.close()
    synchronise()
    return open_reader()


def unchanged(
    reader: Reader, files: Watched, notes: Mapping[str, tuple[int, int]], others: Sequence[FileStamp]
) -> bool:
    """Whether every watched file is as it was read: same files, same sizes, same times, or the same bytes."""
    doubtful = [one for one in others if one.role != "ignored" and one.seen_ns - one.mtime_ns <= RACY_NS]
    if len(doubtful) > FEW or any(stamp.role != "note" for stamp in doubtful):
        return False
    if not files.unchanged(notes, others) and not _same(reader.stamps(), files):
        return False
    return all(_same_bytes(stamp, files) for stamp in doubtful)


def untouched(files: Watched, notes: Mapping[str, tuple[int, int]], others: Sequence[FileStamp]) -> bool:
    """Whether a sync would find nothing to do at all: no stamp to renew, and no note to be tried once more."""
    proven = all(one.role == "ignored" or one.seen_ns - one.mtime_ns > RACY_NS for one in others)
    return proven and all(one.sha256 for one in others if one.role in UNREAD) and files.unchanged(notes, others)


def by_other_rules(reader: Reader, edition: str) -> bool:
    """Whether the notes were read by other rules than those of this edition; an empty one says nothing."""
    return bool(edition) and reader.meta("edition") != edition


def _same(known: Sequence[FileStamp], files: Watched) -> bool:
    """The same by a walk, which decides what the fast way cannot."""
    seen = {(stamp.path, stamp.role, stamp.size, stamp.mtime_ns) for stamp in files.walk(known)}
    return seen == {(stamp.path, stamp.role, stamp.size, stamp.mtime_ns) for stamp in known}


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
