"""The commands that questions, todos, readings and claims share; each group adds what it has more.

Without `from __future__ import annotations`: the options of a group are made here from its kind, and Typer could not
find such local values from an annotation that is text.
"""

import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from studyctl.cli.commands import Group
from studyctl.cli.common import AsJson, DryRun, session
from studyctl.cli.completion import dues, item_ids, note_names, sorts, statuses, tags
from studyctl.core.models import KINDS, LETTERS, STATUSES, Kind
from studyctl.errors import UsageError

if TYPE_CHECKING:
    from studyctl.core.models import Item, Reason

SHOWN = 200  # items, on a terminal
PLURAL = {"question": "questions", "todo": "todos", "reading": "readings", "claim": "claims"}
EMPTY = {
    "question": "write one below a heading such as Questions, or: studyctl question add 'Why …?'",
    "todo": "write one below a heading such as Todo, or: studyctl todo add 'read chapter 3'",
    "reading": "write one below a label such as To read, or: studyctl reading add 'a title'",
    "claim": "state what you think below a question, or: studyctl claim add 'A is faster' --under Q1",
}

Topic = Annotated[list[str] | None, typer.Option("--topic", "-t", metavar="WORD", help="A heading or bullet above it.")]
Note = Annotated[
    list[str] | None,
    typer.Option("--note", "-n", metavar="NOTE", help="In this note or folder.", autocompletion=note_names),
]
Match = Annotated[list[str] | None, typer.Option("--match", "-m", metavar="WORD", help="In its own text.")]

Due = Annotated[
    str | None,
    typer.Option(
        "--due",
        metavar="[WHEN]",
        help="By then: overdue, today, week, a day, or any, the earliest first; alone, it means any.",
        autocompletion=dues,
    ),
]
Tag = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="With this tag.", autocompletion=tags)]
Sort = Annotated[
    str | None,
    typer.Option("--sort", metavar="BY", help="By due or priority.", autocompletion=sorts),
]

# As text: Typer loads Pydantic for a number, which takes longer than the list.
Limit = Annotated[
    str | None,
    typer.Option(
        "--limit",
        "-l",
        metavar="NUMBER",
        help=f"At most so many; 0 for all. Otherwise {SHOWN} on a terminal, and all to a program.",
    ),
]


def add_list(group: Group, kind: Kind | None) -> None:
    """`list`, for one kind or for all."""
    kinds = (kind,) if kind else KINDS
    noun = PLURAL[kind] if kind else "items"
    name = kind or "item"
    completer = statuses(*kinds)
    states = f"{', '.join(STATUSES[kind])} or all." if kind else "One of an item's states, or all."
    first = "answered" if kind == "question" else "all"

    def list_(
        ctx: typer.Context,
        status: Annotated[
            list[str] | None,
            typer.Option("--status", "-s", metavar="STATUS", help=states, autocompletion=completer),
        ] = None,
        topic: Topic = None,
        note: Note = None,
        match: Match = None,
        due: Due = None,
        tag: Tag = None,
        sort: Sort = None,
        ignored: Annotated[bool, typer.Option("--ignored", help="Only what `item ignore` left out.")] = False,
        limit: Limit = None,
        as_json: AsJson = False,
    ) -> None:
        words = Words(status or [], topic or [], note or [], match or [], ignored, due, tag or [], sort, limit)
        show_list(ctx, kinds, name, noun, words, as_json)

    list_.__doc__ = f"""List {noun}, in the order of the notes.

    Filters combine. Without --status, what is settled (done, dropped) is left out.
    """
    group.command(
        "list",
        f"studyctl {name} list",
        f"studyctl {name} list --topic yolo --match box",
        f"studyctl {name} list --status {first} --json",
        *(["studyctl todo list --due", "studyctl todo list --due week --sort due"] if kind == "todo" else []),
    )(list_)


class Words(NamedTuple):
    """The filters of a list, as they were typed."""

    status: list[str]
    topic: list[str]
    note: list[str]
    match: list[str]
    ignored: bool
    due: str | None = None
    tag: Sequence[str] = ()
    sort: str | None = None
    limit: str | None = None


def show_list(ctx: typer.Context, kinds: tuple[Kind, ...], name: str, noun: str, words: Words, as_json: bool) -> None:
    """The steps of every `list`."""
    from studyctl.app.lists import check_sort, check_statuses, due_by, listed
    from studyctl.core.narrowing import Filters
    from studyctl.view.items import item_json, item_table, summary

    here = session(ctx)
    wanted = check_statuses(kinds, words.status) or (("all",) if words.ignored else ())
    one = kinds if len(kinds) == 1 else ()
    due = None if words.due is None else due_by(words.due, date.today().isoformat())
    sort = check_sort(words.sort) or ("due" if words.due == "any" else None)
    filters = Filters(
        one, wanted, tuple(words.topic), tuple(words.note), tuple(words.match), due, tuple(words.tag), sort
    )
    most = _most(words.limit, as_json)
    reasons: dict[str, tuple[Reason, ...]] = {}

    def stale(items: Sequence["Item"]) -> dict[str, "tuple[Reason, ...]"]:
        reasons.update(here.reasons(reader, items))
        return reasons

    with here.reader() as reader:
        listing = listed(reader, kinds, filters, stale, ignored=words.ignored, limit=most)
        total = 0 if listing.items or listing.hidden else reader.count(kinds, ignored=words.ignored)
    if as_json:
        here.json([item_json(item, reasons.get(item.id, ())) for item in listing.items])
        return
    if listing.items:
        here.print(item_table(name.capitalize(), listing.items, listing.depths, listing.statuses, here.width))
    if listing.total > len(listing.items):
        here.say(f"{len(listing.items)} of {listing.total} {noun}; --limit 0 shows all")
    elif footer := summary((name, noun), listing.statuses, listing.hidden):
        here.say(footer)
    elif total:
        here.say(f"no {noun} match; there are {total}: `studyctl {name} list --status all`")
    elif words.ignored:
        here.say(f"no {noun} are ignored")
    else:
        here.say(f"no {noun} yet: {EMPTY.get(name, 'write a heading Questions or Todo with bullets below it')}")


def _most(limit: str | None, as_json: bool) -> int:
    """How many items a list shows; 0 for all. What fills many screens is of no use on one; a program is given all."""
    if limit is None:
        return SHOWN if sys.stdout.isatty() and not as_json else 0
    return number(limit)


def number(limit: str) -> int:
    """A --limit as it was typed; 0 for all."""
    if limit.isascii() and limit.isdigit():
        return int(limit)
    raise UsageError(f"--limit {limit}: no such number", "how many to show, or 0 for all")


def add_show(group: Group, kind: Kind | None) -> None:
    """`show`, for one kind or for all."""
    from studyctl.cli.show import History, show_items

    name = kind or "item"
    letter = LETTERS[kind] if kind else "Q"
    completer = item_ids(*((kind,) if kind else ()))

    def show(
        ctx: typer.Context,
        ids: Annotated[list[str], typer.Argument(metavar="ID...", autocompletion=completer, show_default=False)],
        history: History = False,
        as_json: AsJson = False,
    ) -> None:
        show_items(ctx, ids, as_json, kind, history=history)

    show.__doc__ = f"""Show {PLURAL[kind] if kind else "items"} in full: text, place, why it was found, evidence."""
    group.command("show", f"studyctl {name} show {letter}1", f"studyctl {name} show {letter}2-{letter}4 --json")(show)


def add_drop(group: Group, kind: Kind) -> None:
    """`drop`: questions and claims in `study.db`, todos and readings by their box in the note."""
    letter = LETTERS[kind]
    completer = item_ids(kind)
    in_note = kind in ("todo", "reading")

    def drop(
        ctx: typer.Context,
        ids: Annotated[list[str], typer.Argument(metavar="ID...", autocompletion=completer, show_default=False)],
        dry_run: DryRun = False,
    ) -> None:
        if in_note:
            mark_items(ctx, kind, "dropped", ids, dry_run)
        else:
            from studyctl.app.override import drop as plan
            from studyctl.cli.writing import write

            write(ctx, f"{kind} drop", lambda reader, files: plan(ids, reader, kind), dry_run=dry_run)

    drop.__doc__ = (
        f"""Drop {PLURAL[kind]}: the box in the note becomes [-]."""
        if in_note
        else f"""Drop {PLURAL[kind]}: nothing is written into the note, and answers are kept.

    `studyctl item restore` takes it back.
    """
    )
    group.command("drop", f"studyctl {kind} drop {letter}3", f"studyctl {kind} drop {letter}3-{letter}5 --dry-run")(
        drop
    )


def add_mark(group: Group, kind: Kind, verb: str) -> None:
    """`done` and `undone`: the box in the note."""
    letter = LETTERS[kind]
    completer = item_ids(kind)

    def mark(
        ctx: typer.Context,
        ids: Annotated[list[str], typer.Argument(metavar="ID...", autocompletion=completer, show_default=False)],
        dry_run: DryRun = False,
    ) -> None:
        mark_items(ctx, kind, "done" if verb == "done" else "open", ids, dry_run)

    mark.__doc__ = (
        f"""Mark {PLURAL[kind]} as done in the note: the box becomes [x], or is put in.

    A line of a paragraph gets ✅ and the day, as obsidian-tasks writes it. What stands below them is left as it is.
    """
        if verb == "done"
        else f"""Open {PLURAL[kind]} again: the box becomes [ ], and ✅ goes."""
    )
    group.command(verb, f"studyctl {kind} {verb} {letter}3", f"studyctl {kind} {verb} {letter}3-{letter}5 --dry-run")(
        mark
    )


def mark_items(
    ctx: typer.Context, kind: Kind, mark: Literal["done", "open", "dropped"], ids: list[str], dry_run: bool
) -> None:
    """The steps of `done`, `undone` and of `drop` in the note."""
    from datetime import date

    from studyctl.app.mark import plan
    from studyctl.cli.writing import write

    verb = {"done": "done", "open": "undone", "dropped": "drop"}[mark]
    today = date.today().isoformat()
    write(
        ctx,
        f"{kind} {verb}",
        lambda reader, files: plan(kind, mark, ids, reader, files, today=today),
        dry_run=dry_run,
    )


def add_add(group: Group, kind: Kind) -> None:
    """`add`: a line in a note."""
    completer = item_ids()

    def add(
        ctx: typer.Context,
        text: Annotated[str, typer.Argument(metavar="TEXT", show_default=False)],
        note: Annotated[
            str | None,
            typer.Option("--note", "-n", metavar="NOTE", help="Into this note.", autocompletion=note_names),
        ] = None,
        under: Annotated[
            str | None,
            typer.Option(
                "--under", "-u", metavar="ID|WORD", help="Below this item, heading or bullet.", autocompletion=completer
            ),
        ] = None,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        from studyctl.app.add import added, plan
        from studyctl.cli.writing import write
        from studyctl.view.items import item_json
        from studyctl.wiring.opening import habits_of

        here = session(ctx)
        habits = habits_of(here.workspace.settings)
        outcome = write(
            ctx,
            f"{kind} add",
            lambda reader, files: plan(kind, text, note, under, habits, reader, files),
            dry_run=dry_run,
            silent=True,
        )
        if not dry_run:
            item = added(outcome)
            if as_json:
                here.json(item_json(item))
            else:
                here.say(f"{item.id} added, {item.note}:{item.line}: {item.text}")

    add.__doc__ = f"""Add a {kind} to a note.

    Without --under it goes where the last {kind} was added, else below the note's own label for {PLURAL[kind]}.
    """
    examples = {
        "question": ("'왜 차이가 날까?' --under Q9", "'Why is GIoU better?' --note study-note"),
        "todo": ("'read chapter 3'", "'a first step' --under T2"),
        "reading": ("'Focal Loss for Dense Object Detection'", "'YOLO9000' --under EfficientNet"),
        "claim": ("'B3 is faster on a CPU' --under Q9", "'float16 is enough' --under Q1"),
    }
    group.command("add", *(f"studyctl {kind} add {example}" for example in examples[kind]))(add)
