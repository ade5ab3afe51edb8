"""Bring `study.db` up to what the notes say now: read what changed, give every item its number, remember both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from studyctl.app.current import by_other_rules
from studyctl.app.evidence import Evidence
from studyctl.config import RACY_NS, Settings
from studyctl.core.item_pages import SyncReport
from studyctl.core.models import FileStamp, NoteProblem, Reading
from studyctl.core.ports import ImportReport, Ledger, NoteFiles, NoteRead
from studyctl.errors import NoteError

Detect = Callable[[bytes, str, Settings], Reading]
ReadMany = Callable[[Sequence[FileStamp]], Iterator[NoteRead]]
# What is going on, how much of it is done, and how much there is.
Told = Callable[[str, int, int], None]
# So much is read before the lock is taken: other commands would wait for too long.
MANY_NOTES = 200
MANY_BYTES = 1_000_000


def settled(stamp: FileStamp) -> bool:
    """Whether an unchanged size and mtime prove that the file is as it was read."""
    return stamp.seen_ns - stamp.mtime_ns > RACY_NS


def same_stat(known: FileStamp, seen: FileStamp) -> bool:
    """Whether the file looks as it did: it has the same role, size and mtime."""
    return (known.role, known.size, known.mtime_ns) == (seen.role, seen.size, seen.mtime_ns)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A note that was read before the lock was taken; its stamp is from before it was read."""

    stamp: FileStamp
    reading: Reading


Read = Mapping[str, Ahead]  # by note


def silent(label: str, done: int, total: int) -> None:
    """Tells nobody."""


def read_ahead(
    files: NoteFiles,
    ledger: Ledger,
    read_many: ReadMany,
    *,
    everything: bool = False,
    told: Told = silent,
    edition: str = "",
) -> Read:
    """What the changed notes say, where they are so many that reading them under the lock would hold up others."""
    with ledger.reading() as reader:
        known = {stamp.path: stamp for stamp in reader.stamps()}
        everything = everything or by_other_rules(reader, edition)
    seen = files.walk(known.values())
    everything = everything or _setup(known.values()) != _setup(seen)
    stamps = {s.path: s for s in seen if s.role == "note" and (everything or not _as_known(known.get(s.path), s))}
    if len(stamps) < MANY_NOTES and sum(stamp.size for stamp in stamps.values()) < MANY_BYTES:
        return {}
    ahead: dict[str, Ahead] = {}
    for done, one in enumerate(read_many(list(stamps.values())), 1):
        # One that could not be read is tried again, and then named.
        if one.reading is not None:
            ahead[one.note] = Ahead(replace(stamps[one.note], sha256=one.sha256), one.reading)
        told("reading notes", done, len(stamps))
    return ahead


def sync(
    settings: Settings,
    files: NoteFiles,
    ledger: Ledger,
    detect: Detect,
    *,
    now: str,
    record: Callable[[], str | None] = lambda: None,
    everything: bool = False,
    ahead: Read | None = None,
    evidence: Evidence | None = None,
    edition: str = "",
) -> SyncReport:
    """Read the notes that changed (`everything`: all of them) and write what they say, in one transaction.

    All of them, too, where they were read by other rules than those of this `edition`.

    A note that cannot be read is reported, and its items stay as they were; the others still sync. A database that
    holds nothing yet takes its numbers from the committed `record`, if there is one. What was read `ahead` is not read
    again, unless it changed meanwhile. Bundles of runs that lie among the experiments are taken in by `evidence`.
    """
    with ledger.transaction():
        imported = _first_use(ledger, record, now)
        with ledger.reading() as reader:
            known = {stamp.path: stamp for stamp in reader.stamps()}
            anew = bool(known) and by_other_rules(reader, edition)
        everything = everything or anew
        notes = _Notes(files, lambda source, note: detect(source, note, settings), ahead or {})
        gathered = _gather(known, files, everything, notes)
        if evidence is not None:
            gathered.stamps += evidence.look(ledger, gathered.bundles, {} if everything else known)
        report = replace(_write(ledger, known, gathered, imported, now, edition), anew=anew)
        if evidence is None:
            return report
        taken = evidence.take_in(ledger, now)
        return replace(report, bundles=taken, refused=tuple(evidence.problems))


def _as_known(known: FileStamp | None, seen: FileStamp) -> bool:
    """Whether a file is provably as it was when it was read."""
    return known is not None and bool(known.sha256) and same_stat(known, seen) and settled(known)


@dataclass(frozen=True, slots=True)
class _Notes:
    """Reads notes, unless that was done ahead."""

    files: NoteFiles
    detect: Callable[[bytes, str], Reading]
    ahead: Read

    def digest(self, stamp: FileStamp) -> tuple[FileStamp, bytes | None]:
        """The note's stamp with the digest of its bytes, and these if they had to be read; NoteError where it
        cannot be."""
        before = self.ahead.get(stamp.path)
        if before and same_stat(before.stamp, stamp) and settled(before.stamp):
            return before.stamp, None
        source = self.files.read(stamp.path)
        return replace(stamp, sha256=hashlib.sha256(source).hexdigest()), source

    def reading(self, stamp: FileStamp, source: bytes | None) -> Reading:
        """What it says."""
        before = self.ahead.get(stamp.path)
        if before and before.stamp.sha256 == stamp.sha256:
            return before.reading
        return self.detect(self.files.read(stamp.path) if source is None else source, stamp.path)


def _first_use(ledger: Ledger, record: Callable[[], str | None], now: str) -> ImportReport | None:
    """Import the committed record into a database that was never filled."""
    with ledger.reading() as reader:
        if reader.meta("synced") or reader.meta("record"):
            return None
    text = record()
    return None if text is None else ledger.import_record(text, now=now)


@dataclass(slots=True)
class _Gathered:
    """What the files say."""

    stamps: list[FileStamp] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    unread: list[NoteProblem] = field(default_factory=list)
    same: list[str] = field(default_factory=list)  # notes as they were
    remarks: list[NoteProblem] = field(default_factory=list)  # what the walk had to leave out
    bundles: list[FileStamp] = field(default_factory=list)  # that are not provably as they were

    @property
    def notes(self) -> int:
        return len(self.readings) + len(self.unread) + len(self.same)


def _gather(
    known: Mapping[str, FileStamp],
    files: NoteFiles,
    everything: bool,
    notes: _Notes,
) -> _Gathered:
    seen = files.walk(known.values())
    # Other labels, rules or ignored files may change what any note says.
    everything = everything or _setup(known.values()) != _setup(seen)
    gathered = _Gathered()
    for stamp in seen:
        before = known.get(stamp.path)
        if stamp.role == "bundle":
            if not everything and before and _as_known(before, stamp):
                gathered.stamps.append(before)
            else:
                gathered.bundles.append(stamp)
            continue
        if stamp.role != "note":
            gathered.stamps.append(stamp)
            continue
        if not everything and before and _as_known(before, stamp):
            gathered.stamps.append(before)
            gathered.same.append(stamp.path)
            continue
        try:
            digested, source = notes.digest(stamp)
        except NoteError as error:
            message = f"{error.message}: {error.hint}" if error.hint else error.message
            gathered.unread.append(NoteProblem(stamp.path, 0, message))
            # Without a digest: reading commands say that it was not read, and the next sync tries again.
            gathered.stamps.append(replace(stamp, sha256=""))
            continue
        gathered.stamps.append(digested)
        if everything or before is None or before.role != "note" or before.sha256 != digested.sha256:
            gathered.readings[stamp.path] = notes.reading(digested, source)
        else:
            gathered.same.append(stamp.path)
    gathered.remarks = [NoteProblem(path, 0, why) for path, why in files.problems]
    return gathered


def _setup(stamps: Iterable[FileStamp]) -> set[tuple[str, str, int, int]]:
    """What decides how notes are read: the configuration and the ignore files."""
    return {(s.role, s.path, s.size, s.mtime_ns) for s in stamps if s.role in ("config", "ignore-file")}


def _write(
    ledger: Ledger,
    known: Mapping[str, FileStamp],
    gathered: _Gathered,
    imported: ImportReport | None,
    now: str,
    edition: str,
) -> SyncReport:
    from studyctl.core import identity

    items = ledger.known_items()
    by_id = {item.id: item for item in items}
    unread = {*gathered.same, *(problem.note for problem in gathered.unread)}
    matching = identity.assign(
        [item for item in items if item.gone or item.note not in unread],
        {note: reading.found for note, reading in gathered.readings.items()},
        numbers=ledger.next_numbers(),
        unread=unread,
    )
    ledger.sync(
        matching.assigned,
        matching.gone,
        gathered.stamps,
        read_notes=list(gathered.readings),
        now=now,
        edition=edition,
    )
    present = {stamp.path for stamp in gathered.stamps}
    return SyncReport(
        notes=gathered.notes,
        read=tuple(gathered.readings),
        removed=tuple(p for p, stamp in known.items() if stamp.role == "note" and p not in present),
        assigned=matching.assigned,
        gone=tuple(by_id[item_id] for item_id in matching.gone),
        similar=tuple((one, by_id[one.id].text) for one in matching.similar),
        suggestions=tuple((s.new, s.gone, s.score) for s in matching.suggestions),
        unread=tuple(gathered.unread),
        remarks=(
            *gathered.remarks,
            *(problem for reading in gathered.readings.values() for problem in reading.problems),
        ),
        imported=imported,
    )
