"""An estimate with its interval as a person reads it: no digit that the interval makes meaningless."""

from __future__ import annotations

import math

from studyctl.core.statistics import Estimate
from studyctl.view.words import number

# Outside of these, powers of ten are easier to read than zeros.
SMALLEST, LARGEST = 1e-4, 1e7


def estimate(found: Estimate, unit: str = "") -> str:
    """ "0.512 ± 0.014": the interval to two digits, and the value to as many places; the value alone without one."""
    after = f" {unit}" if unit else ""
    if found.lo is None or found.hi is None or not all(map(math.isfinite, (found.value, found.lo, found.hi))):
        return number(found.value) + after
    below, above = found.value - found.lo, found.hi - found.value
    half = max(below, above)
    rounding = abs(found.value) * 1e-15
    if half <= rounding:
        return f"{number(found.value)} ± 0{after}"
    size = max(abs(found.value), half)
    exponent = 0 if SMALLEST <= size < LARGEST else math.floor(math.log10(size))
    places = 1 - math.floor(math.log10(half)) + exponent

    def shown(value: float) -> str:
        scaled = value / 10.0**exponent if exponent > -300 else value * 10.0**-exponent
        return f"{round(scaled, places):.{max(places, 0)}f}"

    if abs(below - above) <= 1e-9 * half + rounding:
        text = f"{shown(found.value)} ± {shown(half)}"
        text = f"({text})e{exponent}" if exponent else text
    else:
        text = f"{shown(found.value)} [{shown(found.lo)}, {shown(found.hi)}]"
        text = f"{text}e{exponent}" if exponent else text
    return text + after
