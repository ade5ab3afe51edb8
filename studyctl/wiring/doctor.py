"""What `doctor` examines and mends, and whether the database itself can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.config import Workspace
from studyctl.errors import StoreError
from studyctl.wiring.changing import change
from studyctl.wiring.experiments import discover
from studyctl.wiring.opening import now, open_ledger, open_reader
from studyctl.wiring.syncing import synchronise
from studyctl.wiring.tracking import deliver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from studyctl.app.change import Change
    from studyctl.core.pages import Check
    from studyctl.core.ports import NoteFiles, Reader


def _mend_links(workspace: Workspace, fix: bool) -> Sequence[str]:
    from studyctl.app.mend_links import mend_links

    def plan(reader: Reader, files: NoteFiles) -> Change:
        return mend_links(workspace, reader, files)

    return change(workspace, "doctor --fix", plan, dry_run=not fix).change.lines


def damage(workspace: Workspace) -> StoreError | None:
    """What is wrong with study.db itself, where something else failed: a damaged file can fail in any place."""
    from studyctl.store import repair
    from studyctl.store.database import REBUILD

    wrong = repair.problems(workspace.database) if workspace.database.exists() else []
    return StoreError(f"{workspace.database} is damaged: {wrong[0]}", REBUILD) if wrong else None


def examine(workspace: Workspace, *, fix: bool) -> Iterator[Check]:
    """The checks of `doctor`, one after the other; `fix` mends on the way."""
    from studyctl.app import doctor
    from studyctl.app.mend_links import broken
    from studyctl.runner import folder, lost
    from studyctl.store import indexing, repair
    from studyctl.tracking import inspection
    from studyctl.wiring import marks

    tools = doctor.Tools(
        problems=repair.problems,
        set_aside=lambda path: repair.set_aside(path, now=now()),
        index_problem=indexing.problem,
        make_index=indexing.mend,
        open_ledger=lambda: open_ledger(workspace),
        open_reader=lambda: open_reader(workspace),
        synchronise=lambda: synchronise(workspace),
        discover=lambda: discover(workspace),
        is_lost=lost.is_lost,
        mark_lost=lambda ledger: lost.mark(ledger, workspace.runs),
        unknown_folders=lambda known: lost.unknown_folders(workspace.runs, known),
        read_folder=folder.read_record,
        has_mlflow=inspection.installed,
        mirror_problem=lambda fix: inspection.problem(workspace.mlflow_database, fix=fix, now=now()),
        mirrored=lambda: inspection.statuses(workspace.mlflow_database),
        deliver=lambda ledger, run_ids: deliver(workspace, ledger, lambda reader: run_ids),
        mend_links=lambda fix: _mend_links(workspace, fix),
        broken_links=lambda reader: [f"{item.note}:{tie.line}" for item, tie, _ in broken(workspace, reader)],
        tell_mlflow=lambda ledger, tell: marks.tell_mlflow(workspace, ledger, tell=tell),
        now=now,
    )
    return doctor.examine(workspace, tools, fix=fix)
