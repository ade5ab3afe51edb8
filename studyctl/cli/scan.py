"""`studyctl scan`: what would be found in a note, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.errors import NoteError


@single("scan", "studyctl scan note.md", "studyctl scan ~/notes --json", "pbpaste | studyctl scan -")
def app(
    ctx: typer.Context,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Notes, folders of notes, or - for stdin.", show_default=False),
    ],
    as_json: AsJson = False,
) -> None:
    """Show what would be found in a note, and why; nothing is written and no workspace is needed.

    Within a workspace, its labels and rules hold. Exit code 5 where a note could not be read.
    """
    from studyctl.view.scan import found_json, found_table, summary
    from studyctl.wiring import syncing

    here = session(ctx)
    readings, unread = syncing.scan(paths, here.options.workspace)
    if as_json:
        here.json([one for reading in readings for one in found_json(reading)])
    else:
        if any(reading.found for reading in readings):
            here.print(found_table([reading for reading in readings if reading.found], here.width))
        if readings:
            here.say(summary(readings))
    for reading in readings:
        for problem in reading.problems:
            here.note(f"{problem.note}:{problem.line}: {problem.message}")
    for problem in unread[:-1]:
        here.warn(problem.message)
    if unread:
        raise NoteError(unread[-1].message, "studyctl reads files of Markdown, in UTF-8")
