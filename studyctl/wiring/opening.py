"""Opening what a use case is given: the reader, the ledger, the note files, and who is at work and when."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from studyctl.config import Settings, Workspace, make_state

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from studyctl.app.sync import Told
    from studyctl.core.detector.habits import Habits
    from studyctl.core.models import (
        Run,
    )
    from studyctl.core.ports import Ledger, NoteFiles, Reader


def silent(label: str, done: int, total: int) -> None:
    """Tells nobody how far something is."""


def quietly() -> AbstractContextManager[Told]:
    """For a sync that nobody watches."""
    return nullcontext(silent)


def now() -> str:
    """The time as every room writes it: UTC, milliseconds, "Z"."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def open_reader(workspace: Workspace) -> Reader:
    """`study.db` for reading, with the standard library only."""
    from studyctl.store.reader import StudyReader

    return StudyReader(workspace.database)


def complete_index(workspace: Workspace) -> None:
    """Put into the index of words what is not in it yet."""
    ledger = open_ledger(workspace)
    try:
        with ledger.transaction():
            pass  # whatever waits is indexed at its end
    finally:
        ledger.close()


def open_ledger(workspace: Workspace, database: Path | None = None) -> Ledger:
    """`study.db` for writing: made, or brought to this version, if need be."""
    from studyctl.store.ledger import StudyLedger

    if database is None:
        make_state(workspace)
    return StudyLedger(database or workspace.database)


def habits_of(settings: Settings) -> Habits:
    """How this workspace's notes are read, by what its settings say."""
    from studyctl.core.detector.habits import Habits

    return Habits(
        labels={
            "question": settings.question_labels,
            "todo": settings.todo_labels,
            "reading": settings.reading_labels,
        },
        marks={
            "question": settings.question_marks,
            "todo": settings.todo_marks,
            "reading": settings.reading_marks,
        },
        rules_off=settings.rules_off,
    )


def record_text(workspace: Workspace) -> str | None:
    """The committed record, None where there is none."""
    try:
        return workspace.record.read_text("utf-8")
    except FileNotFoundError:
        return None


def note_files(workspace: Workspace) -> NoteFiles:
    """The workspace's notes, as bytes."""
    from studyctl.notes.files import WorkspaceNotes

    return WorkspaceNotes(workspace)


def person(workspace: Workspace) -> str:
    """Who works here, as git knows them, else as the system does."""
    import getpass

    from studyctl.runner.provenance import asked

    if name := asked(workspace.root, "config", "user.name"):
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user, as in some containers
        return "somebody"


def run_is_lost(run: Run) -> bool:
    """Whether a run that is recorded as running cannot be running any more."""
    from studyctl.runner.lost import is_lost

    return is_lost(run)
