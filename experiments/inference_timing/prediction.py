"""Predicting the ratio from what can be counted, with coefficients fitted on other models only, so that it can fail.

    t = c0 + c1 * multiply-adds                     "FLOPs alone"
    t = c0 + c1 * multiply-adds + c2 * activations  (outputs of convolutions and products)

Fitted by least squares of the relative error, which weighs a small network like a large one. The range is that of the
predictions with each of the other models left out in turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

SIDE = 224
FEATURES = {"flops": 1, "activations": 2}


@dataclass(frozen=True, slots=True)
class Model:
    """What is counted of a model at one side, and how long a pass took (seconds; NaN: not timed here)."""

    name: str
    side: int
    macs: int
    activations: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Predicted:
    """A predicted ratio, its range with one model left out in turn, and the median error on the fitted models."""

    ratio: float
    lo: float
    hi: float
    error: float
    times: dict[str, float]  # predicted for each fitted model, seconds


def counted(name: str, side: int, seconds: float = float("nan")) -> Model:
    """A model of torchvision, counted on shapes."""
    from experiments.flops_counting.building import build, shaped
    from experiments.flops_counting.counting import count

    found = count(shaped(build(name)), torch.empty(1, 3, side, side, device="meta"))
    return Model(name, side, found.macs, found.activations, seconds)


def predict(zoo: list[Model], a: Model, b: Model, features: int) -> Predicted:
    """The ratio b / a that the zoo's times lead one to expect."""
    whole = _fit(zoo, features)
    left_out = [_ratio(_fit(zoo[:at] + zoo[at + 1 :], features), a, b, features) for at in range(len(zoo))]
    times = {one.name: float(_row(one, features) @ whole) for one in zoo}
    errors = [abs(times[one.name] / one.seconds - 1) for one in zoo]
    return Predicted(_ratio(whole, a, b, features), min(left_out), max(left_out), float(np.median(errors)), times)


def _row(one: Model, features: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([1.0, one.macs / 1e9, one.activations / 1e6][: features + 1])


def _fit(zoo: list[Model], features: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    rows = np.array([_row(one, features) / one.seconds for one in zoo])
    found: np.ndarray[Any, np.dtype[np.float64]] = np.linalg.lstsq(rows, np.ones(len(zoo)), rcond=None)[0]
    return found


def _ratio(coefficients: np.ndarray[Any, np.dtype[np.float64]], a: Model, b: Model, features: int) -> float:
    return float((_row(b, features) @ coefficients) / (_row(a, features) @ coefficients))
