"""`studyctl show`, and `show` of every group."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import item_ids
from studyctl.core.models import Kind
from studyctl.errors import NotFoundError

History = Annotated[bool, typer.Option("--history", help="Only what happened to them, and when.")]


@single("show", "studyctl show Q1", "studyctl show q1 t3-t6 --json", "studyctl show Q1 --history")
def app(
    ctx: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", autocompletion=item_ids(), show_default=False)],
    history: History = False,
    as_json: AsJson = False,
) -> None:
    """Show items in full: text, place, why each was found, what is around it, evidence.

    With --history: when each appeared, changed, moved, was linked, marked, answered.
    """
    show_items(ctx, ids, as_json, history=history)


def show_items(
    ctx: typer.Context, ids: list[str], as_json: bool, kind: Kind | None = None, *, history: bool = False
) -> None:
    """The steps of every `show`; within a group, only items of its kind."""
    from studyctl.app.show import pages
    from studyctl.core.ids import pick
    from studyctl.view.item_page import history_page, item_page, page_json

    here = session(ctx)
    with here.reader() as reader:
        known = reader.items(gone=True, ignored=True)
        picked = pick(ids, known)
        for item in picked:
            if kind is not None and kind not in (item.kind, item.also):
                raise NotFoundError(f"{item.id} is a {item.kind}, not a {kind}", f"studyctl show {item.id}")
        found = pages(reader, picked, here.reasons(reader, known), whole=history)
    if as_json:
        here.json([page_json(page, history=history) for page in found])
        return
    for number, page in enumerate(found):
        here.print(*([""] if number else []), *(history_page(page) if history else item_page(page)))
