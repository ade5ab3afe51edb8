"""`studyctl init`: make a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import session


@single(
    "init",
    "studyctl init",
    "studyctl init ~/vault",
    "studyctl init --notes notes --notes papers",
    "studyctl init study --notes ~/vault",
)
def app(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", show_default=False)] = Path(),
    notes: Annotated[
        list[str] | None, typer.Option("--notes", metavar="DIR", help="Where the notes are: within it, or elsewhere.")
    ] = None,
) -> None:
    """Make a workspace: around the notes in a folder, or with a first note and experiment in an empty one.

    Around notes, only studyctl.toml and .studyctl/ (which git ignores) are added; to notes that lie elsewhere, nothing.
    """
    from studyctl.view.sync import count_kinds
    from studyctl.wiring.changing import init as make
    from studyctl.wiring.syncing import sync_and_count

    here = session(ctx)
    made = make(folder, notes or [])
    root = made.workspace.root
    here.say(f"workspace made in {root}")
    for name in made.files:
        here.say(f"  {name}")
    if made.around is not None:
        here.note(f"it lies within the workspace {made.around}; commands in here use the new one")
    report, counts = sync_and_count(made.workspace, waiting=here.waiting)
    for problem in report.unread:
        here.warn(problem.message)
    here.say(f"found in {report.notes} note{'' if report.notes == 1 else 's'}: {count_kinds(counts)}")
    where = "" if root == Path.cwd().resolve() else f"cd {folder} && "
    here.say(f"next: {where}studyctl {'run monty-hall' if made.first else 'status'}")
