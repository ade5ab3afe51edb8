"""`studyctl relink`: give a text that changed beyond recognition its old number back."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, DryRun, Session, Yes, session
from studyctl.cli.completion import gone_ids, item_ids
from studyctl.errors import UsageError


@single("relink", "studyctl relink", "studyctl relink Q9 Q21", "studyctl relink --json")
def app(
    ctx: typer.Context,
    gone: Annotated[
        str, typer.Argument(metavar="[ID]", autocompletion=gone_ids, show_default=False, help="The one that vanished.")
    ] = "",
    new: Annotated[
        str,
        typer.Argument(metavar="[ID]", autocompletion=item_ids(), show_default=False, help="The one that appeared."),
    ] = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Give a text that changed beyond recognition its old number back.

    Without ids: which items that vanished are half like one that appeared. With two: the text of the second gets the
    number of the first, whose answers, corrections and history it keeps; the second number is not used again. Nothing
    is written into the note. `studyctl undo` takes it back.
    """
    from studyctl.app.relink import doubts, pair, relink
    from studyctl.cli.writing import write
    from studyctl.view.relink import relinking_json

    here = session(ctx)
    if not new:
        _offer(here, gone, as_json)
        return
    with here.reader() as reader:
        found = pair(gone, new, reader)
    said = doubts(found)
    if said and not (yes or dry_run):
        _ask(here, said)
    write(ctx, "relink", lambda reader, files: relink(gone, new, reader), dry_run=dry_run, silent=as_json)
    if as_json:
        here.json(relinking_json(found))


def _offer(here: Session, word: str, as_json: bool) -> None:
    from studyctl.app.relink import only, suggestions
    from studyctl.view.relink import relinking_json, relinking_page

    with here.reader() as reader:
        found = suggestions([word] if word else [], reader)
    if as_json:
        here.json([relinking_json(one) for one in found])
    elif found:
        here.print(*relinking_page(found))
        here.say(f"`studyctl relink {found[0].gone.id} {found[0].new.id}` makes the two one")
    elif word:
        raise only(word)
    else:
        here.say("nothing that vanished is like anything that appeared since")


def _ask(here: Session, said: list[str]) -> None:
    """Let the person decide; without a terminal nobody can."""
    if not sys.stdin.isatty():
        raise UsageError("; ".join(said), "--yes does it all the same")
    for line in said:
        here.warn(line)
    typer.confirm("relink them all the same?", abort=True, err=True)
