"""`studyctl ui`: the MLflow UI on this workspace."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from studyctl.cli.commands import single
from studyctl.cli.common import session
from studyctl.cli.completion import experiment_names
from studyctl.errors import WorkspaceError


@single("ui", "studyctl ui", "studyctl ui box-decoding --open", "studyctl ui --port 8080")
def app(
    ctx: typer.Context,
    experiment: Annotated[
        str | None,
        typer.Argument(metavar="EXPERIMENT", autocompletion=experiment_names, show_default=False, help="Its runs."),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", "-p", min=1, max=65535, help="This port; else the first free one from 5000 on."),
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in your browser.")] = False,
) -> None:
    """Start the MLflow UI on this workspace's runs, and print its address. Ctrl-C ends it.

    Where runs go to a server of your own (MLFLOW_TRACKING_URI, or the setting tracking_uri), its address is printed.
    """
    from studyctl.wiring.experiments import find_experiment
    from studyctl.wiring.tracking import serve_ui, tracking_server

    here = session(ctx)
    if server := tracking_server(here.workspace):
        typer.echo(server)
        here.note("runs go to this MLflow server; its UI is there")
        return
    name = find_experiment(here.workspace, experiment).name if experiment else None
    # Ctrl-C is how this command ends, and no failure.
    with contextlib.suppress(KeyboardInterrupt):
        here.note("starting MLflow …")
        with serve_ui(here.workspace, name, port, here.warn) as ui:
            typer.echo(ui.url)
            here.note("Ctrl-C ends it")
            if open_browser:
                typer.launch(ui.url)
            code = ui.wait()
        raise WorkspaceError(
            f"MLflow's server ended by itself with code {code}", f"its last words: {here.workspace.state / 'ui.log'}"
        )
