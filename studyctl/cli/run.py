"""`studyctl run`: an experiment executed and recorded, and what it answers."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, Session, session
from studyctl.cli.completion import experiment_names
from studyctl.cli.paths import shown
from studyctl.cli.run_sweep import DEFAULTS, Options
from studyctl.core.pages import RunPage
from studyctl.errors import ExperimentError, Interrupted, UsageError

if TYPE_CHECKING:
    from studyctl.core.models import Run
    from studyctl.runner.perform import Order
    from studyctl.runner.sweep import SweepOrder
    from studyctl.view.bars import Bars
    from studyctl.view.progress import Quiet


@single(
    "run",
    "studyctl run box-decoding",
    "studyctl run box-decoding --quick",
    "studyctl run box-decoding -p anchor=116 -p seeds=32",
    "studyctl run box-decoding --draft",
    "studyctl run box-decoding --quick -p anchor=116,373 -p seed=0..4",
    "studyctl run box-decoding --repeat 5 --dry-run",
    "studyctl run --stale --dry-run",
    "studyctl run --missing Q3 --quick",
)
def app(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="EXPERIMENT", autocompletion=experiment_names, show_default=False),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", metavar="NAME=VALUE", help="Change a parameter; n=1,2 and n=0..4 try several."),
    ] = None,
    params: Annotated[
        Path | None, typer.Option("--params", metavar="FILE", help="Parameters from a TOML file.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The small preset, seconds rather than minutes.")] = False,
    preset: Annotated[str | None, typer.Option("--preset", metavar="NAME", help="A preset of its own.")] = None,
    grid: Annotated[
        Path | None, typer.Option("--grid", metavar="FILE", help="Values to try, lists in a TOML file.")
    ] = None,
    repeat: Annotated[
        int | None, typer.Option("--repeat", metavar="N", help="Try N seeds; without a seed, N times the same.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", metavar="N", help="So many trials at a time.")] = None,
    timeout: Annotated[
        str | None, typer.Option("--timeout", metavar="TIME", help="End what takes longer: 90s, 10m, 2h.")
    ] = None,
    on: Annotated[
        str, typer.Option("--on", metavar="dask://HOST:PORT", help="Run on the workers of a Dask cluster.")
    ] = "",
    gpus: Annotated[
        int | None, typer.Option("--gpus", metavar="N", help="So many GPUs of a worker for each run.")
    ] = None,
    stale: Annotated[
        bool, typer.Option("--stale", help="Run again what stale answers rest on, of all items or those named.")
    ] = False,
    missing: Annotated[
        bool, typer.Option("--missing", help="Run what has no evidence yet, of all items or those named.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin an interrupted sweep anew.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Allow more than 10,000 trials.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run, and about how long.")] = False,
    draft: Annotated[bool, typer.Option("--draft", help="Run it and record nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run an experiment, record it, and answer the questions that are tied to it.

    Wrong parameters are refused before anything starts. Ctrl-C ends the run; what it measured is kept.

    Several values make a sweep: each combination is a trial, in a process of its own. One that fails does not stop
    the rest, and the same command goes on with a sweep that was interrupted.

    --stale and --missing say what they will run and about how long, then run each once: with the parameters of the run
    that is renewed, or the default ones. Items and experiments may be named to narrow them.
    """
    from studyctl.cli import run_again, run_sweep
    from studyctl.core.durations import seconds
    from studyctl.runner.sweep import SweepOrder

    here = session(ctx)
    if quick and preset not in (None, "quick"):
        raise UsageError(f"--quick and --preset {preset} exclude each other", "give one of them")
    chosen = "quick" if quick else preset or "default"
    options = Options(jobs, None if timeout is None else seconds(timeout, "--timeout"), fresh, on, gpus)
    if stale or missing:
        asked = run_again.Asked(stale, missing, names or (), chosen)
        others = {"-p": param, "--params": params, "--grid": grid, "--repeat": repeat, "--draft": draft}
        run_again.check(asked, options, [option for option, given in others.items() if given])
        run_sweep.check(options, draft=False, sweep=False)
        run_again.run(here, asked, options, dry_run=dry_run, as_json=as_json)
        return
    order = prepare(here, _one(names or ()), chosen, params, param or (), grid=grid, repeat=repeat, many=yes)
    run_sweep.check(options, draft=draft, sweep=isinstance(order, SweepOrder))
    if dry_run:
        run_sweep.show_dry_run(here, order, options, as_json=as_json)
    elif isinstance(order, SweepOrder):
        run_sweep.run(here, order, options, as_json=as_json)
    else:
        _show(here, perform(here, order, options, draft=draft), as_json=as_json)


def _one(names: Sequence[str]) -> str:
    if not names:
        raise UsageError(
            "which experiment? none was named", "studyctl experiment list; or --stale, or --missing for several"
        )
    if len(names) > 1:
        raise UsageError(f"one experiment at a time, and {len(names)} were named", f"studyctl run {names[0]}")
    return names[0]


def _show(here: Session, page: RunPage, *, as_json: bool) -> None:
    from studyctl.view.runs import result_page, run_json

    if as_json:
        value = run_json(page.run, whole=True, folder=page.folder)
        value["answers"] = [
            {"id": one.item.id, "how": one.how, "verdict": one.answer.verdict if one.answer else None}
            | {"conclusion": one.answer.conclusion if one.answer else None}
            for one in page.answered
        ]
        here.json(value)
    elif page.run.state == "finished":
        here.print(*result_page(page))
    raise_unless_finished(page)


def prepare(
    here: Session,
    name: str,
    preset: str = "default",
    params_file: Path | None = None,
    assignments: Sequence[str] = (),
    *,
    grid: Path | None = None,
    repeat: int | None = None,
    many: bool = False,
) -> Order | SweepOrder:
    """What is to be run, with every parameter checked."""
    from studyctl.wiring.experiments import find_experiment
    from studyctl.wiring.runs import prepare_run

    return prepare_run(
        here.workspace,
        find_experiment(here.workspace, name),
        preset,
        (_read(params_file, "--params", "name = value"), str(params_file)) if params_file else None,
        assignments,
        shlex.join(["studyctl", *sys.argv[1:]]),
        grid_file=(_read(grid, "--grid", "name = [value, value]"), str(grid)) if grid else None,
        repeat=repeat,
        many=many,
    )


def _read(file: Path, option: str, line: str) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{option} {file}: {error.strerror}", f"a TOML file with `{line}` lines") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{option} {file} is not UTF-8", f"a TOML file with `{line}` lines") from error


def run_and_record(here: Session, name: str) -> RunPage:
    """Run an experiment at its default parameters; the value is its page, whatever state it ended in."""
    from studyctl.runner.sweep import SweepOrder

    order = prepare(here, name)
    assert not isinstance(order, SweepOrder)  # nothing has several values
    return perform(here, order)


def perform(here: Session, order: Order, options: Options = DEFAULTS, *, draft: bool = False) -> RunPage:
    """The steps of one run."""
    from studyctl.view.progress import make_progress

    progress = make_progress(order.spec.name, quiet=here.quiet, color=here.options.color)
    return _draft(order, progress) if draft else _recorded(here, order, progress, options)


def _draft(order: Order, progress: Bars | Quiet) -> RunPage:
    from studyctl.wiring.runs import execute_draft

    with progress.showing():
        run, folder = execute_draft(order, progress)
    return RunPage(run, shown(folder), notes=_warnings(run), draft=True)


def _recorded(here: Session, order: Order, progress: Bars | Quiet, options: Options) -> RunPage:
    from studyctl.app.answers import tied_items
    from studyctl.view.words import not_mirrored
    from studyctl.wiring.runs import execute_run

    with here.reader() as reader:  # the notes as they are now, before the experiment begins
        items = tied_items(reader, order.spec.name)
    here.mark_lost()
    with progress.showing():
        done = execute_run(
            here.workspace,
            order,
            items,
            progress,
            timeout_s=options.timeout_s,
            on=options.on,
            gpus=options.gpus or 0,
        )
    if done.problem:
        here.warn(not_mirrored(done.problem))
    return RunPage(
        done.run,
        shown(here.workspace.runs / done.run.id),
        done.answered,
        problem=done.problem,
        notes=_warnings(done.run),
    )


def _warnings(run: Run) -> tuple[str, ...]:
    """What makes a run's record weaker than it looks."""
    return tuple(str(one) for one in run.provenance.get("warnings") or ())


def raise_unless_finished(page: RunPage) -> None:
    """The error of a run that failed or was killed, after its traceback; what it measured is kept."""
    from studyctl.core.times import ran_out_of_time

    run = page.run
    if run.state == "finished":
        return
    kept = "a draft, nothing was recorded" if page.draft else f"kept as run {run.short}"
    look = "the lines above say where" if page.draft else f"studyctl runs show {run.short}"
    if ran_out_of_time(run):
        raise ExperimentError(f"{run.experiment} was {run.error.splitlines()[0]}; {kept}", look)
    if run.state == "killed":
        raise Interrupted(f"{run.experiment} was stopped; {kept}", "" if page.draft else look)
    failure = run.provenance.get("failure") or {}
    if failure.get("next"):  # in the person's files, and none of the code's lines
        raise ExperimentError(f"{run.experiment} failed: {failure['what']}; {kept}", failure["next"])
    if failure:
        typer.echo(run.error.rstrip(), err=True)
    what = failure.get("what") or run.error.strip()
    place = ", ".join(
        part for part in (failure.get("where"), failure.get("step") and f"step {failure['step']}") if part
    )
    raise ExperimentError(f"{run.experiment} failed: {what}{f' ({place})' if place else ''}; {kept}", look)
