"""Options that may stand alone."""

from __future__ import annotations

import pytest

from studyctl.cli.commands import spelled_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["--due"], ["--due=any"]),
        (["--due", "--json"], ["--due=any", "--json"]),
        (["--due", "week"], ["--due", "week"]),
        (["--due=week"], ["--due=week"]),
        (["--", "--due"], ["--", "--due"]),
    ],
)
def test_due_alone_is_any(typed: list[str], meant: list[str]) -> None:
    assert spelled_out(typed) == meant
