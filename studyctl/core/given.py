"""Parameters that a script or a notebook names without declaring them: `params={"rate": 0.1}`."""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict

from studyctl.core.params import Params
from studyctl.core.tabular import plain
from studyctl.errors import ExperimentError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class Given(Params):
    """Values under any names."""

    model_config = ConfigDict(frozen=True, extra="allow")


def given(params: Params | Mapping[str, Any] | None, seed: int | None) -> Params:
    """The parameters of a recording, with its seed among them."""
    if isinstance(params, Params):
        if seed is not None and seed != getattr(params, "seed", seed):
            raise ExperimentError(f"seed={seed} is given, and params.seed is {params.seed}", "give one of them")  # type: ignore[attr-defined]
        if seed is not None and not hasattr(params, "seed"):
            raise ExperimentError(
                f"{type(params).__name__} has no seed",
                f"declare it, `seed: int = {seed}`: so it is recorded with the rest",
            )
        return params
    if params is not None and not isinstance(params, Mapping):
        raise ExperimentError(f"params is {params!r:.60}, and no mapping", "params={'rate': 0.1}, or vars(args)")
    values = {_name(name): _value(name, value) for name, value in (params or {}).items()}
    if seed is not None and values.setdefault("seed", seed) != seed:
        raise ExperimentError(f"seed={seed} is given, and params['seed'] is {values['seed']!r}", "give one of them")
    if not isinstance(values.get("seed", 0), int) or isinstance(values.get("seed"), bool):
        raise ExperimentError(f"seed is {values['seed']!r}, and no whole number", "seed=0")
    return Given.model_validate(values)


def _name(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ExperimentError(f"{name!r} cannot name a parameter", "use ASCII letters, digits, _ and -")
    return name


def _value(name: str, value: Any) -> Any:
    """A value as JSON holds it: of numpy, a path or a choice as what it stands for."""
    value = plain(value)
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _value(f"{name}.{key}", one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, range)) or hasattr(value, "tolist"):
        return [_value(name, one) for one in (value.tolist() if hasattr(value, "tolist") else value)]
    raise ExperimentError(
        f"parameter {name} is a {type(value).__name__}", "parameters are numbers and texts, and lists of them"
    )
