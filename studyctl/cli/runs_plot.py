"""`studyctl runs plot`: a metric of runs as a picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from studyctl.cli.choosing import Across, By, Experiment, Runs, Tags, Where, conditions_of, experiment_of
from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.cli.completion import metric_names
from studyctl.errors import UsageError, WorkspaceError


@single(
    "plot",
    "studyctl runs plot 3f2a 77b0 --metric loss",
    "studyctl runs plot 3f2a --metric loss --by lr --by momentum",
    "studyctl runs plot --experiment box-decoding --metric train.sgd.giou.exp.best_iou -o iou.pdf",
)
def app(
    ctx: typer.Context,
    runs: Runs = None,
    metric: Annotated[
        str, typer.Option("--metric", "-m", metavar="NAME", autocompletion=metric_names, help="What is drawn.")
    ] = "",
    by: By = None,
    steps: Annotated[bool, typer.Option("--steps", help="Over the steps, a line for each run.")] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="A .png, .svg or .pdf file.")
    ] = None,
    experiment: Experiment = None,
    tag: Tags = None,
    where: Where = None,
    across: Across = None,
    as_json: AsJson = False,
) -> None:
    """Draw a metric: over its steps, or against a parameter.

    Of runs that are named, and that recorded it more than once, the histories are drawn. Of a sweep, and of runs that
    filters choose, it is drawn against the parameter that differs, with the 95 % interval over their seeds and a line
    for each value of the other parameters.
    """
    from studyctl.app.plot import plotted
    from studyctl.view.pictures import FORMATS, drawn, title
    from studyctl.wiring.opening import run_is_lost

    here = session(ctx)
    if not metric:
        raise UsageError("which metric? none was named", "studyctl runs plot RUN --metric NAME")
    form = Path(output).suffix.lower().lstrip(".") if output else "png"
    if form not in FORMATS:
        raise UsageError(f"--output {output}: no such format", f"a file that ends in .{', .'.join(FORMATS)}")
    conditions = conditions_of(where)
    with here.reader() as reader:
        picture, left = plotted(
            reader,
            run_is_lost,
            here.workspace.runs,
            runs or (),
            metric,
            by=by or (),
            across=across or (),
            steps=steps,
            experiment=experiment_of(experiment),
            tags=tag or (),
            conditions=conditions,
        )
    file = Path(output or f"{_named(f'{picture.experiment}-{title(picture)}')}.{form}")
    data = drawn(picture, form)
    try:
        file.write_bytes(data)
    except OSError as error:
        raise WorkspaceError(f"{file} cannot be written: {error.strerror}", "-o FILE writes it elsewhere") from error
    if as_json:
        here.json(
            {"file": str(file), "experiment": picture.experiment, "metric": metric, "x": picture.x, "left_out": left}
        )
    else:
        here.say(f"wrote {file}: {title(picture)}")
    for line in left:
        here.note(line)


def _named(words: str) -> str:
    """A file's name from what it shows: "descent-loss-by-lr"."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", words).strip("-")
