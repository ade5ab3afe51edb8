"""Which experiments there are: those of the workspace, of installed packages, and what is known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studyctl.config import Workspace
from studyctl.errors import NotFoundError, StudyctlError
from studyctl.wiring.opening import open_reader

if TYPE_CHECKING:
    from studyctl.core.models import (
        ExperimentProblem,
        ExperimentSpec,
    )


def discover(workspace: Workspace) -> list[ExperimentSpec | ExperimentProblem]:
    """The experiments of the workspace and the modules that are none; nothing is executed."""
    from studyctl.runner.discover import discover as found

    return found(workspace)


def find_experiment(workspace: Workspace, name: str) -> ExperimentSpec:
    """The experiment called `name`; NotFoundError with near names, ExperimentError where its module is wrong."""
    from studyctl.runner.discover import find

    try:
        return find(workspace, name)
    except NotFoundError as error:
        raise _recorded_elsewhere(workspace, name) or error from None


def _recorded_elsewhere(workspace: Workspace, name: str) -> NotFoundError | None:
    """What to say of a name that no experiment has, but that a script or a notebook records."""
    from studyctl.core import reproduce
    from studyctl.core.ports import RunFilter

    try:
        reader = open_reader(workspace)
    except StudyctlError:
        return None
    try:
        last = reader.runs(RunFilter(experiment=name.replace("_", "-"), limit=1))
    finally:
        reader.close()
    if not last or not (by := reproduce.recorded_by(last[0])):
        return None
    return NotFoundError(
        f"{last[0].experiment} is no experiment: it was recorded by the {by}", reproduce.command(last[0])
    )


def experiment_names(workspace: Workspace) -> list[str]:
    """The names of the experiments that can be run."""
    from studyctl.core.models import ExperimentSpec

    return [one.name for one in discover(workspace) if isinstance(one, ExperimentSpec)]


def installed_names() -> list[str]:
    """The names of experiments that installed packages declare; their sources are not read."""
    from studyctl.runner.installed import distributions

    return sorted({name.replace("_", "-") for one in distributions() for name, _ in one.declared})


def describe_experiment(
    workspace: Workspace, spec: ExperimentSpec
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]], list[str]]:
    """Parameters and presets as plain values, and what is wrong with presets; imports the experiment's module."""
    from dataclasses import asdict

    from studyctl.core.params import fields_of, wrong_presets
    from studyctl.runner.importing import load

    loaded = load(workspace, spec)
    presets = {name: dict(values) for name, values in loaded.declaration.presets.items()}
    return [asdict(field) for field in fields_of(loaded.model)], presets, wrong_presets(loaded.model, presets)
