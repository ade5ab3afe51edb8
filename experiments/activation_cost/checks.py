"""Checks of the operators that are timed, against formulas in double precision. One that fails ends the run."""

from __future__ import annotations

import numpy as np
import torch

from studyctl.lab import Check

from . import formulas, functional, worker
from .formulas import Array

ELEMENTS = 4096
# Relative to max(1, |reference|): a few units in the last place of a number near one, 2 ** -24, 2 ** -9, 2 ** -12.
CLOSE = {"float32": 1e-6, "bfloat16": 2**-6, "float16": 2**-9}
# The unfused one rounds after each of its steps.
STEPS = 2


def _plain(values: torch.Tensor) -> Array:
    return np.asarray(values.detach().double().numpy())


def _error(found: torch.Tensor, reference: Array) -> float:
    return float(np.max(np.abs(_plain(found) - reference) / np.maximum(1, np.abs(reference))))


def _unlike(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a != b).sum())


def instrument(seed: int) -> list[Check]:
    """Every activation in every dtype: values, gradients, fused against unfused, timed against usual calls."""
    return [check for dtype in CLOSE for check in _of(dtype, seed)]


def _of(dtype: str, seed: int) -> list[Check]:
    found: list[Check] = []
    b = worker.buffers(ELEMENTS, dtype, seed)
    # Three standard deviations, past the ends of hard-swish's parts; none at its corners, where sides differ.
    b.x.mul_(3)
    b.x[(b.x.abs() - 3).abs() < 0.02] = 1.0
    b.sigmoid = torch.sigmoid(b.x)
    exact, grad = _plain(b.x), _plain(b.grad)
    values: dict[str, torch.Tensor] = {}
    slopes: dict[str, torch.Tensor] = {}
    close = CLOSE[dtype]
    with torch.no_grad():
        timed = {name: (run(), b.out.clone())[1] for name, run in worker.forward(b).items()}
        backs = {}
        for name, run in worker.backward(b).items():
            run()
            backs[name] = (b.first if name == "hard-swish" else b.out).clone()
    for name, function in functional.FUNCTIONS.items():
        at = b.x.clone().requires_grad_()
        values[name] = function(at)
        (slopes[name],) = torch.autograd.grad(values[name], at, b.grad)
        allowed = close * (STEPS if name == "unfused" else 1)
        found += [
            Check(f"{dtype}.{name}.value", _error(values[name], formulas.VALUES[name](exact)), 0, allowed,
                  "the formula in double precision"),
            Check(f"{dtype}.{name}.gradient", _error(slopes[name], grad * formulas.SLOPES[name](exact)), 0,
                  3 * allowed, "its derivative in double precision, times the gradient"),
            Check(f"{dtype}.{name}.timed", _unlike(timed[name], values[name]), 0, 0,
                  "torch.nn.functional, values that differ from those with a given output"),
            Check(f"{dtype}.{name}.timed-gradient", _unlike(backs[name], slopes[name]), 0, 0,
                  "torch.autograd, values that differ from those with a given output"),
        ]  # fmt: skip
    found.append(
        Check(f"{dtype}.fused", _error(values["swish"], _plain(values["unfused"])), 0, (1 + STEPS) * close,
              "x * sigmoid(x) in the same dtype")
    )  # fmt: skip
    return found
