"""`studyctl runs export`: runs with all that belongs to them, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import run_ids
from studyctl.cli.paths import shown
from studyctl.errors import NotPublicError, UsageError

MOST_LEAKS = 20


@single(
    "export",
    "studyctl runs export 3f2a9c10",
    "studyctl runs export 3f2a 77b0 -o both.studyrun.zip",
    "studyctl runs export 3f2a --public -o experiments/box_decoding/evidence",
)
def app(
    ctx: typer.Context,
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", autocompletion=run_ids, show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="PATH", help="A file that ends in .zip, or a folder."),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Leave out what names a machine or a person; refuse what cannot be.")
    ] = False,
    allow: Annotated[
        list[str] | None, typer.Option("--allow", metavar="TEXT", help="With --public: this may be seen by everybody.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write runs into one file: record, metric history, log, artifacts, provenance.

    A sweep takes its trials along. The same runs give the same bytes; the digest names the content.
    """
    from studyctl.view.bundles import written_json, written_lines
    from studyctl.wiring.bundles import export_runs

    here = session(ctx)
    if allow and not public:
        raise UsageError("--allow goes with --public", "without it nothing is taken out")
    try:
        with here.reader() as reader:
            written, scrubbed = export_runs(here.workspace, reader, runs, output, public=public, allowed=allow or ())
    except NotPublicError as error:
        for line in error.found[:MOST_LEAKS]:
            here.warn(line)
        raise
    file = shown(written.file)
    if as_json:
        here.json(written_json(written, file))
        return
    for line in written_lines(written, file, scrubbed):
        here.say(line)
