"""`studyctl doctor`: is this workspace sound, and if not, what to do."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.errors import CheckFailed


@single("doctor", "studyctl doctor", "studyctl doctor --fix")
def app(
    ctx: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what needs no decision of yours.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the workspace: settings, notes, databases, runs, experiments, links, the record.

    With --fix, what can be mended is mended; a damaged study.db is set aside, never deleted, and built anew from the
    notes, the record and the run folders. Exit 1 where a problem remains.
    """
    from studyctl.view.doctor import check_json, doctor_page
    from studyctl.wiring.doctor import examine

    here = session(ctx)
    checks = []
    for check in examine(here.workspace, fix=fix):
        checks.append(check)
        if not as_json and not (here.quiet and check.ok):
            here.print(*doctor_page([check]))
    if as_json:
        here.json([check_json(check) for check in checks])
    left = [check for check in checks if not check.ok]
    if left:
        mendable = any("--fix" in check.next for check in left)
        raise CheckFailed(
            f"{len(left)} problem{'' if len(left) == 1 else 's'}",
            "studyctl doctor --fix" if mendable and not fix else left[0].next or "see above",
        )
