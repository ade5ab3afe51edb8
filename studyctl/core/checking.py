"""Checks of an instrument: figures beside independent ones, which have to agree before a claim is looked at.

What holds by construction belongs here, and never among the findings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studyctl.core.authoring import Run
from studyctl.errors import ExperimentError


@dataclass(frozen=True, slots=True)
class Check:
    """A figure of this run beside an independent one: a closed form, a library, a published table, plain code."""

    name: str  # as of a metric
    measured: float
    reference: float
    tolerance: float  # how far apart they may be
    against: str  # what the reference is

    @property
    def error(self) -> float:
        """How far apart they are; equal infinities are not."""
        return 0.0 if self.measured == self.reference else abs(self.measured - self.reference)

    @property
    def passed(self) -> bool:
        """Never where either is NaN."""
        return self.error <= self.tolerance


def require_checks(checks: Iterable[Check]) -> None:
    """ExperimentError for the first that does not hold: a wrong instrument measures nothing."""
    for check in checks:
        if not check.passed:
            raise ExperimentError(
                f"check {check.name}: {check.measured!r} is not {check.reference!r} within {check.tolerance!r}",
                f"it is held against {check.against}; the instrument is wrong, not the claim",
            )


def record_checks(run: Run, checks: Iterable[Check]) -> None:
    """Require all of them, and keep them with the run: `check.NAME`, how far apart, and the table `checks`."""
    found = list(checks)
    require_checks(found)
    run.metrics({f"check.{check.name}": check.error for check in found})
    run.table(
        "checks",
        [
            {
                "check": check.name,
                "measured": check.measured,
                "reference": check.reference,
                "error": check.error,
                "tolerance": check.tolerance,
                "against": check.against,
            }
            for check in found
        ],
        "Checks against independent references",
    )
