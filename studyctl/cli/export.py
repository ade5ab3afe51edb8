"""`studyctl export`: the record that is committed to git."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import session
from studyctl.cli.paths import shown
from studyctl.errors import UsageError


@single("export", "studyctl export", "studyctl export --stdout | git diff --no-index studyctl-record.jsonl -")
def app(
    ctx: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here; else studyctl-record.jsonl."),
    ] = None,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print it instead.")] = False,
) -> None:
    """Write the record: numbers with their text, ties, and answers with what they cite, line by line.

    It is deterministic and made for git; whoever clones the repository gets the same numbers and answers.
    """
    from studyctl.app.export import write_record

    here = session(ctx)
    if stdout and output is not None:
        raise UsageError("--stdout and --output exclude each other", "give one of them")
    with here.reader() as reader:
        text = reader.export_record()
    if stdout:
        sys.stdout.write(text)
        return
    file = output or here.workspace.record
    changed = write_record(file, text)
    lines = text.count("\n")
    here.say(f"{'wrote' if changed else 'unchanged:'} {shown(file)}, {lines} line{'' if lines == 1 else 's'}")
