"""`studyctl accept`: keep an answer after a change that a person looked at."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import DryRun, session
from studyctl.cli.completion import item_ids
from studyctl.cli.writing import write


@single(
    "accept",
    'studyctl accept Q1 --reason "only the figure\'s colours changed"',
    'studyctl accept Q1 C1-C3 -r "renamed a function" --dry-run',
)
def app(
    ctx: typer.Context,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", autocompletion=item_ids("question", "claim"), show_default=False)
    ],
    reason: Annotated[
        str, typer.Option("--reason", "-r", metavar="TEXT", show_default=False, help="Why the answer still holds.")
    ],
    dry_run: DryRun = False,
) -> None:
    """Keep a stale answer, for a reason that is recorded with it.

    For changes that cannot matter, such as a renamed function. It holds for this answer and for the changes as they
    are now: when the same file changes again, the answer is stale again. Who said it and when is kept, in the record
    too. `studyctl undo` takes it back.
    """
    from studyctl.app.accept import accept
    from studyctl.wiring.opening import now, person
    from studyctl.wiring.syncing import stale_reasons

    here = session(ctx)
    workspace = here.workspace
    by = person(workspace)

    write(
        ctx,
        "accept",
        lambda reader, files: accept(
            ids, reason, reader, lambda one, wanted: stale_reasons(one, workspace, wanted), by=by, now=now()
        ),
        dry_run=dry_run,
    )
