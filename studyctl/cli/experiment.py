"""`studyctl experiment`: what can be run, and making something new to run."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from studyctl.cli.commands import Group
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import experiment_names, item_ids
from studyctl.cli.paths import shown

app = Group("experiment", help="List, show and start experiments.")


@app.command("list", "studyctl experiment list", "studyctl experiment list --json")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List experiments with the items tied to them and their last run.

    Nothing is executed. Those of installed packages are listed too; what is no experiment, with the line that says why.
    """
    from studyctl.app.experiments import listing
    from studyctl.view.experiments import experiment_json, experiment_table, problem_json, problem_lines, shadow_lines
    from studyctl.wiring.experiments import discover
    from studyctl.wiring.opening import run_is_lost

    here = session(ctx)
    with here.reader() as reader:
        found = listing(reader, discover(here.workspace), run_is_lost)
    if as_json:
        here.json([*map(experiment_json, found.rows), *map(problem_json, found.problems)])
        return
    if found.rows:
        here.print(experiment_table(found.rows, here.width))
    elif not found.problems:
        here.say(f"no experiments in {shown(here.workspace.experiments)} yet: studyctl experiment new NAME")
    for line in shadow_lines(found.rows):
        here.note(line)
    for line in problem_lines(found.problems):
        here.warn(line)


@app.command("show", "studyctl experiment show box-decoding")
def show(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(autocompletion=experiment_names, show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show an experiment: what it asks, its parameters with their bounds, its presets, what is tied to it."""
    from studyctl.app.experiments import row_of
    from studyctl.app.lists import with_reasons
    from studyctl.view.experiments import experiment_json, experiment_page
    from studyctl.wiring.experiments import describe_experiment, find_experiment
    from studyctl.wiring.opening import run_is_lost

    here = session(ctx)
    spec = find_experiment(here.workspace, name)
    params, presets, wrong = describe_experiment(here.workspace, spec)
    with here.reader() as reader:
        row = row_of(reader, spec, reader.items(), run_is_lost)
        row = replace(row, items=tuple(with_reasons(row.items, here.reasons(reader, row.items))))
    if as_json:
        here.json(experiment_json(row) | {"params": params, "preset_values": presets})
        return
    here.print(*experiment_page(row, params, presets, here.width))
    for line in wrong:
        here.warn(f"{line}; see {spec.path}")


@app.command("new", "studyctl experiment new warmup-length", "studyctl experiment new se-block --for Q3")
def new(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    for_item: Annotated[
        str | None,
        typer.Option("--for", metavar="ID", autocompletion=item_ids(), help="Tie this item to it, in its note."),
    ] = None,
) -> None:
    """Write a small experiment that runs, to be made your own.

    With --for, a link to it is added to the item's line in its note; `studyctl undo` takes the link back.
    """
    from studyctl.app.experiments import create
    from studyctl.app.link import link
    from studyctl.core.ids import pick
    from studyctl.core.models import Item
    from studyctl.wiring.changing import change
    from studyctl.wiring.experiments import discover

    here = session(ctx)
    here.mark_lost()
    with here.reader() as reader:
        item = pick([for_item], reader.items(gone=True, ignored=True))[0] if for_item else None
    told: list[str] = []

    def tie(item: Item, experiment: str) -> None:
        done = change(
            here.workspace,
            "experiment new",
            lambda reader, files: link(item.id, experiment, here.workspace, reader, files),
        )
        told.extend(done.change.lines)

    file = create(here.workspace, name, discover(here.workspace), item, tie)
    here.say(f"wrote {shown(file)}")
    for line in told:
        here.say(line)
    here.say(f"try it: studyctl run {file.stem.replace('_', '-')} --draft")
