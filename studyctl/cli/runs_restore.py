"""`studyctl runs restore`: deleted runs brought back."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import deleted_run_ids
from studyctl.cli.runs_delete import changed_json, named, say_answers, say_problem, say_trials


@single("restore", "studyctl runs restore 3f2a")
def app(
    ctx: typer.Context,
    run: Annotated[list[str], typer.Argument(metavar="RUN...", autocompletion=deleted_run_ids, show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Bring deleted runs back, and what they answer; `runs list --deleted` shows them."""
    from studyctl.app import marks
    from studyctl.wiring.marks import changed

    here = session(ctx)
    here.catch_up()
    done = changed(here.workspace, partial(marks.restore, refs=run))
    if as_json:
        here.json(changed_json(done))
    else:
        for one in done.unchanged:
            here.say(f"{named(one)} was not deleted")
        for one in done.runs:
            here.say(f"restored {named(one)}")
        say_trials(here, done)
        say_answers(here, done)
    say_problem(here, done.problem)
