"""The steps of every command that writes into notes or corrects an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from studyctl.cli.common import Session, session

if TYPE_CHECKING:
    from studyctl.app.change import Outcome, Plan


def write(ctx: typer.Context, command: str, plan: Plan, *, dry_run: bool = False, silent: bool = False) -> Outcome:
    """Do what `plan` decides and say what was done, or show it as a diff with --dry-run."""
    from studyctl.wiring.changing import change

    here = session(ctx)
    if not dry_run:
        here.mark_lost()
    outcome = change(here.workspace, command, plan, dry_run=dry_run, waiting=here.waiting)
    tell(here, outcome, dry_run, silent)
    return outcome


def tell(here: Session, outcome: Outcome, dry_run: bool, silent: bool = False) -> None:
    """What was done, or would be."""
    for problem in (outcome.after or outcome.before).unread:
        here.warn(problem.message)
    if dry_run and outcome.diffs:
        from studyctl.view.diff import diffs

        here.print(*diffs(outcome.diffs))
        return
    for line in () if silent else outcome.change.lines:
        here.say(f"would: {line}" if dry_run else line)
