"""The tables of `study.db` as SQLModel sees them today: everything that is written goes through these.

They have a registry of their own, so that importing them beside somebody else's models, or twice, is harmless. The
schema itself is made by `migrations`; a test holds the two against each other. Names end in `Row` because the values
of the other rooms (`core.models`) have the plain ones.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, Text, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from studyctl.store.narrowing import HAS_FOLDED


class Table(SQLModel, registry=registry()):
    """Base of every table here."""


def _refers(target: str, *, renumbered: bool = False, on_delete: str | None = None, **options: Any) -> Any:
    """A column that refers to another table's; checked when the transaction ends, so that order does not matter.

    `renumbered`: it follows when an import of a record changes the number of the item.
    """
    key = ForeignKey(
        target,
        onupdate="CASCADE" if renumbered else None,
        ondelete=on_delete,
        deferrable=True,
        initially="DEFERRED",
    )
    return Field(sa_type=Integer if target == "answer.number" else Text, sa_column_args=[key], **options)


def _item(**options: Any) -> Any:
    return _refers("item.id", renumbered=True, **options)


def _run(**options: Any) -> Any:
    return _refers("run.id", **options)


class MigrationRow(Table, table=True):
    """A step that was applied, and when."""

    __tablename__ = "migration"
    version: int = Field(primary_key=True)
    name: str
    applied: str


class MetaRow(Table, table=True):
    """A fact about the database: when it was synced, which record was imported, how often items were written."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class CounterRow(Table, table=True):
    """The last number given under a letter; a number is never given twice."""

    __tablename__ = "counter"
    letter: str = Field(primary_key=True)
    last: int


class StampRow(Table, table=True):
    """A watched file as it was when it was last read."""

    __tablename__ = "file_stamp"
    path: str = Field(primary_key=True)
    role: str
    size: int
    mtime_ns: int
    seen_ns: int
    sha256: str


class GlanceRow(Table, table=True):
    """What `reader.watched` tells of the notes, in one row; triggers remove it when a stamp changes."""

    __tablename__ = "glance"
    one: int = Field(primary_key=True)
    notes: str


class ItemRow(Table, table=True):
    """An item as the detector saw it; what a person decided otherwise stands in `override`."""

    __tablename__ = "item"
    __table_args__ = (
        Index("item_parent", "parent"),
        # With what a list by words and a count read of every item, so that they need not read its row.
        Index("item_position", "position", "gone_at", "kind", "also", "mark", "id", "text"),
        # Whose words no LIKE can tell.
        Index("item_folded", "id", sqlite_where=text(HAS_FOLDED)),
    )
    id: str = Field(primary_key=True)
    kind: str
    also: str | None
    text: str
    norm: str
    note: str
    line: int
    last_line: int
    parent: str | None = _item(on_delete="SET NULL")
    topic: str  # JSON: a list of strings
    position: int
    mark: str
    box: str | None
    rule: str
    confidence: str
    anchor: str | None
    first_seen: str
    gone_at: str | None  # since when it is in no note
    matched: str  # how it was last recognised, when that was not by its own text in its own place
    score: float
    matched_at: str
    due: str | None = None  # YYYY-MM-DD
    priority: str | None = None
    tags: str = "[]"  # JSON: a list of strings


class DetailRow(Table, table=True):
    """A line below an item that is no item itself."""

    __tablename__ = "detail"
    item: str = _item(primary_key=True, on_delete="CASCADE")
    position: int = Field(primary_key=True)
    role: str
    line: int
    text: str
    url: str | None


class TieRow(Table, table=True):
    """A link from an item to an experiment."""

    __tablename__ = "tie"
    __table_args__ = (Index("tie_experiment", "experiment"),)
    item: str = _item(primary_key=True, on_delete="CASCADE")
    position: int = Field(primary_key=True)
    experiment: str
    fragment: str
    target: str
    line: int


class OverrideRow(Table, table=True):
    """What a person decided against the detector."""

    __tablename__ = "override"
    item: str = _item(primary_key=True, on_delete="CASCADE")
    field: str = Field(primary_key=True)
    value: str
    at: str


class RunRow(Table, table=True):
    """One execution of an experiment."""

    __tablename__ = "run"
    __table_args__ = (Index("run_experiment", "experiment", "started"), Index("run_parent", "parent"))
    id: str = Field(primary_key=True)
    experiment: str
    title: str
    state: str
    started: str
    ended: str | None
    preset: str
    changed: str  # JSON: a list of names
    params: str  # JSON, as `codec` writes it
    seed: str | None  # text: a seed may be larger than SQLite's integers
    evidence_version: int
    host: str
    pid: int
    process_started: float
    provenance: str  # JSON, as `codec` writes it
    mlflow_run_id: str | None
    error: str
    imported: bool
    role: str = "run"
    parent: str | None = _run(on_delete="CASCADE", default=None)
    deleted: str | None = None  # since when it is out of lists and answers
    tracking_uri: str = ""
    delivered: bool = False
    origin: str = ""  # the file of the bundle that it came with
    bundle: str = ""  # that bundle's digest


class RunTagRow(Table, table=True):
    """A person's own word for a run."""

    __tablename__ = "run_tag"
    run: str = _run(primary_key=True, on_delete="CASCADE")
    tag: str = Field(primary_key=True)


class MetricRow(Table, table=True):
    """The last value of a metric, as exact text: "NaN" and "Infinity" are themselves."""

    __tablename__ = "run_metric"
    run: str = _run(primary_key=True, on_delete="CASCADE")
    name: str = Field(primary_key=True)
    position: int
    value: str
    unit: str
    steps: int


class ArtifactRow(Table, table=True):
    """A file that a run left."""

    __tablename__ = "artifact"
    run: str = _run(primary_key=True, on_delete="CASCADE")
    path: str = Field(primary_key=True)
    position: int
    kind: str
    title: str
    size: int
    sha256: str


class RunFileRow(Table, table=True):
    """A file of a run's code or data, with its digest then."""

    __tablename__ = "run_file"
    run: str = _run(primary_key=True, on_delete="CASCADE")
    path: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    position: int
    digest: str


class FindingRow(Table, table=True):
    """What a run came to on one condition."""

    __tablename__ = "finding"
    run: str = _run(primary_key=True, on_delete="CASCADE")
    key: str = Field(primary_key=True)
    position: int
    claim: str
    supported_when: str
    refuted_when: str
    verdict: str | None
    text: str
    template: str


class FindingFigureRow(Table, table=True):
    """A figure that a finding cites, with its exact text."""

    __tablename__ = "finding_figure"
    __table_args__ = (
        ForeignKeyConstraint(
            ["run", "key"],
            ["finding.run", "finding.key"],
            ondelete="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    run: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    name: str
    value: str


class AnswerRow(Table, table=True):
    """What was recorded for an item; never changed afterwards, but for `current`."""

    __tablename__ = "answer"
    __table_args__ = (
        Index("answer_item", "item"),
        Index("answer_current", "item", unique=True, sqlite_where=text("current")),
        {"sqlite_autoincrement": True},
    )
    number: int | None = Field(default=None, primary_key=True)
    item: str = _item()
    current: bool
    author: str
    backed: bool
    quick: bool
    verdict: str | None
    conclusion: str
    template: str
    question: str
    question_norm: str
    recorded: str
    digest: str


class EvidenceRow(Table, table=True):
    """A finding of a run, as an answer cites it."""

    __tablename__ = "answer_evidence"
    __table_args__ = (Index("answer_evidence_run", "run"),)
    answer: int = _refers("answer.number", primary_key=True, on_delete="CASCADE")
    position: int = Field(primary_key=True)
    run: str = _run()
    experiment: str
    finding: str
    claim: str
    verdict: str | None
    text: str


class AnswerFigureRow(Table, table=True):
    """A figure that an answer cites, pinned with its exact text."""

    __tablename__ = "answer_figure"
    answer: int = _refers("answer.number", primary_key=True, on_delete="CASCADE")
    position: int = Field(primary_key=True)
    name: str
    value: str


class EventRow(Table, table=True):
    """Something that happened to an item."""

    __tablename__ = "event"
    __table_args__ = (Index("event_item", "item"), {"sqlite_autoincrement": True})
    number: int | None = Field(default=None, primary_key=True)
    item: str = _item()
    at: str
    what: str
    text: str


class JournalRow(Table, table=True):
    """What a command changed, with all that undoing it needs."""

    __tablename__ = "journal"
    __table_args__ = {"sqlite_autoincrement": True}
    number: int | None = Field(default=None, primary_key=True)
    at: str
    command: str
    summary: str
    edits: str  # JSON: [note, offset, old, new], bytes in base64
    overrides: str  # JSON: [item, field, before, after]
    undone_at: str | None


class SearchFindingRow(Table, table=True):
    """The number of a finding in the index of words. Triggers and `indexing` keep these two tables."""

    __tablename__ = "search_finding"
    __table_args__ = (Index("search_finding_key", "run", "finding", unique=True),)
    number: int = Field(primary_key=True)
    run: str = _run(on_delete="CASCADE")
    finding: str


class SearchStaleRow(Table, table=True):
    """The number of what is to be indexed before the transaction ends."""

    __tablename__ = "search_stale"
    number: int = Field(primary_key=True)


class DigestRow(Table, table=True):
    """A file's canonical digest, as long as its size and mtime stay."""

    __tablename__ = "file_digest"
    path: str = Field(primary_key=True)
    size: int
    mtime_ns: int
    digest: str
