"""Parameters that a script names without declaring them."""

from __future__ import annotations

import enum
import math
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pytest

from studyctl.core.given import given
from studyctl.core.params import Params, values_of
from studyctl.errors import ExperimentError


class Mode(enum.Enum):
    FAST = "fast"


class Declared(Params):
    rate: float = 0.1


class Seeded(Params):
    seed: int = 3


def test_values_are_recorded_as_plain_ones() -> None:
    params = given(
        {
            "rate": np.float32(0.5),
            "sizes": np.array([1, 2]),
            "names": ("a", "b"),
            "mode": Mode.FAST,
            "file": PurePosixPath("data/x.csv"),
            "nested": {"depth": np.int64(2)},
            "nothing": None,
            "steps": range(2),
            "copy": True,
            "bound": math.inf,
        },
        None,
    )
    assert values_of(params) == {
        "rate": 0.5,
        "sizes": [1, 2],
        "names": ["a", "b"],
        "mode": "fast",
        "file": "data/x.csv",
        "nested": {"depth": 2},
        "nothing": None,
        "steps": [0, 1],
        "copy": True,
        "bound": math.inf,
    }
    assert params.rate == 0.5  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="frozen"):
        params.rate = 1  # type: ignore[attr-defined]


def test_the_seed_is_one_of_them() -> None:
    assert values_of(given(None, None)) == {}
    assert values_of(given({"rate": 1}, 7)) == {"rate": 1, "seed": 7}
    assert values_of(given({"seed": 7}, 7)) == {"seed": 7}
    assert given(Seeded(), None) == given(Seeded(), 3) == Seeded()
    assert given(Declared(), None) == Declared()


@pytest.mark.parametrize(
    ("params", "seed", "said"),
    [
        ([("a", 1)], None, "no mapping"),
        ({"a b": 1}, None, "'a b' cannot name a parameter"),
        ({3: 1}, None, "3 cannot name a parameter"),
        ({"model": object()}, None, "parameter model is a object"),
        ({"a": {"b": object()}}, None, "parameter a.b is a object"),
        ({"seed": 1}, 2, "seed=2 is given, and params['seed'] is 1"),
        ({"seed": "x"}, None, "seed is 'x', and no whole number"),
        ({"seed": True}, None, "seed is True, and no whole number"),
        (Seeded(), 2, "seed=2 is given, and params.seed is 3"),
        (Declared(), 2, "Declared has no seed"),
    ],
)
def test_what_is_refused(params: Any, seed: int | None, said: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        given(params, seed)
    assert said in caught.value.message
    assert caught.value.hint
