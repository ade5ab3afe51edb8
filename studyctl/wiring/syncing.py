"""Bringing what studyctl knows of the notes up to date before a command reads it, and what a sync needs for that."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from studyctl.config import CONFIG_NAME, Settings, Workspace
from studyctl.errors import StudyctlError
from studyctl.wiring.opening import habits_of, note_files, now, open_ledger, open_reader, quietly, record_text, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from studyctl.app.evidence import Evidence
    from studyctl.app.sync import Read, Told
    from studyctl.core.item_pages import SyncReport
    from studyctl.core.models import (
        FileStamp,
        Kind,
        NoteProblem,
        Reading,
        Reason,
    )
    from studyctl.core.ports import Ledger, Reader, RunBundle

    # Shows how far a sync is while the block runs.
    Waiting = Callable[[], AbstractContextManager[Told]]


def current(
    workspace: Workspace,
    *,
    note: Callable[[str], None],
    warn: Callable[[str], None],
    synced: Callable[[SyncReport], None] = lambda report: None,
    waiting: Waiting = quietly,
) -> Reader:
    """What the notes say now, for reading: synced first where one changed.

    `note` is told what is good to know (the committed record was imported), `warn` what is wrong and can wait,
    `synced` what the sync did, where there was one, and `waiting` how far it is.
    """
    from studyctl.app import current as app

    def told(report: SyncReport) -> None:
        synced(report)
        if report.imported is not None:
            note(f"first use here: numbers, runs and answers come from {workspace.record.name}")
        for one in report.bundles:
            from studyctl.view.bundles import evidence_line

            note(evidence_line(one))
        for problem in (*report.unread, *report.refused):
            warn(problem.message)

    try:
        return app.current(
            lambda: open_reader(workspace),
            lambda: _Glance(workspace),
            lambda: told(synchronise(workspace, waiting=waiting)),
            warn,
        )
    except (StudyctlError, OSError) as error:
        if not app.forbidden(error):
            raise
    warn("this workspace cannot be written: showing the notes as they are now, new numbers are provisional")
    return _scratch_reader(workspace, told, waiting=waiting)


class _Glance:
    """Sees whether notes changed without loading what writes them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def unchanged(self, notes: Mapping[str, tuple[int, int]], others: Sequence[FileStamp]) -> bool:
        from studyctl.wiring import ahead

        if ahead.unchanged(self._workspace):
            return True
        from studyctl.notes.glance import unchanged

        return unchanged(self._workspace, notes, others)

    def walk(self, known: Iterable[FileStamp] = ()) -> list[FileStamp]:
        from studyctl.notes.walk import walk

        return walk(self._workspace, known).stamps

    def read(self, note: str) -> bytes:
        return note_files(self._workspace).read(note)


def _scratch_reader(
    workspace: Workspace,
    told: Callable[[SyncReport], None],
    *,
    everything: bool = False,
    waiting: Waiting = quietly,
) -> Reader:
    """The same sync, on a copy of the database that is thrown away."""
    import shutil
    import tempfile

    from studyctl.store.reader import StudyReader

    folder = tempfile.TemporaryDirectory(prefix="studyctl-")
    copy = Path(folder.name) / workspace.database.name

    class ScratchReader(StudyReader):
        def close(self) -> None:
            super().close()
            folder.cleanup()

    try:
        if workspace.database.exists():
            shutil.copyfile(workspace.database, copy)
        told(synchronise(workspace, everything=everything, database=copy, waiting=waiting))
        return ScratchReader(copy)
    except BaseException:
        folder.cleanup()
        raise


def sync_and_count(
    workspace: Workspace,
    *,
    everything: bool = False,
    dry_run: bool = False,
    waiting: Waiting = quietly,
) -> tuple[SyncReport, dict[Kind, int]]:
    """Sync, and how many items of each kind there are then; `dry_run` keeps nothing."""
    if not everything and (untouched := _untouched(workspace)) is not None:
        return untouched
    reports: list[SyncReport] = []
    if dry_run:
        reader = _scratch_reader(workspace, reports.append, everything=everything, waiting=waiting)
    else:
        reports.append(synchronise(workspace, everything=everything, waiting=waiting))
        reader = open_reader(workspace)
    try:
        return reports[0], reader.counts()
    finally:
        reader.close()


def _untouched(workspace: Workspace) -> tuple[SyncReport, dict[Kind, int]] | None:
    """The report of a sync that finds nothing to do, without loading what writes; None where there may be something."""
    from studyctl.app.current import by_other_rules, untouched
    from studyctl.core.detector.edition import edition
    from studyctl.core.item_pages import SyncReport

    try:
        reader = open_reader(workspace)
    except StudyctlError:
        return None
    try:
        notes, others = reader.watched()
        if by_other_rules(reader, edition()):
            return None
        if untouched(_Glance(workspace), notes, others) and reader.meta("synced"):
            return SyncReport(notes=len(notes)), reader.counts()
        return None
    finally:
        reader.close()


def synchronise(
    workspace: Workspace,
    *,
    everything: bool = False,
    database: Path | None = None,
    waiting: Waiting = quietly,
) -> SyncReport:
    """Bring `study.db` (or another `database`) up to what the notes say now."""
    ledger = open_ledger(workspace, database)
    try:
        with waiting() as told:
            ahead = read_ahead(workspace, ledger, everything, told)
            if ahead:
                told("recording", 0, 0)
            return sync_notes(workspace, ledger, everything, ahead=ahead, keep=database is None)
    finally:
        ledger.close()


def read_ahead(workspace: Workspace, ledger: Ledger, everything: bool = False, told: Told = silent) -> Read:
    """What changed notes say, where they are many."""
    from studyctl.app.sync import read_ahead
    from studyctl.core.detector.edition import edition
    from studyctl.notes.parallel import read_notes

    return read_ahead(
        note_files(workspace),
        ledger,
        lambda stamps: read_notes(workspace, read_note, stamps),
        everything=everything,
        told=told,
        edition=edition(),
    )


def sync_notes(
    workspace: Workspace,
    ledger: Ledger,
    everything: bool = False,
    *,
    moment: str | None = None,
    ahead: Read | None = None,
    keep: bool = True,
) -> SyncReport:
    """One sync; `keep=False` is for a copy of the database, and leaves the run folders as they are."""
    from studyctl.app.sync import sync
    from studyctl.core.detector.edition import edition

    with _evidence(workspace, keep=keep) as evidence:
        report = sync(
            workspace.settings,
            note_files(workspace),
            ledger,
            read_note,
            now=moment or now(),
            record=lambda: record_text(workspace),
            everything=everything,
            ahead=ahead,
            evidence=evidence,
            edition=edition(),
        )
        evidence.shelf.settle()
    if report.bundles:
        from studyctl.app.freshness import keep as keep_digests
        from studyctl.runner.digests import current_digests

        keep_digests(ledger, workspace.root, current_digests)
    return report


@contextmanager
def _evidence(workspace: Workspace, *, keep: bool) -> Iterator[Evidence]:
    """The bundles among the experiments, for a sync."""
    from studyctl.app.evidence import Evidence
    from studyctl.notes.files import WorkspaceNotes
    from studyctl.runner.bundle_shelf import Shelf

    place = WorkspaceNotes(workspace).path

    def digest(path: str) -> str:
        import hashlib

        with place(path).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def opened(path: str) -> AbstractContextManager[RunBundle]:
        from studyctl.runner.bundle_reader import opened

        return opened(place(path), name=path)

    with Shelf(workspace, keep=keep) as shelf:
        yield Evidence(digest, opened, shelf)


def read_note(source: bytes, note: str, settings: Settings) -> Reading:
    """What a note says, by the habits that the workspace names."""
    from studyctl.core.detector.detect import detect
    from studyctl.core.tasks import planned

    reading = detect(source, note, habits_of(settings))
    return planned(reading, source)


def stale_reasons(reader: Reader, workspace: Workspace, ids: Sequence[str] = ()) -> dict[str, tuple[Reason, ...]]:
    """Why the answers of these items, or of all, are stale; fresh ones are left out."""
    from studyctl.app.freshness import reasons
    from studyctl.runner.digests import current_digests

    return reasons(reader, workspace.root, current_digests, ids)


def unchanged_runs(reader: Reader, workspace: Workspace, ids: Iterable[str]) -> set[str]:
    """Those of these runs whose files are as they were."""
    from studyctl.app.freshness import unchanged
    from studyctl.runner.digests import current_digests

    return unchanged(reader, workspace.root, current_digests, ids)


def scan(paths: Sequence[Path], workspace: str | None = None) -> tuple[list[Reading], list[NoteProblem]]:
    """What detection finds in files, folders and stdin (`-`), with the labels of the workspace around them."""
    from studyctl.app.scan import scan
    from studyctl.notes.files import check_utf8
    from studyctl.notes.walk import walk

    def read(source: bytes, name: str, settings: Settings) -> Reading:
        check_utf8(source, name)
        return read_note(source, name, settings)

    def notes_in(folder: Path) -> list[str]:
        lone = Workspace(folder, folder / CONFIG_NAME, Settings())
        return [stamp.path for stamp in walk(lone).stamps if stamp.role == "note"]

    return scan(paths, workspace, read, notes_in)
