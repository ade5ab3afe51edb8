"""The values that every room speaks in: items and what surrounds them, runs, findings, answers.

Plain frozen dataclasses rather than Pydantic models: they are built on the reading path, where importing Pydantic
would cost more than the work itself. What comes from outside (settings, parameters, the record) is validated where it
enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["question", "todo", "reading", "claim"]
Verdict = Literal["supported", "refuted", "inconclusive"]
RunState = Literal["running", "finished", "failed", "killed", "lost"]
# What the note itself says of an item, before overrides and evidence.
Mark = Literal["open", "doing", "done", "dropped", "noted", "unknown"]
Role = Literal["context", "source", "answer"]

KINDS: tuple[Kind, ...] = ("question", "todo", "reading", "claim")
LETTERS: dict[Kind, str] = {"question": "Q", "todo": "T", "reading": "R", "claim": "C"}
STATUSES: dict[Kind, tuple[str, ...]] = {
    "question": ("open", "noted", "answered", "stale", "dropped"),
    "todo": ("open", "doing", "done", "dropped"),
    "reading": ("open", "done", "dropped"),
    "claim": ("unchecked", "supported", "refuted", "inconclusive", "mixed", "stale", "dropped"),
}


@dataclass(frozen=True, slots=True)
class Tie:
    """A link in a note that ties an item to an experiment: `[text](../experiments/box_decoding/#width-stability)`."""

    experiment: str  # normalised: hyphens
    fragment: str  # a finding or the prefix of several; "" for all
    target: str  # the link's target as written
    line: int  # from 1


@dataclass(frozen=True, slots=True)
class Detail:
    """A line below an item that is no item itself: context, a source, or part of the person's own answer."""

    role: Role
    line: int
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An item as it stands in one note, before it has an id."""

    kind: Kind
    also: Kind | None
    text: str  # what a person reads: no bullet, box, marker, tie or anchor
    norm: str  # what identity compares: NFC, casefold, single spaces
    line: int  # first line, from 1
    last_line: int  # last line of the item's own text (lazy continuations)
    parent: int | None  # index of the item above it, in the same note's list
    topic: tuple[str, ...]  # headings and parent bullets that are no items, outermost first
    mark: Mark
    box: str | None  # the character in its checkbox, None without one
    rule: str  # which rule found it, e.g. "question-label.leaf"
    confidence: Literal["high", "low"] = "high"
    ties: tuple[Tie, ...] = ()
    details: tuple[Detail, ...] = ()
    anchor: str | None = None  # the explicit ` ^sq-…` anchor


@dataclass(frozen=True, slots=True)
class NoteProblem:
    """Something about a note that a person should know; never an exception."""

    note: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one note says: its items in document order."""

    note: str  # relative to the workspace, with forward slashes
    found: tuple[Found, ...]
    problems: tuple[NoteProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A watched file as it was when it was last read: unchanged size and mtime mean that it is not read again."""

    path: str  # relative to the workspace, forward slashes
    role: Literal["note", "ignored", "config", "ignore-file"]
    size: int
    mtime_ns: int
    seen_ns: int  # when it was read; an mtime within 2 s of it proves nothing
    sha256: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the store knows it."""

    id: str
    kind: Kind
    also: Kind | None
    text: str
    norm: str
    note: str
    line: int
    parent: str | None
    topic: tuple[str, ...]
    position: int  # order over all notes
    mark: Mark
    box: str | None
    rule: str
    confidence: str
    status: str  # one of STATUSES[kind]; "stale" is added by whoever knows the files' digests
    ties: tuple[Tie, ...] = ()
    details: tuple[Detail, ...] = ()  # loaded for single items only
    anchor: str | None = None
    answer: int | None = None  # number of the current answer
    gone: bool = False  # a tombstone: no longer in any note
    ignored: bool = False  # `item ignore`
    also_status: str | None = None  # one of STATUSES[also]
    last_line: int = 0  # last line of the item's own text


@dataclass(frozen=True, slots=True)
class FileDigest:
    """One file of a run's code closure or data, with the digest that staleness compares."""

    path: str  # relative to the workspace
    role: Literal["code", "data"]
    digest: str  # canonical AST digest for code, sha256 for data


@dataclass(frozen=True, slots=True)
class Metric:
    """The last value of a metric; its history stays in the run's folder and in MLflow."""

    name: str
    value: float  # NaN and infinity are themselves
    unit: str = ""
    steps: int = 1


@dataclass(frozen=True, slots=True)
class Artifact:
    path: str  # relative to the run's `artifacts` folder, e.g. "figures/gradient-by-width.png"
    kind: Literal["figure", "table", "text", "file"]
    title: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a run came to on one condition: a claim, predicates over the run's figures, and the verdict they give."""

    key: str
    text: str  # placeholders filled
    template: str
    claim: str = ""
    when: str = ""  # supported when this holds
    unless: str = ""  # refuted when this holds
    verdict: Verdict | None = None  # None: a how/what finding, without predicates
    figures: tuple[tuple[str, str], ...] = ()  # each cited name with its value's exact text


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of an experiment, as recorded."""

    id: str  # 32 hex digits
    experiment: str
    title: str
    state: RunState
    started: str  # ISO 8601, UTC, milliseconds, "Z"
    ended: str | None
    preset: str  # "default", "quick", "full" or the author's own
    changed: tuple[str, ...]  # parameters that differ from the preset's
    params: dict[str, Any]
    seed: int | None
    evidence_version: int
    host: str  # "" where the record carried it here: a committed record names no machine
    pid: int
    process_started: float
    provenance: dict[str, Any]
    mlflow_run_id: str | None = None
    error: str = ""
    imported: bool = False  # came with a record or a bundle
    metrics: tuple[Metric, ...] = ()
    findings: tuple[Finding, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    files: tuple[FileDigest, ...] = ()

    @property
    def short(self) -> str:
        """The id as it is shown."""
        return self.id[:8]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding of a run, as an answer cites it."""

    run: str
    experiment: str
    finding: str  # key
    claim: str
    verdict: Verdict | None
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is recorded for a question or claim. Never changed once recorded: a new one supersedes it."""

    item: str
    conclusion: str  # placeholders filled
    template: str
    author: Literal["studyctl", "person"]
    backed: bool
    verdict: str | None  # a Verdict, "mixed", or None for a how/what question
    recorded: str  # ISO 8601, UTC
    question: str  # the item's text when it was answered
    question_norm: str
    evidence: tuple[Evidence, ...]
    figures: tuple[tuple[str, str], ...]  # "box-decoding.NAME" with the value's exact text, pinned
    digest: str
    number: int | None = None  # given by the store, per workspace
    current: bool = True
    quick: bool = False  # rests on a quick run or one with changed parameters


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an answer is stale."""

    trigger: Literal["code", "params", "data", "question", "environment", "run"]
    text: str


@dataclass(frozen=True, slots=True)
class ExperimentSpec:
    """An experiment as its source says, without executing it."""

    name: str  # with hyphens
    path: str  # of the module, relative to the workspace
    function: str
    title: str
    doc: str  # first line of the module's docstring
    requires: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    line: int = 1


@dataclass(frozen=True, slots=True)
class ExperimentProblem:
    """A module below `experiments/` that is no experiment, with the line that says why."""

    name: str
    path: str
    line: int
    message: str
