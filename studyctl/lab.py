"""All that the author of an experiment imports.

    from studyctl.lab import Params, Run, experiment

`recording` records a run from a script or a notebook, without an experiment. `draft` executes an experiment from a test
or a notebook, without a workspace and without recording anything.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studyctl.core.authoring import Run
from studyctl.core.bootstrap import bootstrap_interval
from studyctl.core.checking import Check, record_checks, require_checks
from studyctl.core.declaring import experiment
from studyctl.core.models import Finding, Metric
from studyctl.core.models import Run as Record
from studyctl.core.paired import (
    Comparison,
    compare,
    looks,
    outliers,
    process_ratio,
    ratio_interval,
    spread,
    three_way,
    why_not,
)
from studyctl.core.params import DEFAULT_PRESET, Params, param
from studyctl.core.statistics import Estimate, mean_interval, median_interval, proportion_interval
from studyctl.errors import ExperimentError, InputError, StudyctlError

if TYPE_CHECKING:
    from studyctl.core.pages import RunPage
    from studyctl.core.ports import Watched

__all__ = [
    "Check",
    "Comparison",
    "Estimate",
    "ExperimentError",
    "Finding",
    "InputError",
    "Metric",
    "Params",
    "Record",
    "Run",
    "StudyctlError",
    "bootstrap_interval",
    "compare",
    "draft",
    "experiment",
    "looks",
    "mean_interval",
    "median_interval",
    "outliers",
    "param",
    "process_ratio",
    "proportion_interval",
    "ratio_interval",
    "record_checks",
    "recording",
    "require_checks",
    "spread",
    "three_way",
    "why_not",
]


def draft(
    function: Callable[..., None], preset: str = DEFAULT_PRESET, folder: Path | None = None, **params: Any
) -> Record:
    """Execute an experiment with a preset's parameters, some of them replaced, and return what it came to.

    Figures and tables are written below `folder`, or into a temporary one.
    """
    from studyctl.core.params import build
    from studyctl.core.progress import Silent
    from studyctl.runner.draft import execute_draft
    from studyctl.runner.load import loaded

    name = getattr(function, "__name__", "experiment").replace("_", "-")
    one = loaded(name, function)
    values, changed = build(one.model, one.preset(preset), file=params, error=ExperimentError)
    run, _ = execute_draft(one, values, preset=preset, changed=changed, progress=Silent(), folder=folder, catch=False)
    return run


def recording(
    name: str,
    *,
    title: str = "",
    params: Params | Mapping[str, Any] | None = None,
    seed: int | None = None,
    data: Sequence[str] = (),
    measures: Sequence[str] = (),
    workspace: str | Path | None = None,
    draft: bool = False,
    quiet: bool = False,
) -> AbstractContextManager[Run]:
    """Record what happens in a block of a script or a notebook as a run: `with recording("warm-up") as run:`.

    The run is recorded like that of an experiment, in the workspace around the script, the notebook or the working
    directory, and answers what is tied to `name` (`studyctl:warm-up` in a note). An error in the block ends it as
    failed, and goes on. `params` are recorded, with `seed` among them, which seeds random, numpy, torch and tensorflow.
    `data` and `measures` mean what they mean for an experiment. With `draft` nothing is recorded, with `quiet` nothing
    is printed.
    """
    from studyctl.core.given import given
    from studyctl.runner.source import source_of_caller
    from studyctl.wiring.recording import recorded

    for what, value in (("data", data), ("measures", measures)):
        if isinstance(value, str):
            raise ExperimentError(f"recording: {what} is a list", f'write {what}=["{value}"]')
    source = source_of_caller(sys._getframe(1).f_globals)

    def progress(label: str) -> Watched:
        from studyctl.view.progress import make_progress

        return make_progress(label, quiet=quiet or source.kind == "notebook")

    return recorded(
        name,
        title,
        given(params, seed),
        data=data,
        measures=measures,
        source=source,
        workspace=None if workspace is None else str(workspace),
        draft=draft,
        progress=progress,
        told=_silent if quiet else _show,
    )


def _silent(page: RunPage) -> None:
    """Nobody wants to hear."""


def _show(page: RunPage) -> None:
    """The page of a recorded run, where the script prints; of one that did not finish, a line of where it is kept."""
    from studyctl.view.console import emit, stderr_line
    from studyctl.view.runs import result_page
    from studyctl.view.words import not_mirrored

    run = page.run
    if page.problem:
        stderr_line("warning: ", not_mirrored(page.problem), "33", color=False)
    if run.state == "finished":
        emit(result_page(page))
    else:
        kept = (
            "a draft, nothing was recorded"
            if page.draft
            else f"kept as run {run.short}: studyctl runs show {run.short}"
        )
        stderr_line("", f"{run.experiment} {run.state}; {kept}", "33", color=False)
