"""Whether any watched file changed, as fast as the file system can say it: what every reading command asks first.

`walk` decides what is a note; this only proves that all is as it decided the last time. It goes through the same
folders by the same rules and takes each file it meets out of those known; when it meets one that it does not expect,
or anything that needs deciding (a symbolic link, a name in two Unicode forms), it says so at once, and `walk` decides.
"""
# ruff: noqa: PTH113, PTH116, PTH118 - as in `walk`: strings, because there may be ten thousand of them

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from studyctl.config import Workspace
from studyctl.core.models import FileStamp
from studyctl.notes.evidence import bundles
from studyctl.notes.walk import IGNORE_FILE, LEFT_OUT, SUFFIXES, above, bases, composed, left_out, relative

# A folder that is open spares the system looking up its whole path for each file in it.
_OPENS_FOLDERS = os.scandir in os.supports_fd


def unchanged(workspace: Workspace, notes: Mapping[str, tuple[int, int]], others: Sequence[FileStamp]) -> bool:
    """Whether the watched files are exactly these: `notes` with their sizes and mtimes, and `others`.

    False also where it cannot be told without deciding anew. It is by stat alone: whether a stamp proves anything is
    for the caller to know.
    """
    try:
        return _Glance(workspace, notes, others).same()
    except OSError:
        return False  # gone or forbidden in the meantime


class _Glance:
    def __init__(self, workspace: Workspace, notes: Mapping[str, tuple[int, int]], others: Sequence[FileStamp]) -> None:
        self._workspace = workspace
        self._root = str(workspace.root)
        # What is still to be met.
        self._notes = dict(notes)
        self._others = {stamp.path: stamp for stamp in others}
        self._left_out = left_out(workspace)

    def same(self) -> bool:
        config = str(self._workspace.config_file)
        if not self._other(relative(config, self._root), config, "config"):
            return False
        met: set[str] = set()
        for base in bases(self._workspace):
            name = relative(base, self._root)
            if os.path.isfile(base):
                if not self._base_note(name, base):
                    return False
                continue
            for _, file in above(base, self._root):
                if file not in met and not self._other(relative(file, self._root), file, "ignore-file"):
                    return False
                met.add(file)
            if not self._folder(base, "" if name == "." else f"{name}/"):
                return False
        for path in bundles(self._workspace):
            if not self._other(relative(path, self._root), path, "bundle"):
                return False
        return not self._notes and not self._others

    def _base_note(self, name: str, path: str) -> bool:
        """A note that the settings name by itself."""
        known = self._notes.pop(name, None)
        if known is None:
            return self._other(name, path, "note")
        stat = os.stat(path)
        return (stat.st_size, stat.st_mtime_ns) == known

    def _other(self, name: str, path: str, role: str) -> bool:
        """Whether this is one of the others, as it was."""
        known = self._others.pop(name, None)
        if known is None or known.role != role:
            return False
        stat = os.stat(path)
        return (stat.st_size, stat.st_mtime_ns) == (known.size, known.mtime_ns)

    def _folder(self, top: str, prefix: str) -> bool:
        """Everything below a folder; `prefix` is what its stamps begin with."""
        pending = [(top, prefix)]
        while pending:
            path, prefix = pending.pop()
            if not _OPENS_FOLDERS:
                with os.scandir(path) as listing:
                    if not self._listed(listing, path, prefix, pending):
                        return False
                continue
            opened = os.open(path, os.O_RDONLY)
            try:
                with os.scandir(opened) as listing:
                    if not self._listed(listing, path, prefix, pending):
                        return False
            finally:
                os.close(opened)
        return True

    def _listed(
        self, listing: Iterable[os.DirEntry[str]], path: str, prefix: str, pending: list[tuple[str, str]]
    ) -> bool:
        notes = self._notes
        for entry in listing:
            name = entry.name
            if name[0] == ".":
                if name == IGNORE_FILE and not self._other(prefix + name, os.path.join(path, name), "ignore-file"):
                    return False
                continue
            known = notes.pop(prefix + (name if name.isascii() else composed(name)), None)
            if known is None:
                if not self._unknown(entry, path, prefix, pending):
                    return False
            elif entry.is_file(follow_symlinks=False):
                # On Windows the listing may say what was true before; elsewhere this is a question to the system.
                stat = entry.stat(follow_symlinks=False) if _OPENS_FOLDERS else os.stat(os.path.join(path, name))
                if stat.st_mtime_ns != known[1] or stat.st_size != known[0]:
                    return False
            else:
                return False
        return True

    def _unknown(self, entry: os.DirEntry[str], path: str, prefix: str, pending: list[tuple[str, str]]) -> bool:
        """Whether something that is no known note was to be expected here: a folder, what is no note or ignored."""
        name = entry.name
        full = os.path.join(path, name)
        if full in self._left_out:
            return True
        lower = name.lower()
        note = lower.endswith(SUFFIXES)
        if entry.is_symlink():
            return not note and not entry.is_dir()
        if entry.is_dir(follow_symlinks=False):
            inner = f"{prefix}{composed(name)}/"
            ignored = self._others.pop(inner, None)
            if lower not in LEFT_OUT and ignored is None:
                pending.append((full, inner))
            return ignored is None or ignored.role == "ignored"
        if not note:
            return True
        known = self._others.get(name := prefix + composed(name))
        if known is not None and known.role == "ignored":
            del self._others[name]
            return True
        return self._other(name, full, "note")
