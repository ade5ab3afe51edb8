"""`studyctl runs import`: runs that were made elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.core.bundles import SIZE_LIMIT


@single(
    "import",
    "studyctl runs import coin-3f2a9c10.studyrun.zip",
    "studyctl runs import *.studyrun.zip --dry-run",
)
def app(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", show_default=False)],
    max_size: Annotated[
        int, typer.Option("--max-size", metavar="MB", min=1, help="Refuse a file that unpacks to more.")
    ] = SIZE_LIMIT // 10**6,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the files and say what would be imported.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in runs that `runs export` wrote, here or on another machine, and record what they answer.

    Every byte is checked first; if one file is damaged, nothing is imported. Importing a run again changes nothing.
    """
    from studyctl.view.bundles import import_json, import_lines
    from studyctl.wiring.bundles import import_runs

    here = session(ctx)
    with here.reader():
        pass  # the notes as they are now: which items the runs answer
    done, problem = import_runs(here.workspace, files, limit=max_size * 10**6, dry_run=dry_run)
    if as_json:
        here.json(import_json(done))
    else:
        for line in import_lines(done, dry_run=dry_run):
            here.say(line)
    if problem:
        here.warn(f"{problem}; the runs themselves are imported")
