"""`studyctl item`: items of every kind, and corrections of the detector."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import Group
from studyctl.cli.common import DryRun
from studyctl.cli.completion import item_ids, kinds
from studyctl.cli.kinds import add_list, add_show
from studyctl.cli.writing import write

app = Group("item", "List, show and correct items of every kind.")
add_list(app, None)
add_show(app, None)

Ids = Annotated[list[str], typer.Argument(metavar="ID...", autocompletion=item_ids(), show_default=False)]


@app.command("ignore", "studyctl item ignore T9", "studyctl item ignore T21-T24")
def ignore(ctx: typer.Context, ids: Ids, dry_run: DryRun = False) -> None:
    """Leave items out of every list: what was found is none.

    Nothing is written into the note. `studyctl item restore` takes it back.
    """
    from studyctl.app.override import ignore as plan

    write(ctx, "item ignore", lambda reader, files: plan(ids, reader), dry_run=dry_run)


@app.command("as", "studyctl item as question T1", "studyctl item as todo Q3-Q4")
def as_(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", autocompletion=kinds, show_default=False)],
    ids: Ids,
    dry_run: DryRun = False,
) -> None:
    """Say what items are: question, todo, reading or claim; each keeps its id.

    Nothing is written into the note. `studyctl item restore` takes it back.
    """
    from studyctl.app.override import kind_as as plan

    write(ctx, "item as", lambda reader, files: plan(kind, ids, reader), dry_run=dry_run)


@app.command("restore", "studyctl item restore T9")
def restore(ctx: typer.Context, ids: Ids, dry_run: DryRun = False) -> None:
    """Take back what was said against the detector: ignore, as, and drop of questions and claims."""
    from studyctl.app.override import restore as plan

    write(ctx, "item restore", lambda reader, files: plan(ids, reader), dry_run=dry_run)
