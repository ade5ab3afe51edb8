"""What a sweep varies: the values that people give a parameter, and the trials that all combinations come to.

`-p lr=0.01,0.1` and `-p seed=0..4` give a parameter several values, unless its field takes a text or a list, which
may hold commas of its own; a `--grid` file gives any parameter a list of them. Pure: texts in, values out.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from studyctl.core.params import Params, assigned, build, field_at, merge, parted, values_of
from studyctl.core.reproduce import shown
from studyctl.core.reproduce import value as value_at
from studyctl.errors import StudyctlError, UsageError

# More of them is more often a mistake than a plan.
MANY_TRIALS = 10_000
MOST_TRIALS = 1_000_000
SEED = "seed"
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?")
_RANGE_HINT = "for example: 0..4 for 0, 1, 2, 3 and 4; 0..10..5 for 0, 5 and 10"


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter with the values that it takes in turn."""

    name: str  # dotted for a nested one
    values: tuple[Any, ...]

    def at(self, value: Any) -> dict[str, Any]:
        """One value as the nested mapping that sets it."""
        for part in reversed(self.name.split(".")):
            value = {part: value}
        return typing.cast(dict[str, Any], value)


@dataclass(frozen=True, slots=True)
class Trial:
    """One combination."""

    number: int  # from 1
    params: Params
    changed: tuple[str, ...]  # from the preset's values
    varied: Mapping[str, Any]  # the swept parameters as they were validated
    repeat: int = 0  # which of several with the same parameters


@dataclass(frozen=True, slots=True)
class Grid:
    """A sweep as it was asked for, with every trial's parameters validated."""

    trials: tuple[Trial, ...]
    names: tuple[str, ...]  # of the swept parameters, in the order in which they vary, the last one fastest
    repeat: int = 1  # how often the same parameters are tried, where the experiment has no seed

    def values(self, name: str) -> tuple[Any, ...]:
        """The values that a swept parameter takes."""
        seen = {json.dumps(trial.varied[name]): trial.varied[name] for trial in self.trials}
        return tuple(seen.values())


def split(model: type[Params], assignments: Sequence[str]) -> tuple[list[str], list[Axis]]:
    """The `-p` that set a parameter, and those that sweep one."""
    plain: list[str] = []
    axes: dict[str, Axis] = {}
    names: list[str] = []
    for assignment in assignments:
        path, text = parted(assignment)
        name = ".".join(path)
        names.append(name)
        field = field_at(model, path)
        values = None if field is None else _several(field, text, f"-p {assignment}")
        if values is None:
            plain.append(assignment)
        else:
            axes[name] = Axis(name, tuple(value_at(assigned(model, path, one), name) for one in values))
    for name in axes:
        if names.count(name) > 1:
            raise UsageError(f"-p {name} is given twice", f"all of its values at once: -p {name}=A,B")
    return plain, list(axes.values())


def _several(field: FieldInfo, text: str, source: str) -> list[str] | None:
    """The texts of several values; None where the text is one value."""
    if takes_text_or_list(field.annotation) or text in _literals(field.annotation):
        return None
    if "," not in text and ".." not in text:
        return None
    found: list[str] = []
    for part in (part.strip() for part in text.split(",")):
        if not part:
            raise UsageError(f"{source}: an empty value", "values are separated by single commas: 0.01,0.1")
        if ".." in part:
            found += map(str, numbers(part, source))
        else:
            found.append(part)
    return found


def numbers(text: str, source: str) -> range:
    """The integers of a range, its end included: `0..4`, `0..10..2`, `4..0..-1`."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise UsageError(f"{source}: {text!r} is no range of integers", _RANGE_HINT)
    first, last = int(match[1]), int(match[2])
    step = 1 if match[3] is None else int(match[3])
    if step == 0:
        raise UsageError(f"{source}: the range {text} has a step of 0", _RANGE_HINT)
    found = range(first, last + (1 if step > 0 else -1), step)
    if not found:
        hint = f"{last}..{first}, or {text}..-1 downwards" if match[3] is None else _RANGE_HINT
        raise UsageError(f"{source}: the range {text} is empty", hint)
    if len(found) > MOST_TRIALS:
        raise UsageError(f"{source}: the range {text} has {len(found):,} values", f"at most {MOST_TRIALS:,}")
    return found


def takes_text_or_list(annotation: Any) -> bool:
    """Whether a text with commas is one value of the type: text, a path, a list, anything."""
    if annotation is Any:
        return True
    origin = get_origin(annotation)
    if origin is typing.Annotated:
        return takes_text_or_list(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return any(takes_text_or_list(one) for one in get_args(annotation))
    if origin is Literal:
        return False
    kind = origin or annotation
    if not isinstance(kind, type) or issubclass(kind, Enum):
        return False
    return issubclass(kind, (str, bytes, PurePath)) or (
        issubclass(kind, Iterable) and not issubclass(kind, BaseModel)  # list, tuple, set, dict, Sequence
    )


def _literals(annotation: Any) -> set[str]:
    """The texts that a type takes as they are: those of its Literal and Enum parts."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return {str(one.value) for one in annotation}
    if get_origin(annotation) is Literal:
        return {one for one in get_args(annotation) if isinstance(one, str)}
    return {text for one in get_args(annotation) for text in _literals(one)} if get_origin(annotation) else set()


def grid_axes(model: type[Params], table: Mapping[str, Any], source: str, above: str = "") -> list[Axis]:
    """The axes of a `--grid` file: for each name a list of values, or a range as a text."""
    axes: list[Axis] = []
    for key, value in table.items():
        name = above + key.replace("-", "_")
        if isinstance(value, Mapping):
            axes += grid_axes(model, value, source, f"{name}.")
            continue
        field = field_at(model, name.split("."))
        if isinstance(value, str) and field is not None:
            texts = _several(field, value, f"{source}: {name}")
            value = None if texts is None else [value_at(assigned(model, name.split("."), t), name) for t in texts]
        if not isinstance(value, list):
            raise UsageError(
                f"{source}: {name} has no list of values", f'for example: {name} = [1, 2], or {name} = "0..4"'
            )
        if not value:
            raise UsageError(f"{source}: {name} has no values", "leave it out, or give it one")
        if field is not None and _takes_list_only(field.annotation) and not any(isinstance(v, list) for v in value):
            raise UsageError(
                f"{source}: {name} takes a list, and has one alone", f"a list of lists: {name} = [{value}]"
            )
        axes.append(Axis(name, tuple(value)))
    return axes


def _takes_list_only(annotation: Any) -> bool:
    kind = get_origin(annotation) or annotation
    return isinstance(kind, type) and issubclass(kind, (list, tuple, set, frozenset))


def joined(from_file: Sequence[Axis], typed: Sequence[Axis], plain: Sequence[str]) -> list[Axis]:
    """The axes of a grid file, then those of the command line; UsageError where both give a parameter values."""
    names = {axis.name for axis in typed} | {".".join(parted(one)[0]) for one in plain}
    for axis in from_file:
        if axis.name in names:
            raise UsageError(f"--grid and -p both give {axis.name}", "give it in one of them")
    return [*from_file, *typed]


def plan(
    model: type[Params],
    preset: Mapping[str, Any],
    *,
    file: Mapping[str, Any] | None = None,
    assignments: Sequence[str] = (),
    axes: Sequence[Axis] = (),
    repeat: int | None = None,
    many: bool = False,
) -> Grid:
    """Every combination of the axes' values, validated; UsageError names the first trial that cannot be.

    `repeat` tries each with so many seeds, or so often where the model has no seed. More than ten thousand trials are
    refused, unless `many`.
    """
    axes = list(axes)
    if repeat is not None and repeat < 1:
        raise UsageError(f"--repeat {repeat}: less than once", "--repeat 5 for five seeds")
    count = math.prod(len(axis.values) for axis in axes) * (repeat or 1)
    if count > MOST_TRIALS or (count > MANY_TRIALS and not many):
        raise UsageError(f"that is {count:,} trials", f"--yes for more than {MANY_TRIALS:,}; at most {MOST_TRIALS:,}")
    again = repeat or 1
    if repeat is not None and SEED in model.model_fields:
        axes.append(_seeds(model, preset, file, assignments, axes, repeat))
        again = 1
    trials: list[Trial] = []
    seen: dict[str, Trial] = {}
    names = tuple(axis.name for axis in axes)
    for given in _combinations(axes):
        number = len(trials) + 1
        try:
            params, changed = build(model, preset, file=file, assignments=assignments, values=given)
        except StudyctlError as error:
            raise _of_trial(error, number, count, names, given) from error
        plain = values_of(params)
        varied = {name: value_at(plain, name) for name in names}
        trial = Trial(number, params, changed, varied)
        twin = seen.setdefault(json.dumps(plain, sort_keys=True), trial)
        if twin is not trial:
            raise UsageError(
                f"trials {twin.number} and {number} are the same: {shown(varied)}",
                "each value once; --repeat N tries the same several times",
            )
        trials += [Trial(number + more, params, changed, varied, more) for more in range(again)]
    return Grid(tuple(trials), names, again)


def _combinations(axes: Sequence[Axis]) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*(axis.values for axis in axes)):
        given: dict[str, Any] = {}
        for axis, value in zip(axes, values, strict=True):
            given = merge(given, axis.at(value))
        yield given


def _seeds(
    model: type[Params],
    preset: Mapping[str, Any],
    file: Mapping[str, Any] | None,
    assignments: Sequence[str],
    axes: Sequence[Axis],
    repeat: int,
) -> Axis:
    """The seeds that `--repeat` stands for: from the one that would have been used, upwards."""
    if any(axis.name == SEED for axis in axes):
        raise UsageError("the seed is swept already, and --repeat sweeps it too", "give one of them")
    first = next(_combinations(axes))
    try:
        params, _ = build(model, preset, file=file, assignments=assignments, values=first)
    except StudyctlError as error:
        raise _of_trial(error, 1, 1, tuple(axis.name for axis in axes), first) from error
    begin = int(getattr(params, SEED) or 0)
    return Axis(SEED, tuple(range(begin, begin + repeat)))


def _of_trial(
    error: StudyctlError, number: int, count: int, names: Sequence[str], given: Mapping[str, Any]
) -> StudyctlError:
    """The error with the trial that it is of; nothing is added where there is only one."""
    if count == 1 or not names:
        return error
    varied = shown({name: value_at(given, name) for name in names})
    return type(error)(f"trial {number} of {count} ({varied}): {error.message}", error.hint)
