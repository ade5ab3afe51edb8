"""`studyctl runs compare`: what runs came to, side by side, or in groups with means and intervals."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from studyctl.cli.choosing import Across, By, Experiment, Metrics, Runs, Tags, Where, conditions_of, experiment_of
from studyctl.cli.commands import single
from studyctl.cli.common import AsJson, session
from studyctl.errors import UsageError


@single(
    "compare",
    "studyctl runs compare 3f2a 77b0",
    "studyctl runs compare 3f2a --metric loss --by lr",
    "studyctl runs compare --experiment box-decoding --metric 'reach.*'",
    "studyctl runs compare --tag baseline --across code --csv",
)
def app(
    ctx: typer.Context,
    runs: Runs = None,
    experiment: Experiment = None,
    tag: Tags = None,
    where: Where = None,
    metric: Metrics = None,
    by: By = None,
    across: Across = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, a line for each group and metric.")] = False,
) -> None:
    """Compare what runs measured: side by side, or in groups with means and intervals.

    RUN is the beginning of a run's id; of a sweep, its trials are compared. Runs that were given the same but for their
    seeds are one group. Runs of other code or data, or where time is measured of another machine, are not compared:
    they stand in tables of their own, with what sets them apart. --across puts them side by side all the same.
    """
    from studyctl.app.choose import choose, metrics_for, parameters_for, traits_of
    from studyctl.core.comparing import compare
    from studyctl.view.compare import comparison_csv, comparison_json, comparison_page, notes
    from studyctl.wiring.opening import run_is_lost

    here = session(ctx)
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other", "give one of them")
    conditions, traits = conditions_of(where), traits_of(across or ())
    with here.reader() as reader:
        chosen = choose(
            reader,
            run_is_lost,
            runs or (),
            experiment=experiment_of(experiment),
            tags=tag or (),
            conditions=conditions,
        )
    names = metrics_for(chosen.runs, metric or ())
    if not names:
        raise UsageError("these runs recorded no metric", "studyctl runs diff A B shows what else differs")
    params = parameters_for(chosen.runs, by or ())
    found = compare(chosen.runs, names, chosen=bool(metric), by=params, across=traits)
    if as_json:
        here.json(comparison_json(found, chosen.left_out))
    elif as_csv:
        sys.stdout.write(comparison_csv(found))
    else:
        here.print(*comparison_page(found, here.width))
    for line in notes(found, chosen.left_out):
        here.note(line)
