"""`studyctl search`: find words in items, what surrounds them, answers and findings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import Offers, note_names, statuses
from studyctl.core.models import KINDS
from studyctl.errors import StudyctlError, UsageError

if TYPE_CHECKING:
    from studyctl.core.search import Found

SHOWN = 20


def _kinds(ctx: typer.Context, incomplete: str) -> Offers:
    return [(kind, "") for kind in (*KINDS, "finding") if kind.startswith(incomplete)]


@single(
    "search",
    "studyctl search box decod",
    "studyctl search '\"inference time\"' --kind question",
    "studyctl search 방식 비교 --topic yolo --json",
)
def app(
    ctx: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORD...", show_default=False)],
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind", "-k", metavar="KIND", help="question, todo, reading, claim or finding.", autocompletion=_kinds
        ),
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(
            "--status", "-s", metavar="STATUS", help="One of an item's states.", autocompletion=statuses(*KINDS)
        ),
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option("--topic", "-t", metavar="WORD", help="A heading or bullet above it.")
    ] = None,
    note: Annotated[
        list[str] | None,
        typer.Option("--note", "-n", metavar="NOTE", help="In this note or folder.", autocompletion=note_names),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-l", min=0, help="At most so many; 0 for all.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """Search items, sources, findings and answers.

    Every word has to be found, in an item or in the lines, headings and answer that belong to it. The last may be the
    beginning of a word, and "words in quotes" have to stand together. Korean, Japanese and Chinese are found within
    what is written without blanks: 방식 in 방식을.
    """
    from studyctl.app.lists import check_statuses
    from studyctl.app.search import check_kinds, search
    from studyctl.core.narrowing import Filters
    from studyctl.core.search import parse
    from studyctl.view.search import Results, result_json, summary
    from studyctl.view.words import plural
    from studyctl.view.wrap import plain
    from studyctl.wiring.opening import complete_index

    here = session(ctx)
    # A shell passes on any bytes; what is no text is none here either.
    typed = " ".join(words).encode("utf-8", "replace").decode()
    if not typed.strip():
        raise UsageError("there is no word to search for", "studyctl search WORD...")
    kinds, findings = check_kinds(kind or [])
    filters = Filters(kinds, check_statuses(KINDS, status or []), tuple(topic or ()), tuple(note or ()))
    query = parse(typed)

    def find() -> Found:
        with here.reader() as reader:
            reasons = partial(here.reasons, reader)
            return search(reader, query, filters, findings=findings, limit=limit, reasons=reasons)

    found = find()
    if found.pending:
        # Left by a process that was killed, by another program, or by a Python that cannot search.
        try:
            complete_index(here.workspace)
            found = find()
        except StudyctlError:
            here.warn(f"{plural(found.pending, 'item')} cannot be found: this workspace cannot be written")
    if as_json:
        here.json([result_json(result) for result in found.results])
        return
    if found.results:
        here.print(Results(found.results, here.width))
    said = summary(found, bool(kind or status or topic or note))
    if said:
        here.say(said)
    elif query.words:
        here.say(f"nothing found for {plain(typed)}; fewer words, or the beginning of one, find more")
    else:
        here.say(f"only letters and digits are searched; `studyctl item list --match '{plain(typed)}'` finds the rest")
