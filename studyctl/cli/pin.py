"""`studyctl pin`: an explicit anchor, so that an item keeps its number whatever becomes of its words."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import DryRun, session
from studyctl.cli.completion import item_ids
from studyctl.cli.writing import write


@single("pin", "studyctl pin Q3", "studyctl pin Q3 T1-T4 --dry-run")
def app(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", autocompletion=item_ids(), show_default=False)],
    dry_run: DryRun = False,
) -> None:
    """Write an anchor, so that an item keeps its number whatever you write.

    The anchor (^sq-q3) goes to the end of the item's text. Without it an item is recognised by its words and its
    place, which is enough for ordinary edits. The anchor is a block id as in Obsidian, where a link may lead to it.
    """
    from studyctl.app.pin import pin
    from studyctl.wiring.opening import habits_of

    habits = habits_of(session(ctx).workspace.settings)
    write(ctx, "pin", lambda reader, files: pin(ids, habits, reader, files), dry_run=dry_run)
