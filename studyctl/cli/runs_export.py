"""`studyctl runs export`: runs with all that belongs to them, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import run_ids
from studyctl.cli.paths import shown


@single(
    "export",
    "studyctl runs export 3f2a9c10",
    "studyctl runs export 3f2a 77b0 -o both.studyrun.zip",
)
def app(
    ctx: typer.Context,
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", autocompletion=run_ids, show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here; a folder gets NAME-RUN.studyrun.zip."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write runs into one file: record, metric history, log, artifacts, provenance.

    A sweep takes its trials along. The same runs give the same bytes; the digest names the content.
    """
    from studyctl.view.bundles import written_json, written_lines
    from studyctl.wiring_bundles import export_runs

    here = session(ctx)
    with here.reader() as reader:
        written = export_runs(here.workspace, reader, runs, output)
    if as_json:
        here.json(written_json(written, shown(written.file)))
        return
    for line in written_lines(written, shown(written.file)):
        here.say(line)
