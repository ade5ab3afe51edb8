"""`studyctl undo`: take back what the last command wrote."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, DryRun, session


@single("undo", "studyctl undo", "studyctl undo --dry-run", "studyctl undo --list")
def app(
    ctx: typer.Context,
    show_list: Annotated[bool, typer.Option("--list", help="Show what commands wrote, the newest first.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take back what the last command wrote: into a note, or against the detector.

    Once more takes back the one before it. Runs and answers are not undone.
    """
    if not show_list:
        from studyctl.app.undo import undo
        from studyctl.cli.writing import write

        write(ctx, "undo", undo, dry_run=dry_run)
        return
    from studyctl.view.journal import journal_json, journal_table

    here = session(ctx)
    with here.reader() as reader:
        entries = reader.journal(1000)
    if as_json:
        here.json([journal_json(entry) for entry in entries])
    elif entries:
        here.print(journal_table(entries, here.width))
    else:
        here.say("no command has written anything yet")
