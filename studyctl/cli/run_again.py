"""`studyctl run --stale` and `--missing`: the steps, from what would run to what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from studyctl.cli.run_sweep import Options
from studyctl.errors import ExperimentError, StudyctlError, UsageError

if TYPE_CHECKING:
    from studyctl.cli.common import Session
    from studyctl.core.models import Answer, Run
    from studyctl.core.rerunning import Change, Left, Plan, Planned
    from studyctl.runner.perform import Order


class Asked(NamedTuple):
    """Which of them, and how."""

    stale: bool
    missing: bool
    words: Sequence[str]  # items and experiments that it is narrowed to
    preset: str

    @property
    def option(self) -> str:
        return "--stale" if self.stale else "--missing"


def check(asked: Asked, options: Options, others: Sequence[str]) -> None:
    """UsageError for options that say how one run differs from others, and here decide nothing."""
    if others:
        what = "the parameters of the runs that it renews" if asked.stale else "default parameters"
        raise UsageError(f"{asked.option} runs with {what}: {', '.join(others)} has no place here", "leave it out")
    if asked.stale and asked.preset != "default":
        raise UsageError("--stale renews each run with its own preset", "leave out --quick and --preset")
    if options.fresh or options.jobs is not None:
        raise UsageError(f"--jobs and --fresh are for sweeps, and {asked.option} makes single runs", "leave them out")


def run(here: Session, asked: Asked, options: Options, *, dry_run: bool, as_json: bool) -> None:
    """The steps: say what and how long, run each, say what came of it."""
    from studyctl.view import rerun as view

    if not dry_run:
        here.mark_lost()
    plan, orders, seconds, before = _prepared(here, asked)
    if not as_json:
        here.print(*view.plan_page(plan, seconds))
    if not plan.runs and not as_json:
        said = {(True, False): "nothing stale", (False, True): "nothing without evidence"}
        nothing = said.get((asked.stale, asked.missing), "nothing stale, and nothing without evidence")
        here.say(f"{nothing} that a run would mend" if plan.left else nothing)
    if dry_run or not plan.runs:
        if as_json:
            here.json(view.plan_json(plan, seconds) | {"made": [], "answers": []})
        return
    if not as_json:
        here.say("")
    made, failed = _perform(here, orders, options, as_json=as_json)
    changes = _changes(here, plan, before)
    if as_json:
        value = {"made": [{"run": run.id, "experiment": run.experiment, "state": run.state} for run in made]}
        here.json(view.plan_json(plan, seconds) | value | {"answers": view.changes_json(changes)})
    else:
        here.print(*view.changes_page(changes, made))
    if failed:
        raise ExperimentError(f"{len(failed)} of {len(orders)} runs did not finish: {', '.join(failed)}", "see above")


def _prepared(
    here: Session, asked: Asked
) -> tuple[Plan, dict[Planned, Order], dict[Planned, float | None], dict[str, Answer]]:
    """The plan with every run's parameters checked, and about how long each takes; what cannot run is left, and why."""
    from dataclasses import replace

    from studyctl.app import rerun as app
    from studyctl.runner.process import hostname
    from studyctl.wiring.experiments import experiment_names
    from studyctl.wiring.runs import estimate_run
    from studyctl.wiring.syncing import stale_reasons, unchanged_runs

    orders: dict[Planned, Order] = {}
    seconds: dict[Planned, float | None] = {}
    left: list[Left] = []
    with here.reader() as reader:
        plan = app.plan(
            reader,
            stale_reasons(reader, here.workspace) if asked.stale else {},
            experiment_names(here.workspace),
            asked.words,
            stale=asked.stale,
            missing=asked.missing,
            preset=asked.preset,
            host=hostname(),
            unchanged=lambda ids: unchanged_runs(reader, here.workspace, ids),
        )
        for one in plan.runs:
            try:
                orders[one] = _order(here, one)
            except StudyctlError as error:
                left += _cannot(one, error)
                continue
            known = estimate_run(reader, orders[one], 1)
            seconds[one] = known.seconds if known else None
        before = {
            answer.item: answer for answer in reader.answers([c.item.id for one in plan.runs for c in one.causes])
        }
    return replace(plan, runs=tuple(orders), left=(*plan.left, *left)), orders, seconds, before


def _order(here: Session, one: Planned) -> Order:
    from studyctl.cli.run import prepare
    from studyctl.runner.sweep import SweepOrder

    order = prepare(here, one.experiment, one.preset, None, one.given)
    if isinstance(order, SweepOrder):
        raise UsageError(f"{', '.join(one.given)} would be a sweep", "name its values by themselves: studyctl run")
    return order


def _cannot(one: Planned, error: StudyctlError) -> list[Left]:
    """Each item of a run that cannot begin, with what stands in the way."""
    from studyctl.core.rerunning import Left

    return [Left(cause.item, error.message, error.hint) for cause in one.causes]


def _perform(
    here: Session, orders: dict[Planned, Order], options: Options, *, as_json: bool
) -> tuple[list[Run], list[str]]:
    """Each run in turn; one that fails does not stop the rest, one that is stopped does."""
    from studyctl.cli.run import perform, raise_unless_finished
    from studyctl.view.rerun import run_lines

    made, failed = [], []
    for planned in orders:
        # Loaded anew: what was imported for the others since must not count as part of this one.
        page = perform(here, _order(here, planned), options)
        made.append(page.run)
        if page.run.state == "finished":
            if not as_json:
                here.print(*run_lines(page.run))
            continue
        try:
            raise_unless_finished(page)
        except ExperimentError as error:
            here.warn(f"{error.message}; next: {error.hint}")
            failed.append(page.run.experiment)
    return made, failed


def _changes(here: Session, plan: Plan, before: dict[str, Answer]) -> list[Change]:
    from studyctl.app import rerun as app
    from studyctl.wiring.syncing import stale_reasons

    with here.reader() as reader:
        return app.changes(reader, plan, before, stale_reasons(reader, here.workspace))
