"""Checking a workspace, and mending what can be mended without a person's decision.

Each check is a step that returns lines; a step that finds the database unusable ends the examination, unless it
was mended. Where nothing can be written, everything is still looked at, as it was last read.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from studyctl.app import answers, doctor_marks
from studyctl.app.export import write_record
from studyctl.config import Workspace
from studyctl.core.bundles import in_order
from studyctl.core.item_pages import SyncReport
from studyctl.core.models import ROLES, ExperimentProblem, ExperimentSpec, Run
from studyctl.core.pages import Check
from studyctl.core.ports import Ledger, Reader, RunFilter
from studyctl.errors import StudyctlError

FIX = "studyctl doctor --fix"
# A file that is written before it is put in place lives for less than a second.
LEFT_AFTER_S = 600
SHOWN_RUNS = 5


@dataclass(frozen=True, slots=True)
class Tools:
    """What the examination needs of the other rooms."""

    problems: Callable[[Path], list[str]]  # of a database
    set_aside: Callable[[Path], Path]
    index_problem: Callable[[Path], str | None]  # of the words that are searched
    make_index: Callable[[Path], int]
    open_ledger: Callable[[], Ledger]
    open_reader: Callable[[], Reader]
    synchronise: Callable[[], SyncReport]
    discover: Callable[[], Sequence[ExperimentSpec | ExperimentProblem]]
    is_lost: Callable[[Run], bool]
    mark_lost: Callable[[Ledger], list[Run]]
    unknown_folders: Callable[[Sequence[str]], Sequence[Path]]
    read_folder: Callable[[Path], Run]
    has_mlflow: Callable[[], bool]
    mirror_problem: Callable[[bool], str | None]  # of MLflow's store; True: make or upgrade it
    mirrored: Callable[[], Mapping[str, str]]  # MLflow's ids of runs, with its status
    # Runs brought up to date in MLflow, by id; how many, and what went wrong.
    deliver: Callable[[Ledger, Sequence[str]], tuple[int, str | None]]
    mend_links: Callable[[bool], Sequence[str]]  # links whose path leads nowhere; True: write them anew
    broken_links: Callable[[Reader], Sequence[str]]  # the same, of what was last read
    tell_mlflow: doctor_marks.Tell  # of tags and deletions
    now: Callable[[], str]


def examine(workspace: Workspace, tools: Tools, *, fix: bool) -> Iterator[Check]:
    """Every check in turn, so that a person sees the first while the last is still going on."""
    yield Check("settings", True, workspace.config_file.name)
    database = _database(workspace, tools, fix)
    yield database
    if not database.ok:
        return
    try:
        report = tools.synchronise()
        ledger = tools.open_ledger()
    except StudyctlError as error:
        # What cannot be written cannot be mended either, but it can be looked at.
        yield Check("notes", False, error.message, error.hint)
        yield from _looking(workspace, tools)
        return
    yield from _notes(report)
    try:
        yield _index(workspace, tools, fix)
        yield _folders(tools, ledger, fix)
        yield _lost(tools, ledger, fix)
        with ledger.reading() as reader:
            runs = _all_runs(reader)
        yield from _mlflow(workspace, tools, ledger, runs, fix)
        yield from doctor_marks.check(ledger, tools.tell_mlflow, fix)
        found = tools.discover()
        yield from _experiments(found)
        with ledger.reading() as reader:
            yield _ties(reader, found)
        yield _paths(tools, fix)
        with ledger.reading() as reader:
            yield _record(workspace, reader, fix)
    finally:
        ledger.close()
    yield _leftovers(workspace, fix)


class _AsRead:
    """What a check asks of a ledger when it mends nothing, of a database that can only be read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def reading(self) -> AbstractContextManager[Reader]:
        return nullcontext(self._reader)

    def running_runs(self) -> list[Run]:
        return self._reader.runs(RunFilter(state="running", roles=ROLES))


def _looking(workspace: Workspace, tools: Tools) -> Iterator[Check]:
    """Every check behind that of the notes that needs no writing (that of the index does), on what was last read."""
    try:
        reader = tools.open_reader()
    except StudyctlError:
        return  # said by the check of the notes
    ledger = cast(Ledger, _AsRead(reader))
    steps: dict[str, Callable[[], Iterable[Check]]] = {
        "run folders": lambda: [_folders(tools, ledger, False)],
        "running": lambda: [_lost(tools, ledger, False)],
        "MLflow": lambda: [
            *_mlflow(workspace, tools, ledger, _all_runs(reader), False),
            *doctor_marks.check(ledger, tools.tell_mlflow, False),
        ],
        "experiments": lambda: _experiments(tools.discover()),
        "ties": lambda: [_ties(reader, tools.discover())],
        "links": lambda: [_links(tools.broken_links(reader), False)],
        "record": lambda: [_record(workspace, reader, False)],
        "leftovers": lambda: [_leftovers(workspace, False)],
    }
    with closing(reader):
        for name, step in steps.items():
            try:
                yield from step()
            except StudyctlError as error:
                yield Check(name, False, f"not checked: {error.message}", error.hint)
            except OSError as error:
                yield Check(name, False, f"not checked: {error.strerror or error}", "check the permissions")


def _database(workspace: Workspace, tools: Tools, fix: bool) -> Check:
    name = workspace.database.name
    if not workspace.database.exists():
        tools.synchronise()
        return Check("database", True, f"{name} was made from the notes")
    try:
        wrong = tools.problems(workspace.database)
    except StudyctlError as error:
        return Check("database", False, error.message, error.hint)
    if not wrong:
        return Check("database", True, f"{name} is sound")
    if not fix:
        return Check("database", False, f"{name} is damaged: {wrong[0]}", FIX)
    aside = tools.set_aside(workspace.database)
    restored, answered = rebuild(tools)
    return Check(
        "database",
        True,
        f"{name} was damaged, and is kept as {aside.name}; rebuilt from the notes, the record and "
        f"{_counted(restored, 'run folder')}, with {_counted(answered, 'answer')}",
        fixed=True,
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _index(workspace: Workspace, tools: Tools, fix: bool) -> Check:
    try:
        wrong = tools.index_problem(workspace.database)
    except StudyctlError as error:
        return Check("search", False, error.message, error.hint)
    if wrong is None:
        return Check("search", True, "the index of words is sound")
    if not fix:
        return Check("search", False, wrong, FIX)
    entries = tools.make_index(workspace.database)
    return Check("search", True, f"{wrong}; made anew, with {entries} entries", fixed=True)


def rebuild(tools: Tools) -> tuple[int, int]:
    """A new database from what is left: notes, record, run folders. How many runs and answers it has then."""
    tools.synchronise()  # imports the record, which has numbers, texts of one's own, and what answers cite
    ledger = tools.open_ledger()
    try:
        restored = _restore(tools, ledger)
        for run in sorted(restored, key=lambda run: run.started):
            if run.state == "finished":
                answers.record_for_run(ledger, run, now=tools.now())
        with ledger.reading() as reader:
            return len(restored), len(reader.answers())
    finally:
        ledger.close()


def _restore(tools: Tools, ledger: Ledger) -> list[Run]:
    """Take up the runs whose folders the database does not know."""
    with ledger.reading() as reader:
        known = _known_whole(_all_runs(reader))
    found = []
    for folder in tools.unknown_folders(known):
        try:
            found.append(tools.read_folder(folder))
        except StudyctlError:
            continue  # said by the check of the folders
    # A trial comes after its sweep.
    return [run for run in sorted(found, key=lambda run: run.role == "trial") if ledger.restore_run(run)]


def _all_runs(reader: Reader) -> list[Run]:
    """Every run: trials, and those that were deleted, too."""
    return [run for deleted in (False, True) for run in reader.runs(RunFilter(roles=ROLES, deleted=deleted))]


def _known_whole(runs: Sequence[Run]) -> list[str]:
    """The runs of which the database knows all; of one that came with the record, its own folder knows more."""
    return [run.id for run in runs if run.whole]


def _notes(report: SyncReport) -> Iterator[Check]:
    if not report.unread:
        yield Check("notes", True, f"{report.notes} note{'' if report.notes == 1 else 's'} read")
    for problem in report.unread:
        yield Check("notes", False, problem.message, f"mend {problem.note}; until then its items stay as they were")


def _folders(tools: Tools, ledger: Ledger, fix: bool) -> Check:
    with ledger.reading() as reader:
        known = _all_runs(reader)
    unknown = list(tools.unknown_folders(_known_whole(known)))
    if not unknown:
        return Check("run folders", True, f"{len(known)} run{'' if len(known) == 1 else 's'}")
    if fix:
        restored = _restore(tools, ledger)
        for run in sorted(restored, key=lambda run: run.started):
            if run.state == "finished":
                answers.record_for_run(ledger, run, now=tools.now())
        left = len(unknown) - len(restored)
        one = len(restored) == 1
        text = f"{len(restored)} run{'' if one else 's'} restored from {'its folder' if one else 'their folders'}"
        if not left:
            return Check("run folders", True, text, fixed=True)
        return Check(
            "run folders", False, f"{text}; {left} have no readable run.json", f"look into {unknown[0].parent}"
        )
    count = f"{len(unknown)} folder{'' if len(unknown) == 1 else 's'}"
    return Check("run folders", False, f"{count} of runs that the database does not know", FIX)


def _lost(tools: Tools, ledger: Ledger, fix: bool) -> Check:
    lost = [run for run in ledger.running_runs() if tools.is_lost(run)]
    if not lost:
        return Check("running", True, "no run is lost")
    if fix:
        # One may have ended in its folder, and only its recorder have been killed.
        marked = [f"{run.short} ({run.experiment}) as {run.state}" for run in tools.mark_lost(ledger)]
        return Check("running", True, f"ended: {', '.join(marked)}", fixed=True)
    names = ", ".join(f"{run.short} ({run.experiment})" for run in lost)
    return Check("running", False, f"recorded as running, and their processes are gone: {names}", FIX)


def _mlflow(workspace: Workspace, tools: Tools, ledger: Ledger, runs: Sequence[Run], fix: bool) -> Iterator[Check]:
    own = [run for run in runs if run.whole]
    if not workspace.mlflow_database.exists() and not own:
        yield Check("MLflow", True, "no run yet")
        return
    if not tools.has_mlflow():
        yield Check("MLflow", True, "MLflow is not installed: runs are recorded without it, and exported as well")
        return
    here = [run for run in own if not run.tracking_uri]
    if here or workspace.mlflow_database.exists():
        wrong = tools.mirror_problem(fix)
        if wrong is not None:
            yield Check("MLflow", False, wrong, FIX)
            return
    there = tools.mirrored()
    # A deleted run that it has not got is missed by nobody.
    ended = [run for run in own if run.state != "running" and run.deleted is None]
    still = [run for run in here if run in ended and run.delivered and there.get(run.mlflow_run_id or "") == "RUNNING"]
    missing = [run for run in ended if not run.tracking_uri and run.mlflow_run_id not in there]
    partly = [run for run in ended if not run.delivered and run not in missing]
    parts = [
        f"{len(some)} {what}: {_names(some)}"
        for some, what in (
            (still, "that ended still running there"),
            (missing, "not in it"),
            (partly, "not whole in it"),
        )
        if some
    ]
    text = f"{_counted(len(own), 'run')}" + (f"; {'; '.join(parts)}" if parts else "")
    if not parts or not fix:
        yield Check("MLflow", not parts, text, FIX)
        return
    late = in_order((*still, *missing, *partly))
    done, failed = tools.deliver(ledger, [run.id for run in late])
    if failed:
        left = f"{failed}; {len(late) - done} of {_counted(len(late), 'run')} not delivered"
        yield Check("MLflow", False, left, "the runs themselves are recorded; try again later")
    else:
        text = f"{_counted(len(late), 'run')} delivered: {_names(late)}"
        yield Check("MLflow", True, text, fixed=True)


def _names(runs: Sequence[Run]) -> str:
    shown = ", ".join(f"{run.short} ({run.experiment})" for run in runs[:SHOWN_RUNS])
    return shown + (f" and {len(runs) - SHOWN_RUNS} more" if len(runs) > SHOWN_RUNS else "")


def _experiments(found: Sequence[ExperimentSpec | ExperimentProblem]) -> Iterator[Check]:
    problems = [one for one in found if isinstance(one, ExperimentProblem)]
    sound = len(found) - len(problems)
    if not problems:
        yield Check("experiments", True, f"{sound} can be run")
    for one in problems:
        yield Check("experiments", False, f"{one.place}: {one.message}", one.hint)


def _ties(reader: Reader, found: Sequence[ExperimentSpec | ExperimentProblem]) -> Check:
    # A script or a notebook may have recorded what no module here is called.
    known = {one.name for one in found} | {run.experiment for run in reader.runs()}
    loose = [
        (item.id, tie.experiment)
        for item in reader.items()
        if item.status != "dropped"
        for tie in item.ties
        if tie.experiment not in known
    ]
    if not loose:
        return Check("ties", True, "every tied experiment exists")
    names = ", ".join(f"{item} to {experiment}" for item, experiment in dict.fromkeys(loose))
    item, experiment = loose[0]
    return Check(
        "ties",
        False,
        f"tied to experiments that do not exist: {names}",
        f"studyctl experiment new {experiment} --for {item}, or: studyctl unlink {item} {experiment}",
    )


def _paths(tools: Tools, fix: bool) -> Check:
    return _links(tools.mend_links(fix), fix)


def _links(broken: Sequence[str], fix: bool) -> Check:
    if not broken:
        return Check("links", True, "every link to an experiment leads there")
    text = f"links whose path leads nowhere: {', '.join(broken)}"
    return Check("links", fix, text, FIX, fixed=fix)


def _record(workspace: Workspace, reader: Reader, fix: bool) -> Check:
    name = workspace.record.name
    if not workspace.record.exists():
        return Check("record", True, f"no {name} yet: `studyctl export` writes it")
    text = reader.export_record()
    if workspace.record.read_bytes() == text.encode():
        return Check("record", True, f"{name} is up to date")
    if fix:
        write_record(workspace.record, text)
        return Check("record", True, f"{name} written anew", fixed=True)
    return Check("record", False, f"{name} lacks what is known here", "studyctl export")


def _leftovers(workspace: Workspace, fix: bool) -> Check:
    before = time.time() - LEFT_AFTER_S
    left = [file for file in _scratch_files(workspace) if file.stat().st_mtime < before]
    if not left:
        return Check("leftovers", True, "no half-written file")
    if fix:
        for file in left:
            if file.is_dir():
                shutil.rmtree(file, ignore_errors=True)
            else:
                file.unlink(missing_ok=True)
        return Check("leftovers", True, f"{len(left)} half-written files removed", fixed=True)
    return Check("leftovers", False, f"half-written files of commands that were killed: {left[0]}", FIX)


def _scratch_files(workspace: Workspace) -> list[Path]:
    """Files that a command writes before it puts them in place, under a name that no other program uses."""
    found = [*workspace.state.glob("*.tmp"), *workspace.state.glob("incoming/*"), *workspace.runs.glob("*/*.tmp")]
    return found + list(workspace.record.parent.glob(f".{workspace.record.name}.*.tmp"))
