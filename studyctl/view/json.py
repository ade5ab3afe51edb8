"""JSON as programs read it: UTF-8 as it is, stable order, NaN and infinity as text, one line at the end."""

from __future__ import annotations

import json
import math
from typing import Any


def dump(value: Any) -> str:
    """The JSON text of `value`, indented, with a final newline."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """`value` with what JSON lacks as text: NaN, Infinity, -Infinity; tuples become lists."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value
