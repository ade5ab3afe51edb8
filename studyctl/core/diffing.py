"""What differs between two runs: what they were given, what they ran on, and what they came to.

Pure. When a run took place and how long it took is left out: two runs of the same thing differ in nothing else.
What one side does not know (a run that came with a record names no machine) is no difference, and is told apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from studyctl.core.alike import may_be_unseen
from studyctl.core.comparing import flat
from studyctl.core.models import Metric, Run
from studyctl.core.templates import exact

ABSENT = None  # a side that has nothing of that name


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not the same; None is nothing at all, and a parameter that is none is "none"."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file of the code or the data that is not the same."""

    path: str
    role: Literal["code", "data"]
    how: Literal["changed", "added", "removed"]


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A figure that is not the same."""

    name: str
    before: Metric | None
    after: Metric | None

    @property
    def difference(self) -> float | None:
        """By how much it is larger; None where that is no number."""
        if self.before is None or self.after is None:
            return None
        found = self.after.value - self.before.value
        return found if math.isfinite(found) else None

    @property
    def ratio(self) -> float | None:
        """How many times as large it is; None where that says nothing."""
        if self.before is None or self.after is None or not self.before.value:
            return None
        try:
            found = self.after.value / self.before.value
        except OverflowError:
            return None
        return found if math.isfinite(found) else None


@dataclass(frozen=True, slots=True)
class RunDiff:
    """Everything that differs between two runs."""

    before: Run
    after: Run
    facts: tuple[Change, ...]  # experiment, state, preset, versions, machine, commit
    params: tuple[Change, ...]
    files: tuple[FileChange, ...]
    distributions: tuple[Change, ...]
    metrics: tuple[MetricChange, ...]
    findings: tuple[Change, ...]  # by key, their verdicts
    unknown: tuple[str, ...]  # what one of them does not know

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.facts or self.params or self.files or self.distributions or self.metrics or self.findings)


def diff(before: Run, after: Run) -> RunDiff:
    """What differs, in the order of `before`, then of `after`."""
    unknown: list[str] = []
    facts = tuple(_facts(before, after, unknown))
    return RunDiff(
        before,
        after,
        facts,
        tuple(_params(before, after)),
        tuple(_files(before, after, unknown)),
        tuple(_distributions(before, after, unknown)),
        tuple(_metrics(before, after, unknown)),
        tuple(_findings(before, after)),
        tuple(unknown),
    )


def _facts(before: Run, after: Run, unknown: list[str]) -> Iterator[Change]:
    known = _known(before), _known(after)
    unseen = {name for run in (before, after) for name in _part(run.provenance, "threads") if may_be_unseen(name)}
    for name in dict.fromkeys([*known[0], *known[1]]):
        one, other = known[0].get(name, ""), known[1].get(name, "")
        if one == other:
            continue
        if one and other:
            yield Change(name, one, other)
        elif name in unseen:
            continue
        elif before.imported or after.imported:
            unknown.append(name)
        else:
            yield Change(name, one or ABSENT, other or ABSENT)


def _known(run: Run) -> dict[str, str]:
    """What is known of a run besides its parameters and files, as texts; "" where it is not."""
    found = run.provenance
    git, python, machine = _part(found, "git"), _part(found, "python"), _part(found, "machine")
    cores = machine.get("usable_cores", machine.get("cores"))
    gpus = machine.get("gpu") or ()
    dirty = git.get("dirty")
    return {
        "experiment": run.experiment,
        "state": run.state,
        "preset": run.preset,
        "seed": "" if run.seed is None or "seed" in run.params else str(run.seed),
        "evidence version": str(run.evidence_version),
        "studyctl": _text(found.get("studyctl")),
        "commit": _text(git.get("commit")),
        "branch": _text(git.get("branch")),
        "uncommitted changes": "" if dirty is None else "yes" if dirty else "no",
        "Python": " ".join(filter(None, (_text(python.get("implementation")), _text(python.get("version"))))),
        "platform": _text(found.get("platform")),
        "host": run.host,
        "CPU": _text(machine.get("cpu")),
        "cores": _text(cores),
        "memory": _text(machine.get("memory_bytes")),
        "GPU": ", ".join(map(str, gpus)) if isinstance(gpus, (list, tuple)) else str(gpus),
        "GPU driver": _text(machine.get("gpu_driver")),
        **{name: _text(value) for name, value in _part(found, "threads").items()},
    }


def _params(before: Run, after: Run) -> Iterator[Change]:
    one, other = flat(before.params), flat(after.params)
    for name in dict.fromkeys([*one, *other]):
        texts = [_shown(side[name]) if name in side else ABSENT for side in (one, other)]
        if texts[0] != texts[1]:
            yield Change(name, *texts)


def _shown(value: Any) -> str:
    return "none" if value is None else exact(value)


def _files(before: Run, after: Run, unknown: list[str]) -> Iterator[FileChange]:
    sides = [{(file.role, file.path): file.digest for file in run.files} for run in (before, after)]
    if bool(sides[0]) is not bool(sides[1]) and (before.imported or after.imported):
        unknown.append("files")
        return
    for role, path in sorted(sides[0].keys() | sides[1].keys()):
        one, other = sides[0].get((role, path)), sides[1].get((role, path))
        if one is None or other is None:
            yield FileChange(path, role, "added" if one is None else "removed")
        elif one != other:
            yield FileChange(path, role, "changed")


def _distributions(before: Run, after: Run, unknown: list[str]) -> Iterator[Change]:
    one, other = _part(before.provenance, "distributions"), _part(after.provenance, "distributions")
    if bool(one) is not bool(other):
        unknown.append("packages")
        return
    for name in sorted({*one, *other}):
        if one.get(name) != other.get(name):
            yield Change(name, *(None if side.get(name) is None else str(side[name]) for side in (one, other)))


def _metrics(before: Run, after: Run, unknown: list[str]) -> Iterator[MetricChange]:
    one = {metric.name: metric for metric in before.metrics}
    other = {metric.name: metric for metric in after.metrics}
    missing = 0
    for name in dict.fromkeys([*one, *other]):
        left, right = one.get(name), other.get(name)
        if (left is None and before.imported) or (right is None and after.imported):
            missing += 1  # a record carries only what is cited
        elif left is None or right is None or (exact(left.value), left.unit) != (exact(right.value), right.unit):
            yield MetricChange(name, left, right)
    if missing:
        unknown.append(f"{missing} figure{'' if missing == 1 else 's'}")


def _findings(before: Run, after: Run) -> Iterator[Change]:
    one = {finding.key: finding.verdict or "no verdict" for finding in before.findings}
    other = {finding.key: finding.verdict or "no verdict" for finding in after.findings}
    for name in dict.fromkeys([*one, *other]):
        if one.get(name) != other.get(name):
            yield Change(name, one.get(name), other.get(name))


def _part(provenance: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = provenance.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
