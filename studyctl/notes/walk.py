"""Which files are watched: the notes below the settings' folders, the files that decide what is a note, and evidence.

Stat only, nothing is read, as long as nothing decides anew: what is ignored is worked out once and remembered in the
stamps (role "ignored", a folder with a slash at its end), until an ignore file or the configuration changes. Paths
are relative to the workspace, with forward slashes and in NFC, whatever form the file system keeps them in; a folder
of notes outside of the workspace gives paths that begin with `../`.
"""
# ruff: noqa: PTH110, PTH111, PTH112, PTH113, PTH116, PTH118, PTH120 - every command walks all notes: strings, where ten thousand Path objects would be the larger part

from __future__ import annotations

import contextlib
import os
import time
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studyctl.config import RACY_NS, STATE_FOLDER, Workspace
from studyctl.core.models import FileStamp
from studyctl.errors import WorkspaceError
from studyctl.notes.evidence import bundles

if TYPE_CHECKING:
    from studyctl.notes.ignored import Rules

SUFFIXES = (".md", ".markdown")
# Folders that hold no notes of the person's own, in any letter case; hidden ones are left out as well.
LEFT_OUT = frozenset({"templates", "node_modules"})
IGNORE_FILE = ".gitignore"
Role = Literal["note", "ignored", "config", "ignore-file", "bundle"]


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk saw."""

    stamps: list[FileStamp]  # sorted by path
    problems: list[tuple[str, str]]  # (path, what is wrong with it)


def walk(workspace: Workspace, known: Iterable[FileStamp] = ()) -> Walk:
    """All watched files. `known`: the stamps of the last sync, which spare deciding again what is ignored.

    Notes in a folder that cannot be read just now are taken over from `known`: they are not gone.
    """
    before = {stamp.path: stamp for stamp in known}
    if before:
        watch = _Watch(workspace, before, anew=False)
        watch.run()
        if _same_rules(before.values(), watch.stamps.values()):
            return watch.result()
    watch = _Watch(workspace, before, anew=True)
    watch.run()
    return watch.result()


def _same_rules(known: Iterable[FileStamp], seen: Iterable[FileStamp]) -> bool:
    """Whether what was decided still stands: the same configuration and ignore files, provably unchanged."""
    rules = [stamp for stamp in known if stamp.role in ("config", "ignore-file")]
    if any(abs(stamp.seen_ns - stamp.mtime_ns) <= RACY_NS for stamp in rules):
        return False
    now = [stamp for stamp in seen if stamp.role in ("config", "ignore-file")]
    return {(s.path, s.size, s.mtime_ns) for s in rules} == {(s.path, s.size, s.mtime_ns) for s in now}


def relative(path: str, root: str) -> str:
    """`path` as stamps name it; absolute where there is no relative one (another drive)."""
    with contextlib.suppress(ValueError):
        path = os.path.relpath(path, root)
    return composed(path.replace(os.sep, "/"))


def composed(name: str) -> str:
    """NFC, the form in which names are compared: some file systems keep the decomposed one."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def bases(workspace: Workspace) -> Iterator[str]:
    """Where the notes are, as the settings say: folders, or single files; what is neither is an error."""
    root = str(workspace.root)
    for named in workspace.settings.notes:
        base = os.path.normpath(os.path.join(root, os.path.expanduser(named)))
        if not (os.path.isfile(base) or os.path.isdir(base)):
            raise WorkspaceError(
                f"the notes folder {named} does not exist", f"make it, or mend `notes` in {workspace.config_file}"
            )
        yield base


def left_out(workspace: Workspace) -> set[str]:
    """What lies among the notes and holds none: our own folder and files, and the experiments."""
    root, settings = str(workspace.root), workspace.settings
    names = (STATE_FOLDER, settings.experiments, settings.record)
    return {os.path.normpath(os.path.join(root, name)) for name in names}


def above(base: str, root: str) -> list[tuple[str, str]]:
    """The ignore files above a folder of notes that hold for it, outermost first: (folder, file).

    Those of git from its repository's root on, else from the workspace's.
    """
    top = base
    while not os.path.exists(os.path.join(top, ".git")):
        if top == os.path.dirname(top):
            top = root if base.startswith(os.path.join(root, "")) else base
            break
        top = os.path.dirname(top)
    files = [(top, os.path.join(top, ".git", "info", "exclude"))]
    folder = os.path.dirname(base)
    between = []
    while base != top:
        between.append((folder, os.path.join(folder, IGNORE_FILE)))
        if folder == top:
            break
        folder = os.path.dirname(folder)
    return [(folder, file) for folder, file in (*files, *reversed(between)) if os.path.isfile(file)]


class _Watch:
    """One walk: the stamps so far, and how it decides what is ignored."""

    def __init__(self, workspace: Workspace, known: dict[str, FileStamp], *, anew: bool) -> None:
        self._root = str(workspace.root)
        self._workspace = workspace
        self._known = known
        self._anew = anew
        self._now = time.time_ns()
        self.stamps: dict[str, FileStamp] = {}
        self._problems: list[tuple[str, str]] = []
        self._left_out = left_out(workspace)
        self._paths: dict[str, str] = {}  # of each note, as the file system names it
        self._folders: list[str] = []
        self._links: list[tuple[str, str, Rules]] = []  # symbolic links: path, what their stamps begin with

    def result(self) -> Walk:
        return Walk([self.stamps[path] for path in sorted(self.stamps)], self._problems)

    def run(self) -> None:
        config = str(self._workspace.config_file)
        self._stamp(relative(config, self._root), config, "config")
        for base in bases(self._workspace):
            name = relative(base, self._root)
            if os.path.isfile(base):
                self._stamp(name, base, "note")
            else:
                self._folder(base, "" if name == "." else f"{name}/", self._rules_of(base))
        if self._links:
            self._follow_links()
        for path in bundles(self._workspace):
            self._bundle(path)

    def _bundle(self, path: str) -> None:
        name = relative(path, self._root)
        if shown := _unspeakable(name):
            self._problems.append((shown, "left out: its name is not valid Unicode"))
        else:
            self._stamp(name, path, "bundle")

    def _folder(self, top: str, prefix: str, rules: Rules, seen: set[tuple[int, int]] | None = None) -> None:
        """Everything below a folder; `prefix` is what its stamps begin with, `seen` the folders not to enter again."""
        pending = [(top, prefix)]
        while pending:
            path, prefix = pending.pop()
            if seen is not None:
                if (identity := _identity(path)) in seen:
                    continue
                seen.add(identity)
            try:
                with os.scandir(path) as listing:
                    entries = list(listing)
            except OSError as error:
                self._unreadable(path, prefix, error)
                continue
            self._folders.append(path)
            if any(entry.name == IGNORE_FILE for entry in entries):
                rules.add(path, os.path.join(path, IGNORE_FILE))
                self._stamp(prefix + IGNORE_FILE, os.path.join(path, IGNORE_FILE), "ignore-file")
            for entry in entries:
                name = entry.name
                if name[0] == "." or entry.path in self._left_out:
                    continue
                note = name.lower().endswith(SUFFIXES)
                if entry.is_symlink():
                    if note or entry.is_dir():
                        self._links.append((entry.path, prefix + composed(name), rules))
                elif entry.is_dir(follow_symlinks=False):
                    inner = f"{prefix}{composed(name)}/"
                    if name.lower() not in LEFT_OUT and not self._ignores_folder(entry.path, inner, rules):
                        pending.append((entry.path, inner))
                elif note:
                    self._note(entry.path, prefix + composed(name), rules)

    def _note(self, path: str, name: str, rules: Rules) -> None:
        if shown := _unspeakable(name):
            self._problems.append((shown, "left out: its name is not valid Unicode"))
            return
        if self._paths.get(name, path) != path:
            self._problems.append((name, "left out: two files have this name, in different Unicode forms"))
        elif self._ignores_file(path, name, rules):
            self.stamps[name] = FileStamp(name, "ignored", 0, 0, self._now, "")
        else:
            self._stamp(name, path, "note")

    def _stamp(self, name: str, path: str, role: Role) -> None:
        try:
            stat = os.stat(path)
        except OSError:
            return  # gone in the meantime, or a link to nothing
        self._paths[name] = path
        self.stamps[name] = FileStamp(name, role, stat.st_size, stat.st_mtime_ns, self._now, "")

    def _unreadable(self, path: str, prefix: str, error: OSError) -> None:
        if isinstance(error, FileNotFoundError):
            return  # gone in the meantime
        self._problems.append((prefix or path, f"cannot be read: {error.strerror}; its notes stay as they were"))
        self.stamps.update((name, stamp) for name, stamp in self._known.items() if name.startswith(prefix))

    # What is ignored

    def _ignores_folder(self, path: str, name: str, rules: Rules) -> bool:
        """While nothing is decided anew, an unknown folder is entered: what it holds is decided file by file."""
        before = self._known.get(name)
        ignored = rules.ignores(path, folder=True) if self._anew else before is not None and before.role == "ignored"
        if ignored:
            self.stamps[name] = FileStamp(name, "ignored", 0, 0, self._now, "")
        return ignored

    def _ignores_file(self, path: str, name: str, rules: Rules) -> bool:
        before = None if self._anew else self._known.get(name)
        return rules.ignores(path, folder=False) if before is None else before.role == "ignored"

    def _rules_of(self, base: str) -> Rules:
        """The rules for a folder of notes."""
        from studyctl.notes.ignored import Rules

        files = above(base, self._root)
        for _, file in files:
            self._stamp(relative(file, self._root), file, "ignore-file")
        return Rules(base, self._root, files, self._workspace.settings.exclude)

    # Symbolic links

    def _follow_links(self) -> None:
        """What links lead to is read once, and under its own name where it has one here: links may lead back."""
        folders = {_identity(path) for path in (*self._folders, *filter(os.path.exists, self._left_out))}
        files: list[tuple[str, str, Rules]] = []
        while self._links:
            self._links.sort(key=lambda link: link[1])
            path, name, rules = self._links.pop(0)
            if not os.path.isdir(path):
                files.append((path, name, rules))
            elif name.rpartition("/")[2].lower() not in LEFT_OUT and not self._ignores_folder(path, f"{name}/", rules):
                self._folder(path, f"{name}/", rules, folders)
        known = {_identity(path) for path in self._paths.values()}
        for path, name, rules in files:
            if os.path.isfile(path) and (identity := _identity(path)) not in known:
                known.add(identity)
                self._note(path, name, rules)


def _unspeakable(name: str) -> str | None:
    """How a name that is not valid Unicode can be shown; None for any other."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode()
    return None


def _identity(path: str) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_dev, stat.st_ino
