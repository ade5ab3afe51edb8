"""Parameters: what people type becomes validated values, or one line that says what is wrong."""

from __future__ import annotations

import math
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from studyctl.core.params import Params, build, fields_of, param, parse_toml, values_of, wrong_presets
from studyctl.errors import ExperimentError, UsageError


class Optimizer(BaseModel):
    rate: float = Field(0.1, gt=0)
    steps: int = 10


class Decoding(Params):
    anchor: float = Field(373.0, gt=0, le=1000, description="side of the anchor", json_schema_extra={"unit": "px"})
    dtype: Literal["float32", "float16"] = "float32"
    level: Literal[1, 2] = 1
    rates: list[float] = Field([0.1, 0.2])
    names: tuple[str, ...] = ("a",)
    clip: float | None = None
    mixed: int | str = "x"
    note: str = ""
    fast: bool = False
    optimizer: Optimizer = Optimizer()
    seed: int = 0


@pytest.mark.parametrize(
    ("assignment", "name", "value"),
    [
        ("anchor=116", "anchor", 116.0),
        ("dtype=float16", "dtype", "float16"),
        ("level=2", "level", 2),
        ("rates=1,2.5", "rates", [1.0, 2.5]),
        ("rates=[3]", "rates", [3.0]),
        ("rates=4", "rates", [4.0]),
        ("rates=", "rates", []),
        ("names=b,c", "names", ("b", "c")),
        ("names=b", "names", ("b",)),
        ("clip=none", "clip", None),
        ("clip=inf", "clip", math.inf),
        ("mixed=3", "mixed", 3),
        ("mixed=three", "mixed", "three"),
        ("note=1,2", "note", "1,2"),
        ("note=a=b", "note", "a=b"),
        ("fast=yes", "fast", True),
        ("seed = 7", "seed", 7),
    ],
)
def test_an_assignment_is_read_by_the_type_of_its_field(assignment: str, name: str, value: Any) -> None:
    params, changed = build(Decoding, assignments=[assignment])
    assert getattr(params, name) == value
    assert changed == (() if value == Decoding.model_fields[name].default else (name,))


def test_nested_values_have_dotted_names() -> None:
    params, changed = build(Decoding, assignments=["optimizer.rate=0.5"])
    assert params.optimizer == Optimizer(rate=0.5)
    assert changed == ("optimizer.rate",)


def test_later_sources_win_and_changed_compares_with_the_preset() -> None:
    preset = {"anchor": 5.0, "seed": 3, "optimizer": {"steps": 2}}
    params, changed = build(
        Decoding, preset, file={"seed": 4, "optimizer": {"rate": 0.2}}, assignments=["anchor=5", "seed=3"]
    )
    assert (params.anchor, params.seed, params.optimizer) == (5.0, 3, Optimizer(rate=0.2, steps=2))
    assert changed == ("optimizer.rate",)


@pytest.mark.parametrize(
    ("assignment", "message", "hint"),
    [
        ("anchor=-3", "anchor = -3: input should be greater than 0", "anchor: float, > 0, <= 1000, px, side"),
        ("anchor=wide", "anchor = 'wide': input should be a valid number", "px"),
        ("dtype=float64", "dtype = 'float64': input should be 'float32' or 'float16'", "float32 | float16"),
        ("ancor=3", "no parameter 'ancor'; did you mean 'anchor'?", "parameters: anchor, dtype"),
        ("optimizer.rat=3", "no parameter 'optimizer.rat'; did you mean 'optimizer.rate'?", "optimizer.steps"),
        ("optimizer.rate=0", "optimizer.rate = 0: input should be greater than 0", "> 0"),
        ("anchor.x=3", "no parameter 'anchor.x'", "parameters"),
        ("rates=1,x", "rates.1 = 'x': input should be a valid number", "rates: list[float]"),
        ("anchor", "not of the form name=value", "anchor=116"),
        ("=3", "not of the form name=value", "anchor=116"),
        ("anchor=nan", "anchor = 'nan': input should be less than or equal to 1000", "px"),
    ],
)
def test_a_wrong_one_names_field_value_and_bound(assignment: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        build(Decoding, assignments=[assignment])
    assert message in caught.value.message
    assert "\n" not in caught.value.message
    assert hint in caught.value.hint


def test_a_wrong_preset_is_the_authors_mistake() -> None:
    with pytest.raises(ExperimentError, match="no parameter 'ancor'"):
        build(Decoding, {"ancor": 3})
    with pytest.raises(ExperimentError, match="anchor = -3"):
        build(Decoding, {"anchor": -3}, assignments=["anchor=3"])


def test_a_required_parameter_asks_for_its_value() -> None:
    class Required(Params):
        path: str
        count: int = 1

    with pytest.raises(UsageError) as caught:
        build(Required)
    assert caught.value.hint == "give it one: -p path=VALUE"
    params, changed = build(Required, assignments=["path=a"])
    assert (params.path, changed) == ("a", ())
    with pytest.raises(UsageError, match="count = 'x'"):
        build(Required, assignments=["path=a", "count=x"])


def test_parameters_are_frozen() -> None:
    params, _ = build(Decoding)
    with pytest.raises(ValidationError, match="frozen"):
        params.anchor = 1.0


def test_parameters_as_people_see_them() -> None:
    fields = {field.name: field for field in fields_of(Decoding)}
    assert fields["anchor"].bounds == "> 0, <= 1000"
    assert (fields["anchor"].unit, fields["anchor"].description) == ("px", "side of the anchor")
    assert fields["dtype"].type == "float32 | float16"
    assert fields["clip"].type == "float | None"
    assert fields["optimizer.rate"].default == 0.1
    assert not fields["seed"].required


def test_values_are_plain_and_keep_infinity() -> None:
    params, _ = build(Decoding, assignments=["clip=inf", "names=a,b"])
    values = values_of(params)
    assert values["clip"] == math.inf
    assert values["names"] == ["a", "b"]
    assert values["optimizer"] == {"rate": 0.1, "steps": 10}


def test_toml() -> None:
    assert parse_toml("anchor = 5\n[optimizer]\nrate = 0.5", "p.toml") == {"anchor": 5, "optimizer": {"rate": 0.5}}
    with pytest.raises(UsageError, match=r"p\.toml is not valid TOML"):
        parse_toml("anchor = ", "p.toml")


class Short(Params):
    """The same in the short spelling."""

    anchor: float = param(373.0, "side of the anchor", unit="px", gt=0, le=1000)
    sizes: list[int] = param([1, 2], min_length=1)
    name: str = param("exp", pattern="[a-z]+")
    clip: float | None = param(None, "none clips nothing", ge=0)


def test_the_short_spelling_says_what_the_long_one_says() -> None:
    fields = {field.name: field for field in fields_of(Short)}
    (long,) = (field for field in fields_of(Decoding) if field.name == "anchor")
    assert fields["anchor"] == long
    assert (fields["sizes"].bounds, fields["name"].bounds) == ("length >= 1", "matching [a-z]+")
    assert (fields["clip"].type, fields["clip"].default, fields["clip"].unit) == ("float | None", None, "")
    assert Short().sizes is not Short().sizes


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("anchor=0", "anchor = 0: input should be greater than 0"),
        ("sizes=", "sizes = []: list should have at least 1 item"),
        ("name=EXP", "name = 'EXP': string should match pattern"),
        ("clip=-1", "clip = -1: input should be greater than or equal to 0"),
    ],
)
def test_its_bounds_hold(assignment: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        build(Short, assignments=[assignment])
    assert message in caught.value.message


def test_wrong_presets_are_told_before_somebody_uses_them() -> None:
    presets = {"quick": {"anchor": 10.0}, "odd": {"anchr": 1}, "far": {"anchor": 1e9}}
    wrong = wrong_presets(Decoding, presets)
    assert [line.partition(":")[0] for line in wrong] == ["preset odd", "preset far"]


def test_a_bound_that_does_not_fit_its_type_is_the_authors_mistake() -> None:
    class Wrong(Params):
        name: str = param("x", gt=0)

    with pytest.raises(ExperimentError, match="the parameters of Wrong cannot be checked"):
        build(Wrong)
