"""The check of what a person decided about runs: MLflow is told what it was not told at the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from studyctl.core.pages import Check
from studyctl.core.ports import Ledger

FIX = "studyctl doctor --fix"
# Of how many runs MLflow was not told, or (True) is told now; and what went wrong.
Tell = Callable[[Ledger, bool], tuple[int, str | None]]


def check(ledger: Ledger, tell: Tell, fix: bool) -> Iterator[Check]:
    """What MLflow does not know of; nothing where it knows all."""
    waiting, _ = tell(ledger, False)
    if not waiting:
        return
    runs = f"{waiting} run{'' if waiting == 1 else 's'}"
    if not fix:
        yield Check("MLflow", False, f"it was not told of the tags or the deletion of {runs}", FIX)
        return
    told, problem = tell(ledger, True)
    if problem is not None:
        yield Check("MLflow", False, f"{problem}; {waiting - told} of {runs} wait", "try again later")
    else:
        yield Check("MLflow", True, f"it was told of the tags or the deletion of {runs}", fixed=True)
