"""All that the author of an experiment imports.

    from studyctl.lab import Params, Run, experiment

`draft` executes an experiment from a test or a notebook, without a workspace and without recording anything.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from studyctl.core.authoring import Run
from studyctl.core.declaring import experiment
from studyctl.core.models import Finding, Metric
from studyctl.core.models import Run as Record
from studyctl.core.params import DEFAULT_PRESET, Params, param
from studyctl.errors import ExperimentError

__all__ = ["ExperimentError", "Finding", "Metric", "Params", "Record", "Run", "draft", "experiment", "param"]


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
