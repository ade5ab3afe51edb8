"""Sweeps: which of them goes on, how long one will take, and the sweep's page in MLflow."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studyctl.app.run import describe, escaped
from studyctl.app.runs import IsLost, as_seen
from studyctl.core import reproduce
from studyctl.core.models import ROLES, FileDigest, Run
from studyctl.core.ports import Reader, RunFilter
from studyctl.core.sweeps import SEED, groups, latest, name_of, number_of, same_files, swept, telling_metrics
from studyctl.core.times import seconds_of
from studyctl.errors import UsageError

PAGE_METRICS = 8
# Trials of a sweep whose command was killed are ended within this time.
ORPHANS_S = 15.0


@dataclass(frozen=True, slots=True)
class Earlier:
    """The newest sweep of the same trials that is not finished: it goes on, unless a file has changed since."""

    run: Run
    finished: tuple[Run, ...]  # its trials that stay, whole
    changed: str = ""  # the first file that differs
    unsent: tuple[Run, ...] = ()  # its trials that ended, and that MLflow has not got as a whole


def earlier(
    reader: Reader,
    is_lost: IsLost,
    experiment: str,
    digest: str,
    files: Iterable[FileDigest],
    now: Callable[[FileDigest], str | None],
) -> Earlier | None:
    """What was begun and not finished of the same trials; UsageError where it is going on right now.

    `now` is the digest that a file has today: data that a parameter names is known to the trials that read it alone.
    """
    sweeps = reader.runs(RunFilter(experiment=experiment, roles=("sweep",)))
    found = next((run for run in sweeps if (one := swept(run)) is not None and one.digest == digest), None)
    if found is None:
        return None
    (seen,) = as_seen([found], is_lost)
    if seen.imported or seen.state == "finished":
        return None
    if seen.state == "running":
        raise UsageError(
            f"sweep {seen.short} of the same trials is going on, as process {seen.pid} on {seen.host}",
            "wait for it, or give --fresh to begin another",
        )
    whole = reader.run(seen.id)
    trials = reader.runs(RunFilter(parent=seen.id))
    kept = [run.id for run in latest(trials) if run.state == "finished"]
    unsent = [run.id for run in trials if run.state != "running" and not run.delivered]
    found_whole = reader.runs_of([*kept, *unsent])
    finished = tuple(found_whole[run_id] for run_id in kept)
    declared = {file.path for file in whole.files}
    given = {one for run in finished for one in run.files if one.role == "data" and one.path not in declared}
    return Earlier(
        whole,
        finished,
        same_files(files, whole.files) or next((one.path for one in given if now(one) != one.digest), ""),
        tuple(found_whole[run_id] for run_id in unsent),
    )


def await_orphans(
    running: Callable[[], Sequence[Run]], is_lost: IsLost, sweep: str, *, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait for trials of a sweep whose command was killed: they are being ended; UsageError where one does not end."""
    until = time.monotonic() + ORPHANS_S
    while alive := [run for run in running() if run.parent == sweep and not is_lost(run)]:
        if time.monotonic() > until:
            raise UsageError(
                f"trial {number_of(alive[0])} of sweep {sweep[:8]} still runs, as process {alive[0].pid}",
                "end it and give the command again, or give --fresh to begin another sweep",
            )
        sleep(0.2)


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how long something will take, and what that is known from."""

    seconds: float
    runs: int  # that it is known from
    alike: bool  # they differ in the seed, or in what is swept


def estimate(
    reader: Reader,
    experiment: str,
    trials: Sequence[Mapping[str, Any]],
    varied: Sequence[str],
    *,
    host: str,
    jobs: int,
) -> Estimate | None:
    """How long trials with these parameters will take, from finished runs on this host; None where none is alike.

    Each takes the median of the runs with its own parameters; where there are none, of those that differ in nothing
    but the seed, then in nothing but what is swept.
    """
    where = RunFilter(experiment=experiment, state="finished", roles=ROLES)
    runs = [run for run in reader.brief_runs(where, timed=True) if run.host == host and run.role != "sweep"]
    keys: list[Callable[[Mapping[str, Any]], str]] = [
        lambda params: _key(params, ()),
        lambda params: _key(params, (SEED,)),
        lambda params: _key(params, (SEED, *varied)),
    ]
    took: list[dict[str, dict[str, float]]] = [{} for _ in keys]  # by key and run
    for run in runs:
        seconds = seconds_of(run)
        if seconds is not None:
            for key, found in zip(keys, took, strict=True):
                found.setdefault(key(run.params), {})[run.id] = seconds
    total, used, alike = 0.0, set[tuple[int, str]](), False
    for params in trials:
        level = next((at for at, key in enumerate(keys) if key(params) in took[at]), None)
        if level is None:
            return None
        name = keys[level](params)
        total += statistics.median(took[level][name].values())
        used.add((level, name))
        alike = alike or level > 0
    longest = max(statistics.median(took[level][name].values()) for level, name in used)
    count = len({run_id for level, name in used for run_id in took[level][name]})
    return Estimate(max(total / max(1, min(jobs, len(trials))), longest), count, alike)


def _key(params: Mapping[str, Any], left_out: Sequence[str]) -> str:
    rest: dict[str, Any] = dict(params)
    for name in left_out:
        rest = reproduce.without(rest, name)
    return json.dumps(rest, sort_keys=True)


def describe_trial(run: Run) -> str:
    """A trial's page in MLflow: which one of which sweep it is, and what a run's page says."""
    return f"Trial {number_of(run)} of sweep `{(run.parent or '')[:8]}`: {escaped(name_of(run))}\n\n{describe(run, ())}"


def describe_sweep(sweep: Run, trials: Sequence[Run]) -> str:
    """The sweep's page in MLflow, in Markdown: what is tried, how to repeat it, what the trials come to together."""
    about = swept(sweep)
    assert about is not None  # it was opened as one
    parts = [f"**{escaped(sweep.title)}**", f"{about.trials} trials: {escaped(about.label)}"]
    if sweep.state == "running":
        parts.append("The sweep is going on.")
    else:
        parts.append(f"The sweep {'was ' if sweep.state in ('killed', 'lost') else ''}{sweep.state}.")
        parts += _table(sweep, trials)
    parts.append(f"### Reproduce\n\n    {reproduce.command(sweep)}")
    parts.append(f"This is sweep `{sweep.id}`: `studyctl runs show {sweep.short}`")
    return "\n\n".join(parts) + "\n"


def _table(sweep: Run, trials: Sequence[Run]) -> list[str]:
    about = swept(sweep)
    assert about is not None
    metrics = telling_metrics(trials)[:PAGE_METRICS]
    found = groups(about, trials, metrics)
    if not found:
        return []
    names = list(found[0].varied)
    header = [*names, "trials", *metrics]
    lines = ["| " + " | ".join(map(escaped, header)) + " |", "|" + "---|" * len(header)]
    for group in found:
        cells = [reproduce.typed(value) for value in group.varied.values()] + [str(len(group.trials))]
        for name in metrics:
            one = group.estimates.get(name)
            spread = f" ± {(one.hi - one.lo) / 2:.2g}" if one and one.lo is not None and one.hi is not None else ""
            cells.append("" if one is None else f"{one.value:.6g}{spread}")
        lines.append("| " + " | ".join(map(escaped, cells)) + " |")
    failed = [f"- trial {number_of(run)} ({escaped(name_of(run))}): {run.state}" for run in trials if _fell(run)]
    return ["\n".join(lines), *(["### Not finished\n\n" + "\n".join(failed)] if failed else [])]


def _fell(run: Run) -> bool:
    return run.state in ("failed", "killed", "lost")
