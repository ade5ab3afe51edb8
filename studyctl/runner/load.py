"""From a declared function to what the runner needs: its declaration and the model of its parameters."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studyctl.core.declaring import DECLARATION, Declaration
from studyctl.core.params import DEFAULT_PRESET, Params
from studyctl.errors import ExperimentError, UsageError


@dataclass(frozen=True, slots=True)
class Loaded:
    """An experiment that was imported and can be run."""

    name: str  # with hyphens
    function: Callable[..., None]
    declaration: Declaration
    model: type[Params]
    modules_before: frozenset[str] = frozenset()  # what was imported before its own modules were
    roots: tuple[Path, ...] = ()  # of the installed package that it belongs to: whose frames are its author's

    def preset(self, name: str) -> dict[str, Any]:
        """The values of a preset; the default one changes nothing unless the author declares it."""
        presets = self.declaration.presets
        if name not in presets and name != DEFAULT_PRESET:
            known = ", ".join(presets) or "none but the default"
            raise UsageError(f"{self.name} has no preset {name!r}", f"presets: {known}")
        return dict(presets.get(name, {}))


def loaded(name: str, function: object) -> Loaded:
    """Check a decorated function; ExperimentError says what its signature lacks."""
    declaration = getattr(function, DECLARATION, None)
    if not isinstance(declaration, Declaration):
        raise ExperimentError(
            f"{getattr(function, '__name__', function)!r} is no experiment",
            "decorate it with @experiment(title=…)",
        )
    assert callable(function)  # the decorator was applied to it
    if inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function):
        kind = "a coroutine" if inspect.iscoroutinefunction(function) else "a generator (it has a yield)"
        raise ExperimentError(
            f"{name}: the function is {kind}: calling it measures nothing", "make it a plain function"
        )
    arguments = list(inspect.signature(function).parameters)
    wanted = "def NAME(params: YourParams, run: Run) -> None"
    if len(arguments) != 2:
        raise ExperimentError(f"{name}: the function takes {len(arguments)} arguments, not two", wanted)
    try:
        model = typing.get_type_hints(function).get(arguments[0])
    except NameError as error:
        raise ExperimentError(f"{name}: the annotation of {arguments[0]}: {error}", wanted) from error
    if not (isinstance(model, type) and issubclass(model, Params)):
        raise ExperimentError(
            f"{name}: {arguments[0]} is not annotated with a class derived from studyctl.lab.Params", wanted
        )
    return Loaded(name, function, declaration, model)
