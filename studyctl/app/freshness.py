"""Whether answers still hold: the files that their runs read, as they are now and as they were recorded.

On the reading path: with no recorded answer nothing is loaded, and files that did not change are not opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from studyctl.core.models import Answer, Reason
from studyctl.core.ports import Ledger, Reader

Key = tuple[str, int, int]  # path, size, mtime_ns
# (root, path to role, kept digests) -> (path to the digest of now, digests worth keeping)
Digests = Callable[[Path, Mapping[str, str], Mapping[Key, str]], tuple[dict[str, str | None], dict[Key, str]]]


def reasons(reader: Reader, root: Path, digests: Digests, ids: Sequence[str] = ()) -> dict[str, tuple[Reason, ...]]:
    """Why the current answers of these items, or of all, are stale; fresh ones are left out."""
    recorded = reader.answers(ids)
    if not recorded:
        return {}
    from studyctl.core import staleness

    runs = reader.runs_of({evidence.run for answer in recorded for evidence in answer.evidence})
    items = {i.id: i for i in reader.items(ids=[a.item for a in recorded], gone=True, ignored=True)}
    now, _ = digests(root, staleness.watched_paths(runs.values()), reader.digests())
    found = {a.item: staleness.reasons(a, items.get(a.item), runs, now) for a in recorded}
    stale = {item: why for item, why in found.items() if why}
    return _standing(reader, recorded, stale) if stale else stale


def _standing(
    reader: Reader, recorded: Sequence[Answer], stale: Mapping[str, tuple[Reason, ...]]
) -> dict[str, tuple[Reason, ...]]:
    """The reasons that no person has accepted."""
    from studyctl.core import acceptance

    kept = acceptance.kept(reader.overrides())
    found = {
        answer.item: acceptance.standing(acceptance.of(answer, kept), stale[answer.item])
        for answer in recorded
        if answer.item in stale
    }
    return {item: why for item, why in found.items() if why}


def unchanged(reader: Reader, root: Path, digests: Digests, ids: Iterable[str]) -> set[str]:
    """Those of these runs whose files are as they were."""
    from studyctl.core import staleness

    runs = reader.runs_of(ids)
    now, _ = digests(root, staleness.watched_paths(runs.values()), reader.digests())
    return {run.id for run in runs.values() if all(now.get(file.path) == file.digest for file in run.files)}


def keep(ledger: Ledger, root: Path, digests: Digests) -> None:
    """Let reading commands find the digests of all cited files: for commands that write anyway."""
    from studyctl.core import staleness

    with ledger.reading() as reader:
        cited = {evidence.run for answer in reader.answers() for evidence in answer.evidence}
        watched = staleness.watched_paths(reader.runs_of(cited).values())
        _, fresh = digests(root, watched, reader.digests())
    if fresh:
        ledger.keep_digests(fresh)
