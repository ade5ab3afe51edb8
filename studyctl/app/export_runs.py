"""Which runs go into a bundle when some are named: those, and the trials of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from studyctl.app.runs import IsLost, as_far_as_it_came, as_seen
from studyctl.core.bundles import in_order
from studyctl.core.models import Run
from studyctl.core.ports import Reader, RunFilter
from studyctl.errors import BundleError


def to_export(reader: Reader, prefixes: Sequence[str], is_lost: IsLost, home: Callable[[str], Path]) -> list[Run]:
    """The named runs, whole, with the trials of sweeps; a trial by itself, or a deleted run, is refused."""
    found: dict[str, Run] = {}
    for prefix in prefixes:
        run = reader.run(prefix)
        if run.parent is not None:
            raise BundleError(
                f"run {run.short} is a trial, which says little without its sweep",
                f"studyctl runs export {run.parent[:8]}",
            )
        if run.deleted is not None:
            raise BundleError(f"run {run.short} is deleted", f"studyctl runs restore {run.short}")
        found[run.id] = run
        trials = reader.runs(RunFilter(parent=run.id)) if run.role == "sweep" else []
        found |= reader.runs_of(trial.id for trial in trials)
    return in_order(as_far_as_it_came(run, home(run.id)) for run in as_seen(found.values(), is_lost))
