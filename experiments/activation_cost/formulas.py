"""The activations and their derivatives in double precision, as their papers define them: what torch is held against.

Sources: swish, Ramachandran et al. 2017 (beta 1); hard-swish, Howard et al. 2019; gelu, Hendrycks & Gimpel 2016.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def _sigmoid(x: Array) -> Array:
    return 0.5 * (1 + np.tanh(0.5 * x))


def _normal(x: Array) -> Array:
    """The distribution function of the standard normal."""
    erf: Any = np.vectorize(math.erf, otypes=[np.float64])
    return np.asarray(0.5 * (1 + erf(x / math.sqrt(2))))


def _density(x: Array) -> Array:
    return np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _swish(x: Array) -> Array:
    return x * _sigmoid(x)


def _swish_slope(x: Array) -> Array:
    return _sigmoid(x) * (1 + x * (1 - _sigmoid(x)))


VALUES: dict[str, Callable[[Array], Array]] = {
    "relu": lambda x: np.maximum(x, 0),
    "swish": _swish,
    "unfused": _swish,
    "hard-swish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "gelu": lambda x: x * _normal(x),
}
SLOPES: dict[str, Callable[[Array], Array]] = {
    "relu": lambda x: (x > 0).astype(np.float64),
    "swish": _swish_slope,
    "unfused": _swish_slope,
    "hard-swish": lambda x: np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, (2 * x + 3) / 6)),
    "gelu": lambda x: _normal(x) + x * _density(x),
}
