"""The raw output at which a decoded side, and its gradient, stop being finite in a number format, for every method.

Nothing is sampled: of float16 and bfloat16 every number is tried as t, and of float32 every number between the two
sixteen-bit neighbours where it happens. No loss takes part: what areas do is `limits`' matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .arithmetic import DTYPES, Array, constant
from .decoders import CENTERNET_STRIDE
from .methods import Method
from .widths import WidthMap

# The coarsest feature level of the detectors compared: where a side is decoded from the largest stride.
STRIDE = 32.0


@dataclass(frozen=True, slots=True)
class FiniteLimit:
    """Where a method's side, and its slope, first are infinite or NaN; infinite where they never are."""

    method: str
    dtype: str
    reference: float  # pixels
    value_t: float  # the nearest to zero on either side
    gradient_t: float


def reference_side(method: Method, anchor: float, image: float) -> float:
    """What the method multiplies with, in pixels."""
    if method.key == "centernet":
        return float(CENTERNET_STRIDE)
    return {"anchor": anchor, "stride": STRIDE, "image": image, "pixel": 1.0}[method.reference]


def finite_limit(method: Method, dtype: str, anchor: float, image: float) -> FiniteLimit:
    """Try the format's numbers, smallest first."""
    reference = reference_side(method, anchor, image)
    return FiniteLimit(method.key, dtype, reference, *_limits(method.map, reference, dtype))


@lru_cache(maxsize=128)  # exp with the same anchor is many methods' decoder
def _limits(width: WidthMap, reference: float, dtype: str) -> tuple[float, float]:
    kind = DTYPES[dtype]
    if dtype == "float32":
        # The numbers that bfloat16 has, too.
        numbers = (np.arange(0x7F80, dtype=np.uint32) << 16).view(kind)
    else:
        numbers = np.arange(int(np.array(np.inf, kind).view(np.uint16)), dtype=np.uint16).view(kind)
    firsts = []
    for sign in (1.0, -1.0):
        found = []
        for of, bad in enumerate(_not_finite(width, reference, numbers * constant(sign, numbers))):
            index = int(bad.argmax())
            first = float(numbers[index]) if bad[index] else math.inf
            if dtype == "float32" and bad[index] and index:
                # Then all that lie between the last of them that is finite and the first that is not.
                begin = int(numbers[index - 1 : index].view(np.uint32)[0])
                between = np.arange(begin, begin + 0x10001, dtype=np.uint32).view(kind)
                near = _not_finite(width, reference, between * constant(sign, between))[of]
                first = float(between[int(near.argmax())])
            found.append(first)
        firsts.append(found)
    value, gradient = (min(pair) for pair in zip(*firsts, strict=True))
    return value, gradient


def _not_finite(width: WidthMap, reference: float, t: Array) -> tuple[Array, Array]:
    """Where the side in pixels, and where its slope, computed in the format of t, is infinite or NaN."""
    scale = constant(reference, t)
    if width.bins > 1:
        # One logit of the distribution moves, the last: the side grows with it.
        logits = np.zeros((t.size, width.bins), t.dtype)
        logits[:, -1] = t
        t = logits
    with np.errstate(all="ignore"):
        share, back = width.apply(t)
        side = share * scale
        slope = back(np.full_like(side, scale))
    return ~np.isfinite(side), ~np.isfinite(slope if width.bins == 1 else slope[:, -1])
