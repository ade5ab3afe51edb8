"""Options that choose among runs, the same with every verb that takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli.completion import experiment_names, metric_names, run_ids, run_params, run_tags, traits

if TYPE_CHECKING:
    from studyctl.core.conditions import Condition

Experiment = Annotated[
    str | None,
    typer.Option("--experiment", "-e", metavar="NAME", autocompletion=experiment_names, help="Of this one."),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", "-t", metavar="TAG", autocompletion=run_tags, help="With this tag."),
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="CONDITION", help="Of which this is true: 'metric.loss < 0.5'."),
]

Runs = Annotated[list[str] | None, typer.Argument(metavar="RUN...", autocompletion=run_ids, show_default=False)]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric", "-m", metavar="NAME", autocompletion=metric_names, help="This one; * and ? stand for any."
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option("--by", "-b", metavar="PARAM", autocompletion=run_params, help="Group by this parameter alone."),
]
Across = Annotated[
    list[str] | None,
    typer.Option("--across", metavar="WHAT", autocompletion=traits, help="Though this differs: code, data or machine."),
]


def conditions_of(texts: Sequence[str] | None) -> list[Condition]:
    """The conditions of `--where`; one that cannot be read is refused before anything else is done."""
    if not texts:
        return []
    from studyctl.core.conditions import parse

    return [parse(text) for text in texts]


def experiment_of(name: str | None) -> str | None:
    """An experiment as it was typed, with the hyphens of its name."""
    return name.replace("_", "-") if name else None
