"""`studyctl report`: the notes with their answers and evidence, as a site or as Markdown, to be read by others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import item_ids
from studyctl.cli.paths import shown
from studyctl.errors import UsageError


@single(
    "report",
    "studyctl report",
    "studyctl report -o public --open",
    "studyctl report Q1 Q8 -o public --title 'Decoding boxes'",
    "studyctl report --format md -o docs/study",
    "studyctl report --mlflow http://127.0.0.1:5000",
)
def app(
    ctx: typer.Context,
    items: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID...]", autocompletion=item_ids(), show_default=False, help="These and what is below them."
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="DIR", help="The folder to write; a report there is replaced.")
    ] = "report",
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="html: a page for a browser; md: Markdown for a repository.")
    ] = "html",
    mlflow: Annotated[
        str, typer.Option("--mlflow", metavar="URL", help="Link runs to the MLflow UI at this address.")
    ] = "",
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="Its title; else the name of the workspace's folder.")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in your browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a report: the notes' questions with their answers, findings, figures, and how to reproduce them.

    The page needs no network and no server. The same state gives the same bytes, so that it can be committed. Nothing
    is written into a folder that holds anything but a report.
    """
    from studyctl.view.report.told import report_json, report_lines
    from studyctl.wiring.report import FORMATS, check, gather, pages, write

    here = session(ctx)
    if form not in FORMATS:
        raise UsageError(f"--format {form}: no such format", f"one of {', '.join(FORMATS)}")
    if mlflow and not re.fullmatch(r"https?://[^\s/?#\"'<>\\@]+(/[^\s?#\"'<>\\]*)?", mlflow):
        raise UsageError(f"--mlflow {mlflow}: no address of a server", "such as http://127.0.0.1:5000")
    folder = Path(output)
    check(here.workspace, folder, form)
    with here.waiting() as told:
        told("gathering the report", 0, 0)
        with here.reader() as reader:
            found = gather(here.workspace, reader, items or (), title)
        told("making the pages", 0, 0)
        made = pages(found, form, mlflow)
        written = write(folder, made, form, told)
    first = folder / ("index.html" if form == "html" else "README.md")
    if as_json:
        here.json(report_json(found, made, form, shown(first), written=written))
    else:
        for line in report_lines(found, shown(first), written=written):
            here.say(line)
    if open_browser:
        typer.launch(first.resolve().as_uri())
