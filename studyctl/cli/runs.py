"""`studyctl runs`: what was recorded. Lists and pages stand here; every other verb has a module of its own."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from studyctl.cli.choosing import Experiment, Tags, Where, conditions_of, experiment_of
from studyctl.cli.commands import Group
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import item_ids, run_ids
from studyctl.cli.paths import shown
from studyctl.core.models import Run, RunState
from studyctl.errors import UsageError

STATES: tuple[RunState, ...] = get_args(RunState)
SHOWN = 30

# Verb and module, in the order of the help.
VERBS = {
    "compare": "runs_compare",
    "diff": "runs_diff",
    "plot": "runs_plot",
    "tag": "runs_tag",
    "delete": "runs_delete",
    "restore": "runs_restore",
    "export": "runs_export",
    "import": "runs_import",
}

app = Group("runs", help="List, show, compare and carry recorded runs.", verbs=VERBS)


@app.command(
    "list",
    "studyctl runs list",
    "studyctl runs list --experiment box-decoding --state failed",
    "studyctl runs list --item Q1 --json",
    "studyctl runs list --where 'metric.loss < 0.5 and not tag.draft'",
)
def list_(
    ctx: typer.Context,
    experiment: Experiment = None,
    state: Annotated[
        str | None, typer.Option("--state", "-s", metavar="STATE", help=f"One of {', '.join(STATES)}.")
    ] = None,
    item: Annotated[
        str | None,
        typer.Option("--item", "-i", metavar="ID", autocompletion=item_ids(), help="Tied to or cited by it."),
    ] = None,
    tag: Tags = None,
    where: Where = None,
    trials_of: Annotated[
        str | None,
        typer.Option("--trials-of", metavar="SWEEP", autocompletion=run_ids, help="The trials of this sweep."),
    ] = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those that were deleted, instead of the others.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="At most so many; 0 for all.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """List recorded runs, newest first.

    A condition compares metric.NAME, param.NAME, state, preset, experiment, host, seed, started, ended and duration
    (in seconds) with numbers and with texts in quotes, and asks for tag.NAME; and, or, not and parentheses join them.
    A run without what is compared is not listed. A sweep is one line; --trials-of lists its trials.
    """
    from studyctl.app.runs import listed
    from studyctl.core.ids import pick
    from studyctl.core.ports import RunFilter
    from studyctl.view.runs import nothing_listed, run_json, run_table
    from studyctl.wiring.opening import run_is_lost

    here = session(ctx)
    wanted = next((one for one in STATES if one == state), None)
    if state is not None and wanted is None:
        raise UsageError(f"--state {state}: no such state", f"one of {', '.join(STATES)}")
    conditions = conditions_of(where)
    with here.reader() as reader:
        item_id = pick([item], reader.items(gone=True, ignored=True))[0].id if item else None
        sweep = _sweep(reader.run(trials_of)) if trials_of else None
        chosen = RunFilter(
            experiment=experiment_of(experiment), item=item_id, tags=tuple(tag or ()), deleted=deleted, parent=sweep
        )
        found = listed(reader, run_is_lost, chosen, state=wanted, conditions=conditions, limit=limit)
    if as_json:
        here.json([run_json(run) for run in found.page])
        return
    if found.page:
        here.print(run_table(found.page, here.width))
    if found.total > len(found.page):
        here.say(f"{len(found.page)} of {found.total} runs; --limit 0 shows all")
    elif found.total:
        here.say(f"{found.total} run{'' if found.total == 1 else 's'}")
    else:
        filtered = bool(experiment or wanted or item_id or tag or where or trials_of)
        here.say(nothing_listed(found.unmeasured, found.near, filtered=filtered, deleted=deleted))


def _sweep(run: Run) -> str:
    """The id of a run that is a sweep; UsageError for any other."""
    if run.role != "sweep":
        raise UsageError(f"run {run.short} is no sweep: it has no trials", f"studyctl runs show {run.short}")
    return run.id


@app.command("show", "studyctl runs show 3f2a9c10", "studyctl runs show 3f2a --json")
def show(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", autocompletion=run_ids, show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Show a run in full: parameters, figures, findings, files, and how to reproduce it.

    RUN is the beginning of its id. A sweep is shown with its trials.
    """
    from studyctl.app.runs import as_far_as_it_came, as_seen, sweep_trials
    from studyctl.core.pages import Answered, RunPage, SweepPage
    from studyctl.view.runs import run_json, run_page
    from studyctl.view.sweeps import sweep_json, sweep_page
    from studyctl.wiring.opening import run_is_lost

    here = session(ctx)
    with here.reader() as reader:
        (found,) = as_seen([reader.run(run)], run_is_lost)
        cited_by = {a.item: a for a in reader.answers() if any(e.run == found.id for e in a.evidence)}
        items = reader.items(ids=list(cited_by), gone=True, ignored=True) if cited_by else []
        trials = sweep_trials(reader, run_is_lost, found) if found.role == "sweep" else ()
    place = here.workspace.runs / found.id
    found, folder = as_far_as_it_came(found, place), shown(place)
    if found.role == "sweep":
        sweep = SweepPage(found, tuple(trials), folder)
        if as_json:
            here.json(run_json(found, whole=True, folder=folder) | sweep_json(sweep))
        else:
            here.print(*sweep_page(sweep, here.width))
        return
    if as_json:
        here.json(run_json(found, whole=True, folder=folder))
        return
    answered = tuple(Answered(item, cited_by[item.id]) for item in items)
    here.print(*run_page(RunPage(found, folder, answered)))
