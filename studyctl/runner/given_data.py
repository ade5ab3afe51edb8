"""The files that an experiment was given to read, by a parameter: digested when it asks for them with `run.data`."""

from __future__ import annotations

import os
from pathlib import Path

from studyctl.core.models import FileDigest
from studyctl.errors import InputError
from studyctl.runner.digests import digest_file

WHERE = "a relative path starts where studyctl is called, or else at the workspace"


class GivenData:
    """Remembers each file with the digest that it had before the experiment read it."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root  # of the workspace; None without one
        self._found: dict[str, tuple[Path, FileDigest]] = {}

    @property
    def files(self) -> tuple[FileDigest, ...]:
        """The files so far: below the workspace by their path in it, others by where they are on this machine."""
        return tuple(digest for _, digest in self._found.values())

    def take(self, path: str) -> Path:
        """Where the file or folder is, from here; InputError where there is nothing to read."""
        target = self._locate(path)
        files = sorted(one for one in target.rglob("*") if one.is_file()) if target.is_dir() else [target]
        if not files:
            raise InputError(f"{path}: there is no file in this folder", "name a file, or a folder that holds some")
        for file in files:
            digest = digest_file(file, "data")
            if digest is None:
                raise InputError(f"{path}: {file.name} cannot be read", "make it readable, or name another")
            recorded = self._recorded(file)
            self._found.setdefault(recorded, (file, FileDigest(recorded, "data", digest)))
        return target

    def changed(self) -> list[str]:
        """The files whose content is another one than when the experiment asked for them."""
        return [one.path for file, one in self._found.values() if digest_file(file, "data") != one.digest]

    def _locate(self, path: str) -> Path:
        typed = Path(path).expanduser() if path.strip() else None
        for one in filter(None, (typed, self._root and typed and self._root / typed)):
            if one.exists():
                return one
        raise InputError(f"{path or 'the path'}: no such file or folder", WHERE)

    def _recorded(self, file: Path) -> str:
        # As it was named: a link in the workspace to a file elsewhere is a path of the workspace.
        named = Path(os.path.normpath(file.absolute()))
        for one in (named, file.resolve()):
            if self._root is not None and one.is_relative_to(self._root):
                return one.relative_to(self._root).as_posix()
        return named.as_posix()
