"""Checks of an instrument."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from studyctl.core.checking import Check, require_checks
from studyctl.lab import ExperimentError, Params, Run, draft, experiment, record_checks


@pytest.mark.parametrize(
    ("measured", "reference", "passed"),
    [
        (1.0, 1.0, True),
        (1.0, 1.05, True),
        (1.0, 1.2, False),
        (math.inf, math.inf, True),
        (math.inf, 1.0, False),
        (-math.inf, math.inf, False),
        (math.nan, math.nan, False),
        (1.0, math.nan, False),
    ],
)
def test_a_check_holds_within_its_tolerance_and_never_for_nan(measured: float, reference: float, passed: bool) -> None:
    check = Check("one", measured, reference, 0.1, "a closed form")
    assert check.passed == passed
    if passed:
        require_checks([check])
    else:
        with pytest.raises(ExperimentError, match=r"check one: .* within 0\.1") as caught:
            require_checks([Check("fine", 1, 1, 0, ""), check])
        assert "a closed form" in caught.value.hint


def test_checks_are_kept_with_the_run(tmp_path: Path) -> None:
    @experiment(title="Checked")
    def checked(params: Params, run: Run) -> None:
        record_checks(run, [Check("sum.pairs", 3.0, 2.5, 1.0, "counted by hand")])

    record = draft(checked, folder=tmp_path)
    assert record.value("check.sum.pairs") == 0.5
    assert "counted by hand" in (tmp_path / "artifacts/tables/checks.csv").read_text()
