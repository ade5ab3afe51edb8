"""`studyctl answer`: a question's answer with its evidence; with an option, recording one."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, DryRun, Session, session
from studyctl.cli.completion import item_ids, run_ids
from studyctl.core.models import Item
from studyctl.core.pages import AnswerPage
from studyctl.errors import UsageError


@single(
    "answer",
    "studyctl answer Q1",
    "studyctl answer Q1 --run",
    "studyctl answer Q1 --text 'No: sound trainings reach t = {box-decoding.reach.safe:.1f}.'",
    "studyctl answer Q1 --edit",
    "studyctl answer Q1 --from 3f2a9c10",
    "studyctl answer Q1 --write --dry-run",
)
def app(
    ctx: typer.Context,
    item: Annotated[
        str, typer.Argument(metavar="ID", autocompletion=item_ids("question", "claim"), show_default=False)
    ],
    run: Annotated[bool, typer.Option("--run", help="Run its experiments first.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Record it anew from the runs that count.")] = False,
    text: Annotated[
        str | None,
        typer.Option("--text", metavar="TEXT", help="Record your own words; {experiment.figure:.2f} is filled in."),
    ] = None,
    edit: Annotated[
        bool, typer.Option("--edit", help="Write your own words in your editor, with every figure at hand.")
    ] = False,
    unbacked: Annotated[
        bool, typer.Option("--unbacked", help="With --text or --edit: without evidence, and marked so everywhere.")
    ] = False,
    from_run: Annotated[
        str | None,
        typer.Option("--from", metavar="RUN", autocompletion=run_ids, help="Record it from this run."),
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Put it into the note, below the question.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Show the answer to a question or a claim: conclusion, evidence, whether it still holds, how to reproduce it.

    Without an option it only reads. Exit 8 where there is no evidence yet.
    """
    from studyctl.app.answers import no_evidence
    from studyctl.view.answers import answer_json, answer_page

    here = session(ctx)
    if unbacked and ((text is None and not edit) or from_run):
        raise UsageError(
            "--unbacked goes with --text or --edit, and without --from", f"studyctl answer {item} --unbacked --text '…'"
        )
    if dry_run and not write:
        raise UsageError("--dry-run goes with --write", f"studyctl answer {item} --write --dry-run")
    if edit and text is not None:
        raise UsageError("--edit and --text exclude each other", "give one of them")
    if text is not None and not text.strip():
        raise UsageError("--text is empty", "say what you conclude; {experiment.figure:.2f} is filled in")
    if run:
        _run_experiments(here, _item(here, item))
    if edit:
        _edit(here, item, unbacked, from_run)
    elif refresh or text is not None or from_run:
        _record(here, item, text, unbacked, from_run)
    if write:
        _write(ctx, here, item, dry_run)
        return
    page = _page(here, item)
    if as_json:
        here.json(answer_json(page))
    else:
        here.print(*answer_page(page))
    if page.answer is None:
        raise no_evidence(page.item, page.produce)


def _item(here: Session, word: str) -> Item:
    from studyctl.app.answers import require_answerable
    from studyctl.core.ids import pick

    with here.reader() as reader:
        found = pick([word], reader.items(gone=True, ignored=True))
    if len(found) > 1:
        raise UsageError(f"{word} is more than one item", f"name one: studyctl answer {found[0].id}")
    require_answerable(found[0])
    return found[0]


def _run_experiments(here: Session, item: Item) -> None:
    from studyctl.app.answers import no_evidence
    from studyctl.cli.run import raise_unless_finished, run_and_record
    from studyctl.core.answers import ordered

    if not item.ties:
        raise no_evidence(item, ())
    for name in ordered(item.ties):
        raise_unless_finished(run_and_record(here, name))


def _edit(here: Session, word: str, unbacked: bool, from_run: str | None) -> None:
    """Record what the person writes in their editor; where that fails, what they wrote is kept."""
    from studyctl.app.answers import to_edit
    from studyctl.cli.editing import editing
    from studyctl.core.drafting import text_of

    item = _item(here, word)
    with here.reader() as reader:
        wanted = reader.run(from_run) if from_run else None
        before = to_edit(reader, item, wanted, unbacked=unbacked)
    with editing(before, f"studyctl-{item.id}-") as left:
        text = text_of(left)
        if not text:
            raise UsageError("the text was left empty; nothing was recorded", f"studyctl answer {item.id} --edit")
        _record(here, word, text, unbacked, from_run)


def _record(here: Session, word: str, text: str | None, unbacked: bool, from_run: str | None) -> None:
    from studyctl.app.answers import record
    from studyctl.wiring.opening import now, open_ledger

    item = _item(here, word)
    here.mark_lost()
    ledger = open_ledger(here.workspace)
    try:
        with ledger.reading() as reader:
            wanted = reader.run(from_run) if from_run else None
        record(ledger, item, text=text, unbacked=unbacked, wanted=wanted, now=now())
    finally:
        ledger.close()


def _write(ctx: typer.Context, here: Session, word: str, dry_run: bool) -> None:
    """Put the recorded answer into the note, or bring the line up to date."""
    from studyctl.app.write_answer import write_answer
    from studyctl.cli import writing
    from studyctl.wiring.opening import habits_of

    habits = habits_of(here.workspace.settings)
    writing.write(
        ctx, "answer --write", lambda reader, files: write_answer(word, habits, reader, files), dry_run=dry_run
    )


def _page(here: Session, word: str) -> AnswerPage:
    from studyctl.app.answers import page_for
    from studyctl.wiring.experiments import experiment_names
    from studyctl.wiring.syncing import stale_reasons

    item = _item(here, word)
    with here.reader() as reader:
        whole = reader.item(item.id)
        assert whole is not None  # it was listed a moment ago, and items are never deleted
        children = reader.children(item.id)
        ids = [one.id for one in (whole, *children) if one.answer is not None]
        reasons = stale_reasons(reader, here.workspace, ids) if ids else {}
        from studyctl.app.lists import with_reasons

        return page_for(
            reader,
            with_reasons([whole], reasons)[0],
            reasons.get(item.id, ()),
            lambda: experiment_names(here.workspace),
            children=with_reasons(children, reasons),
        )
