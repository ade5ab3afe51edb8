"""`studyctl run`: an experiment executed and recorded, and what it answers."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, Session, session
from studyctl.cli.completion import experiment_names
from studyctl.cli.paths import shown
from studyctl.core.pages import RunPage
from studyctl.errors import ExperimentError, Interrupted, UsageError

if TYPE_CHECKING:
    from studyctl.core.models import Run
    from studyctl.runner.perform import Order
    from studyctl.view.bars import Bars
    from studyctl.view.progress import Quiet


@single(
    "run",
    "studyctl run box-decoding",
    "studyctl run box-decoding --quick",
    "studyctl run box-decoding -p anchor=116 -p dtype=float16",
    "studyctl run box-decoding --draft",
)
def app(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="EXPERIMENT", autocompletion=experiment_names, show_default=False)],
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="Change a parameter.")
    ] = None,
    params: Annotated[
        Path | None, typer.Option("--params", metavar="FILE", help="Parameters from a TOML file.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The small preset, seconds rather than minutes.")] = False,
    preset: Annotated[str | None, typer.Option("--preset", metavar="NAME", help="A preset of its own.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Run it and record nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run an experiment, record it, and answer the questions that are tied to it.

    Wrong parameters are refused before anything starts. Ctrl-C ends the run; what it measured is kept.
    """
    from studyctl.view.runs import result_page, run_json

    here = session(ctx)
    if quick and preset not in (None, "quick"):
        raise UsageError(f"--quick and --preset {preset} exclude each other", "give one of them")
    chosen = "quick" if quick else preset or "default"
    page = run_and_record(here, name, chosen, params, param or (), draft=draft)
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


def run_and_record(
    here: Session,
    name: str,
    preset: str = "default",
    params_file: Path | None = None,
    assignments: list[str] | tuple[str, ...] = (),
    *,
    draft: bool = False,
) -> RunPage:
    """The steps of a run; the value is its page, whatever state it ended in."""
    from studyctl.view.progress import make_progress
    from studyctl.wiring import find_experiment, prepare_run

    spec = find_experiment(here.workspace, name)
    values = (_read(params_file), str(params_file)) if params_file else None
    command = shlex.join(["studyctl", *sys.argv[1:]])
    order = prepare_run(here.workspace, spec, preset, values, assignments, command)
    progress = make_progress(spec.name, quiet=here.quiet, color=here.options.color)
    return _draft(order, progress) if draft else _recorded(here, order, progress)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"--params {file}: {error.strerror}", "a TOML file with `name = value` lines") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"--params {file} is not UTF-8", "a TOML file with `name = value` lines") from error


def _draft(order: Order, progress: Bars | Quiet) -> RunPage:
    from studyctl.wiring import execute_draft

    with progress.showing():
        run, folder = execute_draft(order, progress)
    return RunPage(run, shown(folder), notes=_warnings(run), draft=True)


def _recorded(here: Session, order: Order, progress: Bars | Quiet) -> RunPage:
    from studyctl.app.answers import tied_items
    from studyctl.view.words import not_mirrored
    from studyctl.wiring import execute_run

    with here.reader() as reader:  # the notes as they are now, before the experiment begins
        items = tied_items(reader, order.spec.name)
    here.mark_lost()
    with progress.showing():
        done = execute_run(here.workspace, order, items, progress)
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
    run = page.run
    if run.state == "finished":
        return
    kept = "a draft, nothing was recorded" if page.draft else f"kept as run {run.short}"
    look = "the lines above say where" if page.draft else f"studyctl runs show {run.short}"
    if run.state == "killed":
        raise Interrupted(f"{run.experiment} was stopped; {kept}", "" if page.draft else look)
    failure = run.provenance.get("failure") or {}
    if failure:
        typer.echo(run.error.rstrip(), err=True)
    what = failure.get("what") or run.error.strip()
    place = ", ".join(
        part for part in (failure.get("where"), failure.get("step") and f"step {failure['step']}") if part
    )
    raise ExperimentError(f"{run.experiment} failed: {what}{f' ({place})' if place else ''}; {kept}", look)
