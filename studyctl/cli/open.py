"""`studyctl open`: an item's note in the person's editor, at its line."""

from __future__ import annotations

import os
import subprocess
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import session
from studyctl.cli.completion import item_ids
from studyctl.errors import CheckFailed, UsageError


@single("open", "studyctl open Q1", "EDITOR='code --wait' studyctl open t4")
def app(
    ctx: typer.Context,
    item: Annotated[str, typer.Argument(metavar="ID", autocompletion=item_ids(), show_default=False)],
) -> None:
    """Open an item's note in your editor, at its line.

    The editor is $VISUAL, else $EDITOR.
    """
    from studyctl.app.editor import at_line, editor_of
    from studyctl.core.ids import pick, standing

    here = session(ctx)
    with here.reader() as reader:
        found = pick([item], reader.items(gone=True, ignored=True))
    if len(found) > 1:
        raise UsageError(f"{item} is more than one item", "name one")
    one = standing(found)[0]
    path = here.workspace.root / one.note
    try:
        editor = editor_of(os.environ)
    except UsageError as error:
        raise UsageError(f"{error.message}; {one.id} is at {path}:{one.line}", error.hint) from error
    command, placed = at_line(editor, str(path), one.line, windows=os.name == "nt")
    if not placed:
        here.note(f"{one.id} is on line {one.line}")
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise UsageError(f"cannot start {command[0]}: {error.strerror}", "check VISUAL and EDITOR") from error
    if code:
        raise CheckFailed(f"{command[0]} ended with code {code}", "look at what it printed above")
