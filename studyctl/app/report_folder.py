"""Puts a report into its folder: written whole beside it, then put in its place; never over what is not ours.

The folder holds a marker with the names of all files of the report. A folder without it is somebody else's, and a file
that it does not name was put there by somebody else: both are left alone, and the person is told.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from studyctl.errors import UsageError, WorkspaceError

MARKER = ".studyctl-report"
VERSION = 1

Page = bytes | Path  # what a file holds, or the file that it is a copy of
Told = Callable[[str, int, int], None]


def put(folder: Path, pages: Mapping[str, Page], form: str, told: Told = lambda label, done, total: None) -> bool:
    """Write the report; False where the folder held these very bytes already, and was left as it is."""
    folder = folder.resolve()
    try:
        check(folder)
        names = sorted(pages)
        marker = json.dumps({"report": VERSION, "format": form, "files": names}, ensure_ascii=False, indent=1) + "\n"
        whole: dict[str, Page] = {**pages, MARKER: marker.encode()}
        if _same(folder, whole):
            return False
        _write(folder, whole, told)
    except OSError as error:
        raise WorkspaceError(
            f"cannot write the report into {folder}: {error.strerror or error}", "-o DIR names another folder"
        ) from error
    return True


def check(folder: Path) -> None:
    """UsageError where the folder holds anything that no report wrote."""
    _restore(folder)
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder", "-o DIR names the folder of the report")
    if not folder.exists() or not any(folder.iterdir()):
        return
    ours = _ours(folder)
    if ours is None:
        raise UsageError(
            f"{folder} holds files, and none says that a report made them: nothing was written",
            "-o DIR names a folder that is empty, is not there yet, or holds a report",
        )
    others = sorted(path for path in _files(folder) if path not in ours)
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise UsageError(
            f"{folder} holds what no report wrote: {', '.join(others[:3])}{more}; nothing was written",
            "move that elsewhere: a report replaces its whole folder",
        )


def _ours(folder: Path) -> set[str] | None:
    """The files that the marker names; None where there is none that can be understood."""
    try:
        value = json.loads((folder / MARKER).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("report"), int):
        return None
    return {MARKER, *(str(name) for name in value.get("files") or ())}


def _files(folder: Path) -> list[str]:
    """Every file below the folder, relative; a link counts as a file, wherever it leads."""
    found = []
    for top, folders, files in os.walk(folder):
        linked = [name for name in folders if (Path(top) / name).is_symlink()]
        found += [(Path(top) / name).relative_to(folder).as_posix() for name in (*files, *linked)]
    return found


def _same(folder: Path, pages: Mapping[str, Page]) -> bool:
    if not folder.is_dir() or set(_files(folder)) != set(pages):
        return False
    return all((folder / name).read_bytes() == _bytes(page) for name, page in pages.items())


def _bytes(page: Page) -> bytes:
    return page.read_bytes() if isinstance(page, Path) else page


def _write(folder: Path, pages: Mapping[str, Page], told: Told) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        for done, (name, page) in enumerate(pages.items()):
            told("writing the report", done, len(pages))
            target = scratch / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(page, Path):
                shutil.copyfile(page, target)
            else:
                target.write_bytes(page)
        _replace(folder, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _replace(folder: Path, scratch: Path) -> None:
    """The new folder in place of the old; should something end us in between, the next report finds the old one."""
    if not folder.exists():
        scratch.rename(folder)
        return
    before = _before(folder)
    folder.rename(before)
    try:
        scratch.rename(folder)
    except OSError:
        before.rename(folder)
        raise
    shutil.rmtree(before)


def _before(folder: Path) -> Path:
    """Where the old report waits while the new one takes its place."""
    return folder.with_name(f".{folder.name}.before")


def _restore(folder: Path) -> None:
    """Bring back, or clear away, an old report that a killed command left waiting."""
    before = _before(folder)
    if before.is_symlink() or not before.is_dir() or _ours(before) is None:
        return
    if folder.exists():
        shutil.rmtree(before)
    else:
        before.rename(folder)
