"""Durations as people type them."""

from __future__ import annotations

import pytest

from studyctl.core.durations import seconds
from studyctl.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", 90),
        ("10m", 600),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("0.5m", 30),
        ("45", 45),
        ("1D", 86400),
    ],
)
def test_a_duration(text: str, expected: float) -> None:
    assert seconds(text, "--timeout") == expected


@pytest.mark.parametrize("text", ["", "s", "10x", "ten", "-5s", "0", "0s", "1h30", "1,5h", "10 s s", "inf", "nan"])
def test_no_duration(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        seconds(text, "--timeout")
    assert caught.value.message.startswith(f"--timeout {text}")
    assert "90s" in caught.value.hint
