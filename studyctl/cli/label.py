"""`studyctl label`: a person's own labels above lists, and marks on lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli.commands import Group
from studyctl.cli.common import AsJson, DryRun, Session, session
from studyctl.cli.completion import label_kinds, own_labels, own_marks
from studyctl.cli.writing import write

if TYPE_CHECKING:
    from studyctl.app.change import Outcome

app = Group("label", "Name what you write above your lists and on your lines, so that it is found.")

Marks = Annotated[
    list[str] | None,
    typer.Option(
        "--mark",
        metavar="TEXT",
        help="What stands before or behind lines, rather than above lists; a #tag anywhere.",
        autocompletion=own_marks,
    ),
]


@app.command("list", "studyctl label list", "studyctl label list --json")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the labels and marks that this workspace names, besides those that are known in everybody's notes."""
    from studyctl.view.labels import named_json, named_table
    from studyctl.wiring.opening import habits_of

    here = session(ctx)
    found = habits_of(here.workspace.settings).named()
    if as_json:
        here.json([named_json(each) for each in found])
    elif found:
        here.print(named_table(found, here.width))
    else:
        here.say("no labels or marks of your own; `studyctl label find` shows what could be one")


@app.command("find", "studyctl label find", "studyctl label find --limit 50 --json")
def find(
    ctx: typer.Context,
    limit: Annotated[
        str, typer.Option("--limit", "-l", metavar="NUMBER", help="At most so many; 0 for all.", show_default=True)
    ] = "20",
    as_json: AsJson = False,
) -> None:
    """Show what stands above your lists and on your lines, and is no label that studyctl knows.

    What stands in several places comes first. Most of it is no label; what is one, `studyctl label add` names.
    """
    from studyctl.cli.kinds import number
    from studyctl.view.labels import habit_json, habits_table
    from studyctl.view.words import plural
    from studyctl.wiring.labels import find as look

    here = session(ctx)
    most = number(limit)
    found, unread, notes = look(here.workspace, waiting=here.waiting)
    shown = found[:most] if most else found
    if as_json:
        here.json([habit_json(each) for each in shown])
    elif found:
        here.print(habits_table(shown, here.width))
        if len(found) > len(shown):
            here.say(f"{len(shown)} of {len(found):,}; --limit 0 shows all")
        here.say("next: studyctl label add todo TEXT (or question, reading), or --mark TEXT for what stands on lines")
    else:
        here.say(f"nothing in {plural(notes, 'note')} looks like a label that is not known")
    for message in unread:
        here.warn(message)


@app.command(
    "add",
    'studyctl label add todo "Before the exam"',
    'studyctl label add todo --mark "->"',
    'studyctl label add reading "Pile by the bed" --dry-run',
)
def add(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", autocompletion=label_kinds, show_default=False)],
    labels: Annotated[list[str] | None, typer.Argument(metavar="[TEXT...]", show_default=False)] = None,
    marks: Marks = None,
    dry_run: DryRun = False,
) -> None:
    """Name labels of yours: what stands below them is a question, a todo or a reading, in all notes.

    They are written into the workspace's settings, and all notes are read again. `studyctl undo` takes it back.
    """
    from studyctl.app.labels import add as plan
    from studyctl.wiring.opening import habits_of

    here = session(ctx)
    config, habits = here.workspace.config_file, habits_of(here.workspace.settings)
    outcome = write(
        ctx,
        "label add",
        lambda reader, files: plan(kind, labels or [], marks or [], habits, config, files),
        dry_run=dry_run,
    )
    _tell(here, outcome)


@app.command("remove", 'studyctl label remove "Before the exam"', 'studyctl label remove --mark "->"')
def remove(
    ctx: typer.Context,
    labels: Annotated[
        list[str] | None, typer.Argument(metavar="[TEXT...]", autocompletion=own_labels, show_default=False)
    ] = None,
    marks: Marks = None,
    dry_run: DryRun = False,
) -> None:
    """Take labels and marks of yours out of the workspace's settings, and read all notes again."""
    from studyctl.app.labels import remove as plan
    from studyctl.wiring.opening import habits_of

    here = session(ctx)
    config, habits = here.workspace.config_file, habits_of(here.workspace.settings)
    outcome = write(
        ctx,
        "label remove",
        lambda reader, files: plan(labels or [], marks or [], habits, config, files),
        dry_run=dry_run,
    )
    _tell(here, outcome)


def _tell(here: Session, outcome: Outcome) -> None:
    """What the notes say now."""
    if outcome.after is None:
        return
    from collections import Counter

    from studyctl.view.sync import changes, summary

    counts = Counter(item.kind for item in outcome.items if not (item.gone or item.ignored))
    here.say(summary(outcome.after, counts))
    told = list(changes(outcome.after))
    for line in told:
        here.say(f"  {line}")
    if not told:
        here.say("nothing in the notes is read otherwise for it; `studyctl label find` shows what stands there")
