"""Writing: a new workspace, and a change of a note by any of the commands that make one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studyctl.config import CONFIG_NAME, Settings, Workspace, load_settings
from studyctl.wiring.opening import note_files, now, open_ledger, open_reader, quietly
from studyctl.wiring.syncing import read_ahead, sync_notes, synchronise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studyctl.app.change import Outcome, Plan
    from studyctl.app.init import Made
    from studyctl.core.item_pages import SyncReport
    from studyctl.wiring.syncing import Waiting


def init(folder: Path, notes: Sequence[str]) -> Made:
    """Make a workspace in `folder`."""
    from studyctl.app.init import init
    from studyctl.notes.walk import walk

    lone = Workspace(folder.resolve(), folder.resolve() / CONFIG_NAME, Settings())
    holds_notes = folder.is_dir() and any(stamp.role == "note" for stamp in walk(lone).stamps)
    return init(folder, notes, holds_notes)


def change(
    workspace: Workspace, command: str, plan: Plan, *, dry_run: bool = False, waiting: Waiting = quietly
) -> Outcome:
    """Write into notes or the settings, or correct items: `plan` decides under the lock.

    New settings may change what any note says: all are read again once the change is remembered, as after an edit of
    the settings by hand, so that a command that ends in between loses nothing.
    """
    from studyctl.app.change import change as apply

    ledger = open_ledger(workspace)
    # One moment for all of it, so that its history reads in the order in which things happened.
    moment = now()
    last: list[SyncReport] = []

    def synced() -> SyncReport:
        if not last or not _resettled(workspace):
            last.append(sync_notes(workspace, ledger, moment=moment, ahead=ahead))
        return last[-1]

    try:
        ahead = read_ahead(workspace, ledger)
        outcome = apply(command, plan, ledger, note_files(workspace), synced, now=moment, dry_run=dry_run)
    finally:
        ledger.close()
    if outcome.after is None or not _resettled(workspace):
        return outcome
    report = synchronise(replace(workspace, settings=load_settings(workspace.config_file)), waiting=waiting)
    reader = open_reader(workspace)
    try:
        return replace(outcome, after=report, items=tuple(reader.items(gone=True, ignored=True)))
    finally:
        reader.close()


def _resettled(workspace: Workspace) -> bool:
    """Whether the settings are not what they were when the command began."""
    return load_settings(workspace.config_file) != workspace.settings
