"""`studyctl runs delete`: runs out of lists and answers, or removed for good."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, Session, Yes, session
from studyctl.cli.completion import all_run_ids
from studyctl.errors import UsageError

if TYPE_CHECKING:
    from studyctl.app.marks import Changed
    from studyctl.core.models import Run


@single(
    "delete",
    "studyctl runs delete 3f2a 77b0",
    "studyctl runs delete 3f2a --force",
    "studyctl runs delete 3f2a --purge",
)
def app(
    ctx: typer.Context,
    run: Annotated[list[str], typer.Argument(metavar="RUN...", autocompletion=all_run_ids, show_default=False)],
    force: Annotated[bool, typer.Option("--force", "-f", help="Also what a current answer rests on.")] = False,
    purge: Annotated[bool, typer.Option("--purge", help="Remove them for good, with their folders.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Take runs out of lists and answers; `runs restore` brings them back.

    A sweep goes with its trials. What a current answer rests on is kept unless you say --force: then the answer is
    taken from another run, or withdrawn; one in your own words stays, and is stale. With --purge rows, folders and
    MLflow's copies are removed for good, after a question, except of what an answer ever rested on.
    """
    from studyctl.app import marks
    from studyctl.wiring.marks import changed

    here = session(ctx)
    if purge:
        if force:
            raise UsageError("--force and --purge exclude each other", "what an answer rests on is never purged")
        _purge(here, run, yes=yes, as_json=as_json)
        return
    here.catch_up()
    done = changed(here.workspace, partial(marks.delete, refs=run, force=force))
    if as_json:
        here.json(changed_json(done))
    else:
        for one in done.unchanged:
            here.say(f"{named(one)} was deleted already")
        for one in done.runs:
            here.say(f"deleted {named(one)}; `studyctl runs restore {one.short}` brings it back")
        say_trials(here, done)
        say_answers(here, done)
    say_problem(here, done.problem)


def _purge(here: Session, refs: list[str], *, yes: bool, as_json: bool) -> None:
    """Ask, and remove for good."""
    from studyctl.app import marks
    from studyctl.view.words import size
    from studyctl.wiring.marks import changed
    from studyctl.wiring.opening import run_is_lost

    with here.reader() as reader:
        wanted = marks.to_purge(reader, run_is_lost, refs)
    if not yes:
        _ask(here, wanted)
    done = changed(here.workspace, partial(marks.purge, refs=[run.id for run in wanted if run.role != "trial"]))
    if as_json:
        here.json(changed_json(done) | {"freed": done.freed})
    else:
        for one in done.runs:
            here.say(f"removed {named(one)} for good")
        say_trials(here, done)
        here.say(f"{size(done.freed)} freed")
    for one in done.runs:
        if "/" in one.origin:
            here.note(f"{one.short} came with {one.origin}: while that file lies there, a new clone takes it in again")
    say_problem(here, done.problem)


def _ask(here: Session, wanted: list[Run]) -> None:
    """Let the person decide; without a terminal nobody can."""
    names = [named(run) for run in wanted if run.role != "trial"]
    said = f"{', '.join(names[:5])}{' and others' if len(names) > 5 else ''} would be removed for good"
    if not sys.stdin.isatty():
        raise UsageError(said, "--yes removes without asking")
    here.warn(f"{said}: what was measured, the files, and MLflow's copy")
    typer.confirm("remove it for good?" if len(wanted) == 1 else "remove them for good?", abort=True, err=True)


# -- what the verbs that change runs say alike


def named(run: Run) -> str:
    """A run as a line names it."""
    return f"{run.short} ({run.experiment}{' sweep' if run.role == 'sweep' else ''})"


def say_trials(here: Session, done: Changed) -> None:
    if done.trials:
        here.say(f"with {done.trials} trial{'' if done.trials == 1 else 's'}")


def say_answers(here: Session, done: Changed) -> None:
    """What happened to the answers of items."""
    for one in done.answered:
        if one.answer is None:
            here.say(f"{one.item.id} has no answer any more")
        else:
            less = ", a quick one or with changed parameters" if one.answer.quick else ""
            here.say(f"{one.item.id} is answered from run {one.answer.evidence[0].run[:8]} now{less}")
    for item in done.kept:
        here.say(f"{item.id} keeps your words, and is stale: `studyctl answer {item.id} --refresh` renews its figures")


def say_problem(here: Session, problem: str | None) -> None:
    """What MLflow could not be told."""
    if problem:
        here.warn(f"{problem}; everything else is done, and `studyctl doctor --fix` tells MLflow")


def changed_json(done: Changed) -> dict[str, object]:
    """What changed, as programs read it."""
    return {
        "runs": [run.id for run in done.runs],
        "trials": done.trials,
        "unchanged": [run.id for run in done.unchanged],
        "answers": [
            {"id": one.item.id, "run": one.answer.evidence[0].run if one.answer else None} for one in done.answered
        ],
        "stale": [item.id for item in done.kept],
    }
