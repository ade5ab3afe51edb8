"""Looks through a workspace's notes for what could be labels of their writer's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.config import Workspace
from studyctl.wiring.opening import habits_of, note_files, quietly

if TYPE_CHECKING:
    from studyctl.core.detector.unknown import Habit
    from studyctl.wiring.syncing import Waiting


def find(workspace: Workspace, waiting: Waiting = quietly) -> tuple[list[Habit], list[str], int]:
    """What could be named, the notes that could not be read, and how many notes were."""
    from studyctl.app.labels import find

    with waiting() as told:
        return find(note_files(workspace), habits_of(workspace.settings), told)
