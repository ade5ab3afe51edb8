"""What may be a tag of a run."""

from __future__ import annotations

import pytest

from studyctl.core.tags import checked
from studyctl.errors import UsageError


def test_tags_as_they_are_typed() -> None:
    assert checked(["#good", "v1.2", "기준", "a/b", " x ", "good", "2026-11"]) == (
        "good",
        "v1.2",
        "기준",
        "a/b",
        "x",
        "2026-11",
    )
    assert checked(["e\u0301"]) == ("\u00e9",)  # one spelling of what looks the same


@pytest.mark.parametrize(
    "word", ["", "#", "a b", "a,b", "a/", "/a", "a//b", "..", "a/../b", "a\nb", "x" * 101, "[b]", "a+b"]
)
def test_what_cannot_be_one(word: str) -> None:
    with pytest.raises(UsageError, match="cannot be a tag"):
        checked([word])
