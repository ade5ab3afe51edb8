"""`studyctl run` with several values: the steps of a sweep, and what a dry run says of it or of a single run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studyctl.cli.paths import shown
from studyctl.errors import ExperimentError, Interrupted, UsageError

if TYPE_CHECKING:
    from studyctl.app.sweep import Earlier
    from studyctl.cli.common import Session
    from studyctl.core.grid import Trial
    from studyctl.core.pages import SweepPage
    from studyctl.runner.perform import Order
    from studyctl.runner.sweep import SweepOrder


class Options(NamedTuple):
    """How to run it."""

    jobs: int | None = None
    timeout_s: float | None = None
    fresh: bool = False
    on: str = ""  # the address of a cluster
    gpus: int | None = None  # for each run there


DEFAULTS = Options()


def check(options: Options, *, draft: bool, sweep: bool) -> None:
    """UsageError for options that are out of bounds, or that the run has no use for."""
    if options.jobs is not None and options.jobs < 1:
        raise UsageError(f"--jobs {options.jobs}: at least one", "leave it out for one a core")
    if options.gpus is not None and options.gpus < 1:
        raise UsageError(f"--gpus {options.gpus}: at least one", "leave it out for none")
    if options.gpus is not None and not options.on:
        raise UsageError("--gpus takes devices of a cluster's workers", "name the cluster: --on dask://HOST:PORT")
    if options.on and draft:
        raise UsageError("a draft runs here, and --on runs elsewhere", "leave out one of them")
    if options.on and options.jobs is not None:
        raise UsageError("--jobs is for processes here; a cluster has as many places as its workers", "leave it out")
    if sweep and draft:
        raise UsageError("a sweep is recorded, and a draft is not", "leave out --draft, or try one value")
    if draft and options.timeout_s is not None:
        raise UsageError("--timeout needs a process of its own, and a draft has none", "leave out one of them")
    for option, given in (("--jobs", options.jobs is not None), ("--fresh", options.fresh)):
        if given and not sweep:
            raise UsageError(f"{option} is for sweeps, and this is one run", "try several values: -p seed=0..4")


def run(here: Session, order: SweepOrder, options: Options, *, as_json: bool) -> None:
    """The steps of a sweep."""
    from studyctl.view.runs import run_json
    from studyctl.view.sweeps import result_page, sweep_json

    page = _perform(here, order, options)
    if as_json:
        here.json(run_json(page.run, whole=True, folder=page.folder) | sweep_json(page))
    else:
        here.print(*result_page(page, here.width))
    _raise_unless_finished(page)


def _perform(here: Session, order: SweepOrder, options: Options) -> SweepPage:
    from contextlib import closing
    from dataclasses import replace

    from studyctl.core.pages import SweepPage
    from studyctl.view.watching import watch_sweep
    from studyctl.view.words import not_mirrored
    from studyctl.wiring.runs import engine_for, execute_sweep

    here.catch_up()  # the notes as they are now, before the experiment begins
    earlier = _earlier(here, order, options)
    there = len(earlier.finished) if earlier else 0
    trials = len(order.grid.trials)
    jobs = 1 if options.on else min(jobs_of(here, order, options), trials - there) or 1
    with closing(engine_for(here.workspace, order.spec, jobs, options.on, options.gpus or 0)) as engine:
        places = min(engine.jobs, trials - there) or 1
        watch = watch_sweep(order.spec.name, trials, there, places, quiet=here.quiet, color=here.options.color)
        with watch.showing():
            sweep, found, problem = execute_sweep(
                here.workspace, replace(order, timeout_s=options.timeout_s), earlier, engine, watch
            )
    if problem:
        here.warn(not_mirrored(problem, several=True))
    notes = sorted({str(one) for trial in found for one in trial.provenance.get("warnings") or ()})
    return SweepPage(
        sweep, tuple(found), shown(here.workspace.runs / sweep.id), there, problem=problem, notes=tuple(notes)
    )


def jobs_of(here: Session, order: SweepOrder, options: Options) -> int:
    """How many trials at a time; what people should know about that is said."""
    from studyctl.wiring.runs import default_jobs

    timed = "time" in order.spec.measures
    if options.jobs is None:
        if timed:
            here.note(f"{order.spec.name} measures time: one trial at a time, so that none disturbs another")
        return default_jobs(order.spec)
    if timed and options.jobs > 1:
        here.warn(f"{order.spec.name} measures time: {options.jobs} trials at a time disturb one another")
    return options.jobs


def _earlier(here: Session, order: SweepOrder, options: Options) -> Earlier | None:
    """The interrupted sweep that goes on, if there is one."""
    from studyctl.wiring.runs import earlier_sweep

    if options.fresh:
        return None
    found = earlier_sweep(here.workspace, order)
    if found is None:
        return None
    trials = len(order.grid.trials)
    if found.changed:
        here.note(f"sweep {found.run.short} of the same trials stays as it is: {found.changed} has changed since")
        return None
    here.note(
        f"sweep {found.run.short} goes on: {len(found.finished)} of {trials} trials are there; --fresh begins anew"
    )
    return found


def _raise_unless_finished(page: SweepPage) -> None:
    run = page.run
    if run.state == "finished":
        return
    if run.state == "killed":
        finished = sum(trial.state == "finished" for trial in page.trials)
        raise Interrupted(
            f"the sweep was stopped; {finished} finished trials are kept as {run.short}",
            "the same command goes on where it stopped",
        )
    failed = sum(trial.state != "finished" for trial in page.trials)
    raise ExperimentError(
        f"{failed} of {len(page.trials)} trials did not finish; the rest is kept as sweep {run.short}",
        "the same command tries them again",
    )


def show_dry_run(here: Session, order: Order | SweepOrder, options: Options, *, as_json: bool) -> None:
    """What would run, and about how long; nothing is recorded."""
    from studyctl.app.answers import tied_items
    from studyctl.core.models import ANSWERED_KINDS
    from studyctl.core.pages import DryRun
    from studyctl.core.params import values_of
    from studyctl.core.reproduce import value
    from studyctl.runner.sweep import SweepOrder
    from studyctl.view.sweeps import dry_run_json, dry_run_page
    from studyctl.wiring.runs import earlier_sweep, estimate_run

    if options.on:
        raise UsageError("--dry-run knows how long runs take here, not at a cluster", "leave out --on")
    sweep = order if isinstance(order, SweepOrder) else None
    earlier = earlier_sweep(here.workspace, sweep) if sweep and not options.fresh else None
    if earlier is not None and earlier.changed:
        earlier = None
    jobs = jobs_of(here, sweep, options) if sweep else 1
    first: Order | Trial = order.grid.trials[0] if isinstance(order, SweepOrder) else order
    names = sweep.grid.names if sweep else ()
    params = values_of(first.params)
    with here.reader() as reader:
        items = [] if sweep else tied_items(reader, order.spec.name)
        known = estimate_run(reader, order, jobs, there=earlier.finished if earlier else ())
    page = DryRun(
        order.spec.name,
        order.preset,
        {name: value(params, name) for name in first.changed if name not in names},
        {name: sweep.grid.values(name) for name in names} if sweep else {},
        len(sweep.grid.trials) if sweep else 1,
        len(earlier.finished) if earlier else 0,
        earlier.run.id if earlier else "",
        jobs,
        tuple(item for item in items if item.kind in ANSWERED_KINDS),
        order.spec.data,
        known.seconds if known else None,
        known.runs if known else 0,
        known.alike if known else False,
    )
    if as_json:
        here.json(dry_run_json(page))
    else:
        here.print(*dry_run_page(page))
