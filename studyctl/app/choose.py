"""Which runs and which metrics a person means, for verbs that look at several: `runs compare`, `runs plot`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from studyctl.app.runs import IsLost, as_seen, near_names
from studyctl.core import comparing
from studyctl.core.alike import TRAITS, Trait
from studyctl.core.conditions import Condition
from studyctl.core.models import Run
from studyctl.core.ports import Reader, RunFilter
from studyctl.errors import NotFoundError, UsageError


@dataclass(frozen=True, slots=True)
class Chosen:
    """Finished runs, whole; trials in place of their sweeps."""

    runs: tuple[Run, ...]
    left_out: tuple[Run, ...]  # those that did not finish
    sweeps: tuple[Run, ...]  # whose trials these are


def choose(
    reader: Reader,
    is_lost: IsLost,
    refs: Sequence[str],
    *,
    experiment: str | None = None,
    tags: Sequence[str] = (),
    conditions: Sequence[Condition] = (),
) -> Chosen:
    """The runs that are named, those of the sweeps that are named, or all that the filters let through.

    UsageError where nothing was asked for or a run was deleted, NotFoundError where nothing is left.
    """
    if not refs and not (experiment or tags or conditions):
        raise UsageError(
            "which runs? none was named", "name runs or a sweep, or choose with --experiment, --tag, --where"
        )
    named = [reader.run(ref) for ref in refs]
    for run in named:
        if run.deleted:
            raise UsageError(f"run {run.short} was deleted", f"studyctl runs restore {run.short}")
    sweeps = [run for run in named if run.role == "sweep"]
    if refs:
        ids = [run.id for run in named if run.role != "sweep"]
        ids += [trial.id for sweep in sweeps for trial in reader.brief_runs(RunFilter(parent=sweep.id))]
        found = as_seen(reader.runs_of(ids).values(), is_lost)
        found = [run for run in found if experiment in (None, run.experiment) and set(tags) <= set(run.tags)]
        found = [run for run in found if all(one.holds(run) for one in conditions)]
    else:
        where = RunFilter(experiment=experiment, tags=tuple(tags), roles=("run", "trial"))
        metrics = tuple({name for one in conditions for name in one.metrics})
        brief = reader.brief_runs(where, metrics, timed=any(one.timed for one in conditions))
        states = {run.id: run.state for run in as_seen(brief, is_lost) if all(one.holds(run) for one in conditions)}
        found = [replace(run, state=states[run.id]) for run in reader.runs_of(states).values()]
    finished = tuple(run for run in found if run.state == "finished")
    left_out = tuple(run for run in found if run.state != "finished")
    if not finished:
        raise NotFoundError(
            f"no finished run{_among(left_out)}", "`studyctl runs list` shows them; a run that failed has no result"
        )
    return Chosen(finished, left_out, tuple(sweeps))


def _among(runs: Sequence[Run]) -> str:
    return f" among the {len(runs)} that were named" if runs else " is chosen"


def metrics_for(runs: Sequence[Run], patterns: Sequence[str]) -> list[str]:
    """The metrics that the patterns mean, else those that findings cite, else all; NotFoundError with near names."""
    known = comparing.metric_names(runs)
    if not patterns:
        return comparing.cited(runs) or known
    found: dict[str, None] = {}
    for pattern in patterns:
        names = comparing.matching(known, pattern)
        if not names:
            raise no_metric(pattern, known)
        found.update(dict.fromkeys(names))
    return list(found)


def no_metric(wanted: str, known: Sequence[str]) -> NotFoundError:
    """The error of a metric that none of the runs has."""
    if not known:
        return NotFoundError(f"no metric {wanted}: these runs recorded none", "studyctl runs show RUN")
    near = near_names(wanted.replace("*", ""), known) or known[:5]
    more = "" if len(near) == len(known) else f", of {len(known)}"
    return NotFoundError(f"no metric {wanted} in these runs", f"near it: {', '.join(near)}{more}")


def parameters_for(runs: Sequence[Run], names: Sequence[str]) -> list[str]:
    """Parameters as `--by` names them, several joined by commas; NotFoundError with names that are near."""
    known = list(dict.fromkeys(name for run in runs for name in comparing.flat(run.params)))
    found: dict[str, None] = {}
    for name in (part.strip() for one in names for part in one.split(",")):
        wanted = name.replace("-", "_")
        if wanted not in known:
            near = near_names(wanted, known) or known
            raise NotFoundError(f"no parameter {name} in these runs", f"parameters: {', '.join(near)}")
        found[wanted] = None
    return list(found)


def traits_of(words: Sequence[str]) -> list[Trait]:
    """What `--across` names, several joined by commas."""
    found: dict[Trait, None] = {}
    for word in (part.strip() for one in words for part in one.split(",")):
        which = next((one for one in TRAITS if one == word), None)
        if which is None:
            raise UsageError(f"--across {word}: runs are not told apart by that", f"one of {', '.join(TRAITS)}")
        found[which] = None
    return list(found)
