"""The time as every room writes it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """UTC, milliseconds, "Z"."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
