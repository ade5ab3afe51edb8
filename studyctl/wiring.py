"""The only place that builds the edges: which reader, which ledger, which note files a use case gets.

Everything is imported inside the function that builds it, so that a command loads only what it uses.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studyctl.config import Workspace
    from studyctl.core.models import Reason
    from studyctl.core.ports import Ledger, NoteFiles, Reader


def now() -> str:
    """The time as every room writes it: UTC, milliseconds, "Z"."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def open_reader(workspace: Workspace) -> Reader:
    """`study.db` for reading, with the standard library only."""
    from studyctl.store.reader import StudyReader

    return StudyReader(workspace.database)


def open_ledger(workspace: Workspace) -> Ledger:
    """`study.db` for writing: made, or brought to this version, if need be."""
    from studyctl.store.ledger import StudyLedger

    return StudyLedger(workspace.database)


def note_files(workspace: Workspace) -> NoteFiles:
    """The workspace's notes, as bytes."""
    from studyctl.notes.files import WorkspaceNotes

    return WorkspaceNotes(workspace)


def stale_reasons(
    reader: Reader, workspace: Workspace, ids: Sequence[str] = ()
) -> dict[str, tuple[Reason, ...]]:
    """Why the answers of these items, or of all, are stale; fresh ones are left out."""
    from studyctl.app.freshness import reasons
    from studyctl.runner.digests import current_digests

    return reasons(reader, workspace.root, current_digests, ids)
