"""Reads and writes notes as bytes: checked before, replaced whole, or left exactly as they were.

A write is checked against the bytes that it means to change, all notes before the first; then each new version is
written beside its note, flushed to the disk and put in its place in one step. Whatever fails on the way (a full disk,
a read-only folder, a kill) leaves every note either old or new. A link is followed to the file that it names; a hard
link to the note elsewhere keeps the old version.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studyctl.config import Workspace
from studyctl.core.models import FileStamp
from studyctl.core.ports import Edit
from studyctl.core.rewrite import apply
from studyctl.errors import NoteError
from studyctl.notes.walk import composed, walk

_LOCK = "notes.lock"
_LOCK_SECONDS = 20.0
_INTENT = "writing-{}.json"
_SCRATCH = ".studyctl-{}.tmp"
# A scratch file older than this was left behind by a kill.
_ABANDONED_SECONDS = 3600.0
_RETRIES = 5  # of replacing a file that another program holds open (Windows)


class WorkspaceNotes:
    """The notes of one workspace; implements `core.ports.NoteFiles`."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.problems: list[tuple[str, str]] = []  # what the last walk had to leave out: (path, why)

    def walk(self, known: Iterable[FileStamp] = ()) -> list[FileStamp]:
        """All watched files, sorted by path, by stat alone where `known` says what is ignored."""
        seen = walk(self._workspace, known)
        self.problems = seen.problems
        return seen.stamps

    def read(self, note: str) -> bytes:
        """The note's bytes; NoteError where it is gone, forbidden, no file, or not UTF-8."""
        path = self.path(note)
        try:
            source = path.read_bytes()
        except OSError as error:
            raise _cannot("read", note, error) from error
        check_utf8(source, note)
        return source

    def write(self, edits: Sequence[Edit]) -> None:
        """Make the edits, whose offsets all count in the notes as they are now; NoteError, and nothing done, where
        one of them does not find what it means to change."""
        if not edits:
            return
        with self._lock():
            drafts = [self._draft(note, [e for e in edits if e.note == note]) for note in _notes(edits)]
            scratch: list[Path] = []
            try:
                for draft in drafts:
                    scratch.append(draft.write())
                _replace(drafts, scratch)
            finally:
                for path in scratch:
                    with contextlib.suppress(OSError):
                        path.unlink(missing_ok=True)

    def intend(self, text: str) -> str:
        """Keep what is about to be written until it is settled; NoteError where there is no room for it."""
        path = self._workspace.state / _INTENT.format(secrets.token_hex(8))
        try:
            with path.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink()
            reason = error.strerror or error
            raise NoteError(f"cannot write {path}: {reason}", "nothing was written; mend that and try again") from error
        _sync_folder(path.parent)
        return path.name

    def intended(self) -> dict[str, str]:
        """What commands meant to write and did not settle, by name."""
        found = sorted(self._workspace.state.glob(_INTENT.format("*")))
        return {path.name: path.read_text("utf-8", "replace") for path in found}

    def settle(self, name: str) -> None:
        """Forget what was meant."""
        with contextlib.suppress(OSError):
            (self._workspace.state / name).unlink()

    def path(self, note: str) -> Path:
        """Where the note is; a name kept in another Unicode form is found as well."""
        path = self._workspace.root / note
        if note.isascii() or path.exists():
            return path
        at = self._workspace.root
        for part in Path(note).parts:
            at = at / (part if (at / part).exists() else _same_name(at, part))
        return at

    def _draft(self, note: str, edits: Sequence[Edit]) -> _Draft:
        path = self.path(note)
        try:
            real = path.resolve(strict=True)
            mode = real.stat().st_mode
            source = real.read_bytes()
        except OSError as error:
            raise _cannot("write", note, error) from error
        if not mode & 0o222 or not os.access(real, os.W_OK):
            raise NoteError(f"{note} is read-only", f"nothing was written; `chmod u+w {note}` allows it")
        changed = apply(edits, source)
        check_utf8(changed, note)
        return _Draft(note, real, stat.S_IMODE(mode), source, changed)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """One of our processes at a time writes notes of this workspace."""
        from filelock import FileLock, Timeout

        try:
            self._workspace.state.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._workspace.state / _LOCK, timeout=_LOCK_SECONDS)
            lock.acquire()
        except Timeout as error:
            raise NoteError(
                "another studyctl command has been writing notes for too long", "wait for it, or end it, and try again"
            ) from error
        except OSError as error:
            raise NoteError(
                f"cannot lock the notes: {error.strerror or error}", f"check the permissions of {self._workspace.state}"
            ) from error
        try:
            yield
        finally:
            lock.release()


@dataclass(frozen=True, slots=True)
class _Draft:
    """A note's next version, not yet in its place."""

    note: str
    path: Path
    mode: int
    source: bytes
    changed: bytes

    def write(self, content: bytes | None = None) -> Path:
        """A file beside the note with the new version (or other `content`), safely on the disk."""
        _sweep(self.path.parent)
        scratch = self.path.with_name(_SCRATCH.format(secrets.token_hex(8)))
        try:
            descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(self.changed if content is None else content)
                    file.flush()
                    self._keep_attributes(scratch)
                    os.fsync(file.fileno())
            except BaseException:
                scratch.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise _cannot("write", self.note, error) from error
        return scratch

    def _keep_attributes(self, scratch: Path) -> None:
        """Mode, owner and extended attributes; what the system does not let us keep of the latter two is lost."""
        scratch.chmod(self.mode)
        with contextlib.suppress(OSError, AttributeError):
            before, now = self.path.stat(), scratch.stat()
            if (before.st_uid, before.st_gid) != (now.st_uid, now.st_gid):
                os.chown(scratch, before.st_uid, before.st_gid)
                scratch.chmod(self.mode)
        with contextlib.suppress(OSError, AttributeError):
            for name in os.listxattr(self.path):
                os.setxattr(scratch, name, os.getxattr(self.path, name))

    def unchanged(self) -> bool:
        """Whether the note still holds what the edits were checked against."""
        try:
            return self.path.read_bytes() == self.source
        except OSError:
            return False

    def put(self, scratch: Path) -> None:
        """Put a version in the note's place, in one step."""
        for attempt in range(_RETRIES):
            try:
                scratch.replace(self.path)
                break
            except PermissionError:
                if os.name != "nt" or attempt == _RETRIES - 1:
                    raise
                time.sleep(0.05 * 2**attempt)
        _sync_folder(self.path.parent)


def check_utf8(source: bytes, note: str) -> None:
    """NoteError with place and line where the bytes are no UTF-8 text."""
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        hint = "save it as UTF-8; studyctl leaves it alone until then"
        if source[:2] in (b"\xff\xfe", b"\xfe\xff"):
            hint = "it looks like UTF-16: " + hint
        raise NoteError(f"{note} is not UTF-8: line {line}, byte {error.start}", hint) from error


def _replace(drafts: Sequence[_Draft], scratch: Sequence[Path]) -> None:
    """Put all drafts in place; where one cannot be, those before it are put back."""
    for draft in drafts:
        if not draft.unchanged():
            raise NoteError(
                f"{draft.note} was changed meanwhile by another program", "nothing was written; run the command again"
            )
    done: list[_Draft] = []
    for draft, path in zip(drafts, scratch, strict=True):
        try:
            draft.put(path)
        except OSError as error:
            for earlier in reversed(done):
                earlier.put(earlier.write(earlier.source))
            raise _cannot("write", draft.note, error) from error
        done.append(draft)


def _notes(edits: Sequence[Edit]) -> list[str]:
    return list(dict.fromkeys(edit.note for edit in edits))


def _same_name(folder: Path, name: str) -> str:
    """The entry of `folder` that is `name` in another Unicode form, else `name` itself."""
    wanted = composed(name)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.isascii() and unicodedata.normalize("NFC", entry.name) == wanted:
                return entry.name
    return name


def _sweep(folder: Path) -> None:
    """Remove what a killed command left beside the notes."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            ours = entry.name.startswith(".studyctl-") and entry.name.endswith(".tmp")
            if ours and time.time() - entry.stat().st_mtime > _ABANDONED_SECONDS:
                Path(entry.path).unlink()


def _sync_folder(folder: Path) -> None:
    """Make the new name as durable as the file; where folders cannot be opened (Windows) there is nothing to do."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _cannot(do: str, note: str, error: OSError) -> NoteError:
    untouched = "" if do == "read" else "the note is as it was; "
    match error:
        case FileNotFoundError():
            return NoteError(f"{note} is not there", "`studyctl sync` notices deleted and renamed notes")
        case IsADirectoryError():
            return NoteError(f"{note} is a folder, not a note", "name a Markdown file")
        case PermissionError():
            where = note if do == "read" else f"{note} or its folder"
            return NoteError(f"cannot {do} {note}: {error.strerror}", f"{untouched}check the permissions of {where}")
    return NoteError(f"cannot {do} {note}: {error.strerror or error}", f"{untouched}mend that and try again")
