"""Parameters of an experiment: the frozen Pydantic model that authors derive from, and the values people give
it.

A wrong value is refused before anything starts, and the error names the field, the value and the bound.
"""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from studyctl.errors import ExperimentError, StudyctlError, UsageError

DEFAULT_PRESET = "default"

T = TypeVar("T")


class Params(BaseModel):
    """Base of an experiment's parameters: frozen, and unknown names are refused."""

    # Infinity and NaN are recorded as themselves, also where a field is typed Any.
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, ser_json_inf_nan="constants")


def param(
    default: T,
    description: str = "",
    *,
    unit: str = "",
    gt: float | None = None,
    ge: float | None = None,
    lt: float | None = None,
    le: float | None = None,
    multiple_of: float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
) -> T:
    """A parameter with what people should know of it: `anchor: float = param(373.0, "side of the anchor", unit="px")`.

    The bounds are pydantic's, and refuse a value before anything starts: gt and ge (greater than, greater or equal),
    lt and le, multiple_of; the length of a text or a list; a pattern for a text. Unit and description are shown by
    `studyctl experiment show`. What else pydantic's own `Field` can do, it can do here as well.
    """
    # Pydantic makes it the field of its attribute; a type checker sees the type of the default.
    return Field(
        default,
        description=description or None,
        json_schema_extra={"unit": unit} if unit else None,
        gt=gt,
        ge=ge,
        lt=lt,
        le=le,
        multiple_of=multiple_of,
        min_length=min_length,
        max_length=max_length,
        pattern=pattern,
    )


@dataclass(frozen=True, slots=True)
class ParamField:
    """One parameter as a person sees it."""

    name: str  # dotted for a nested one
    type: str
    default: Any  # None where it is required
    required: bool
    bounds: str  # "> 0, <= 100", "" without
    unit: str
    description: str


@lru_cache(maxsize=64)
def fields_of(model: type[BaseModel], prefix: str = "") -> tuple[ParamField, ...]:
    """The parameters of a model in the order of its source, nested ones below dotted names."""
    found: list[ParamField] = []
    for name, field in model.model_fields.items():
        if (nested := _nested(field)) is not None:
            found += fields_of(nested, f"{prefix}{name}.")
            continue
        required = field.is_required()
        default = None if required else field.get_default(call_default_factory=True)
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        found.append(
            ParamField(
                name=prefix + name,
                type=_type_name(field.annotation),
                default=default,
                required=required,
                bounds=", ".join(_bounds(field)),
                unit=str(extra.get("unit", "")),
                description=field.description or "",
            )
        )
    return tuple(found)


def values_of(params: BaseModel) -> dict[str, Any]:
    """The parameters as plain values, as a run records them."""
    return params.model_dump(mode="json")


def build(
    model: type[Params],
    preset: Mapping[str, Any] | None = None,
    *,
    file: Mapping[str, Any] | None = None,
    assignments: Sequence[str] = (),
    values: Mapping[str, Any] | None = None,
    error: type[StudyctlError] = UsageError,
) -> tuple[Params, tuple[str, ...]]:
    """The validated parameters, and the names that differ from the preset's values.

    Later sources win: the model's defaults, the preset, the values of a `--params` file, `-p name=value`, `values`.
    """
    given: dict[str, Any] = merge({}, preset or {})
    given = merge(given, file or {})
    for assignment in assignments:
        path, text = parted(assignment)
        given = merge(given, assigned(model, path, text))
    given = merge(given, values or {})
    # A wrong preset is its author's mistake, whatever was typed. What has no default is no change of it.
    required = {
        name: given[name] for name, field in model.model_fields.items() if field.is_required() and name in given
    }
    params = validate(model, given, error) if required else None
    base = _preset_values(model, {**required, **(preset or {})})
    params = params or validate(model, given, error)
    return params, tuple(_differences(base, values_of(params)))


def parted(assignment: str) -> tuple[list[str], str]:
    """The parameter's path and the text of `-p a.b=1`."""
    name, equals, text = assignment.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"-p {assignment}: not of the form name=value", "for example: -p anchor=116")
    return name.strip().replace("-", "_").split("."), text.strip()


def _preset_values(model: type[Params], values: Mapping[str, Any]) -> dict[str, Any]:
    """What a preset alone comes to."""
    missing = [name for name, field in model.model_fields.items() if field.is_required() and name not in values]
    return {} if missing else values_of(validate(model, values, ExperimentError))


def wrong_presets(model: type[Params], presets: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is wrong with an experiment's presets, before somebody runs it with one of them."""
    wrong = []
    for name, values in presets.items():
        try:
            _preset_values(model, values)
        except StudyctlError as error:
            wrong.append(f"preset {name}: {error.message}")
    return wrong


def validate(model: type[Params], values: Mapping[str, Any], error: type[StudyctlError] = UsageError) -> Params:
    """The model's instance, or an error of one line that names field, value and bound."""
    known = [field.name for field in fields_of(model)]
    for name in _unknown(model, values):
        near = difflib.get_close_matches(name, known, n=1)
        raise error(
            f"no parameter {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
            f"parameters: {', '.join(known) or 'none'}",
        )
    try:
        return model.model_validate(dict(values))
    except TypeError as wrong:  # a bound that its parameter's type does not know, such as gt of a text
        raise ExperimentError(
            f"the parameters of {model.__name__} cannot be checked: {wrong}", "mend the class"
        ) from wrong
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "parameters"
        if first["type"] == "missing":
            raise error(f"parameter {name} has no value", f"give it one: -p {name}=VALUE") from wrong
        message = first["msg"][:1].lower() + first["msg"][1:]
        described = next((f for f in fields_of(model) if f"{name}.".startswith(f"{f.name}.")), None)
        hint = f"parameters: {', '.join(known)}"
        if described is not None:
            about = [described.type, described.bounds, described.unit, described.description]
            hint = f"{described.name}: " + ", ".join(part for part in about if part)
        raise error(f"{name} = {first['input']!r}: {message}", hint) from wrong


def _unknown(model: type[BaseModel], values: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Names that no field takes; a nested model need not refuse them itself."""
    names: list[str] = []
    for name, value in values.items():
        field = model.model_fields.get(name)
        if field is None:
            names.append(prefix + name)
        elif (nested := _nested(field)) is not None and isinstance(value, Mapping):
            names += _unknown(nested, value, f"{prefix}{name}.")
    return names


def parse_toml(text: str, source: str, line: str = "name = value") -> dict[str, Any]:
    """The values of a `--params` file, or of another with lines of this form."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise UsageError(f"{source} is not valid TOML: {wrong}", f"one `{line}` a line") from wrong


def assigned(model: type[BaseModel], path: list[str], text: str) -> dict[str, Any]:
    """`a.b=1` as nested values, read by the type of the field that it names."""
    name, *rest = path
    field = model.model_fields.get(name)
    nested = _nested(field) if field is not None else None
    if rest and nested is not None:
        return {name: assigned(nested, rest, text)}
    if rest:
        # Unknown, or below a value that has no parts: validation says so.
        return {".".join(path): text}
    return {name: text if field is None else _read(field, text)}


def _read(field: FieldInfo, text: str) -> Any:
    """A text from the command line as the field's type reads it; the text itself where no reading fits."""
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]
    candidates: list[Any] = []
    try:
        candidates.append(json.loads(text))
    except ValueError:
        # `16,32` and `log-l2,giou` for a list; `none` for nothing.
        candidates.append([part.strip() for part in text.split(",")] if text else [])
    if text.casefold() == "none":
        candidates.append(None)
    candidates.append([text])
    candidates.insert(len(candidates) if _accepts_text_and_more(field) else 0, text)
    telling: Any = text  # what the error should show
    for candidate in candidates:
        try:
            adapter.validate_python(candidate)
        except ValidationError as wrong:
            errors = wrong.errors()
            if all(one["loc"] or one["type"].startswith(_OUT_OF_BOUNDS) for one in errors):
                telling = candidate if telling is text else telling
            continue
        return candidate
    return telling


# Pydantic's names for "of the right type, but not within its bounds".
_OUT_OF_BOUNDS = (
    "greater_than",
    "less_than",
    "multiple_of",
    "too_short",
    "too_long",
    "string_too",
    "string_pattern",
    "finite",
)


def _accepts_text_and_more(field: FieldInfo) -> bool:
    """Whether text is one of several types that a field takes, so that `3` is tried as a number first."""
    parts = get_args(field.annotation)
    return str in parts and len(parts) > 1


def field_at(model: type[BaseModel], path: Sequence[str]) -> FieldInfo | None:
    """The field that a path names; None where there is none."""
    name, *rest = path
    field = model.model_fields.get(name)
    if not rest or field is None:
        return field
    nested = _nested(field)
    return None if nested is None else field_at(nested, rest)


def _nested(field: FieldInfo) -> type[BaseModel] | None:
    annotation = field.annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`, nested ones name by name."""
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[name] = merge(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _differences(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, value in after.items():
        other = before.get(name)
        if isinstance(value, Mapping) and isinstance(other, Mapping):
            names += _differences(other, value, f"{prefix}{name}.")
        # `repr` tells NaN from anything but itself.
        elif repr(value) != repr(other):
            names.append(prefix + name)
    return names


_BOUNDS = (
    ("gt", ">"),
    ("ge", ">="),
    ("lt", "<"),
    ("le", "<="),
    ("multiple_of", "a multiple of"),
    ("min_length", "length >="),
    ("max_length", "length <="),
    ("pattern", "matching"),
)


def _bounds(field: FieldInfo) -> list[str]:
    found = []
    for constraint in field.metadata:
        for attribute, sign in _BOUNDS:
            value = getattr(constraint, attribute, None)
            if value is not None:
                found.append(f"{sign} {value}")
    return found


def _type_name(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return " | ".join(str(value) for value in get_args(annotation))
    if isinstance(annotation, type) and not get_args(annotation):
        return annotation.__name__
    return str(annotation).replace("typing.", "").replace("NoneType", "None")
