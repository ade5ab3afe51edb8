"""What the use cases hand to the view: one value a page, complete, so that showing it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from studyctl.core.acceptance import Acceptance
from studyctl.core.answers import Choice
from studyctl.core.models import Answer, ExperimentProblem, ExperimentSpec, Item, Kind, Reason, Run


@dataclass(frozen=True, slots=True)
class Answered:
    """An item and what a run or the record says of it."""

    item: Item
    answer: Answer | None
    # "recorded" from this run; "kept": a person's words, or a run that counts more
    how: Literal["recorded", "kept", "none"] = "none"


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run and what it answers."""

    run: Run
    folder: str  # as a path to type from here; "" where nothing was kept
    answered: tuple[Answered, ...] = ()
    problem: str | None = None  # what the MLflow mirror could not take
    notes: tuple[str, ...] = ()
    draft: bool = False  # recorded nowhere


# "completed": it had come with a record, without files; "restored": its files were gone
How = Literal["new", "completed", "restored", "known"]


@dataclass(frozen=True, slots=True)
class Imported:
    """A run of a bundle, and what was done with it."""

    run: Run
    how: How


@dataclass(frozen=True, slots=True)
class Import:
    """What a bundle brought."""

    file: str
    digest: str
    public: bool
    runs: tuple[Imported, ...]
    answered: tuple[Answered, ...] = ()  # what was recorded for items

    @property
    def new(self) -> tuple[Run, ...]:
        """The runs whose files came with it."""
        return tuple(one.run for one in self.runs if one.how != "known")


@dataclass(frozen=True, slots=True)
class SweepPage:
    """A sweep and its trials, the newest attempt of each, with their metrics."""

    run: Run
    trials: tuple[Run, ...]
    folder: str  # as a path to type from here
    there: int = 0  # trials that were there before this command
    problem: str | None = None  # what the MLflow mirror could not take
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a command would run."""

    experiment: str
    preset: str
    changed: Mapping[str, Any]  # parameters that differ from the preset's, with their values
    swept: Mapping[str, tuple[Any, ...]]
    trials: int
    there: int  # of them, from an interrupted sweep
    sweep: str  # that sweep's id
    jobs: int
    items: tuple[Item, ...]  # that it would answer
    data: tuple[str, ...]
    seconds: float | None  # about how long; None where that is not known
    runs: int = 0  # that it is known from
    alike: bool = False  # they differ in the seed, or in what is swept


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """A question or claim with everything that is known about its answer."""

    item: Item
    answer: Answer | None
    reasons: tuple[Reason, ...] = ()
    runs: Mapping[str, Run] = field(default_factory=dict)  # the cited ones, by id
    newer: tuple[Choice, ...] = ()  # runs that count and that the answer does not rest on
    missing: tuple[str, ...] = ()  # tied experiments without a finding for this item
    children: tuple[Item, ...] = ()
    earlier: int = 0  # answers that were superseded
    produce: tuple[str, ...] = ()  # commands that would give it evidence
    accepted: Acceptance | None = None  # what a person found harmless, for this very answer


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do next."""

    command: str
    why: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Where things stand."""

    workspace: str
    counts: Mapping[Kind, Mapping[str, int]]
    news: tuple[str, ...]
    answered: tuple[Answered, ...]
    stale: tuple[tuple[Item, tuple[Reason, ...]], ...]
    unanswered: int  # open questions and unchecked claims
    runs: tuple[Run, ...]  # the last few
    lost: tuple[Run, ...]
    running: tuple[Run, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ExperimentRow:
    """An experiment in a list."""

    spec: ExperimentSpec
    last: Run | None
    tied: tuple[str, ...]  # ids of the items tied to it
    items: tuple[Item, ...] = ()  # the same, whole


@dataclass(frozen=True, slots=True)
class ExperimentList:
    rows: tuple[ExperimentRow, ...]
    problems: tuple[ExperimentProblem, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `doctor`."""

    name: str
    ok: bool
    text: str
    next: str = ""
    fixed: bool = False
