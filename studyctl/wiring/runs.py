"""Building the edges for what executes experiments: one run, a draft, a sweep. Beside `wiring`, on which it stands.

Everything is imported inside the function that needs it, so that a command loads only what it uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.wiring.opening import now, open_ledger, open_reader, run_is_lost
from studyctl.wiring.tracking import mark_lost, settle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from studyctl.app.run import RunOutcome
    from studyctl.app.sweep import Earlier, Estimate
    from studyctl.config import Workspace
    from studyctl.core.models import ExperimentSpec, FileDigest, Item, Run
    from studyctl.core.ports import Engine, Ledger, Progress, Reader, Tracker, Watch
    from studyctl.runner.perform import Order
    from studyctl.runner.sweep import SweepOrder


def prepare_run(
    workspace: Workspace,
    spec: ExperimentSpec,
    preset: str,
    params_file: tuple[str, str] | None,
    assignments: Sequence[str],
    command: str,
    *,
    grid_file: tuple[str, str] | None = None,
    repeat: int | None = None,
    many: bool = False,
) -> Order | SweepOrder:
    """An experiment with validated parameters, ready to be executed: one run, or a sweep where there are several.

    Nothing is recorded yet. `params_file` and `grid_file` are the text of a TOML file with its name.
    """
    from studyctl.core import grid
    from studyctl.core.params import parse_toml
    from studyctl.runner.closure import closure_of
    from studyctl.runner.importing import load
    from studyctl.runner.perform import Order
    from studyctl.runner.requires import check_requires
    from studyctl.runner.sweep import SweepOrder

    check_requires(spec.name, spec.requires, spec.distribution.partition(" ")[0])
    loaded = load(workspace, spec)
    file = parse_toml(*params_file) if params_file else None
    plain, axes = grid.split(loaded.model, assignments)
    from_file = (
        grid.grid_axes(loaded.model, parse_toml(*grid_file, "name = [value, value]"), grid_file[1]) if grid_file else []
    )
    planned = grid.plan(
        loaded.model,
        loaded.preset(preset),
        file=file,
        assignments=plain,
        axes=grid.joined(from_file, axes, plain),
        repeat=repeat,
        many=many,
    )
    if len(planned.trials) == 1:
        (trial,) = planned.trials
        return Order(spec, loaded, trial.params, preset, trial.changed, command)
    return SweepOrder(spec, closure_of(workspace, spec), preset, planned, command)


def engine_for(workspace: Workspace, spec: ExperimentSpec, jobs: int, on: str = "", gpus: int = 0) -> Engine:
    """What performs runs: processes here, so many at a time, or the workers of the cluster at `on`.

    Times of one comparison never mix hosts: an experiment that measures time gets the workers of one host.
    """
    if on:
        from studyctl.runner.dask_engine import DaskEngine

        return DaskEngine(workspace, on, gpus=gpus, one_host="time" in spec.measures)
    from studyctl.runner.local_engine import LocalEngine

    return LocalEngine(workspace, spec.name, jobs)


def execute_run(
    workspace: Workspace,
    order: Order,
    items: Sequence[Item],
    progress: Progress,
    *,
    timeout_s: float | None = None,
    on: str = "",
    gpus: int = 0,
) -> RunOutcome:
    """Execute and record a run, and the answers that it gives to the items tied to its experiment.

    One with a time limit is performed by a process of its own, which can be ended whatever it does; one `on` a cluster
    by a worker there.
    """
    from contextlib import ExitStack, closing
    from dataclasses import replace

    from studyctl.app import answers, freshness
    from studyctl.app.run import RunOutcome, describe, item_tags
    from studyctl.runner.digests import current_digests
    from studyctl.runner.session import execute
    from studyctl.tracking.remote import tracker_of

    problem: str | None
    with ExitStack() as stack:
        engine: Engine | None = None
        if on or timeout_s is not None:
            # A cluster that does not answer is said before anything is recorded.
            engine = stack.enter_context(closing(engine_for(workspace, order.spec, 1, on, gpus)))
        tracker = tracker_of(workspace)
        ledger = stack.enter_context(closing(open_ledger(workspace)))
        order = replace(order, tags=item_tags(items))
        if engine is None:
            run = execute(
                workspace,
                order,
                ledger=ledger,
                tracker=tracker,
                progress=progress,
                describe=lambda run: describe(run, items),
            )
            problem = tracker.problem
        else:
            run, problem = _execute_apart(workspace, order, items, progress, timeout_s, ledger, tracker, engine)
        answered = answers.record_for_run(ledger, run, now=now()) if run.state == "finished" else ()
        freshness.keep(ledger, workspace.root, current_digests)
        if problem is None:
            settle(workspace, ledger, tracker.uri)
    return RunOutcome(run, answered, problem)


def _execute_apart(
    workspace: Workspace,
    order: Order,
    items: Sequence[Item],
    progress: Progress,
    timeout_s: float | None,
    ledger: Ledger,
    tracker: Tracker,
    engine: Engine,
) -> tuple[Run, str | None]:
    from studyctl.app.run import describe
    from studyctl.runner.closure import closure_of
    from studyctl.runner.sweep import execute_apart
    from studyctl.view.watching import RunWatch

    return execute_apart(
        workspace,
        order,
        closure_of(workspace, order.spec),
        timeout_s=timeout_s,
        ledger=ledger,
        tracker=tracker,
        engine=engine,
        watch=RunWatch(progress),
        describe=lambda run: describe(run, items),
    )


def default_jobs(spec: ExperimentSpec) -> int:
    """How many trials at a time, where nobody said: one for an experiment that measures time, else one a core."""
    from studyctl.runner.process import usable_cores

    return 1 if "time" in spec.measures else usable_cores()


def earlier_sweep(workspace: Workspace, order: SweepOrder) -> Earlier | None:
    """What was begun and not finished of the same trials; trials whose command was killed are awaited first."""
    from studyctl.app import sweep as app
    from studyctl.runner.digests import digest_file
    from studyctl.runner.located import located

    def now(file: FileDigest) -> str | None:
        return digest_file(located(workspace.root, file.path), file.role)

    if not workspace.database.exists():
        return None
    reader = open_reader(workspace)
    try:
        found = app.earlier(reader, run_is_lost, order.spec.name, order.swept.digest, order.files.files, now)
    finally:
        reader.close()
    if found is None or found.changed:
        return found
    ledger = open_ledger(workspace)
    try:
        app.await_orphans(ledger.running_runs, run_is_lost, found.run.id)
    finally:
        ledger.close()
    mark_lost(workspace)
    reader = open_reader(workspace)
    try:
        return app.earlier(reader, run_is_lost, order.spec.name, order.swept.digest, order.files.files, now)
    finally:
        reader.close()


def execute_sweep(
    workspace: Workspace, order: SweepOrder, earlier: Earlier | None, engine: Engine, watch: Watch
) -> tuple[Run, list[Run], str | None]:
    """Execute the trials of a sweep that are not there yet; the sweep, its trials, and what MLflow lacks."""
    from studyctl.app import freshness
    from studyctl.app.sweep import describe_sweep, describe_trial
    from studyctl.runner.digests import current_digests
    from studyctl.runner.sweep import Interrupted
    from studyctl.runner.sweep import execute_sweep as execute
    from studyctl.tracking.remote import tracker_of

    tracker = tracker_of(workspace)
    ledger = open_ledger(workspace)
    try:
        done = execute(
            workspace,
            order,
            interrupted=Interrupted(earlier.run, earlier.finished, earlier.unsent) if earlier else None,
            ledger=ledger,
            tracker=tracker,
            engine=engine,
            watch=watch,
            describe=describe_trial,
            describe_sweep=describe_sweep,
        )
        freshness.keep(ledger, workspace.root, current_digests)
        if done[2] is None:
            settle(workspace, ledger, tracker.uri)
    finally:
        ledger.close()
    return done


def estimate_run(reader: Reader, order: Order | SweepOrder, jobs: int, *, there: Sequence[Run] = ()) -> Estimate | None:
    """About how long it will take, from earlier runs on this host; `there`: trials that need not be tried again."""
    from studyctl.app.sweep import estimate
    from studyctl.core.params import values_of
    from studyctl.core.sweeps import number_of
    from studyctl.runner.process import hostname
    from studyctl.runner.sweep import SweepOrder

    if isinstance(order, SweepOrder):
        numbers = {number_of(run) for run in there}
        left = [trial for trial in order.grid.trials if trial.number not in numbers]
        trials, names = [values_of(trial.params) for trial in left], order.grid.names
    else:
        trials, names = [values_of(order.params)], ()
    return estimate(reader, order.spec.name, trials, names, host=hostname(), jobs=jobs)


def execute_draft(order: Order, progress: Progress) -> tuple[Run, Path]:
    """Execute an experiment and record nothing; the run that would have been, and the folder of its figures."""
    from studyctl.runner.draft import execute_draft as execute

    return execute(order.experiment, order.params, preset=order.preset, changed=order.changed, progress=progress)
