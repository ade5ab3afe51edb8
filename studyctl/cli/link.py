"""`studyctl link`: tie an item to an experiment, by a link in the note."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import DryRun, session
from studyctl.cli.completion import experiment_names as offered
from studyctl.cli.completion import item_ids
from studyctl.cli.writing import write


@single("link", "studyctl link Q1 box-decoding", "studyctl link Q1 box-decoding#width-stability --dry-run")
def app(
    ctx: typer.Context,
    item: Annotated[str, typer.Argument(metavar="ID", autocompletion=item_ids(), show_default=False)],
    experiment: Annotated[
        str, typer.Argument(metavar="EXPERIMENT[#FINDING]", autocompletion=offered, show_default=False)
    ],
    dry_run: DryRun = False,
) -> None:
    """Tie an item to an experiment, by a link in the note.

    A part after # names a finding, or the beginning of several: #width-stability.
    """
    from studyctl.app.link import link
    from studyctl.wiring.experiments import experiment_names

    workspace = session(ctx).workspace
    write(
        ctx,
        "link",
        lambda reader, files: link(item, experiment, workspace, reader, files, lambda: experiment_names(workspace)),
        dry_run=dry_run,
    )
