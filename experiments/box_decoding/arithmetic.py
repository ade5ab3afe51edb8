"""Number formats: float32, float16 and bfloat16 as numpy dtypes, their limits, and sums that stay in them.

numpy has no bfloat16 of its own; `ml_dtypes` adds one that rounds after every operation, as a framework's element-wise
kernels do. A Python number mixed into bfloat16 would silently promote it to float32, so that a "bfloat16" result would
be none: every constant that meets data has to be made with `constant`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DTYPES: dict[str, np.dtype[Any]] = {
    "float64": np.dtype(np.float64),
    "float32": np.dtype(np.float32),
    "float16": np.dtype(np.float16),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
}
# float64 is what the others are held against.
NARROW: tuple[str, ...] = ("float32", "float16", "bfloat16")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a format can hold."""

    largest: float
    epsilon: float  # gap between one and the next number

    @property
    def exp_limit(self) -> float:
        """The real t beyond which exp(t) exceeds the largest number."""
        return float(np.log(self.largest))


def limits(dtype: np.dtype[Any]) -> Limits:
    """The limits of a format, as its own library states them."""
    finfo: Any = ml_dtypes.finfo  # untyped
    found = finfo(dtype)
    return Limits(float(found.max), float(found.eps))


def constant(value: float, like: Array) -> Any:
    """`value` in the format of `like`."""
    return like.dtype.type(value)


def zeros(like: Array) -> Array:
    """Zeros of the same shape and format."""
    return np.zeros(like.shape, like.dtype)


def keep(condition: Array, values: Array) -> Array:
    """`values` where the condition holds, zero elsewhere: how autograd masks a gradient (0 even where it was inf)."""
    return np.where(condition, values, zeros(values))


def wide(values: Array) -> Array:
    """The same numbers in float64."""
    return values.astype(np.float64)


def share_to_first(first: Array, second: Array, gradient: Array, *, smaller: bool) -> tuple[Array, Array]:
    """The gradient of an element-wise minimum (or maximum) with respect to both operands.

    A tie is split in half, as PyTorch splits it. Ties are no corner case here: in bfloat16 the edges of two boxes
    round to the same pixel often.
    """
    half = gradient * constant(0.5, gradient)
    ahead = first < second if smaller else first > second
    tied = first == second
    to_first = np.where(tied, half, keep(ahead, gradient))
    # NaN compares as neither: the gradient then reaches both, as a framework's does.
    unordered = np.isnan(first) | np.isnan(second)
    to_second = np.where(tied, half, keep(~ahead, gradient))
    return np.where(unordered, gradient, to_first), np.where(unordered, gradient, to_second)
