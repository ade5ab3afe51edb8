"""`studyctl runs`: what was recorded. Lists and pages stand here; every other verb has a module of its own."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from studyctl.cli.commands import Group
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import experiment_names, item_ids, run_ids
from studyctl.cli.paths import shown
from studyctl.core.models import RunState
from studyctl.errors import UsageError

STATES: tuple[RunState, ...] = get_args(RunState)
SHOWN = 30

# Verb and module, in the order of the help.
VERBS: dict[str, str] = {}

app = Group("runs", help="List and show recorded runs.", verbs=VERBS)


@app.command(
    "list",
    "studyctl runs list",
    "studyctl runs list --experiment box-decoding --state failed",
    "studyctl runs list --item Q1 --json",
)
def list_(
    ctx: typer.Context,
    experiment: Annotated[
        str | None,
        typer.Option("--experiment", "-e", metavar="NAME", autocompletion=experiment_names, help="Of this one."),
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", "-s", metavar="STATE", help=f"One of {', '.join(STATES)}.")
    ] = None,
    item: Annotated[
        str | None,
        typer.Option("--item", "-i", metavar="ID", autocompletion=item_ids(), help="Tied to or cited by it."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="At most so many; 0 for all.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """List recorded runs, newest first."""
    from studyctl.app.runs import listed
    from studyctl.core.ids import pick
    from studyctl.view.runs import run_json, run_table
    from studyctl.wiring import run_is_lost

    here = session(ctx)
    wanted = next((one for one in STATES if one == state), None)
    if state is not None and wanted is None:
        raise UsageError(f"--state {state}: no such state", f"one of {', '.join(STATES)}")
    with here.reader() as reader:
        item_id = pick([item], reader.items(gone=True, ignored=True))[0].id if item else None
        name = experiment.replace("_", "-") if experiment else None
        found = listed(reader, run_is_lost, experiment=name, state=wanted, item=item_id)
    page = found[:limit] if limit else found
    if as_json:
        here.json([run_json(run) for run in page])
        return
    if page:
        here.print(run_table(page, here.width))
    if len(found) > len(page):
        here.say(f"{len(page)} of {len(found)} runs; --limit 0 shows all")
    elif found:
        here.say(f"{len(found)} run{'' if len(found) == 1 else 's'}")
    elif name or wanted or item_id:
        here.say("no such run; `studyctl runs list` shows all")
    else:
        here.say("no runs yet: `studyctl experiment list` shows what can be run")


@app.command("show", "studyctl runs show 3f2a9c10", "studyctl runs show 3f2a --json")
def show(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", autocompletion=run_ids, show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show a run in full: parameters, figures, findings, files, and how to reproduce it.

    RUN is the beginning of its id.
    """
    from studyctl.app.runs import as_far_as_it_came, as_seen
    from studyctl.core.pages import Answered, RunPage
    from studyctl.view.runs import run_json, run_page
    from studyctl.wiring import run_is_lost

    here = session(ctx)
    with here.reader() as reader:
        (found,) = as_seen([reader.run(run)], run_is_lost)
        cited_by = {a.item: a for a in reader.answers() if any(e.run == found.id for e in a.evidence)}
        items = reader.items(ids=list(cited_by), gone=True, ignored=True) if cited_by else []
    place = here.workspace.runs / found.id
    found, folder = as_far_as_it_came(found, place), shown(place)
    if as_json:
        here.json(run_json(found, whole=True, folder=folder))
        return
    answered = tuple(Answered(item, cited_by[item.id]) for item in items)
    here.print(*run_page(RunPage(found, folder, answered)))
