"""Reading `study.db` through its views, with the standard library only: the path that every list takes.

Importing SQLModel here would cost more than all the rest of a reading command.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from studyctl.core.models import Detail, FileStamp, Item
from studyctl.errors import NotFoundError, UsageError
from studyctl.store import narrowing, rows
from studyctl.store.database import open_for_reading, translated
from studyctl.store.rows import Row

if TYPE_CHECKING:
    from studyctl.core.models import Answer, Finding, Kind, Run
    from studyctl.core.narrowing import Filters
    from studyctl.core.ports import JournalEntry, RunFilter
    from studyctl.core.search import Hits, Query

T = TypeVar("T")
# A list of any length as one parameter: SQLite limits their number.
_ONE_OF = "IN (SELECT value FROM json_each(?))"


class StudyReader:
    """Implements `core.ports.Reader`; each method sees one state of the database."""

    def __init__(self, path: Path, *, immutable: bool = False) -> None:
        self.path = path
        self._db = open_for_reading(path, immutable=immutable)

    @classmethod
    def over(cls, path: Path, connection: sqlite3.Connection) -> StudyReader:
        """A reader on a connection that somebody else opened, and closes."""
        reader = cls.__new__(cls)
        reader.path, reader._db = path, connection
        return reader

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> StudyReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- notes and items

    def stamps(self) -> list[FileStamp]:
        """Every watched file as it was when it was last read."""
        return [rows.stamp(row) for row in self._all(f"SELECT {rows.STAMP} FROM file_stamp ORDER BY path")]

    def watched(self) -> tuple[Mapping[str, tuple[int, int]], list[FileStamp]]:
        """Every watched file: the notes whose size and mtime prove what they say (path: both), and the others' stamps.

        From the row that a sync leaves; where a stamp was changed otherwise, it is put together anew.
        """
        kept = self._all("SELECT notes FROM glance") or self._all(rows.GLANCE)
        return rows.glance(kept[0][0])

    def items(
        self,
        kinds: Sequence[Kind] = (),
        ids: Sequence[str] = (),
        *,
        gone: bool = False,
        ignored: bool = False,
        filters: Filters | None = None,
        limit: int = 0,
    ) -> list[Item]:
        """Items in the order of the notes, tombstones last; one with a second kind is of that kind too.

        `filters` leave out most of what they do not let through, not all. With a `limit`: the first so many that are
        not settled.
        """
        where: list[str] = []
        values: list[Any] = []
        if kinds:
            where.append(f"(kind {_ONE_OF} OR also {_ONE_OF})")
            values += [json.dumps(kinds), json.dumps(kinds)]
        if ids:
            where.append(f"id {_ONE_OF}")
            values.append(json.dumps(ids))
        if not gone:
            where.append("gone_at IS NULL")
        if not ignored:
            where.append("NOT ignored")
        if filters is not None:
            narrowed, named = narrowing.where_of(self._db, filters)
            where += narrowed
            values += named
        if limit:
            where.append(narrowing.unsettled(tuple(kinds)))
        found = self._items(" AND ".join(where) or "TRUE", *values, limit=limit)
        return [rows.item(row) for row in found]

    def count(self, kinds: Sequence[Kind], *, settled: bool = True, ignored: bool = False) -> int:
        """How many live items of these kinds there are, those that need nothing more included or not."""
        return int(self._all(narrowing.counting(tuple(kinds), settled=settled, ignored=ignored))[0][0])

    def ancestors(self, kinds: Sequence[Kind], ids: Sequence[str], *, ignored: bool = False) -> dict[str, str | None]:
        """The parents of these items and of all that are above them, as far as these are listed with them."""
        listed = f"gone_at IS NULL AND ignored = {int(ignored)} AND {narrowing.of_kinds(tuple(kinds))}"
        query = f"""WITH RECURSIVE up (id) AS (SELECT value FROM json_each(?)
            UNION SELECT parent FROM up JOIN items USING (id) WHERE parent IS NOT NULL AND {listed})
            SELECT id, parent FROM items WHERE id IN (SELECT id FROM up) AND {listed}"""
        return dict(self._all(query, json.dumps(ids)))

    def item(self, item_id: str) -> Item | None:
        """One item with its details, a tombstone or an ignored one as well; None where there is none."""
        with self.snapshot():
            found = self._items("id = ?", item_id)
            return rows.item(found[0], self._details(item_id)) if found else None

    def children(self, item_id: str) -> list[Item]:
        """The live items directly below it, in the order of the note."""
        return [rows.item(row) for row in self._items("parent = ? AND gone_at IS NULL AND NOT ignored", item_id)]

    def _items(self, where: str, *values: Any, limit: int = 0) -> list[Row]:
        # The first few of many come from the index of positions, with nothing to sort.
        order = f"position, id LIMIT {int(limit)}" if limit else "gone_at IS NOT NULL, position, id"
        return self._all(f"SELECT {rows.ITEM} FROM items WHERE {where} ORDER BY {order}", *values)

    def _details(self, item_id: str) -> tuple[Detail, ...]:
        query = f"SELECT {rows.DETAIL} FROM details WHERE item = ? ORDER BY position"
        return tuple(rows.detail(row) for row in self._all(query, item_id))

    def details_of(self, ids: Sequence[str]) -> dict[str, tuple[Detail, ...]]:
        """The lines below each of these items; one that has none is left out."""
        return self._grouped(f"item, {rows.DETAIL}", "details", "item", ids, lambda row: rows.detail(row[1:]))

    def events(self, item_id: str) -> list[tuple[str, str, str]]:
        """What happened to the item, oldest first: when, what, and the words that say more."""
        return [
            (row[0], row[1], row[2])
            for row in self._all("SELECT at, what, text FROM history WHERE item = ? ORDER BY number", item_id)
        ]

    def counts(self) -> dict[Kind, int]:
        """How many live items there are of each kind."""
        return dict(self._all("SELECT kind, count(*) FROM board GROUP BY kind"))

    # -- runs

    def runs(self, where: RunFilter | None = None) -> list[Run]:
        """Runs, newest first, with their findings and without metrics, artifacts and files.

        A run is of an item when the item is tied to its experiment or has an answer that cites it.
        """
        from studyctl.core.ports import RunFilter
        from studyctl.store import choosing, record_rows

        where = where or RunFilter()
        condition, values = choosing.where_of(where)
        limit = "" if where.limit is None else f" LIMIT {int(where.limit)}"
        with self.snapshot():
            found = self._all(
                f"SELECT {record_rows.RUN} FROM runs WHERE {condition} {choosing.NEWEST_FIRST}{limit}", *values
            )
            findings = self.findings_of([row[0] for row in found])
        return [record_rows.run(row, findings=findings.get(row[0], ())) for row in found]

    def brief_runs(self, where: RunFilter, metrics: Sequence[str] = (), *, timed: bool = False) -> list[Run]:
        """Runs, newest first, with these metrics, how long they took if `timed`, and nothing else that is large."""
        from studyctl.store import choosing

        return choosing.brief(self, where, metrics, timed=timed)

    def count_runs(self, where: RunFilter) -> int:
        """How many runs there are."""
        from studyctl.store import choosing

        condition, values = choosing.where_of(where)
        return int(self._all(f"SELECT count(*) FROM runs WHERE {condition}", *values)[0][0])

    def metric_names(self, where: RunFilter) -> list[str]:
        """The metrics of the newest runs of the filter."""
        from studyctl.store import choosing

        return choosing.metric_names(self, where)

    def run_tags(self) -> list[str]:
        """Every tag that a run has."""
        from studyctl.store import choosing

        return choosing.tags(self)

    def candidates(self, experiment: str) -> Iterator[Run]:
        """The runs that an answer may cite, best first, as `core.answers.candidates` sorts them; a few at a time.

        One experiment may have ten thousand, of which nearly always the first is the one.
        """
        from studyctl.store import choosing

        return choosing.candidates(self, experiment)

    def candidates_by_host(self, experiment: str) -> Iterator[tuple[str, Iterator[Run]]]:
        """Those of them that count, by host, as `core.answers.candidates_by_host` puts them; a few at a time."""
        from studyctl.store import choosing

        return choosing.candidates_by_host(self, experiment)

    def run(self, prefix: str) -> Run:
        """The run whose id begins so, whole; NotFoundError for none, UsageError for several."""
        wanted = prefix.strip().lower()
        with self.snapshot():
            ids = self._all("SELECT id FROM runs WHERE substr(id, 1, ?) = ? ORDER BY started DESC", len(wanted), wanted)
            if not ids or not wanted:
                raise NotFoundError(f"no run {prefix}", "`studyctl runs list` shows them")
            if len(ids) > 1:
                near = ", ".join(row[0][: len(wanted) + 4] for row in ids[:4])
                raise UsageError(f"{prefix} begins {len(ids)} runs", f"type more of the id: {near}")
            return self._whole([ids[0][0]])[ids[0][0]]

    def runs_of(self, ids: Iterable[str]) -> dict[str, Run]:
        """Whole runs by their full ids; one that is unknown is left out."""
        with self.snapshot():
            return self._whole(list(dict.fromkeys(ids)))

    def _whole(self, ids: Sequence[str]) -> dict[str, Run]:
        from studyctl.store import record_rows

        metrics = self._grouped(record_rows.METRIC, "metrics", "run", ids, record_rows.metric)
        findings = self.findings_of(ids)
        artifacts = self._grouped(record_rows.ARTIFACT, "artifacts", "run", ids, record_rows.artifact)
        files = self._grouped(record_rows.FILE, "files", "run", ids, record_rows.file)
        found = self._all(f"SELECT {record_rows.RUN} FROM runs WHERE id {_ONE_OF}", json.dumps(ids))
        by_id = {
            row[0]: record_rows.run(
                row,
                metrics.get(row[0], ()),
                findings.get(row[0], ()),
                artifacts.get(row[0], ()),
                files.get(row[0], ()),
            )
            for row in found
        }
        return {one: by_id[one] for one in ids if one in by_id}

    def findings_of(self, ids: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
        """The findings of each of these runs."""
        from studyctl.store import record_rows

        return self._grouped(record_rows.FINDING, "findings", "run", ids, record_rows.finding)

    def _grouped(
        self, columns: str, view: str, owner: str, ids: Sequence[Any], build: Callable[[Row], T]
    ) -> dict[Any, tuple[T, ...]]:
        """What belongs to each owner, in its order; the owner is the first column."""
        if not ids:
            return {}
        grouped: dict[Any, list[T]] = {}
        query = f"SELECT {columns} FROM {view} WHERE {owner} {_ONE_OF} ORDER BY {owner}, position"
        for row in self._all(query, json.dumps(ids)):
            grouped.setdefault(row[0], []).append(build(row))
        return {one: tuple(values) for one, values in grouped.items()}

    # -- answers

    def answer(self, item_id: str) -> Answer | None:
        """The item's current answer; None where it has none."""
        return next(iter(self._answers("item = ? AND current", item_id)), None)

    def answers(self, item_ids: Sequence[str] = ()) -> list[Answer]:
        """The current answers of these items, or of all, in the order in which they were recorded."""
        if item_ids:
            return self._answers(f"current AND item {_ONE_OF}", json.dumps(item_ids))
        return self._answers("current")

    def citing(self, run_ids: Iterable[str]) -> list[tuple[str, str, bool]]:
        """The answers that ever cited one of the runs: (item, run, whether it is the item's answer now)."""
        query = (
            f"SELECT DISTINCT item, run, current FROM citations WHERE run {_ONE_OF} ORDER BY current DESC, item, run"
        )
        return [(row[0], row[1], bool(row[2])) for row in self._all(query, json.dumps(list(run_ids)))]

    def answer_history(self, item_id: str) -> list[Answer]:
        """Every answer that the item ever had, the current one first, then the newest."""
        return self._answers("item = ?", item_id, order="current DESC, recorded DESC, number DESC")

    def all_answers(self) -> list[Answer]:
        """Every answer of every item, superseded ones included."""
        return self._answers("TRUE")

    def _answers(self, where: str, *values: Any, order: str = "recorded, number") -> list[Answer]:
        from studyctl.store import record_rows

        with self.snapshot():
            found = self._all(f"SELECT {record_rows.ANSWER} FROM answers WHERE {where} ORDER BY {order}", *values)
            numbers = [row[11] for row in found]
            cited = self._grouped(record_rows.CITATION, "citations", "answer", numbers, record_rows.evidence)
        return [record_rows.answer(row, cited.get(row[11], ())) for row in found]

    # -- words

    def search(self, query: Query) -> Hits:
        """Everything that has all the words of the query, best first; StoreError where SQLite cannot search."""
        from studyctl.store.searching import search

        with self.snapshot(), translated(self.path):
            return search(self._db, query)

    # -- the rest

    def overrides(self) -> list[tuple[str, str, str, str]]:
        """What a person decided against the detector: (item, field, value, when)."""
        query = "SELECT item, field, value, at FROM overrides ORDER BY item, field"
        return [(row[0], row[1], row[2], row[3]) for row in self._all(query)]

    def relinked(self) -> dict[str, str]:
        """The tombstones whose text went to another number, each with that number."""
        return dict(self._all("SELECT item, value FROM overrides WHERE field = 'relinked'"))

    def lives(self) -> dict[str, tuple[str, str | None]]:
        """When each item first appeared, and since when it is in no note."""
        return {row[0]: (row[1], row[2]) for row in self._all("SELECT id, first_seen, gone_at FROM item")}

    def ties(self) -> list[tuple[str, int, str, str, str]]:
        """Every link to an experiment: (item, its place among the item's links, experiment, fragment, target)."""
        query = "SELECT item, position, experiment, fragment, target FROM tie"
        return [(row[0], row[1], row[2], row[3], row[4]) for row in self._all(query)]

    def record_items(self) -> list[dict[str, Any]]:
        """Every item as the detector saw it, tombstones included, with the fields of its line in the record."""
        names = ("id", "kind", "also", "text", "norm", "note", "line", "parent", "topic", "anchor", "gone")
        query = (
            "SELECT id, found_kind, found_also, text, norm, note, line, parent, topic, anchor,"
            " gone_at IS NOT NULL FROM items"
        )
        found = [dict(zip(names, row, strict=True)) for row in self._all(query)]
        return [line | {"topic": json.loads(line["topic"])} for line in found]

    def journal(self, limit: int = 20) -> list[JournalEntry]:
        """What commands changed, newest first."""
        from studyctl.store import record_rows

        query = f"SELECT {record_rows.JOURNAL} FROM journal ORDER BY number DESC LIMIT ?"
        return [record_rows.journal(row) for row in self._all(query, limit)]

    def digests(self) -> dict[tuple[str, int, int], str]:
        """The canonical digest of each file, as long as its size and mtime are these."""
        found = self._all("SELECT path, size, mtime_ns, digest FROM file_digest")
        return {(row[0], row[1], row[2]): row[3] for row in found}

    def counters(self) -> dict[str, int]:
        """The last number given, by letter."""
        return {row[0]: row[1] for row in self._all("SELECT letter, last FROM counter")}

    def meta(self, key: str) -> str | None:
        """A fact about the database: "synced", "record", "generation", "edition"."""
        found = self._all("SELECT value FROM meta WHERE key = ?", key)
        return str(found[0][0]) if found else None

    def export_record(self) -> str:
        """The text of `studyctl-record.jsonl`."""
        from studyctl.store.record import export

        return export(self)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several queries that see one state; nested ones join in."""
        if self._db.in_transaction:
            yield
            return
        with translated(self.path):
            self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            # What went wrong is what counts. In a damaged file the end fails as well, or SQLite ended it already.
            with suppress(sqlite3.DatabaseError):
                self._db.execute("ROLLBACK")
            raise
        if self._db.in_transaction:
            with translated(self.path):
                self._db.execute("COMMIT")

    def query(self, query: str, *values: Any) -> list[Row]:
        """Rows of a query, for the parts of this reader that stand in modules of their own."""
        return self._all(query, *values)

    def _all(self, query: str, *values: Any) -> list[Row]:
        # Fetched at once: a half-read cursor would hold up every writer.
        with translated(self.path):
            return self._db.execute(query, values).fetchall()
