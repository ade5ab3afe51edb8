"""`studyctl verify`: do the recorded answers still follow from the recorded figures?"""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import item_ids
from studyctl.errors import CheckFailed


@single("verify", "studyctl verify", "studyctl verify Q1 C1-C3", "studyctl verify --strict --json")
def app(
    ctx: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID...]", autocompletion=item_ids("question", "claim"), show_default=False),
    ] = None,
    rerun: Annotated[bool, typer.Option("--rerun", help="Measure again too, and compare; record nothing.")] = False,
    remote: Annotated[bool, typer.Option("--remote", help="Ask MLflow servers elsewhere for their figures.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail for refuted findings, other versions, and what rests on nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Decide every recorded answer again from the recorded figures.

    These are compared wherever they are kept: in study.db, in the runs' folders and in MLflow. Exit 1 where a verdict
    or a text no longer follows, a figure was changed, or an answer is stale. Nothing is measured, unless with --rerun.
    """
    from studyctl.view.progress import make_progress
    from studyctl.view.verify import verified_json, verified_lines
    from studyctl.view.words import plural
    from studyctl.wiring.verifying import verifying

    here = session(ctx)
    progress = make_progress("verify", quiet=here.quiet or not rerun, color=here.options.color)
    found = []
    with here.reader() as reader:
        for one in verifying(
            here.workspace, reader, ids or (), rerun=progress if rerun else None, remote=remote, strict=strict
        ):
            found.append(one)
            if not as_json:
                here.print(*verified_lines(one, quiet=here.quiet))
    if as_json:
        here.json([verified_json(one) for one in found])
    failed = [one for one in found if one.faults]
    if failed:
        stale = all(fault.kind == "stale" for one in failed for fault in one.faults)
        raise CheckFailed(
            f"{len(failed)} of {plural(len(found), 'answer')} {'does' if len(failed) == 1 else 'do'} not hold",
            f"studyctl answer {failed[0].item.id}" + (" says how to renew it" if stale else " shows what was recorded"),
        )
    if not as_json:
        here.say(f"{plural(len(found), 'answer')} verified" if found else "no answer is recorded: nothing to verify")
