"""The values that every room speaks in: items and what surrounds them, runs, findings, answers.

Plain frozen dataclasses rather than Pydantic models: they are built on the reading path, where importing
Pydantic would cost more than the work itself. What comes from outside (settings, parameters, the record) is
validated where it enters.

Making a dataclass costs half a millisecond, and a list of todos needs four of the seventeen. So the others
stand in `detected` and `records`, and are fetched from there when somebody imports them from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from studyctl.core.detected import Found as Found
    from studyctl.core.detected import NoteProblem as NoteProblem
    from studyctl.core.detected import Reading as Reading
    from studyctl.core.records import Answer as Answer
    from studyctl.core.records import Artifact as Artifact
    from studyctl.core.records import Evidence as Evidence
    from studyctl.core.records import ExperimentProblem as ExperimentProblem
    from studyctl.core.records import ExperimentSpec as ExperimentSpec
    from studyctl.core.records import FileDigest as FileDigest
    from studyctl.core.records import Finding as Finding
    from studyctl.core.records import Metric as Metric
    from studyctl.core.records import Reason as Reason
    from studyctl.core.records import Run as Run

Kind = Literal["question", "todo", "reading", "claim"]
Verdict = Literal["supported", "refuted", "inconclusive"]
RunState = Literal["running", "finished", "failed", "killed", "lost"]
# A sweep is the run of several trials, and has none of its own; a trial is never cited by itself.
RunRole = Literal["run", "sweep", "trial"]
# What the note itself says of an item, before overrides and evidence.
Mark = Literal["open", "doing", "done", "dropped", "noted", "unknown"]
Role = Literal["context", "source", "answer"]

# How a run records a file of an installed package: by the name of its module, "site:pkg/module.py".
SITE = "site:"

ROLES: tuple[RunRole, ...] = ("run", "sweep", "trial")
KINDS: tuple[Kind, ...] = ("question", "todo", "reading", "claim")
ANSWERED_KINDS: tuple[Kind, ...] = ("question", "claim")  # the others are done, not answered
LETTERS: dict[Kind, str] = {"question": "Q", "todo": "T", "reading": "R", "claim": "C"}
STATUSES: dict[Kind, tuple[str, ...]] = {
    "question": ("open", "noted", "answered", "stale", "dropped"),
    "todo": ("open", "doing", "done", "dropped"),
    "reading": ("open", "done", "dropped"),
    "claim": ("unchecked", "supported", "refuted", "inconclusive", "mixed", "stale", "dropped"),
}

_DETECTED = ("Found", "NoteProblem", "Reading")


@dataclass(frozen=True, slots=True)
class Tie:
    """A link in a note that ties an item to an experiment: `[text](experiments/box_decoding/#overflow)`."""

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
class FileStamp:
    """A watched file as it was last read: unchanged size and mtime mean that it is not read again."""

    path: str  # relative to the workspace, forward slashes
    role: Literal["note", "ignored", "config", "ignore-file", "bundle"]
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
    due: str | None = None  # YYYY-MM-DD
    priority: str | None = None  # highest, high, medium, low, lowest
    tags: tuple[str, ...] = ()  # without "#"


if not TYPE_CHECKING:  # a type checker sees the imports above, and reports a name that is nowhere

    def __getattr__(name: str) -> Any:
        """The values of detection and of runs, from where they stand."""
        if name.startswith("__"):
            raise AttributeError(name)
        from importlib import import_module

        module = import_module(f"studyctl.core.{'detected' if name in _DETECTED else 'records'}")
        if name not in vars(module):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(module, name)
        return value
