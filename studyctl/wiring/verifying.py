"""What deciding every answer again needs of the other rooms: the runs' folders and MLflow's database beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.config import Workspace
from studyctl.errors import UsageError
from studyctl.wiring.experiments import find_experiment
from studyctl.wiring.syncing import stale_reasons

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from studyctl.core.models import (
        Run,
    )
    from studyctl.core.ports import Progress, Reader
    from studyctl.core.verifying import Verified, Witness


def verifying(
    workspace: Workspace,
    reader: Reader,
    words: Sequence[str],
    *,
    rerun: Progress | None = None,
    remote: bool = False,
    strict: bool = False,
) -> Iterator[Verified]:
    """Each recorded answer held against all that is recorded of it; `rerun` shows how far measuring again is."""
    from studyctl.app.verify import Sources, verify
    from studyctl.runner.versions import changed_versions

    def again(run: Run) -> Run:
        from studyctl.core.params import validate
        from studyctl.runner.draft import execute_draft
        from studyctl.runner.importing import load

        assert rerun is not None  # else nobody asks
        loaded = load(workspace, find_experiment(workspace, run.experiment))
        params = validate(loaded.model, run.params, UsageError)
        return execute_draft(loaded, params, preset=run.preset, changed=run.changed, progress=rerun)[0]

    sources = Sources(
        reasons=lambda ids: stale_reasons(reader, workspace, ids),
        witnesses=lambda runs, wanted: _witnesses(workspace, runs, wanted, remote=remote),
        environment=lambda run: changed_versions(workspace.root, run),
        rerun=again if rerun is not None else None,
    )
    return verify(reader, words, sources, strict=strict)


def _witnesses(
    workspace: Workspace, runs: Mapping[str, Run], wanted: Mapping[str, set[str]], *, remote: bool
) -> dict[str, list[Witness]]:
    """What the runs' folders and MLflow hold of some figures."""
    from studyctl.core.verifying import Witness
    from studyctl.runner.folder import RECORD_FILE, read_record
    from studyctl.tracking import inspection

    found: dict[str, list[Witness]] = {run_id: [] for run_id in wanted}
    for run_id in wanted:
        if (workspace.runs / run_id / RECORD_FILE).is_file():
            last = {metric.name: metric.value for metric in read_record(workspace.runs / run_id).metrics}
            found[run_id].append(Witness("its folder", last=last))
    mirrored = {str(runs[i].mlflow_run_id): i for i in wanted if runs[i].mlflow_run_id and not runs[i].tracking_uri}
    local = inspection.figures(workspace.mlflow_database, {theirs: wanted[i] for theirs, i in mirrored.items()})
    for theirs, witness in local.items():
        found[mirrored[theirs]].append(witness)
    if remote:
        for run_id, names in wanted.items():
            if runs[run_id].tracking_uri and runs[run_id].mlflow_run_id:
                found[run_id].append(inspection.remote_figures(runs[run_id], names))
    return found
