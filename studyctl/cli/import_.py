"""`studyctl import`: a record merged into this workspace."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.errors import UsageError

if TYPE_CHECKING:
    from studyctl.core.ports import ImportReport


@single("import", "studyctl import studyctl-record.jsonl", "git show main:studyctl-record.jsonl | studyctl import -")
def app(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", show_default=False, help="A record; - for stdin.")],
    as_json: AsJson = False,
) -> None:
    """Merge a record: numbers, answers and the runs they cite.

    The record keeps its numbers. An item of yours that has one of them for something else gets a new number, which
    is printed. Importing the same record again changes nothing.
    """
    from studyctl.wiring.opening import now, open_ledger

    here = session(ctx)
    text = _read(file)
    here.catch_up()  # an item of the record that stands in the notes as they are now keeps its number
    ledger = open_ledger(here.workspace)
    try:
        report = ledger.import_record(text, now=now())
    finally:
        ledger.close()
    if as_json:
        here.json(
            {
                "items": list(report.items),
                "tombstones": list(report.tombstones),
                "renumbered": [{"from": a, "to": b, "text": text} for a, b, text in report.renumbered],
                "runs": list(report.runs),
                "answers": list(report.answers),
                "overrides": report.overrides,
            }
        )
        return
    for line in report_lines(report):
        here.say(line)


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "name a file that `studyctl export` wrote") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", "name a file that `studyctl export` wrote") from error


def report_lines(report: ImportReport) -> list[str]:
    """What an import changed, for people."""
    lines = [f"{before} is now {after}: {text}" for before, after, text in report.renumbered]
    counted = [
        (len(report.items), "item"),
        (len(report.tombstones), "item that is in no note"),
        (len(report.runs), "run"),
        (len(report.answers), "answer"),
        (report.overrides, "correction"),
    ]
    parts = [f"{count} {noun if count == 1 else _plural(noun)}" for count, noun in counted if count]
    lines.append(f"imported {', '.join(parts)}" if parts else "nothing new in it")
    return lines


def _plural(noun: str) -> str:
    first, space, rest = noun.partition(" ")
    return f"{first}s{space}{rest.replace('that is', 'that are')}"
