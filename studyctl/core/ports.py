"""What the use cases and the runner need of the edges, as protocols.

The rooms that implement them (`notes`, `store`, `tracking`, `runner`) never import one another; `wiring` builds
them and passes them in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from studyctl.core.models import (
    Answer,
    Artifact,
    Detail,
    FileStamp,
    Finding,
    Found,
    Item,
    Kind,
    Metric,
    Reading,
    Run,
    RunRole,
    RunState,
)

if TYPE_CHECKING:
    from studyctl.core.narrowing import Filters
    from studyctl.core.search import Hits, Query


@dataclass(frozen=True, slots=True)
class Assigned:
    """One found item with the id that identity gave it."""

    id: str
    note: str
    found: Found
    parent: str | None
    position: int
    how: str  # "new", "anchor", "exact", "exact-elsewhere", "similar", "similar-elsewhere", "returned"
    score: float = 100.0


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a note's bytes: `old` at `offset` becomes `new`. Its inverse swaps the two."""

    note: str
    offset: int
    old: bytes
    new: bytes


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """What a command changed, with all that undoing it needs."""

    number: int
    at: str
    command: str
    summary: str
    edits: tuple[Edit, ...]
    overrides: tuple[tuple[str, str, str | None, str | None], ...]  # (item id, field, before, after)
    undone: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What merging a record changed; all empty where everything in it was known already."""

    items: tuple[str, ...] = ()  # ids that are new here
    tombstones: tuple[str, ...] = ()  # ids that are new here and in no note
    # (number until now, number from now on, text): the record's number wins, a colliding local item gets a new one
    renumbered: tuple[tuple[str, str, str], ...] = ()
    runs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()  # ids of the items that got answers, one for each
    overrides: int = 0


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs; without a `parent` those that stand by themselves, sweeps included and their trials not."""

    experiment: str | None = None
    state: RunState | None = None
    item: str | None = None
    limit: int | None = None
    roles: tuple[RunRole, ...] = ("run", "sweep")
    parent: str | None = None  # the trials of a sweep
    deleted: bool = False  # those that were deleted, instead of the others
    ids: tuple[str, ...] | None = None  # among these
    tags: tuple[str, ...] = ()  # that have all of them


@dataclass(frozen=True, slots=True)
class NoteRead:
    """What one note says, and the digest of its bytes; no reading where it could not be read."""

    note: str
    sha256: str
    reading: Reading | None


class Reader(Protocol):
    """Reads `study.db` through its views, with the standard library only.

    Opening it raises NeedsMigration where the database is missing or older: open the ledger first. `items` lists
    an item under its `also` kind too, and leaves out tombstones and ignored items unless asked; `item` finds both.
    Runs are as stored: whether a running one is lost is for the caller to work out. `runs` have their findings.
    """

    def stamps(self) -> list[FileStamp]: ...
    # The notes whose size and mtime prove what they say (path: both), and the stamps of all other watched files.
    def watched(self) -> tuple[Mapping[str, tuple[int, int]], list[FileStamp]]: ...
    def counts(self) -> dict[Kind, int]: ...  # of live items
    def items(
        self,
        kinds: Sequence[Kind] = (),
        ids: Sequence[str] = (),
        *,
        gone: bool = False,
        ignored: bool = False,
        filters: Filters | None = None,  # leave out most of what they do not let through
        limit: int = 0,  # the first so many that are not settled
    ) -> list[Item]: ...
    def count(self, kinds: Sequence[Kind], *, settled: bool = True, ignored: bool = False) -> int: ...  # live ones
    # The parents of these items and of all above them, as far as these are listed with them.
    def ancestors(
        self, kinds: Sequence[Kind], ids: Sequence[str], *, ignored: bool = False
    ) -> dict[str, str | None]: ...
    def item(self, item_id: str) -> Item | None: ...  # with details
    def details_of(self, ids: Sequence[str]) -> dict[str, tuple[Detail, ...]]: ...  # of items that have some
    def children(self, item_id: str) -> list[Item]: ...
    def runs(self, where: RunFilter | None = None) -> list[Run]: ...  # newest first, without metrics and files
    # Newest first, with these metrics, how long they took if `timed`, and nothing else that is large.
    def brief_runs(self, where: RunFilter, metrics: Sequence[str] = (), *, timed: bool = False) -> list[Run]: ...
    def count_runs(self, where: RunFilter) -> int: ...
    def metric_names(self, where: RunFilter) -> list[str]: ...  # of the newest runs
    def run_tags(self) -> list[str]: ...
    def candidates(self, experiment: str) -> Iterator[Run]: ...  # that may be cited, best first; as `runs`, on demand
    # Those of them that count, newest first, by the host that they were made on; "" where that is not known.
    def candidates_by_host(self, experiment: str) -> Iterator[tuple[str, Iterator[Run]]]: ...
    def run(self, prefix: str) -> Run: ...  # whole; NotFoundError, UsageError when ambiguous
    def runs_of(self, ids: Iterable[str]) -> dict[str, Run]: ...  # whole, by id
    def answer(self, item_id: str) -> Answer | None: ...  # the current one
    def answers(self, item_ids: Sequence[str] = ()) -> list[Answer]: ...  # the current ones, with evidence
    # (item, run, whether it is the item's answer now) of the answers that ever cited one of the runs
    def citing(self, run_ids: Iterable[str]) -> list[tuple[str, str, bool]]: ...
    def answer_history(self, item_id: str) -> list[Answer]: ...
    def search(self, query: Query) -> Hits: ...  # best first
    def events(self, item_id: str) -> list[tuple[str, str, str]]: ...  # (at, what, text)
    def journal(self, limit: int = 20) -> list[JournalEntry]: ...  # newest first
    def overrides(self) -> list[tuple[str, str, str, str]]: ...  # (item, field, value, when)
    def relinked(self) -> dict[str, str]: ...  # tombstones whose text went to another number, and that number
    def lives(self) -> dict[str, tuple[str, str | None]]: ...  # (first seen, gone since) of every item
    def digests(self) -> dict[tuple[str, int, int], str]: ...  # (path, size, mtime_ns) -> canonical digest
    # "synced": when; "edition": by which rules; "record": sha256 of the record last imported
    def meta(self, key: str) -> str | None: ...
    def export_record(self) -> str: ...  # the text of studyctl-record.jsonl
    def close(self) -> None: ...


class Ledger(Protocol):
    """Everything that writes `study.db`. Each method is one transaction of its own, or part of `transaction()`.

    `sync`: `stamps` is the whole list of watched files (what is not in it is forgotten), `read_notes` the notes that
    were read this time, `assigned` every item found in them. A live item of a read note that is not assigned becomes
    a tombstone even if `gone` does not name it; `gone` is for notes that no longer exist. Positions are renumbered
    over all notes, so `Assigned.position` only orders items of one line.
    """

    def transaction(self) -> AbstractContextManager[None]:
        """Hold the write lock over several calls and commit them together: `known_items`, decide, `sync`."""
        ...

    def reading(self) -> AbstractContextManager[Reader]:
        """A reader that sees what this transaction has written so far; valid inside the block only."""
        ...

    def running_runs(self) -> list[Run]: ...  # state "running", as stored
    # Whole, from its folder or a bundle; False where it is known already.
    def restore_run(self, run: Run) -> bool: ...
    def import_record(self, text: str, *, now: str) -> ImportReport: ...
    def known_items(self) -> list[Item]: ...  # tombstones and ignored ones included
    def sync(
        self,
        assigned: Sequence[Assigned],
        gone: Sequence[str],
        stamps: Sequence[FileStamp],
        *,
        read_notes: Sequence[str],
        now: str,
        edition: str = "",  # by which rules the notes were read
    ) -> None: ...
    def next_numbers(self) -> dict[Kind, int]: ...
    def override(
        self,
        item_id: str,
        field: Literal["ignored", "kind", "dropped", "relinked", "accepted"],
        value: str | None,
        *,
        now: str,
    ) -> None: ...
    def journal(
        self,
        command: str,
        summary: str,
        edits: Sequence[Edit],
        overrides: Sequence[tuple[str, str, str | None, str | None]],
        *,
        now: str,
    ) -> int: ...
    def mark_undone(self, number: int, *, now: str) -> None: ...
    def open_run(self, run: Run) -> None: ...
    def begin_run(self, run: Run) -> None: ...  # which process performs it from here on
    # Where the mirror of the run is: MLflow's id, and its server.
    def set_mlflow_id(self, run_id: str, mlflow_run_id: str, tracking_uri: str = "") -> None: ...
    def finish_run(self, run: Run) -> None: ...  # state, end, metrics, findings, artifacts, files
    def deliver_run(self, run_id: str, tracking_uri: str, *, whole: bool) -> None: ...  # what MLflow has of it
    def tag_run(self, run_id: str, tags: Sequence[str]) -> None: ...  # in place of those that it had
    def delete_run(self, run_id: str, deleted: str | None) -> None: ...  # since when, None: restore; trials as well
    def purge_run(self, run_id: str) -> None: ...  # for good; trials as well
    def withdraw_answer(self, item_id: str, why: str, *, now: str) -> None: ...  # the current one
    def end_run(self, run_id: str, state: RunState, *, ended: str | None, error: str = "") -> None: ...
    def record_answer(self, answer: Answer) -> int: ...  # supersedes the current one
    def keep_digests(self, digests: Mapping[tuple[str, int, int], str]) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Task:
    """A run that is to be performed by another process, here or on another machine."""

    run: Run  # its id, its experiment, the parameters to perform
    home: Path  # the run's folder here; made when it begins, and all its files are below it when it has ended
    timeout_s: float | None = None
    watched: bool = False  # whether what it prints is wanted while it runs


@dataclass(frozen=True, slots=True)
class Began:
    """A process performs the task from here on: the run's start, host, pid and the process's start are those of it."""

    run: Run


@dataclass(frozen=True, slots=True)
class Advanced:
    """How far a loop of the experiment is."""

    run_id: str
    label: str
    done: int
    total: int | None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Stepped:
    """A named part of the run begins, or is over."""

    run_id: str
    label: str
    depth: int
    over: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """A line that the experiment printed; only of a task that is watched."""

    run_id: str
    line: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a task ended: the run with all that it recorded, as its folder holds it."""

    run: Run


@dataclass(frozen=True, slots=True)
class Dropped:
    """A task that was never begun, and never will be: the engine was stopped. Nothing of it is anywhere."""

    run_id: str


Event = Began | Advanced | Stepped | Printed | Ended | Dropped


class Engine(Protocol):
    """Performs tasks, several at a time, in processes of their own; it writes run folders, and no database.

    Each task that is submitted is told to have begun and then to have ended, or to have been dropped. A task whose
    process is gone without a word ends too: as lost or failed, with the metrics that its folder holds.
    """

    jobs: int  # how many it performs at a time

    def submit(self, task: Task) -> None: ...  # queued where all places are taken
    def wait(self, seconds: float) -> Sequence[Event]: ...  # what happened since, at the latest after `seconds`
    # Ends what is performed as killed by a signal of this name; tasks that never began are dropped.
    def stop(self, signal: str = "SIGTERM") -> None: ...
    def close(self) -> None: ...  # ends what still runs, without waiting for it to end by itself


class Watch(Protocol):
    """Shows how far runs are that other processes perform; the view implements it."""

    def began(self, run: Run) -> None: ...
    def told(self, event: Advanced | Stepped | Printed) -> None: ...
    def measured(self, run_id: str, metrics: Sequence[Metric]) -> None: ...  # from another thread
    def ended(self, run: Run) -> None: ...
    def left(self, runs: int) -> None: ...  # all have ended; so many are still on their way to MLflow


class Tracker(Protocol):
    """The MLflow mirror of a run. Its failure never ends a run: `problem` says what went wrong."""

    problem: str | None
    uri: str  # of the server; "" for the workspace's own database

    def another(self) -> Tracker: ...  # for another run, on the same connection
    def open(self, run: Run, *, note: str, tags: Mapping[str, str]) -> str | None: ...  # MLflow's run id
    def resume(self, run: Run) -> str | None: ...  # the same, of a run that MLflow has already, whole or in part
    def log(self, values: Sequence[tuple[str, float, int, int]]) -> None: ...  # (name, value, step, time in ms)
    def finish(self, run: Run, *, note: str, tags: Mapping[str, str], artifacts: Path) -> None: ...
    # An ended run as a whole, that it has nothing of.
    def record(
        self,
        run: Run,
        *,
        note: str,
        tags: Mapping[str, str],
        values: Sequence[tuple[str, float, int, int]],
        artifacts: Path,
    ) -> str | None: ...
    def end(self, mlflow_run_id: str, state: RunState, *, ended_ms: int | None) -> None: ...


class RunBundle(Protocol):
    """A file with runs that were made elsewhere, whose records were checked; `unpack` checks all the rest."""

    @property
    def digest(self) -> str: ...
    @property
    def public(self) -> bool: ...
    @property
    def runs(self) -> Sequence[Run]: ...  # a sweep before its trials
    def unpack(self, into: Path | None) -> None: ...  # BundleError where a byte is not as it was packed


class Shelf(Protocol):
    """The run folders of a workspace, as far as bundles are put among them."""

    def unpack(self, bundle: RunBundle) -> None: ...  # checked, into a scratch folder
    def has(self, run_id: str) -> bool: ...
    def own(self, run_id: str) -> Run | None: ...  # as its folder records it, where it was made here
    def put(self, digest: str, run: Run) -> None: ...  # from the scratch folder, in one step, with this record
    def remove(self, run_id: str) -> None: ...
    def settle(self) -> None: ...  # the database has what was put; until then, what fails takes it back


class MarkShelf(Protocol):
    """What a person decided about runs, in their folders."""

    def keep(self, run: Run, *, waiting: bool) -> None: ...  # tags and deletion; `waiting`: MLflow was not told yet
    def waiting(self) -> Sequence[str]: ...  # of which MLflow was not told yet
    def remove(self, run: Run, *, waiting: bool) -> int: ...  # for good; how many bytes that frees
    def removed(
        self,
    ) -> Sequence[tuple[str, str, str, str]]: ...  # here, not in MLflow: (id, experiment, its id, server)
    def forget(self, run_id: str) -> None: ...  # one of `removed`, of which MLflow was told


class MarkMirror(Protocol):
    """The same in MLflow; what went wrong, None where nothing did."""

    def mark(self, run: Run) -> str | None: ...
    def remove(self, mlflow_run_id: str, server: str) -> str | None: ...


class NoteFiles(Protocol):
    """Reads and writes note files as bytes."""

    problems: list[tuple[str, str]]  # what the last walk had to leave out: (path, why)

    # Stat only, sha256 ""; notes, ignore files and the configuration. `known` spares deciding anew what is ignored.
    def walk(self, known: Iterable[FileStamp] = ()) -> list[FileStamp]: ...
    def read(self, note: str) -> bytes: ...  # NoteError
    def write(self, edits: Sequence[Edit]) -> None: ...  # checks `old`, then replaces atomically; NoteError on mismatch
    # What is about to be written (`core.intents`), safely on the disk; its name, by which it is settled once it is
    # remembered elsewhere, or was given up. What is not settled was cut short.
    def intend(self, text: str) -> str: ...
    def intended(self) -> dict[str, str]: ...
    def settle(self, name: str) -> None: ...


class Progress(Protocol):
    """Shows how far something is; the view implements it, `core.progress.Silent` shows nothing."""

    # The value is told how many more rounds of the loop are done, and 0 when there are no more.
    def task(self, label: str, total: int | None) -> Callable[[int], None]: ...
    def step(self, label: str, depth: int) -> Callable[[], None]: ...  # it begins; the value is called at its end
    def metrics(self, values: Sequence[Metric]) -> None: ...  # just recorded; often, so that it has to be cheap
    def message(self, text: str) -> None: ...
    def running(self) -> AbstractContextManager[Any]: ...


class Watched(Progress, Protocol):
    """Progress with a beginning and an end of its own, for a block that is not called by a command."""

    def showing(self) -> AbstractContextManager[Any]: ...


class RunSink(Protocol):
    """Where a running experiment's figures go at once: the run's folder, `study.db`, MLflow."""

    def metrics(self, values: Sequence[tuple[Metric, int, int]]) -> None: ...  # (metric, step, time in ms)
    def artifact(self, artifact: Artifact) -> None: ...
    def finding(self, finding: Finding) -> None: ...
    def write(self, kind: Literal["figure", "table", "text", "file"], file: str, data: bytes, title: str) -> None: ...
    def copy(self, source: Path, file: str, title: str) -> None: ...
    def data(self, path: str) -> Path: ...  # digests what the experiment is about to read
    def figure(self, name: str, figure: Any, title: str) -> None: ...  # PNG and SVG; closes the figure
    def now_ms(self) -> int: ...  # of the calendar
    def seconds(self) -> float: ...  # of a clock that only goes forward
