"""Building the edges for a run that is recorded from a script or a notebook. Beside `wiring`, on which it stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from studyctl.core.pages import RunPage
from studyctl.errors import UsageError
from studyctl.wiring.experiments import discover
from studyctl.wiring.opening import now, open_ledger, open_reader
from studyctl.wiring.syncing import synchronise
from studyctl.wiring.tracking import mark_lost, settle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from studyctl.config import Workspace
    from studyctl.core.models import Run
    from studyctl.core.params import Params
    from studyctl.core.ports import Watched
    from studyctl.runner.recording import Asked, Block, Edges
    from studyctl.runner.source import Source


def recorded(
    name: str,
    title: str,
    params: Params,
    *,
    data: Sequence[str],
    measures: Sequence[str],
    source: Source,
    workspace: str | None,
    draft: bool,
    progress: Callable[[str], Watched],
    told: Callable[[RunPage], None],
) -> Block:
    """The block of a recording, ready to be entered; `told` gets the page of the run once it has ended."""
    from studyctl.app.templates import experiment_name
    from studyctl.runner.recording import Asked, Block

    name = experiment_name(name)
    asked = Asked(name, title or name, params, tuple(data), tuple(measures), source)
    if draft:
        return Block(asked, None, progress(name), lambda run, home: told(RunPage(run, _shown(home), draft=True)))
    return _tied(_workspace(source, workspace), asked, progress(name), told)


def _workspace(source: Source, named: str | None) -> Workspace:
    """The workspace that was named, else that around the script or the notebook, else around the working directory."""
    from studyctl.config import WORKSPACE_VARIABLE, find_config, find_workspace

    if named is None and WORKSPACE_VARIABLE not in os.environ:
        for folder in source.folders:
            if find_config(folder.resolve()) is not None:
                return find_workspace(start=folder)
    return find_workspace(named)


def _tied(workspace: Workspace, asked: Asked, progress: Watched, told: Callable[[RunPage], None]) -> Block:
    """A block that is recorded, and answers the items that are tied to its name."""
    from studyctl.app.answers import tied_items
    from studyctl.app.run import describe, item_tags
    from studyctl.runner.recording import Block, Edges
    from studyctl.tracking.remote import tracker_of

    _refuse_name_of_an_experiment(workspace, asked.name)
    synchronise(workspace)  # the notes as they are now, before anything is measured
    mark_lost(workspace)
    reader = open_reader(workspace)
    try:
        items = tied_items(reader, asked.name)
    finally:
        reader.close()
    edges = Edges(
        workspace,
        open_ledger(workspace),
        tracker_of(workspace),
        lambda run: describe(run, items),
        item_tags(items),
    )
    return Block(asked, edges, progress, lambda run, home: told(_finished(edges, run, home)))


def _finished(edges: Edges, run: Run, home: Path) -> RunPage:
    """What surrounds a run that has ended: the answers that it gives, what MLflow could not take."""
    from studyctl.app import answers, freshness
    from studyctl.runner.digests import current_digests

    try:
        answered = answers.record_for_run(edges.ledger, run, now=now()) if run.state == "finished" else ()
        freshness.keep(edges.ledger, edges.workspace.root, current_digests)
        if edges.tracker.problem is None:
            settle(edges.workspace, edges.ledger, edges.tracker.uri)
    finally:
        edges.ledger.close()
    warnings = tuple(str(one) for one in run.provenance.get("warnings") or ())
    return RunPage(run, _shown(home), answered, problem=edges.tracker.problem, notes=warnings)


def _refuse_name_of_an_experiment(workspace: Workspace, name: str) -> None:
    """What a script records under the name of an experiment would count as evidence of that one's code."""
    known = next((one for one in discover(workspace) if one.name == name), None)
    if known is not None:
        raise UsageError(
            f"{name} is the name of an experiment: {known.path}",
            f"record under another one; studyctl run {name} runs it",
        )


def _shown(home: Path) -> str:
    """A folder as a path to type from here."""
    return str(home.relative_to(Path.cwd())) if home.is_relative_to(Path.cwd()) else str(home)
