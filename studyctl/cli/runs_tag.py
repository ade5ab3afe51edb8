"""`studyctl runs tag`: a person's own words for a run."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import run_ids, run_tags
from studyctl.cli.runs_delete import say_problem


@single(
    "tag",
    "studyctl runs tag 3f2a baseline",
    "studyctl runs tag 3f2a baseline draft --remove",
)
def app(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", autocompletion=run_ids, show_default=False)],
    tag: Annotated[list[str], typer.Argument(metavar="TAG...", autocompletion=run_tags, show_default=False)],
    remove: Annotated[bool, typer.Option("--remove", "-r", help="Take these tags away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tag a run with words of your own, for `runs list --tag` and `tag.NAME` in conditions.

    The tags stand in the run's folder and in MLflow too.
    """
    from functools import partial

    from studyctl.app import marks
    from studyctl.core.tags import checked
    from studyctl.wiring.marks import changed

    here = session(ctx)
    words = checked(tag)
    here.catch_up()
    done = changed(here.workspace, partial(marks.tag, ref=run, tags=words, remove=remove))
    (one,) = done.runs or done.unchanged
    if as_json:
        here.json({"id": one.id, "tags": list(one.tags), "changed": bool(done.runs)})
    else:
        tags = ", ".join(one.tags) or "none"
        here.say(f"{one.short} ({one.experiment}) {'' if done.runs else 'already '}has the tags: {tags}")
    say_problem(here, done.problem)
