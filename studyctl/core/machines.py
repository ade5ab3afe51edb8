"""On which machine a run was made: what tells machines apart, and their names for people.

Where time is measured, a claim may hold on one machine and not on another. Such runs stand side by side in an answer,
the newest of each machine; what is measured otherwise is the same wherever it runs, and the newest run stands for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from studyctl.core.models import Run


def key(run: Run) -> tuple[str, ...]:
    """What is equal for runs of one machine: its host, or its devices where the host is not known."""
    return (run.host,) if run.host else ("", *devices(run))


def devices(run: Run) -> tuple[str, ...]:
    """The processor and the GPUs, as far as they are known."""
    machine = run.provenance.get("machine")
    if not isinstance(machine, dict):
        return ("",)
    gpus = machine.get("gpu") or ()
    return (str(machine.get("cpu") or ""), *map(str, gpus if isinstance(gpus, (list, tuple)) else [gpus]))


def names(runs: Sequence[Run]) -> list[str]:
    """The machines of these runs in words, by their devices: "NVIDIA H100". None is like another's.

    Never by their hosts: an answer goes into notes, reports and records that others read.
    """
    found = []
    for run in runs:
        cpu, *gpus = devices(run)
        found.append(", ".join(dict.fromkeys(gpus)) or cpu or "unknown machine")
    return [
        name if found.count(name) == 1 else f"{name}, run {run.short}" for name, run in zip(found, runs, strict=True)
    ]


def told_apart(cited: Iterable[Run]) -> dict[str, str]:
    """The names of their machines by the runs' ids, for those of an answer that rests on several of one experiment."""
    by_experiment: dict[str, list[Run]] = {}
    for run in cited:
        by_experiment.setdefault(run.experiment, []).append(run)
    several = [runs for runs in by_experiment.values() if len(runs) > 1]
    return {run.id: name for runs in several for run, name in zip(runs, names(runs), strict=True)}
