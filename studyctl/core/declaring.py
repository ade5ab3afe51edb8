"""The decorator that declares a function an experiment. It is read from the source as well, without executing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from studyctl.errors import ExperimentError

DECLARATION = "__studyctl_experiment__"

ExperimentFunction = TypeVar("ExperimentFunction", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the decorator was given."""

    title: str
    requires: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def experiment(
    *,
    title: str,
    requires: Sequence[str] = (),
    data: Sequence[str] = (),
    measures: Sequence[str] = (),
    presets: Mapping[str, Mapping[str, Any]] | None = None,
) -> Callable[[ExperimentFunction], ExperimentFunction]:
    """Declare a function an experiment; one in each module of `experiments/`, with literal arguments.

    `requires`: extras of studyctl, or distributions, that have to be installed. `data`: files that the
    function reads, relative to the workspace; a change of theirs makes recorded answers stale.
    `measures=["time"]`: the result depends on the machine's speed. `presets`: parameter values by name;
    "quick" and "full" have options of their own.
    """
    for name, value in (("requires", requires), ("data", data), ("measures", measures)):
        if isinstance(value, str):
            raise ExperimentError(f"@experiment: {name} is a list", f'write {name}=["{value}"]')
    declaration = Declaration(title, tuple(requires), tuple(data), tuple(measures), dict(presets or {}))

    def declare(function: ExperimentFunction) -> ExperimentFunction:
        setattr(function, DECLARATION, declaration)
        return function

    return declare
