"""What a sweep varies: which texts are several values, and that every combination is tried once."""

from __future__ import annotations

import itertools
import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from studyctl.core import grid
from studyctl.core.params import Params, values_of
from studyctl.core.reproduce import several, shown
from studyctl.errors import ExperimentError, UsageError


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Inner(BaseModel):
    width: int = Field(8, le=100)


class P(Params):
    lr: float = Field(0.1, gt=0, lt=1)
    n: int = 3
    dtype: Literal["float32", "float16", "1..2", "a,b"] = "float32"
    colour: Colour = Colour.RED
    name: str = "x"
    maybe: int | None = None
    label: str | None = None
    widths: list[int] = Field([1, 2])
    pair: tuple[int, int] = (1, 2)
    file: Path = Path("a")
    flag: bool = False
    odd: Annotated[int, Field(ge=1)] = 1
    inner: Inner = Inner()
    seed: int = 7


class NoSeed(Params):
    n: int = 3


def axes(*assignments: str) -> dict[str, tuple[Any, ...]]:
    return {axis.name: axis.values for axis in grid.split(P, assignments)[1]}


def texts(*assignments: str) -> dict[str, list[str]]:
    return {name: [str(value) for value in values] for name, values in axes(*assignments).items()}


@pytest.mark.parametrize(
    ("assignment", "values"),
    [
        ("lr=0.01,0.1", ["0.01", "0.1"]),
        ("lr = 0.01 , 0.1", ["0.01", "0.1"]),
        ("seed=0..4", ["0", "1", "2", "3", "4"]),
        ("seed=0..10..5", ["0", "5", "10"]),
        ("seed=0..9..4", ["0", "4", "8"]),
        ("seed=4..0..-2", ["4", "2", "0"]),
        ("seed=-2..-1", ["-2", "-1"]),
        ("seed=3..3", ["3"]),
        ("seed=0..1,7,9..10", ["0", "1", "7", "9", "10"]),
        ("lr=1..2", ["1", "2"]),
        ("dtype=float32,float16", ["float32", "float16"]),
        ("colour=red,blue", ["red", "blue"]),
        ("maybe=1,none", ["1", "None"]),
        ("flag=true,false", ["true", "false"]),
        ("inner.width=8,16", ["8", "16"]),
    ],
)
def test_several_values(assignment: str, values: list[str]) -> None:
    plain, found = grid.split(P, [assignment])
    assert plain == []
    assert [str(value) for value in found[0].values] == values
    assert found[0].name == assignment.partition("=")[0].strip()


@pytest.mark.parametrize(
    "assignment",
    [
        "lr=0.1",
        "name=a,b",
        "name=0..4",
        "label=a,b",
        "widths=1,2",
        "widths=0..4",
        "pair=1,2",
        "file=a,b",
        "dtype=1..2",
        "dtype=a,b",
        "no_such=1,2",
        "inner.no=1,2",
        "n.m=1,2",
    ],
)
def test_one_value(assignment: str) -> None:
    assert grid.split(P, [assignment]) == ([assignment], [])


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("seed=4..0", "-p seed=4..0: the range 4..0 is empty"),
        ("seed=0..4..-1", "the range 0..4..-1 is empty"),
        ("seed=0..4..0", "the range 0..4..0 has a step of 0"),
        ("lr=0.1..0.5", "'0.1..0.5' is no range of integers"),
        ("seed=..4", "'..4' is no range of integers"),
        ("lr=0.1,,0.2", "-p lr=0.1,,0.2: an empty value"),
        ("lr=0.1,", "an empty value"),
        ("seed=0..99999999999", "has 100,000,000,000 values"),
        ("=1,2", "not of the form name=value"),
    ],
)
def test_what_is_no_list_of_values(assignment: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        grid.split(P, [assignment])
    assert said in caught.value.message
    assert caught.value.hint


def test_a_parameter_is_swept_once() -> None:
    with pytest.raises(UsageError, match="-p seed is given twice"):
        grid.split(P, ["seed=0..4", "seed=9"])


def test_a_grid_file() -> None:
    table = {
        "lr": [0.01, 0.1],
        "seed": "0..2",
        "widths": [[1], [2, 3]],
        "name": ["0..4"],
        "inner": {"width": [4, 5]},
        "maybe": "1,3",
    }
    found = {axis.name: axis.values for axis in grid.grid_axes(P, table, "g.toml")}
    assert found["lr"] == (0.01, 0.1)
    assert [str(value) for value in found["seed"]] == ["0", "1", "2"]
    assert found["widths"] == ([1], [2, 3])
    assert found["name"] == ("0..4",)
    assert found["inner.width"] == (4, 5)
    assert [str(value) for value in found["maybe"]] == ["1", "3"]
    assert list(found) == ["lr", "seed", "widths", "name", "inner.width", "maybe"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"n": 3}, "g.toml: n has no list of values"),
        ({"n": "3"}, "g.toml: n has no list of values"),
        ({"name": "a,b"}, "g.toml: name has no list of values"),
        ({"n": []}, "g.toml: n has no values"),
        ({"n": "4..0"}, "g.toml: n: the range 4..0 is empty"),
        ({"widths": [1, 2]}, "g.toml: widths takes a list, and has one alone"),
    ],
)
def test_what_is_no_grid(table: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        grid.grid_axes(P, table, "g.toml")
    assert said in caught.value.message


def plan(*assignments: str, **more: Any) -> grid.Grid:
    plain, found = grid.split(P, assignments)
    return grid.plan(P, {}, assignments=plain, axes=found, **more)


def test_trials_are_all_combinations_the_last_name_fastest() -> None:
    made = plan("lr=0.01,0.1", "n=5", "seed=0..1")
    assert made.names == ("lr", "seed")
    assert [shown(trial.varied) for trial in made.trials] == [
        "lr=0.01, seed=0",
        "lr=0.01, seed=1",
        "lr=0.1, seed=0",
        "lr=0.1, seed=1",
    ]
    assert [trial.number for trial in made.trials] == [1, 2, 3, 4]
    assert {trial.params.n for trial in made.trials} == {5}  # type: ignore[attr-defined]
    assert made.trials[1].changed == ("lr", "n", "seed")
    assert made.values("lr") == (0.01, 0.1)


def test_repeating_takes_seeds_upwards_from_the_one_that_is_set() -> None:
    assert [trial.varied["seed"] for trial in plan(repeat=3).trials] == [7, 8, 9]
    assert [trial.varied["seed"] for trial in plan("seed=20", repeat=2).trials] == [20, 21]
    made = plan("lr=0.1,0.2", repeat=2)
    assert [shown(trial.varied) for trial in made.trials][:2] == ["lr=0.1, seed=7", "lr=0.1, seed=8"]
    with pytest.raises(UsageError, match="swept already"):
        plan("seed=0..1", repeat=2)


def test_repeating_without_a_seed_tries_the_same() -> None:
    made = grid.plan(NoSeed, {}, axes=[grid.Axis("n", (1, 2))], repeat=3)
    assert [(t.number, t.varied["n"], t.repeat) for t in made.trials] == [
        (1, 1, 0),
        (2, 1, 1),
        (3, 1, 2),
        (4, 2, 0),
        (5, 2, 1),
        (6, 2, 2),
    ]
    assert (made.names, made.repeat) == (("n",), 3)
    alone = grid.plan(NoSeed, {}, repeat=2)
    assert [(t.number, t.varied) for t in alone.trials] == [(1, {}), (2, {})]


def test_a_wrong_value_is_refused_with_its_trial() -> None:
    with pytest.raises(UsageError) as caught:
        plan("n=1..4", "lr=0.1,0.2,0.3,5")
    assert caught.value.message == "trial 4 of 16 (n=1, lr=5): lr = 5: input should be less than 1"
    assert caught.value.hint == "lr: float, > 0, < 1"


def test_an_unknown_name_and_a_wrong_plain_value_are_said_as_they_are() -> None:
    with pytest.raises(UsageError, match=r"^no parameter 'lrr'; did you mean 'lr'\?"):
        plan("lrr=1,2")
    with pytest.raises(UsageError, match=r"^lr = 5: input should be less than 1"):
        plan("lr=5")


def test_the_same_trial_twice_is_refused() -> None:
    with pytest.raises(UsageError, match=r"trials 1 and 2 are the same: lr=0.1\n"):
        plan("lr=0.1,0.10")


def test_many_trials_have_to_be_meant() -> None:
    with pytest.raises(UsageError) as caught:
        plan("n=1..101", "seed=1..100")
    assert caught.value.message == "that is 10,100 trials"
    assert "--yes" in caught.value.hint
    with pytest.raises(UsageError, match="that is 2,000,000 trials"):
        plan("n=1..1000", "seed=1..2000", many=True)
    with pytest.raises(UsageError, match="less than once"):
        plan(repeat=0)


def test_a_wrong_preset_is_its_authors_mistake() -> None:
    with pytest.raises(ExperimentError):
        grid.plan(P, {"lr": 9}, axes=[grid.Axis("n", (1, 2))])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0, 1, 2), "0..2"),
        ((0, 1), "0,1"),
        ((0, 2, 4), "0,2,4"),
        ((0.1, "a", None, True), "0.1,a,none,true"),
        (([1], [2, 3]), "[1],[2, 3]"),
        ((True, False), "true,false"),
    ],
)
def test_values_are_shown_as_they_are_typed(values: tuple[Any, ...], expected: str) -> None:
    assert several(values) == expected


AXES = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.lists(st.floats(0.001, 0.999), min_size=1, max_size=4, unique=True),
        "n": st.lists(st.integers(-5, 5), min_size=1, max_size=4, unique=True),
        "dtype": st.lists(st.sampled_from(["float32", "float16", "a,b"]), min_size=1, unique=True),
        "name": st.lists(st.text(max_size=3), min_size=1, max_size=3, unique=True),
        "widths": st.lists(st.lists(st.integers(0, 3), max_size=2), min_size=1, max_size=3, unique_by=str),
        "inner": st.fixed_dictionaries({"width": st.lists(st.integers(0, 100), min_size=1, max_size=3, unique=True)}),
        "seed": st.lists(st.integers(0, 9), min_size=1, max_size=3, unique=True),
    },
)


@settings(deadline=None)
@given(AXES)
def test_every_combination_once_and_nothing_else(table: dict[str, Any]) -> None:
    found = grid.grid_axes(P, table, "g.toml")
    made = grid.plan(P, {}, axes=found)
    flat = {("inner.width" if k == "inner" else k): (v["width"] if k == "inner" else v) for k, v in table.items()}
    expected = list(itertools.product(*flat.values()))
    assert [tuple(trial.varied.values()) for trial in made.trials] == expected
    assert [trial.number for trial in made.trials] == list(range(1, len(expected) + 1))
    plain = [json.dumps(values_of(trial.params)) for trial in made.trials]
    assert len(set(plain)) == len(plain)
    untouched = values_of(P())
    for trial in made.trials:
        for name, value in values_of(trial.params).items():
            if name not in table:
                assert value == untouched[name]


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-7, 7))
def test_a_range_holds_its_ends_and_its_steps(first: int, last: int, step: int) -> None:
    try:
        found = list(grid.numbers(f"{first}..{last}..{step}", "-p"))
    except UsageError:
        assert step == 0 or (last - first) * step < 0
        return
    assert found[0] == first
    assert all(min(first, last) <= value <= max(first, last) for value in found)
    assert found[-1] == last or abs(last - found[-1]) < abs(step)
    assert all(b - a == step for a, b in itertools.pairwise(found))
