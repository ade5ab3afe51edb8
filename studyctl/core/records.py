"""What is recorded of experiments: runs, findings, answers. Import these from `studyctl.core.models`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from studyctl.core.models import RunRole, RunState, Verdict


@dataclass(frozen=True, slots=True)
class FileDigest:
    """One file of a run's code closure or data, with the digest that staleness compares."""

    # Relative to the workspace; of an installed package by the name of its module, after `SITE`; absolute where data
    # that a parameter named lies outside of the workspace.
    path: str
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
    """What a run came to on one condition: a claim, predicates over its figures, their verdict."""

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
    origin: str = ""  # the file of the bundle that it came with, relative to the workspace; else its name alone
    bundle: str = ""  # that bundle's digest; "" where the run came with a record, or was made here
    role: RunRole = "run"
    parent: str | None = None  # of a trial: its sweep
    tags: tuple[str, ...] = ()  # a person's own, sorted
    deleted: str | None = None  # since when it is out of lists and answers; `runs restore` brings it back
    tracking_uri: str = ""  # the MLflow server that it was sent to; "" is the workspace's own
    delivered: bool = False  # whether MLflow has all of it
    metrics: tuple[Metric, ...] = ()
    findings: tuple[Finding, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    files: tuple[FileDigest, ...] = ()

    @property
    def short(self) -> str:
        """The id as it is shown."""
        return self.id[:8]

    @property
    def whole(self) -> bool:
        """Whether all of it is here, files too; of a run that came with a record only what answers cite is."""
        return not self.imported or bool(self.bundle)

    def value(self, name: str) -> float:
        """The last value of a metric; KeyError where none of that name was recorded."""
        values = {one.name: one.value for one in self.metrics}
        if name not in values:
            raise KeyError(f"no metric {name!r}; there are {', '.join(values) or 'none'}")
        return values[name]

    def finding(self, key: str) -> Finding:
        """The finding of that key; KeyError where there is none."""
        findings = {one.key: one for one in self.findings}
        if key not in findings:
            raise KeyError(f"no finding {key!r}; there are {', '.join(findings) or 'none'}")
        return findings[key]


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
    key: str = ""  # what changed: a file's path, a run's id
    now: str = ""  # what it is now: a digest, the words


@dataclass(frozen=True, slots=True)
class ExperimentSpec:
    """An experiment as its source says, without executing it."""

    name: str  # with hyphens
    path: str  # of the module, relative to the workspace; "site:pkg/module.py" in an installed package
    function: str
    title: str
    doc: str  # first line of the module's docstring
    requires: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    presets: tuple[str, ...] = ()
    line: int = 1
    module: str = ""  # dotted, of an installed one
    distribution: str = ""  # name and version of the package that it was installed with
    shadows: str = ""  # the package whose experiment of the same name it stands before


@dataclass(frozen=True, slots=True)
class ExperimentProblem:
    """A module below `experiments/`, or an entry point, that is no experiment, with the line that says why."""

    name: str
    path: str
    line: int
    message: str
    distribution: str = ""  # name and version of the package that declares it

    @property
    def place(self) -> str:
        """Where it is, for people."""
        place = f"{self.path}, line {self.line}" if self.path.endswith(".py") else self.path
        return f"{place} of {self.distribution}" if self.distribution else place

    @property
    def hint(self) -> str:
        """Who can mend it."""
        if not self.distribution:
            return f"mend {self.path}"
        return f"another version may be sound: python -m pip install -U {self.distribution.partition(' ')[0]}"
