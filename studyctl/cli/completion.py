"""What the shell offers after TAB: ids with their text, experiments, findings' names, notes, statuses.

Nothing here syncs, writes or complains: a completion that fails offers nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import typer

from studyctl.config import Workspace, find_workspace
from studyctl.core.models import KINDS, STATUSES, Item, Kind
from studyctl.errors import StudyctlError

if TYPE_CHECKING:
    from studyctl.core.ports import Reader, RunFilter

Offers = list[tuple[str, str]]
Completer = Callable[[typer.Context, str], Offers]
WIDEST = 60


def item_ids(*kinds: Kind) -> Completer:
    """Ids of items of these kinds (of all without any)."""

    def complete(ctx: typer.Context, incomplete: str) -> Offers:
        typed = incomplete.upper()
        # What the person typed stays as it is: shells replace only what begins alike.
        lower = incomplete[:1].islower()
        return [
            (item.id.lower() if lower else item.id, _help(item.text))
            for item in _items(ctx, kinds)
            if item.id.startswith(typed)
        ]

    return complete


def gone_ids(ctx: typer.Context, incomplete: str) -> Offers:
    """Ids of items that are in no note any more."""
    typed, lower = incomplete.upper(), incomplete[:1].islower()
    return [
        (item.id.lower() if lower else item.id, _help(item.text))
        for item in _items(ctx, (), gone=True)
        if item.gone and item.id.startswith(typed)
    ]


def experiment_names(ctx: typer.Context, incomplete: str) -> Offers:
    """Experiments of the workspace by their files, and those of installed packages: nothing is imported."""
    workspace = _workspace(ctx)
    if workspace is None:
        return []
    names: list[str] = []
    try:
        for path in sorted(workspace.experiments.iterdir()):
            if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file():
                names.append(path.stem.replace("_", "-"))
    except OSError:
        pass  # there may be installed ones
    from studyctl.wiring.experiments import installed_names

    names += [name for name in installed_names() if name not in names]
    typed = incomplete.replace("_", "-")
    return [(name, "experiment") for name in names if name.startswith(typed) and not name.startswith("-")]


def note_names(ctx: typer.Context, incomplete: str) -> Offers:
    """Notes that hold items."""
    notes = dict.fromkeys(item.note for item in _items(ctx, ()))
    return [(note, "") for note in notes if note.startswith(incomplete)]


def statuses(*kinds: Kind) -> Completer:
    """Statuses of these kinds."""
    known = dict.fromkeys([s for kind in kinds or KINDS for s in STATUSES[kind]] + ["all"])

    def complete(ctx: typer.Context, incomplete: str) -> Offers:
        return [(status, "") for status in known if status.startswith(incomplete)]

    return complete


def dues(ctx: typer.Context, incomplete: str) -> Offers:
    """What --due takes beside a day."""
    said = {"overdue": "before today", "today": "by today", "week": "within a week", "any": "with any date"}
    return [(word, text) for word, text in said.items() if word.startswith(incomplete)]


def sorts(ctx: typer.Context, incomplete: str) -> Offers:
    return [(word, "") for word in ("due", "priority") if word.startswith(incomplete)]


def tags(ctx: typer.Context, incomplete: str) -> Offers:
    """Tags that items have."""
    known = dict.fromkeys(tag for item in _items(ctx, ()) for tag in item.tags)
    return [(tag, "") for tag in known if tag.startswith(incomplete.removeprefix("#"))]


def kinds(ctx: typer.Context, incomplete: str) -> Offers:
    return [(kind, "") for kind in KINDS if kind.startswith(incomplete)]


def label_kinds(ctx: typer.Context, incomplete: str) -> Offers:
    """Kinds that have labels."""
    from studyctl.core.detector.habits import KINDS

    return [(kind, "") for kind in KINDS if kind.startswith(incomplete)]


def own_labels(ctx: typer.Context, incomplete: str) -> Offers:
    """Labels that the workspace names."""
    return _named(ctx, incomplete, mark=False)


def own_marks(ctx: typer.Context, incomplete: str) -> Offers:
    """Marks that the workspace names."""
    return _named(ctx, incomplete, mark=True)


def _named(ctx: typer.Context, incomplete: str, *, mark: bool) -> Offers:
    from studyctl.wiring.opening import habits_of

    workspace = _workspace(ctx)
    found = habits_of(workspace.settings).named() if workspace is not None else []
    return [(each.text, each.kind) for each in found if each.mark == mark and each.text.startswith(incomplete)]


def _workspace(ctx: typer.Context) -> Workspace | None:
    named: Any = ctx.find_root().params.get("workspace")
    try:
        return find_workspace(named)
    except (StudyctlError, OSError):
        return None


def _items(ctx: typer.Context, kinds: tuple[Kind, ...], *, gone: bool = False) -> list[Item]:
    workspace = _workspace(ctx)
    if workspace is None:
        return []
    from studyctl.wiring.opening import open_reader

    try:
        reader = open_reader(workspace)
    except (StudyctlError, OSError):
        return []
    try:
        return reader.items(kinds, gone=gone)
    except StudyctlError:
        return []
    finally:
        reader.close()


def _help(text: str) -> str:
    # Typer shows help through Rich's markup: a bracket in a note is no tag.
    shown = text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
    return shown.replace("[", "\\[")


def _runs(ctx: typer.Context, ask: Callable[[Reader], Sequence[Any]]) -> Sequence[Any]:
    """What the database says of runs; nothing where it cannot be asked."""
    workspace = _workspace(ctx)
    if workspace is None:
        return ()
    from studyctl.wiring.opening import open_reader

    try:
        reader = open_reader(workspace)
    except (StudyctlError, OSError):
        return ()
    try:
        return ask(reader)
    except StudyctlError:
        return ()
    finally:
        reader.close()


def run_ids(ctx: typer.Context, incomplete: str) -> Offers:
    """Recorded runs, newest first, by the id that lists show."""
    return _run_ids(ctx, incomplete)


def all_run_ids(ctx: typer.Context, incomplete: str) -> Offers:
    """The same, deleted ones too."""
    return [*_run_ids(ctx, incomplete), *_run_ids(ctx, incomplete, deleted=True)]


def deleted_run_ids(ctx: typer.Context, incomplete: str) -> Offers:
    """The same of those that were deleted."""
    return _run_ids(ctx, incomplete, deleted=True)


def _run_ids(ctx: typer.Context, incomplete: str, *, deleted: bool = False) -> Offers:
    from studyctl.core.ports import RunFilter

    runs = _runs(ctx, lambda reader: reader.brief_runs(RunFilter(deleted=deleted)))
    typed = incomplete.lower()
    return [(run.short, f"{run.experiment} {run.state}") for run in runs if run.id.startswith(typed)]


def run_tags(ctx: typer.Context, incomplete: str) -> Offers:
    """Tags that runs have."""
    return [(tag, "") for tag in _runs(ctx, lambda reader: reader.run_tags()) if tag.startswith(incomplete)]


def traits(ctx: typer.Context, incomplete: str) -> Offers:
    """What --across takes."""
    said = {"code": "other code", "data": "other data", "machine": "times of other machines"}
    return [(word, text) for word, text in said.items() if word.startswith(incomplete)]


def metric_names(ctx: typer.Context, incomplete: str) -> Offers:
    """Metrics of the runs that stand on the line, or of all."""

    def ask(reader: Reader) -> list[str]:
        return [name for where in _meant(ctx, reader) for name in reader.metric_names(where)]

    return [(name, "") for name in dict.fromkeys(_runs(ctx, ask)) if name.startswith(incomplete)]


def run_params(ctx: typer.Context, incomplete: str) -> Offers:
    """Parameters of the same runs."""
    from dataclasses import replace

    from studyctl.core.comparing import flat

    def ask(reader: Reader) -> list[str]:
        found = [run for where in _meant(ctx, reader) for run in reader.brief_runs(replace(where, limit=50))]
        return [name for run in found for name in flat(run.params)]

    typed = incomplete.replace("-", "_")
    return [(name, "") for name in dict.fromkeys(_runs(ctx, ask)) if name.startswith(typed)]


def _meant(ctx: typer.Context, reader: Reader) -> list[RunFilter]:
    """The runs that were typed so far, a sweep by its trials."""
    from studyctl.core.models import ROLES
    from studyctl.core.ports import RunFilter

    found = []
    for typed in ctx.params.get("runs") or ():
        try:
            run = reader.run(str(typed))
        except StudyctlError:
            continue
        found.append(RunFilter(parent=run.id) if run.role == "sweep" else RunFilter(ids=(run.id,), roles=ROLES))
    name = ctx.params.get("experiment")
    return found or [RunFilter(experiment=str(name).replace("_", "-") if name else None, roles=ROLES)]
