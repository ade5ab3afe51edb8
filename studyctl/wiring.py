"""The only place that builds the edges: which reader, which ledger, which note files a use case gets.

Everything is imported inside the function that builds it, so that a command loads only what it uses.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studyctl.config import CONFIG_NAME, Settings, Workspace, make_state
from studyctl.errors import NeedsMigration, NotFoundError, StoreError, StudyctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from studyctl.app.change import Change, Outcome, Plan
    from studyctl.app.evidence import Evidence
    from studyctl.app.init import Made
    from studyctl.app.sync import Read, Told
    from studyctl.core.item_pages import SyncReport
    from studyctl.core.models import (
        ExperimentProblem,
        ExperimentSpec,
        FileStamp,
        Kind,
        NoteProblem,
        Reading,
        Reason,
        Run,
    )
    from studyctl.core.pages import Check
    from studyctl.core.ports import Ledger, NoteFiles, Progress, Reader, RunBundle
    from studyctl.core.verifying import Verified, Witness
    from studyctl.tracking.ui import Ui

    # Shows how far a sync is while the block runs.
    Waiting = Callable[[], AbstractContextManager[Told]]


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
    from studyctl.app.current import untouched
    from studyctl.core.item_pages import SyncReport

    try:
        reader = open_reader(workspace)
    except StudyctlError:
        return None
    try:
        notes, others = reader.watched()
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
            ahead = _read_ahead(workspace, ledger, everything, told)
            if ahead:
                told("recording", 0, 0)
            return _sync(workspace, ledger, everything, ahead=ahead, keep=database is None)
    finally:
        ledger.close()


def _read_ahead(workspace: Workspace, ledger: Ledger, everything: bool = False, told: Told = silent) -> Read:
    """What changed notes say, where they are many."""
    from studyctl.app.sync import read_ahead
    from studyctl.notes.parallel import read_notes

    return read_ahead(
        note_files(workspace),
        ledger,
        lambda stamps: read_notes(workspace, _read_note, stamps),
        everything=everything,
        told=told,
    )


def _sync(
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

    with _evidence(workspace, keep=keep) as evidence:
        report = sync(
            workspace.settings,
            note_files(workspace),
            ledger,
            _read_note,
            now=moment or now(),
            record=lambda: record_text(workspace),
            everything=everything,
            ahead=ahead,
            evidence=evidence,
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


def _read_note(source: bytes, note: str, settings: Settings) -> Reading:
    """What a note says, by the workspace's labels and rules."""
    from studyctl.core.detector import detect
    from studyctl.core.tasks import planned

    reading = detect(source, note, extra_labels=labels_of(settings), rules_off=settings.rules_off)
    return planned(reading, source)


def scan(paths: Sequence[Path], workspace: str | None = None) -> tuple[list[Reading], list[NoteProblem]]:
    """What detection finds in files, folders and stdin (`-`), with the labels of the workspace around them."""
    from studyctl.app.scan import scan
    from studyctl.notes.files import check_utf8
    from studyctl.notes.walk import walk

    def read(source: bytes, name: str, settings: Settings) -> Reading:
        check_utf8(source, name)
        return _read_note(source, name, settings)

    def notes_in(folder: Path) -> list[str]:
        lone = Workspace(folder, folder / CONFIG_NAME, Settings())
        return [stamp.path for stamp in walk(lone).stamps if stamp.role == "note"]

    return scan(paths, workspace, read, notes_in)


def init(folder: Path, notes: Sequence[str]) -> Made:
    """Make a workspace in `folder`."""
    from studyctl.app.init import init
    from studyctl.notes.walk import walk

    lone = Workspace(folder.resolve(), folder.resolve() / CONFIG_NAME, Settings())
    holds_notes = folder.is_dir() and any(stamp.role == "note" for stamp in walk(lone).stamps)
    return init(folder, notes, holds_notes)


def labels_of(settings: Settings) -> dict[Kind, tuple[str, ...]]:
    """The person's own labels, by kind."""
    return {
        "question": settings.question_labels,
        "todo": settings.todo_labels,
        "reading": settings.reading_labels,
    }


def change(workspace: Workspace, command: str, plan: Plan, *, dry_run: bool = False) -> Outcome:
    """Write into notes, or correct items: `plan` decides under the lock."""
    from studyctl.app.change import change as apply

    ledger = open_ledger(workspace)
    # One moment for all of it, so that its history reads in the order in which things happened.
    moment = now()
    try:
        ahead = _read_ahead(workspace, ledger)
        return apply(
            command,
            plan,
            ledger,
            note_files(workspace),
            lambda: _sync(workspace, ledger, moment=moment, ahead=ahead),
            now=moment,
            dry_run=dry_run,
        )
    finally:
        ledger.close()


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


def stale_reasons(reader: Reader, workspace: Workspace, ids: Sequence[str] = ()) -> dict[str, tuple[Reason, ...]]:
    """Why the answers of these items, or of all, are stale; fresh ones are left out."""
    from studyctl.app.freshness import reasons
    from studyctl.runner.digests import current_digests

    return reasons(reader, workspace.root, current_digests, ids)


def verifying(
    workspace: Workspace,
    reader: Reader,
    words: Sequence[str],
    *,
    rerun: Progress | None = None,
    remote: bool = False,
    strict: bool = False,
) -> Iterator[Verified]:
    """Each recorded answer held against all that is recorded of it; `rerun` shows how far measuring again is."""
    from studyctl.app.verify import Sources, verify
    from studyctl.runner.versions import changed_versions

    def again(run: Run) -> Run:
        from studyctl.core.params import validate
        from studyctl.runner.draft import execute_draft
        from studyctl.runner.importing import load

        assert rerun is not None  # else nobody asks
        loaded = load(workspace, find_experiment(workspace, run.experiment))
        params = validate(loaded.model, run.params, UsageError)
        return execute_draft(loaded, params, preset=run.preset, changed=run.changed, progress=rerun)[0]

    sources = Sources(
        reasons=lambda ids: stale_reasons(reader, workspace, ids),
        witnesses=lambda runs, wanted: _witnesses(workspace, runs, wanted, remote=remote),
        environment=lambda run: changed_versions(workspace.root, run),
        rerun=again if rerun is not None else None,
    )
    return verify(reader, words, sources, strict=strict)


def _witnesses(
    workspace: Workspace, runs: Mapping[str, Run], wanted: Mapping[str, set[str]], *, remote: bool
) -> dict[str, list[Witness]]:
    """What the runs' folders and MLflow hold of some figures."""
    from studyctl.core.verifying import Witness
    from studyctl.runner.folder import RECORD_FILE, read_record
    from studyctl.tracking import inspection

    found: dict[str, list[Witness]] = {run_id: [] for run_id in wanted}
    for run_id in wanted:
        if (workspace.runs / run_id / RECORD_FILE).is_file():
            last = {metric.name: metric.value for metric in read_record(workspace.runs / run_id).metrics}
            found[run_id].append(Witness("its folder", last=last))
    mirrored = {str(runs[i].mlflow_run_id): i for i in wanted if runs[i].mlflow_run_id and not runs[i].tracking_uri}
    local = inspection.figures(workspace.mlflow_database, {theirs: wanted[i] for theirs, i in mirrored.items()})
    for theirs, witness in local.items():
        found[mirrored[theirs]].append(witness)
    if remote:
        for run_id, names in wanted.items():
            if runs[run_id].tracking_uri and runs[run_id].mlflow_run_id:
                found[run_id].append(inspection.remote_figures(runs[run_id], names))
    return found


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


def discover(workspace: Workspace) -> list[ExperimentSpec | ExperimentProblem]:
    """The experiments of the workspace and the modules that are none; nothing is executed."""
    from studyctl.runner.discover import discover as found

    return found(workspace)


def find_experiment(workspace: Workspace, name: str) -> ExperimentSpec:
    """The experiment called `name`; NotFoundError with near names, ExperimentError where its module is wrong."""
    from studyctl.runner.discover import find

    try:
        return find(workspace, name)
    except NotFoundError as error:
        raise _recorded_elsewhere(workspace, name) or error from None


def _recorded_elsewhere(workspace: Workspace, name: str) -> NotFoundError | None:
    """What to say of a name that no experiment has, but that a script or a notebook records."""
    from studyctl.core import reproduce
    from studyctl.core.ports import RunFilter

    try:
        reader = open_reader(workspace)
    except StudyctlError:
        return None
    try:
        last = reader.runs(RunFilter(experiment=name.replace("_", "-"), limit=1))
    finally:
        reader.close()
    if not last or not (by := reproduce.recorded_by(last[0])):
        return None
    return NotFoundError(
        f"{last[0].experiment} is no experiment: it was recorded by the {by}", reproduce.command(last[0])
    )


def experiment_names(workspace: Workspace) -> list[str]:
    """The names of the experiments that can be run."""
    from studyctl.core.models import ExperimentSpec

    return [one.name for one in discover(workspace) if isinstance(one, ExperimentSpec)]


def installed_names() -> list[str]:
    """The names of experiments that installed packages declare; their sources are not read."""
    from studyctl.runner.installed import distributions

    return sorted({name.replace("_", "-") for one in distributions() for name, _ in one.declared})


def describe_experiment(
    workspace: Workspace, spec: ExperimentSpec
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]], list[str]]:
    """Parameters and presets as plain values, and what is wrong with presets; imports the experiment's module."""
    from dataclasses import asdict

    from studyctl.core.params import fields_of, wrong_presets
    from studyctl.runner.importing import load

    loaded = load(workspace, spec)
    presets = {name: dict(values) for name, values in loaded.declaration.presets.items()}
    return [asdict(field) for field in fields_of(loaded.model)], presets, wrong_presets(loaded.model, presets)


@contextmanager
def serve_ui(
    workspace: Workspace, experiment: str | None, port: int | None, warn: Callable[[str], None]
) -> Iterator[Ui]:
    """The MLflow UI on this workspace while the block runs; runs that were lost are ended in it first."""
    from studyctl import wiring_marks
    from studyctl.tracking.ui import serve

    mark_lost(workspace)
    if workspace.database.exists():
        ledger = open_ledger(workspace)
        try:
            if workspace.mlflow_database.exists():
                settle(workspace, ledger)
            wiring_marks.tell_mlflow(workspace, ledger)
            # What a sync took in from bundles waited until somebody looks: importing MLflow takes long.
            problem = deliver_imported(workspace, ledger)
        finally:
            ledger.close()
        if problem:
            warn(f"{problem}: imported runs may be missing")
    with serve(workspace, experiment, port) as ui:
        yield ui


def tracking_server(workspace: Workspace) -> str:
    """The MLflow server that runs go to, without its password; "" for the workspace's own store."""
    from studyctl.tracking.remote import address_of, shown

    return shown(address_of(workspace))


def deliver(
    workspace: Workspace, ledger: Ledger, waiting: Callable[[Reader], Sequence[str]], *, wait_s: float = -1
) -> tuple[int, str | None]:
    """Bring MLflow up to all of some runs; how many, and what went wrong.

    Two commands that did so at once would give MLflow a run twice. Who waits no longer for the other leaves it to that.
    """
    from filelock import FileLock, Timeout

    from studyctl.app.deliver import deliver_all
    from studyctl.tracking.remote import tracker_of

    try:
        with FileLock(workspace.state / "deliver.lock", timeout=wait_s):
            with ledger.reading() as reader:
                run_ids = waiting(reader)
            return deliver_all(ledger, lambda run: tracker_of(workspace, run), run_ids, workspace.runs)
    except Timeout:
        return 0, None


def deliver_imported(workspace: Workspace, ledger: Ledger) -> str | None:
    """Write the imported runs into MLflow that it does not have yet; what went wrong."""
    from studyctl.app.deliver import undelivered

    return deliver(workspace, ledger, undelivered)[1]


def settle(workspace: Workspace, ledger: Ledger, server: str = "") -> None:
    """End the runs that were lost in the MLflow that has just answered, with all that their folders hold."""
    from studyctl.app.deliver import lost

    with ledger.reading() as reader:
        waiting = lost(reader, server)
    if waiting:
        deliver(workspace, ledger, lambda reader: lost(reader, server), wait_s=0)


def mark_lost(workspace: Workspace) -> list[Run]:
    """Write down how the runs ended whose processes are gone, for commands that write; returns the lost ones."""
    from studyctl.app import answers
    from studyctl.runner.lost import mark

    if not _any_running(workspace):
        return []
    ledger = open_ledger(workspace)
    try:
        ended = mark(ledger, workspace.runs)
        for run in ended:
            if run.state == "finished" and run.role == "run":
                answers.record_for_run(ledger, run, now=now())
        return [run for run in ended if run.state == "lost"]
    finally:
        ledger.close()


def _any_running(workspace: Workspace) -> bool:
    """Whether study.db has a run that is going on, asked without loading what writes."""
    from studyctl.core.models import ROLES
    from studyctl.core.ports import RunFilter

    if not workspace.database.exists():
        return False
    try:
        reader = open_reader(workspace)
    except NeedsMigration:
        return True  # for the ledger to find out, which brings it up
    try:
        return reader.count_runs(RunFilter(state="running", roles=ROLES)) > 0
    finally:
        reader.close()


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
    from studyctl import wiring_marks
    from studyctl.app import doctor
    from studyctl.app.mend_links import broken
    from studyctl.runner import folder, lost
    from studyctl.store import indexing, repair
    from studyctl.tracking import inspection

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
        tell_mlflow=lambda ledger, tell: wiring_marks.tell_mlflow(workspace, ledger, tell=tell),
        now=now,
    )
    return doctor.examine(workspace, tools, fix=fix)
