"""Whether an activation trains better than relu: tuned on validation images, tested in pairs on others."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studyctl.lab import Estimate, Run, mean_interval

from . import training
from .digits import Split, split
from .parameters import ActivationCost
from .training import HE, Setting

TUNING, TESTING = 10_000, 20_000  # seeds of trainings begin there: no network is tested that was chosen by


@dataclass(frozen=True, slots=True)
class Condition:
    """What is the same for all activations."""

    depth: int
    norm: str
    start: str

    @property
    def key(self) -> str:
        norm = "norm" if self.norm == "batch" else "plain"
        return f"{norm}-depth{self.depth}" + ("" if self.start == "tuned" else f"-{self.start}")

    @property
    def title(self) -> str:
        norm = "with batch norm" if self.norm == "batch" else "without batch norm"
        start = "" if self.start == "tuned" else ", He's gain for all"
        return f"{self.depth} residual block{'s' * (self.depth > 1)} {norm}{start}"


@dataclass
class Trained:
    """What the networks of one condition came to."""

    condition: Condition
    chosen: dict[str, Setting] = field(default_factory=dict)  # by activation
    right: dict[str, NDArray[np.bool_]] = field(default_factory=dict)  # by activation: seeds x test images

    def accuracy(self, activation: str) -> float:
        """Per cent."""
        return 100 * float(self.right[activation].mean())

    def differences(self, activation: str) -> NDArray[np.float64]:
        """Accuracy minus relu's, percentage points, by seed and test image."""
        return 100.0 * (self.right[activation].astype(np.float64) - self.right["relu"])

    def gain(self, activation: str) -> Estimate:
        """Its mean, with an interval over seeds and images."""
        return crossed_interval(self.differences(activation))


def crossed_interval(values: NDArray[np.float64]) -> Estimate:
    """The mean over rows and columns that were both drawn: Student's intervals over either, added as variances are.

    Where rows and columns add up, the variance of the mean is that of both means, so it is not understated; what is
    left over is counted twice, so it is overstated. Source: Owen, "The pigeonhole bootstrap", 2007, section 3.
    """
    rows, columns = mean_interval(values.mean(axis=1).tolist()), mean_interval(values.mean(axis=0).tolist())
    if not rows.known or not columns.known:
        return Estimate(len(values), rows.value)
    assert rows.hi is not None and columns.hi is not None
    half = math.hypot(rows.hi - rows.value, columns.hi - columns.value)
    return Estimate(len(values), rows.value, rows.value - half, rows.value + half)


def conditions(params: ActivationCost) -> list[Condition]:
    """All of them; the first is the one that the answer is about."""
    return [
        Condition(depth, norm, start) for norm in params.norms for start in params.starts for depth in params.depths
    ]


def candidates(params: ActivationCost, condition: Condition, activation: str) -> list[Setting]:
    """What is tried on validation images."""
    gains = params.gains if condition.start == "tuned" else [HE]
    return [
        Setting(activation, condition.depth, condition.norm, gain, rate, params.epochs)
        for gain in gains
        for rate in params.rates
    ]


def train(params: ActivationCost, run: Run) -> tuple[list[Trained], list[dict[str, Any]]]:
    """Choose for each activation, then train pairs; and what was tried."""
    parts = split(params.seed)
    names = ["relu", *params.activations]
    found = [Trained(condition) for condition in conditions(params)]
    tried: list[dict[str, Any]] = []
    with training.one_thread():
        todo = [
            (one, setting) for one in found for name in names for setting in candidates(params, one.condition, name)
        ]
        losses: dict[tuple[str, Setting], float] = {}
        for one, setting in run.track(todo, "tuning"):
            losses[one.condition.key, setting] = _tried(params, parts, setting)
            tried.append(
                {"condition": one.condition.key, "activation": setting.activation, "gain": setting.gain}
                | {"rate": setting.rate, "validation loss": losses[one.condition.key, setting]}
            )
        for one in found:
            for name in names:
                one.chosen[name] = min(
                    candidates(params, one.condition, name), key=lambda each: losses[one.condition.key, each]
                )
        pairs = [(one, number) for one in found for number in range(params.seeds)]
        hits: dict[tuple[str, str], list[Any]] = {}
        for one, number in run.track(pairs, "pairs"):
            for name in names:
                model = training.trained(one.chosen[name], parts.train, TESTING + 1000 * params.seed + 2 * number)
                hits.setdefault((one.condition.key, name), []).append(training.right(model, parts.test))
    for one in found:
        one.right = {name: np.stack(hits[one.condition.key, name]) for name in names}
    return found, tried


def _tried(params: ActivationCost, parts: Split, setting: Setting) -> float:
    """The mean over trainings of the loss on validation images."""
    seeds = [TUNING + 1000 * params.seed + 2 * number for number in range(params.tunings)]
    return float(
        np.mean([training.loss(training.trained(setting, parts.train, seed), parts.validation) for seed in seeds])
    )
