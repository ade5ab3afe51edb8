"""`studyctl runs diff`: what differs between two runs."""

from __future__ import annotations

from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import run_ids

Run = Annotated[str, typer.Argument(metavar="RUN", autocompletion=run_ids, show_default=False)]


@single("diff", "studyctl runs diff 3f2a 77b0", "studyctl runs diff 3f2a 77b0 --json")
def app(ctx: typer.Context, before: Run, after: Run, as_json: AsJson = False) -> None:
    """Show what differs between two runs: parameters, code, packages, machine, figures and verdicts.

    What is the same is left out, and so is when they ran and how long they took.
    """
    from studyctl.app.runs import as_far_as_it_came, as_seen
    from studyctl.core.diffing import diff
    from studyctl.view.run_diff import diff_json, diff_page, unknown_note
    from studyctl.wiring.opening import run_is_lost

    here = session(ctx)
    with here.reader() as reader:
        runs = as_seen([reader.run(before), reader.run(after)], run_is_lost)
    one, other = (as_far_as_it_came(run, here.workspace.runs / run.id) for run in runs)
    found = diff(one, other)
    if as_json:
        here.json(diff_json(found))
        return
    here.print(*diff_page(found, here.width))
    note = unknown_note(found)
    if note:
        here.note(note)
