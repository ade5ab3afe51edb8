"""Builds what changes recorded runs after the fact: tags, deletion, and what MLflow is told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from studyctl.config import Workspace

if TYPE_CHECKING:
    from studyctl.app.marks import Edges
    from studyctl.core.ports import Ledger, MarkMirror, MarkShelf

T = TypeVar("T")


def changed(workspace: Workspace, change: Callable[[Edges], T]) -> T:
    """Change recorded runs."""
    with edges(workspace) as built:
        return change(built)


@contextmanager
def edges(workspace: Workspace) -> Iterator[Edges]:
    """All that changing runs needs, while the block runs."""
    from studyctl.app.marks import Edges
    from studyctl.wiring.opening import now, open_ledger, run_is_lost

    ledger = open_ledger(workspace)
    try:
        yield Edges(ledger, shelf(workspace), mirror(workspace), run_is_lost, now())
    finally:
        ledger.close()


def shelf(workspace: Workspace) -> MarkShelf:
    """What a person decided about runs, in their folders."""
    from studyctl.runner.marks import MarkFolders

    return MarkFolders(workspace.runs)


def mirror(workspace: Workspace) -> MarkMirror:
    """The same in MLflow, which is loaded when it is told something."""
    from studyctl.tracking.marks import MlflowMarks

    return MlflowMarks(workspace)


def tell_mlflow(workspace: Workspace, ledger: Ledger, *, tell: bool = True) -> tuple[int, str | None]:
    """Tell MLflow what it was not told at the time: how many runs that is, and what went wrong."""
    from studyctl.app.marks import tell_mlflow

    return tell_mlflow(ledger, shelf(workspace), mirror(workspace), tell)
