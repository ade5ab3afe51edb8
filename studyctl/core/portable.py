"""A run as it leaves the machine that made it: in a bundle, in the record for git.

Data that lies outside of the workspace is watched where the run was made, by a path of that machine. Nowhere else can
that path be looked at, and it would tell what is on the machine: it is named among what nobody sees change, with its
digest, and a parameter that holds such a path keeps the name of the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from studyctl.core.models import FileDigest, Run

# Of one folder, more of them are counted.
NAMED = 3


def is_outside(path: str) -> bool:
    """Whether a recorded file lies outside of the workspace."""
    return PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()


def portable(run: Run) -> Run:
    """The run without paths of its machine among its files and parameters."""
    outside = [file for file in run.files if is_outside(file.path)]
    if not outside:
        return run
    told = dict.fromkeys((*run.provenance.get("unwatched", ()), *_told(outside)))
    return replace(
        run,
        files=tuple(file for file in run.files if not is_outside(file.path)),
        provenance={**run.provenance, "unwatched": list(told)},
        params={name: _named(value, [_pure(file.path) for file in outside]) for name, value in run.params.items()},
    )


def _told(files: Iterable[FileDigest]) -> list[str]:
    folders: dict[str, list[FileDigest]] = {}
    for file in files:
        folders.setdefault(str(_pure(file.path).parent), []).append(file)
    found = []
    for folder, inside in folders.items():
        if len(inside) > NAMED:
            found.append(f"{len(inside)} files of {_pure(folder).name}, which lie outside of the workspace")
        else:
            found += [f"{_pure(one.path).name} ({one.digest}), which lies outside of the workspace" for one in inside]
    return found


def _named(value: Any, outside: list[PurePath]) -> Any:
    """A path to such a file, or to a folder around it, by its last part."""
    if isinstance(value, str) and is_outside(value):
        path = _pure(value)
        return path.name if any(file.is_relative_to(path) for file in outside) else value
    return value


def _pure(path: str) -> PurePath:
    return PurePosixPath(path) if PurePosixPath(path).is_absolute() else PureWindowsPath(path)
