"""`studyctl sync`: read the notes that changed."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.errors import NoteError


@single("sync", "studyctl sync", "studyctl sync --explain", "studyctl sync --all --dry-run")
def app(
    ctx: typer.Context,
    explain: Annotated[bool, typer.Option("--explain", help="Say how each item got its number.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Read every note, changed or not.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; keep nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the notes that changed.

    Every other command does so by itself where it has to. All notes are read once more where an older studyctl read
    them, by other rules. Public bundles of runs below `experiments/*/evidence/` are taken in as well. Exit code 5 where
    a note could not be read.
    """
    from studyctl.view import sync as view
    from studyctl.wiring.syncing import sync_and_count

    here = session(ctx)
    if not dry_run:
        here.mark_lost()
    report, counts = sync_and_count(here.workspace, everything=everything, dry_run=dry_run, waiting=here.waiting)
    if as_json:
        here.json(view.sync_json(report))
    else:
        here.say(view.summary(report, counts) + (" (nothing kept)" if dry_run else ""))
        for line in view.changes(report):
            here.say(f"  {line}")
        if explain:
            for line in view.explained(report):
                typer.echo(line)
    for remark in report.remarks:
        here.note(f"{remark.note}{f':{remark.line}' if remark.line else ''}: {remark.message}")
    for problem in report.refused:
        here.warn(problem.message)
    if report.unread:
        for problem in report.unread[:-1]:
            here.warn(problem.message)
        last = report.unread[-1]
        raise NoteError(last.message, f"the items of {last.note} are as they were; mend it and sync again")
