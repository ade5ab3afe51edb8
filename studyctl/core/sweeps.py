"""What a recorded sweep and its trials say of themselves, and what the trials come to together. Pure.

A sweep is a run of the role `sweep`, whose provenance keeps what it varies under "sweep"; each of its trials is a run
of the role `trial`, whose provenance keeps its number and its values under "trial". A trial that did not finish may
have been tried again: its newest attempt is the one that counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from studyctl.core.models import FileDigest, Run
from studyctl.core.reproduce import several, shown
from studyctl.core.statistics import Estimate, mean_interval
from studyctl.core.times import seconds_of

SEED = "seed"
# The tag by which MLflow shows a trial below its sweep.
PARENT_TAG = "mlflow.parentRunId"
SWEEP_TAG = "studyctl.sweep"  # ours, with our id


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep varies."""

    values: Mapping[str, tuple[Any, ...]]  # by name, in the order in which they vary, the last one fastest
    trials: int
    repeat: int  # how often the same parameters are tried
    digest: str  # of the trials' parameters: the same command gives the same one

    @property
    def label(self) -> str:
        """What was swept, as it is typed: "lr=0.01,0.1, seed=0..4"."""
        parts = [f"{name}={several(values)}" for name, values in self.values.items()]
        return ", ".join(parts + ([f"{self.repeat} times"] if self.repeat > 1 else []))

    def plain(self) -> dict[str, Any]:
        """As provenance keeps it."""
        return {
            "values": {name: list(values) for name, values in self.values.items()},
            "trials": self.trials,
            "repeat": self.repeat,
            "digest": self.digest,
        }


def swept(run: Run) -> Swept | None:
    """What a run varies, where it is a sweep."""
    kept = run.provenance.get("sweep")
    if run.role != "sweep" or not isinstance(kept, Mapping):
        return None
    values = {str(name): tuple(one) for name, one in kept.get("values", {}).items()}
    return Swept(values, int(kept.get("trials", 0)), int(kept.get("repeat", 1)), str(kept.get("digest", "")))


def digest_of(
    experiment: str, preset: str, evidence_version: int, trials: Sequence[tuple[Mapping[str, Any], int]]
) -> str:
    """What tells the same trials from others: their parameters, in their order, with the number of the repetition."""
    text = json.dumps([experiment, preset, evidence_version, [[dict(p), n] for p, n in trials]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def number_of(trial: Run) -> int:
    """Which of its sweep's trials a run is, from 1; 0 where it does not say."""
    kept = trial.provenance.get("trial")
    return int(kept.get("number", 0)) if isinstance(kept, Mapping) else 0


def varied_of(trial: Run) -> dict[str, Any]:
    """The swept parameters of a trial with their values."""
    kept = trial.provenance.get("trial")
    return dict(kept.get("varied", {})) if isinstance(kept, Mapping) else {}


def name_of(trial: Run) -> str:
    """What sets a trial apart: its values, or its number where it has none of its own."""
    return shown(varied_of(trial)) or f"trial {number_of(trial)}"


def last_line(error: str) -> str:
    """What went wrong, without the way there: the last line of a traceback that is not a hint."""
    lines = [line for line in error.rstrip().splitlines() if line and not line.startswith(" ")]
    return lines[-1] if lines else ""


def latest(trials: Iterable[Run]) -> list[Run]:
    """The newest attempt of every trial, by number; a finished one is never tried again."""
    newest: dict[int, Run] = {}
    for run in sorted(trials, key=lambda run: (run.state == "finished", run.started)):
        newest[number_of(run)] = run
    return [newest[number] for number in sorted(newest)]


def same_files(one: Iterable[FileDigest], other: Iterable[FileDigest]) -> str | None:
    """None where code and data are the same; else the first file that is not."""
    mine, theirs = ({file.path: file.digest for file in files} for files in (one, other))
    differing = sorted(path for path in mine.keys() | theirs.keys() if mine.get(path) != theirs.get(path))
    return differing[0] if differing else None


@dataclass(frozen=True, slots=True)
class Group:
    """The trials that differ in nothing but their seed or their repetition."""

    varied: Mapping[str, Any]
    trials: tuple[Run, ...]  # that finished
    failed: int = 0  # or were killed, or lost
    estimates: Mapping[str, Estimate] = field(default_factory=dict)  # by metric
    seconds: float | None = None  # on average


def groups(sweep: Swept, trials: Sequence[Run], metrics: Sequence[str]) -> list[Group]:
    """The trials by what was swept besides the seed, with the mean of each metric."""
    names = [name for name in sweep.values if name != SEED]
    found: dict[str, list[Run]] = {}
    for trial in trials:
        varied = varied_of(trial)
        found.setdefault(json.dumps([varied.get(name) for name in names]), []).append(trial)
    return [_group(names, runs, metrics) for runs in found.values()]


def _group(names: Sequence[str], runs: Sequence[Run], metrics: Sequence[str]) -> Group:
    varied = varied_of(runs[0])
    finished = tuple(run for run in runs if run.state == "finished")
    values: dict[str, list[float]] = {name: [] for name in metrics}
    for run in finished:
        for metric in run.metrics:
            if metric.name in values:
                values[metric.name].append(metric.value)
    took = [seconds for run in finished if (seconds := seconds_of(run)) is not None]
    return Group(
        {name: varied.get(name) for name in names},
        finished,
        sum(run.state not in ("finished", "running") for run in runs),
        {name: mean_interval(found) for name, found in values.items() if found},
        sum(took) / len(took) if took else None,
    )


def telling_metrics(trials: Iterable[Run]) -> list[str]:
    """The trials' metrics, those first that their findings cite, then in the order of their recording."""
    cited: dict[str, None] = {}
    others: dict[str, None] = {}
    for trial in trials:
        recorded = {metric.name: None for metric in trial.metrics}
        others.update(recorded)
        for finding in trial.findings:
            cited.update({name: None for name, _ in finding.figures if name in recorded})
    return [*cited, *(name for name in others if name not in cited)]


def verdicts(trials: Iterable[Run]) -> dict[str, dict[str, int]]:
    """For each finding that tests a claim, how many of the finished trials came to which verdict."""
    found: dict[str, dict[str, int]] = {}
    for trial in trials:
        for finding in trial.findings if trial.state == "finished" else ():
            if finding.verdict is not None:
                counts = found.setdefault(finding.key, {})
                counts[finding.verdict] = counts.get(finding.verdict, 0) + 1
    return found
