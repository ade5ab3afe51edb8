"""`studyctl unlink`: remove the link that ties an item to an experiment."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import DryRun
from studyctl.cli.completion import experiment_names, item_ids
from studyctl.cli.writing import write


@single("unlink", "studyctl unlink Q1 box-decoding", "studyctl unlink Q1")
def app(
    ctx: typer.Context,
    item: Annotated[str, typer.Argument(metavar="ID", autocompletion=item_ids(), show_default=False)],
    experiment: Annotated[
        str, typer.Argument(metavar="[EXPERIMENT[#FINDING]]", autocompletion=experiment_names, show_default=False)
    ] = "",
    dry_run: DryRun = False,
) -> None:
    """Remove the link that ties an item to an experiment; without one, all of the item's.

    Recorded answers stay.
    """
    from studyctl.app.link import unlink

    write(ctx, "unlink", lambda reader, files: unlink(item, experiment, reader, files), dry_run=dry_run)
