"""Runs that were made elsewhere, taken in from a bundle: verified as a whole first, then all of them or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from studyctl.app import answers
from studyctl.core.bundles import contradiction, shown
from studyctl.core.models import Run
from studyctl.core.pages import Answered, How, Import, Imported
from studyctl.core.ports import Ledger, Reader, RunBundle, Shelf
from studyctl.errors import BundleError


def verify(bundle: RunBundle, shelf: Shelf, reader: Reader, name: str) -> None:
    """Check every byte, and that no run says something else than what is recorded of it; BundleError if not."""
    shelf.unpack(bundle)
    _agree(bundle, reader, name)


def _agree(bundle: RunBundle, reader: Reader, name: str) -> None:
    known = reader.runs_of(run.id for run in bundle.runs)
    for run in bundle.runs:
        mine = known.get(run.id)
        if mine is not None and (why := contradiction(mine, run)):
            raise BundleError(
                f"{shown(name) if not name.isprintable() else name}: run {run.short} contradicts what is known: {why}",
                f"studyctl runs show {run.short}",
            )


def outlook(bundle: RunBundle, shelf: Shelf, reader: Reader, name: str) -> Import:
    """What an import would do."""
    known = reader.runs_of(run.id for run in bundle.runs)
    runs = tuple(Imported(run, _how(run, known, shelf)) for run in bundle.runs)
    return Import(name, bundle.digest, bundle.public, runs)


def _how(run: Run, known: Mapping[str, Run], shelf: Shelf) -> How:
    mine = known.get(run.id)
    if mine is None:
        return "new"
    if not mine.whole:
        return "completed"
    return "known" if shelf.has(run.id) else "restored"


def take_in(ledger: Ledger, bundle: RunBundle, shelf: Shelf, name: str, *, now: str) -> Import:
    """Take in the runs of a verified bundle, and record the answers that they give; all in one transaction."""
    with ledger.transaction(), ledger.reading() as reader:
        _agree(bundle, reader, name)  # another bundle may have brought the run meanwhile
        plan = outlook(bundle, shelf, reader, name)
        known = reader.runs_of(run.id for run in plan.new)
        runs = {run.id: _as_taken(run, known.get(run.id), bundle, shelf, name) for run in plan.new}
        _put(shelf, bundle.digest, runs)
        for run in runs.values():
            ledger.restore_run(run)
        answered: dict[str, Answered] = {}
        for run in sorted(runs.values(), key=lambda run: (run.started, run.id)):
            if run.state == "finished" and run.role == "run" and not run.deleted:
                found = answers.record_for_run(ledger, run, now=now)
                answered |= {one.item.id: one for one in found if one.how == "recorded"}
        taken = tuple(replace(one, run=runs.get(one.run.id, one.run)) for one in plan.runs)
        return replace(plan, runs=taken, answered=tuple(answered.values()))


def _as_taken(run: Run, mine: Run | None, bundle: RunBundle, shelf: Shelf, name: str) -> Run:
    """The run as it is recorded here: one that was made here stays that."""
    if mine is not None and mine.whole:
        return mine
    own = shelf.own(run.id)
    if own is not None:
        return own
    taken = replace(run, imported=True, origin=name, bundle=bundle.digest)
    return taken if mine is None else replace(taken, deleted=mine.deleted)


def _put(shelf: Shelf, digest: str, runs: Mapping[str, Run]) -> None:
    """Put the folders in place; where one cannot be, none is."""
    done: list[str] = []
    try:
        for run in runs.values():
            if run.imported or not shelf.has(run.id):
                shelf.put(digest, run)
                done.append(run.id)
    except BaseException:
        for run_id in done:
            shelf.remove(run_id)
        raise
