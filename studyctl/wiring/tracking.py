"""What keeps MLflow and the runs' ends true: the UI, what is still to be delivered, and runs whose process is gone."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from studyctl.config import Workspace
from studyctl.errors import NeedsMigration
from studyctl.wiring.opening import now, open_ledger, open_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from studyctl.core.models import (
        Run,
    )
    from studyctl.core.ports import Ledger, Reader
    from studyctl.tracking.ui import Ui


@contextmanager
def serve_ui(
    workspace: Workspace, experiment: str | None, port: int | None, warn: Callable[[str], None]
) -> Iterator[Ui]:
    """The MLflow UI on this workspace while the block runs; runs that were lost are ended in it first."""
    from studyctl.tracking.ui import serve
    from studyctl.wiring import marks

    mark_lost(workspace)
    if workspace.database.exists():
        ledger = open_ledger(workspace)
        try:
            if workspace.mlflow_database.exists():
                settle(workspace, ledger)
            marks.tell_mlflow(workspace, ledger)
            # What a sync took in from bundles waited until somebody looks: importing MLflow takes long.
            problem = deliver_imported(workspace, ledger)
        finally:
            ledger.close()
        if problem:
            warn(f"{problem}: imported runs may be missing")
    with serve(workspace, experiment, port) as ui:
        yield ui


def tracking_server(workspace: Workspace) -> str:
    """The MLflow server that runs go to, without its password; "" for the workspace's own store."""
    from studyctl.tracking.remote import address_of, shown

    return shown(address_of(workspace))


def deliver(
    workspace: Workspace, ledger: Ledger, waiting: Callable[[Reader], Sequence[str]], *, wait_s: float = -1
) -> tuple[int, str | None]:
    """Bring MLflow up to all of some runs; how many, and what went wrong.

    Two commands that did so at once would give MLflow a run twice. Who waits no longer for the other leaves it to that.
    """
    from filelock import FileLock, Timeout

    from studyctl.app.deliver import deliver_all
    from studyctl.tracking.remote import tracker_of

    try:
        with FileLock(workspace.state / "deliver.lock", timeout=wait_s):
            with ledger.reading() as reader:
                run_ids = waiting(reader)
            return deliver_all(ledger, lambda run: tracker_of(workspace, run), run_ids, workspace.runs)
    except Timeout:
        return 0, None


def deliver_imported(workspace: Workspace, ledger: Ledger) -> str | None:
    """Write the imported runs into MLflow that it does not have yet; what went wrong."""
    from studyctl.app.deliver import undelivered

    return deliver(workspace, ledger, undelivered)[1]


def settle(workspace: Workspace, ledger: Ledger, server: str = "") -> None:
    """End the runs that were lost in the MLflow that has just answered, with all that their folders hold."""
    from studyctl.app.deliver import lost

    with ledger.reading() as reader:
        waiting = lost(reader, server)
    if waiting:
        deliver(workspace, ledger, lambda reader: lost(reader, server), wait_s=0)


def mark_lost(workspace: Workspace) -> list[Run]:
    """Write down how the runs ended whose processes are gone, for commands that write; returns the lost ones."""
    from studyctl.app import answers
    from studyctl.runner.lost import mark

    if not _any_running(workspace):
        return []
    ledger = open_ledger(workspace)
    try:
        ended = mark(ledger, workspace.runs)
        for run in ended:
            if run.state == "finished" and run.role == "run":
                answers.record_for_run(ledger, run, now=now())
        return [run for run in ended if run.state == "lost"]
    finally:
        ledger.close()


def _any_running(workspace: Workspace) -> bool:
    """Whether study.db has a run that is going on, asked without loading what writes."""
    from studyctl.core.models import ROLES
    from studyctl.core.ports import RunFilter

    if not workspace.database.exists():
        return False
    try:
        reader = open_reader(workspace)
    except NeedsMigration:
        return True  # for the ledger to find out, which brings it up
    try:
        return reader.count_runs(RunFilter(state="running", roles=ROLES)) > 0
    finally:
        reader.close()
