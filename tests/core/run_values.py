"""Runs for the tests of what compares them, with as little said as possible."""

from __future__ import annotations

from itertools import count
from typing import Any

from studyctl.core.models import FileDigest, Metric, Run

_numbers = count(1)


def run(metrics: dict[str, float] | None = None, /, **more: Any) -> Run:
    """A finished run; `params` besides, and `code`, `data` and `measures` as short words."""
    number = next(_numbers)
    code, data = more.pop("code", "1"), more.pop("data", "")
    files = [FileDigest("experiments/x.py", "code", code), FileDigest("experiments/_y.py", "code", "0")]
    if data:
        files.append(FileDigest("data/points.csv", "data", data))
    provenance: dict[str, Any] = {"measures": list(more.pop("measures", ()))}
    provenance |= more.pop("provenance", {})
    params = more.pop("params", {})
    unit = more.pop("unit", "")
    values: dict[str, Any] = {
        "id": f"{number:08x}".ljust(32, "0"),
        "experiment": "x",
        "title": "",
        "state": "finished",
        "started": f"2026-11-24T10:{number // 60 % 60:02d}:{number % 60:02d}.000Z",
        "ended": "2026-11-24T12:00:00.000Z",
        "preset": "default",
        "changed": (),
        "params": params,
        "seed": params.get("seed"),
        "evidence_version": 1,
        "host": "here",
        "pid": 1,
        "process_started": 0.0,
        "provenance": provenance,
        "metrics": tuple(Metric(name, value, unit) for name, value in (metrics or {}).items()),
        "files": tuple(files),
    }
    return Run(**values | more)
