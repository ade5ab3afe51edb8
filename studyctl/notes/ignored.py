"""What git ignores and what the settings exclude, below one folder of notes.

The only module that knows pathspec, imported when something has to be decided anew. Nothing is ignored because of
rules outside the folder that ignore the folder itself: who names it in the settings wants to see it.
"""
# ruff: noqa: PTH120 - as in `walk`: strings, because there may be ten thousand of them

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studyctl.errors import WorkspaceError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        # git passes over a pattern that it does not understand.
        return GitIgnoreSpec.from_lines([line for line in lines if _understood(line)])


def _understood(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


class Rules:
    """The ignore files in and above a folder of notes, and the patterns of the settings."""

    def __init__(self, base: str, root: str, above: Sequence[tuple[str, str]], exclude: Sequence[str]) -> None:
        self._base = base
        self._root = root
        self._above = list(above)  # (folder that the patterns are relative to, file), outermost first
        self._files: dict[str, str] = {}  # folder: its ignore file
        self._exclude = exclude
        self._specs: dict[str, GitIgnoreSpec] = {}
        self._folders: dict[str, bool] = {base: False}
        self._above_checked = not above

    def add(self, folder: str, file: str) -> None:
        """A folder of the walk has an ignore file."""
        self._files[folder] = file

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether the file or folder, or a folder that it is in, is ignored. All absolute, as walked."""
        if not self._above_checked:
            self._above_checked = True
            if any(self._say(base, file, self._base, True) for base, file in self._above):
                self._above = []
        if not (self._above or self._files or self._exclude):
            return False
        if folder:
            return self._ignores_folder(path)
        return self._ignores_folder(os.path.dirname(path)) or self._decides(path, False)

    def _ignores_folder(self, path: str) -> bool:
        if path not in self._folders:
            self._folders[path] = self._ignores_folder(os.path.dirname(path)) or self._decides(path, True)
        return self._folders[path]

    def _decides(self, path: str, folder: bool) -> bool:
        """The settings first, then the ignore files, the closest first: who says something decides."""
        if self._exclude and self._excluded(path, folder):
            return True
        return next(
            (said for base, file in self._around(path) if (said := self._say(base, file, path, folder)) is not None),
            False,
        )

    def _around(self, path: str) -> Iterator[tuple[str, str]]:
        at = os.path.dirname(path)
        while True:
            if at in self._files:
                yield at, self._files[at]
            if at == self._base or at == os.path.dirname(at):
                break
            at = os.path.dirname(at)
        yield from reversed(self._above)

    def _say(self, base: str, file: str, path: str, folder: bool) -> bool | None:
        if file not in self._specs:
            try:
                text = Path(file).read_bytes().decode("utf-8-sig", "replace")
            except OSError:
                text = ""
            self._specs[file] = _spec(text.splitlines())
        return self._specs[file].check_file(_below(path, base, folder)).include

    def _excluded(self, path: str, folder: bool) -> bool:
        from pathspec import GitIgnoreSpec

        if "" not in self._specs:
            try:
                self._specs[""] = GitIgnoreSpec.from_lines(self._exclude)
            except ValueError as error:
                raise WorkspaceError(
                    f"exclude = {list(self._exclude)}: {error}", "patterns are written as in .gitignore"
                ) from error
        return bool(self._specs[""].check_file(_below(path, self._root, folder)).include)


def _below(path: str, base: str, folder: bool) -> str:
    return os.path.relpath(path, base).replace(os.sep, "/") + ("/" if folder else "")
