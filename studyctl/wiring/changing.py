"""Writing: a new workspace, and a change of a note by any of the commands that make one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studyctl.config import CONFIG_NAME, Settings, Workspace
from studyctl.wiring.opening import note_files, now, open_ledger
from studyctl.wiring.syncing import read_ahead, sync_notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studyctl.app.change import Outcome, Plan
    from studyctl.app.init import Made


def init(folder: Path, notes: Sequence[str]) -> Made:
    """Make a workspace in `folder`."""
    from studyctl.app.init import init
    from studyctl.notes.walk import walk

    lone = Workspace(folder.resolve(), folder.resolve() / CONFIG_NAME, Settings())
    holds_notes = folder.is_dir() and any(stamp.role == "note" for stamp in walk(lone).stamps)
    return init(folder, notes, holds_notes)


def change(workspace: Workspace, command: str, plan: Plan, *, dry_run: bool = False) -> Outcome:
    """Write into notes, or correct items: `plan` decides under the lock."""
    from studyctl.app.change import change as apply

    ledger = open_ledger(workspace)
    # One moment for all of it, so that its history reads in the order in which things happened.
    moment = now()
    try:
        ahead = read_ahead(workspace, ledger)
        return apply(
            command,
            plan,
            ledger,
            note_files(workspace),
            lambda: sync_notes(workspace, ledger, moment=moment, ahead=ahead),
            now=moment,
            dry_run=dry_run,
        )
    finally:
        ledger.close()
