"""Which runs may be compared with one another: those that measured the same thing in the same way.

Runs of other code or other data measured something else, and where time is measured, so did runs on another machine.
They are set apart, with what sets them apart in words; a person may ask for them side by side, and even then their
figures are never pooled into one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from studyctl.core.models import Run

Trait = Literal["code", "data", "machine"]
TRAITS: tuple[Trait, ...] = get_args(Trait)
SHOWN_FILES = 3
SHOWN_VERSIONS = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """Runs that may be compared, newest first."""

    runs: tuple[Run, ...]
    apart: tuple[str, ...] = ()  # what sets them apart from the first such runs
    also: tuple[str, ...] = ()  # what differs among them all the same, and may matter


def alike(runs: Iterable[Run], across: Sequence[Trait] = ()) -> tuple[Alike, ...]:
    """The runs by what they measured, those with the newest run first; `across` lets these traits differ."""
    sets: dict[tuple[Any, ...], list[Run]] = {}
    for run in sorted(runs, key=lambda run: (run.started, run.id), reverse=True):
        key = (run.experiment, *(trait(run, one) for one in TRAITS if one not in across))
        sets.setdefault(key, []).append(run)
    found = list(sets.values())
    return tuple(
        Alike(tuple(one), tuple(differences(found[0][0], one[0], across)) if at else (), tuple(_also(one)))
        for at, one in enumerate(found)
    )


def differing(runs: Sequence[Run]) -> tuple[Trait, ...]:
    """The traits in which these runs are not all alike."""
    return tuple(which for which in TRAITS if len({trait(run, which) for run in runs}) > 1)


def trait(run: Run, which: Trait) -> str:
    """One of a run's traits as a value: equal ones are alike, "" where it says nothing."""
    if which == "machine":
        return _machine(run)
    files = [
        f"{file.path} {file.digest}" for file in sorted(run.files, key=lambda file: file.path) if file.role == which
    ]
    if which == "code":
        files.append(f"evidence version {run.evidence_version}")
    return hashlib.sha256("\n".join(files).encode()).hexdigest() if files else ""


def measures_time(run: Run) -> bool:
    """Whether the experiment said that it measures time."""
    return "time" in (run.provenance.get("measures") or ())


def _machine(run: Run) -> str:
    """Where times were measured; nothing where none were."""
    if not measures_time(run):
        return ""
    # Which machine it was is not known of runs that came without its name, and two of them may be of two machines.
    # Trials of one sweep that measures time are performed on one.
    parts = [run.host or f"unknown {run.parent or run.id}", *_device(run)]
    return "\n".join(parts)


def _device(run: Run) -> list[str]:
    machine = _mapping(run.provenance.get("machine"))
    threads = _mapping(run.provenance.get("threads"))
    gpus = machine.get("gpu") or ()
    return [
        str(machine.get("cpu") or ""),
        ", ".join(map(str, gpus)) if isinstance(gpus, (list, tuple)) else str(gpus),
        str(machine.get("usable_cores") or machine.get("cores") or ""),
        ", ".join(f"{name}={value}" for name, value in sorted(threads.items()) if not may_be_unseen(name)),
    ]


def may_be_unseen(threads: str) -> bool:
    """Whether a number of threads, by its name, may be missing though it was the same.

    Those of BLAS and OpenMP are only seen where something had loaded threadpoolctl before the run ended, which is
    not the experiment's doing. What it set itself is in its environment, or asked of torch or tensorflow by name.
    """
    return threads.islower() and threads.partition(".")[0] not in ("torch", "tensorflow")


def labels(runs: Sequence[Run], which: Trait) -> dict[str, str]:
    """A trait as a column shows it, by the run's id, where runs that differ in it stand side by side."""
    if which != "machine":
        return {run.id: trait(run, which)[:8] for run in runs}
    parts = {run.id: (run.host or "unknown machine", *_device(run)) if measures_time(run) else ("",) for run in runs}
    most = max((len(one) for one in parts.values()), default=0)
    padded = {run_id: (*one, *[""] * (most - len(one))) for run_id, one in parts.items()}
    # What is the same throughout tells nothing apart.
    telling = [at for at in range(most) if len({one[at] for one in padded.values()}) > 1]
    return {run_id: ", ".join(one[at] for at in telling if one[at]) for run_id, one in padded.items()}


def differences(first: Run, other: Run, across: Sequence[Trait] = ()) -> list[str]:
    """What sets `other` apart from `first`, in words."""
    if first.experiment != other.experiment:
        return [f"experiment {other.experiment}, not {first.experiment}"]
    found: list[str] = []
    for role in ("code", "data"):
        if role in across or trait(first, role) == trait(other, role):
            continue
        changed = changed_files(first, other, role)
        more = f" and {len(changed) - SHOWN_FILES} more" if len(changed) > SHOWN_FILES else ""
        if changed:
            found.append(f"other {role}: {', '.join(changed[:SHOWN_FILES])}{more}")
        if role == "code" and first.evidence_version != other.evidence_version:
            found.append(f"studyctl measured differently: evidence version {other.evidence_version}")
    if "machine" not in across and trait(first, "machine") != trait(other, "machine"):
        found += _machine_differences(first, other)
    return found


def changed_files(first: Run, other: Run, role: str) -> list[str]:
    """The files of this role that differ between two runs, or that only one of them has."""
    before = {file.path: file.digest for file in first.files if file.role == role}
    after = {file.path: file.digest for file in other.files if file.role == role}
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _machine_differences(first: Run, other: Run) -> list[str]:
    """What may make times incomparable."""
    if not measures_time(first) or not measures_time(other):
        return ["only some of them say that they measure time"]
    if not other.host or not first.host:
        unknown = other if not other.host else first
        return [f"times, and on which machine run {unknown.short} ran is not known"]
    found = [] if first.host == other.host else [f"times, on {other.host} and not on {first.host}"]
    for what, before, after in zip(("CPU", "GPU", "cores", "threads"), _device(first), _device(other), strict=True):
        if before != after:
            found.append(f"times, with {what} {after or 'as it was'} and not {before or 'as it was'}")
    return found


def _also(runs: Sequence[Run]) -> list[str]:
    """Versions that differ among runs that may be compared."""
    found = []
    pythons = {str(version) for run in runs if (version := _mapping(run.provenance.get("python")).get("version"))}
    if len(pythons) > 1:
        found.append(f"Python {', '.join(sorted(pythons))}")
    versions: dict[str, set[str]] = {}
    # Nearly all runs have the very same list, which is compared once.
    lists = {str(one): one for run in runs if (one := _mapping(run.provenance.get("distributions")))}
    for one in lists.values():
        for name in {name for other in lists.values() for name in other}:
            versions.setdefault(name, set()).add(str(one.get(name) or "none"))
    differing = sorted(name for name, seen in versions.items() if len(seen) > 1)
    found += [f"{name} {', '.join(sorted(versions[name]))}" for name in differing[:SHOWN_VERSIONS]]
    if len(differing) > SHOWN_VERSIONS:
        found.append(f"{len(differing) - SHOWN_VERSIONS} more packages")
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
