"""Everything that writes `study.db`, behind `core.ports.Ledger`: each method a transaction, or part of a longer one."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from sqlalchemy.dialects.sqlite import insert as upsert

from studyctl.core.models import ROLES, Answer, FileStamp, Item, Kind, Run, RunState
from studyctl.core.ports import Assigned, Edit, ImportReport, RunFilter
from studyctl.errors import ConcurrentChange, NotFoundError
from studyctl.store import write_answers, write_items, write_runs
from studyctl.store.reader import StudyReader
from studyctl.store.tables import DigestRow, JournalRow
from studyctl.store.transactions import Transactions


class StudyLedger:
    """Implements `core.ports.Ledger`. Opening it makes the database, or brings it to this version."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._transactions = Transactions(path)
        self._decided_on: int | None = None

    @property
    def migrated(self) -> tuple[int, int]:
        """The database's version before it was opened (0: there was none) and now."""
        return self._transactions.migrated

    def close(self) -> None:
        self._transactions.close()

    def __enter__(self) -> StudyLedger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock over several calls, and commit them together."""
        try:
            with self._transactions.begin():
                yield
        finally:
            self._decided_on = None

    @contextmanager
    def reading(self) -> Iterator[StudyReader]:
        """A reader that sees what the transaction has written so far."""
        with self._transactions.reading() as reader:
            yield reader

    # -- items

    def known_items(self) -> list[Item]:
        """Every item ever seen, tombstones and ignored ones included."""
        with self.reading() as reader, reader.snapshot():
            self._decided_on = int(reader.meta("generation") or 0)
            # What was relinked lives on under another number, and is never taken for anything else again.
            settled = reader.relinked()
            return [item for item in reader.items(gone=True, ignored=True) if item.id not in settled]

    def next_numbers(self) -> dict[Kind, int]:
        """The number that the next item of each kind gets."""
        with self.reading() as reader:
            return write_items.next_numbers(reader.counters())

    def sync(
        self,
        assigned: Sequence[Assigned],
        gone: Sequence[str],
        stamps: Sequence[FileStamp],
        *,
        read_notes: Sequence[str],
        now: str,
        edition: str = "",
    ) -> None:
        """Bring the database to what the notes say; ConcurrentChange where another sync came in between."""
        with self._transactions.begin() as session:
            if self._decided_on not in (None, write_items.generation(session)):
                raise ConcurrentChange("another command read the notes at the same moment", "run the command again")
            write_items.sync(session, assigned, gone, stamps, read_notes=read_notes, now=now, edition=edition)
            self._decided_on = None

    def override(
        self,
        item_id: str,
        field: Literal["ignored", "kind", "dropped", "relinked", "accepted"],
        value: str | None,
        *,
        now: str,
    ) -> None:
        """Keep what a person decided against the detector; None takes it back.

        `relinked`: the item's text gets the number `value`, and the item becomes a tombstone. `accepted`: an
        acceptance of what changed since its answer (`core.acceptance`).
        """
        with self._transactions.begin() as session:
            if field == "relinked":
                from studyctl.store import write_relinks

                write_relinks.relink(session, item_id, value, now=now)
            else:
                write_items.override(session, item_id, field, value, now=now)

    # -- what commands changed

    def journal(
        self,
        command: str,
        summary: str,
        edits: Sequence[Edit],
        overrides: Sequence[tuple[str, str, str | None, str | None]],
        *,
        now: str,
    ) -> int:
        """Keep all that undoing the command needs; the entry's number."""
        row = JournalRow(
            at=now,
            command=command,
            summary=summary,
            edits=json.dumps(
                [(e.note, e.offset, base64.b64encode(e.old).decode(), base64.b64encode(e.new).decode()) for e in edits],
                ensure_ascii=False,
            ),
            overrides=json.dumps(overrides, ensure_ascii=False),
            undone_at=None,
        )
        with self._transactions.begin() as session:
            session.add(row)
            session.flush()
            assert row.number is not None
            return row.number

    def mark_undone(self, number: int, *, now: str) -> None:
        """Remember that the entry was undone."""
        with self._transactions.begin() as session:
            row = session.get(JournalRow, number)
            if row is None:
                raise NotFoundError(f"no change {number} in the journal", "`studyctl undo` takes back the last one")
            row.undone_at = now

    # -- runs

    def running_runs(self) -> list[Run]:
        """The runs stored as running; whether their processes still live is for the caller to find out."""
        with self.reading() as reader:
            return reader.runs(RunFilter(state="running", roles=ROLES))

    def open_run(self, run: Run) -> None:
        """Keep a run that is about to begin."""
        with self._transactions.begin() as session:
            write_runs.put_run(session, run)

    def begin_run(self, run: Run) -> None:
        """Keep which process performs an opened run; one that has ended meanwhile stays as it is."""
        with self._transactions.begin() as session:
            write_runs.begin_run(session, run)

    def finish_run(self, run: Run) -> None:
        """Keep how the run ended, and everything that it came to."""
        with self._transactions.begin() as session:
            write_runs.put_run(session, run)

    def end_run(self, run_id: str, state: RunState, *, ended: str | None, error: str = "") -> None:
        """End a run without results; one that has ended meanwhile stays as it is."""
        with self._transactions.begin() as session:
            write_runs.end_run(session, run_id, state, ended=ended, error=error)

    def set_mlflow_id(self, run_id: str, mlflow_run_id: str, tracking_uri: str = "") -> None:
        """Remember where the mirror of the run is."""
        with self._transactions.begin() as session:
            write_runs.set_mlflow_id(session, run_id, mlflow_run_id, tracking_uri)

    def deliver_run(self, run_id: str, tracking_uri: str, *, whole: bool) -> None:
        """Remember which server of MLflow has the run, and whether it has all of it."""
        with self._transactions.begin() as session:
            write_runs.deliver_run(session, run_id, tracking_uri, whole=whole)

    def tag_run(self, run_id: str, tags: Sequence[str]) -> None:
        """Give the run these tags, in place of those that it had."""
        with self._transactions.begin() as session:
            write_runs.tag_run(session, run_id, tags)

    def delete_run(self, run_id: str, deleted: str | None) -> None:
        """Take the run and its trials out of lists and answers since then; None brings them back."""
        with self._transactions.begin() as session:
            write_runs.delete_run(session, run_id, deleted)

    def purge_run(self, run_id: str) -> None:
        """Remove the run and its trials for good."""
        with self._transactions.begin() as session:
            write_runs.purge_run(session, run_id)

    def restore_run(self, run: Run) -> bool:
        """Take a run in from its folder; False where the database knows as much already."""
        with self._transactions.begin() as session:
            return write_runs.restore_run(session, run)

    # -- answers and digests

    def record_answer(self, answer: Answer) -> int:
        """Make it the item's current answer; its number."""
        with self._transactions.begin() as session:
            return write_answers.record(session, answer)

    def withdraw_answer(self, item_id: str, why: str, *, now: str) -> None:
        """Leave the item without a current answer."""
        with self._transactions.begin() as session:
            write_answers.withdraw(session, item_id, why, now=now)

    def keep_digests(self, digests: Mapping[tuple[str, int, int], str]) -> None:
        """Keep canonical digests, one a file."""
        values = [
            {"path": path, "size": size, "mtime_ns": mtime_ns, "digest": digest}
            for (path, size, mtime_ns), digest in digests.items()
        ]
        if not values:
            return
        statement = upsert(DigestRow)
        statement = statement.on_conflict_do_update(
            index_elements=["path"],
            set_={name: statement.excluded[name] for name in ("size", "mtime_ns", "digest")},
        )
        with self._transactions.begin() as session:
            session.exec(statement, params=values)

    # -- the record

    def import_record(self, text: str, *, now: str) -> ImportReport:
        """Merge a record: its numbers are kept, colliding local items get new ones."""
        from studyctl.store.record_import import import_record

        with self._transactions.begin() as session, self.reading() as reader:
            return import_record(session, reader, text, now=now)
