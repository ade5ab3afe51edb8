"""The experiments of a workspace with what is known of them, and making a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from studyctl.app.runs import IsLost, as_seen
from studyctl.app.templates import experiment_name, new_experiment
from studyctl.config import Workspace
from studyctl.core.models import ExperimentProblem, ExperimentSpec, Item
from studyctl.core.pages import ExperimentList, ExperimentRow
from studyctl.core.ports import Reader, RunFilter
from studyctl.errors import UsageError, WorkspaceError


def listing(reader: Reader, found: Sequence[ExperimentSpec | ExperimentProblem], is_lost: IsLost) -> ExperimentList:
    """Every experiment with its last run and the items tied to it, and the modules that are none."""
    items = reader.items()
    rows = tuple(row_of(reader, spec, items, is_lost) for spec in found if isinstance(spec, ExperimentSpec))
    return ExperimentList(rows, tuple(one for one in found if isinstance(one, ExperimentProblem)))


def row_of(reader: Reader, spec: ExperimentSpec, items: Sequence[Item], is_lost: IsLost) -> ExperimentRow:
    """One experiment with its last run and the items tied to it."""
    last = as_seen(reader.runs(RunFilter(experiment=spec.name, limit=1)), is_lost)
    live = (item for item in items if item.status != "dropped")
    tied = tuple(item for item in live if any(tie.experiment == spec.name for tie in item.ties))
    return ExperimentRow(spec, last[0] if last else None, tuple(item.id for item in tied), tied)


def create(
    workspace: Workspace,
    word: str,
    known: Sequence[ExperimentSpec | ExperimentProblem],
    item: Item | None,
    link: Callable[[Item, str], None],
) -> Path:
    """Write a small experiment that runs, and tie `item` to it; the value is its file.

    The file comes first: a link to an experiment that could not be written would be worth nothing.
    """
    name = experiment_name(word)
    taken = next((one for one in known if one.name == name), None)
    if taken is not None:
        raise UsageError(f"there is an experiment {name} already: {taken.path}", f"studyctl experiment show {name}")
    file = workspace.experiments / f"{name.replace('-', '_')}.py"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as stream:
            stream.write(new_experiment(name, item.text if item else ""))
    except FileExistsError as error:
        raise UsageError(f"{file} exists already", "choose another name") from error
    except OSError as error:
        raise WorkspaceError(f"cannot write {file}: {error.strerror}", "check its permissions") from error
    if item is not None:
        try:
            link(item, name)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
    return file
