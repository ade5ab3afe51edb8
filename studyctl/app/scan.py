"""What would be found in notes that may belong to no workspace; nothing is written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from studyctl.config import Settings, find_config, find_workspace, load_settings
from studyctl.core.models import NoteProblem, Reading
from studyctl.errors import NoteError

STDIN = "-"


def scan(
    paths: Sequence[Path],
    workspace: str | None,
    read: Callable[[bytes, str, Settings], Reading],
    notes_in: Callable[[Path], list[str]],
) -> tuple[list[Reading], list[NoteProblem]]:
    """Each note's items, and the notes that could not be read."""
    readings: list[Reading] = []
    unread: list[NoteProblem] = []
    for path, name in _notes(paths, notes_in):
        try:
            settings = _settings(workspace, path)
            source = sys.stdin.buffer.read() if name == STDIN else path.read_bytes()
            readings.append(read(source, "stdin" if name == STDIN else name, settings))
        except OSError as error:
            unread.append(NoteProblem(name, 0, f"cannot read {name}: {error.strerror}"))
        except NoteError as error:
            unread.append(NoteProblem(name, 0, error.message))
    return readings, unread


def _notes(paths: Sequence[Path], notes_in: Callable[[Path], list[str]]) -> Iterator[tuple[Path, str]]:
    """Files as they were named, and the notes of folders."""
    for path in paths:
        if str(path) != STDIN and path.is_dir():
            for note in notes_in(path.resolve()):
                yield path / note, (path / note).as_posix()
        else:
            yield path, str(path) if str(path) == STDIN else path.as_posix()


def _settings(workspace: str | None, path: Path) -> Settings:
    """Those of the workspace that was named, that the note lies in, or that reads it from elsewhere."""
    if workspace:
        return find_workspace(workspace).settings
    around = find_config(Path.cwd())
    if str(path) == STDIN:
        return load_settings(around) if around else Settings()
    note = path.resolve()
    config = find_config(note.parent)
    if config is not None:
        return load_settings(config)
    if around is not None:
        settings = load_settings(around)
        folders = ((around.parent / Path(folder).expanduser()).resolve() for folder in settings.notes)
        if any(note.is_relative_to(folder) for folder in folders):
            return settings
    return Settings()
