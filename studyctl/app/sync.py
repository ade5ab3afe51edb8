"""Bring `study.db` up to what the notes say now: read what changed, give every item its number, remember both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from studyctl.config import RACY_NS, Settings
from studyctl.core.item_pages import SyncReport
from studyctl.core.models import FileStamp, NoteProblem, Reading
from studyctl.core.ports import ImportReport, Ledger, NoteFiles
from studyctl.errors import NoteError

Detect = Callable[[bytes, str, Settings], Reading]


def settled(stamp: FileStamp) -> bool:
    """Whether an unchanged size and mtime prove that the file is as it was read."""
    return stamp.seen_ns - stamp.mtime_ns > RACY_NS


def same_stat(known: FileStamp, seen: FileStamp) -> bool:
    """Whether the file looks as it did: it has the same role, size and mtime."""
    return (known.role, known.size, known.mtime_ns) == (seen.role, seen.size, seen.mtime_ns)


def sync(
    settings: Settings,
    files: NoteFiles,
    ledger: Ledger,
    detect: Detect,
    *,
    now: str,
    record: Callable[[], str | None] = lambda: None,
    everything: bool = False,
) -> SyncReport:
    """Read the notes that changed (`everything`: all of them) and write what they say, in one transaction.

    A note that cannot be read is reported, and its items stay as they were; the others still sync. A database that
    holds nothing yet takes its numbers from the committed `record`, if there is one.
    """
    with ledger.transaction():
        imported = _first_use(ledger, record, now)
        with ledger.reading() as reader:
            known = {stamp.path: stamp for stamp in reader.stamps()}
        gathered = _gather(known, files, everything, lambda source, note: detect(source, note, settings))
        return _write(ledger, known, gathered, imported, now)


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

    @property
    def notes(self) -> int:
        return len(self.readings) + len(self.unread) + len(self.same)


def _gather(
    known: Mapping[str, FileStamp],
    files: NoteFiles,
    everything: bool,
    detect: Callable[[bytes, str], Reading],
) -> _Gathered:
    seen = files.walk(known.values())
    # Other labels, rules or ignored files may change what any note says.
    everything = everything or _setup(known.values()) != _setup(seen)
    gathered = _Gathered()
    for stamp in seen:
        before = known.get(stamp.path)
        if stamp.role != "note":
            gathered.stamps.append(stamp)
            continue
        if before and before.sha256 and not everything and same_stat(before, stamp) and settled(before):
            gathered.stamps.append(before)
            gathered.same.append(stamp.path)
            continue
        try:
            source = files.read(stamp.path)
        except NoteError as error:
            message = f"{error.message}: {error.hint}" if error.hint else error.message
            gathered.unread.append(NoteProblem(stamp.path, 0, message))
            # Without a digest: reading commands say that it was not read, and the next sync tries again.
            gathered.stamps.append(replace(stamp, sha256=""))
            continue
        digest = hashlib.sha256(source).hexdigest()
        gathered.stamps.append(replace(stamp, sha256=digest))
        if everything or before is None or before.role != "note" or before.sha256 != digest:
            gathered.readings[stamp.path] = detect(source, stamp.path)
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
    ledger.sync(matching.assigned, matching.gone, gathered.stamps, read_notes=list(gathered.readings), now=now)
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
