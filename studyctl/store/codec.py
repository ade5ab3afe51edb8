"""How values stand in a TEXT column or a line of the record, exactly.

JSON knows no NaN and no infinity, and SQLite's JSON functions refuse Python's spelling of them. A float that is not
finite therefore becomes `{"$float": "NaN"}`, and a key of one's own that begins with `$` gets a second one.
"""

from __future__ import annotations

import json
import math
from typing import Any

_FLOAT = "$float"


def dumps(value: Any) -> str:
    """One line of strict JSON that `loads` reads back to the same value (tuples come back as lists)."""
    return json.dumps(_encode(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def loads(text: str) -> Any:
    """The value behind the text; ValueError where it is no JSON."""
    # Most texts hold no such key, and the plain parser is several times faster.
    return json.loads(text, object_hook=_decode) if '"$' in text else json.loads(text)


def _encode(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if isinstance(value, dict):
        return {f"${key}" if str(key).startswith("$") else key: _encode(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode(one) for one in value]
    return value


def _decode(value: dict[str, Any]) -> Any:
    if value.keys() == {_FLOAT}:
        return float(value[_FLOAT])
    return {key[1:] if key.startswith("$$") else key: one for key, one in value.items()}
