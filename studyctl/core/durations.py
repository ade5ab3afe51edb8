"""Durations as they are typed: "90s", "10m", "2h", "1h30m"."""

from __future__ import annotations

import re

from studyctl.errors import UsageError

_PART = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d)?")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_HINT = "for example: 90s, 10m, 2h or 1h30m"


def seconds(text: str, source: str) -> float:
    """How many seconds a text stands for; a number without a unit is seconds. UsageError where it is none."""
    compact = text.strip().lower().replace(" ", "")
    parts = _PART.findall(compact)
    if not compact or "".join(number + unit for number, unit in parts) != compact:
        raise UsageError(f"{source} {text}: no duration", _HINT)
    if len(parts) > 1 and not all(unit for _, unit in parts):
        raise UsageError(f"{source} {text}: a number without a unit", _HINT)
    found = sum(float(number) * _SECONDS[unit or "s"] for number, unit in parts)
    if found <= 0:
        raise UsageError(f"{source} {text}: no time at all", _HINT)
    return found
