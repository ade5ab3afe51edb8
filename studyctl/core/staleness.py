"""Why a recorded answer may no longer hold: one reason for each thing that changed since its runs.

Pure: the answer, its runs, the item and the digests of today in, reasons out. An imported run is judged like
any other: that it was made on a different machine is no reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studyctl import EVIDENCE_VERSION
from studyctl.core.models import Answer, Item, Reason, Run

SHORT = 8  # characters of a run's id as it is shown


def watched_paths(runs: Iterable[Run]) -> dict[str, str]:
    """The files whose digests decide, with their role, over several runs."""
    return {file.path: file.role for run in runs for file in run.files}


def reasons(
    answer: Answer,
    item: Item | None,
    runs: Mapping[str, Run],
    digests: Mapping[str, str | None],
    *,
    evidence_version: int = EVIDENCE_VERSION,
) -> tuple[Reason, ...]:
    """Every reason why `answer` is stale; empty while it is fresh.

    `runs` holds the recorded runs by id, `digests` the digest that each watched file has now, None for one
    that is gone or can no longer be read.
    """
    found: dict[tuple[str, str], Reason] = {}

    def add(trigger: str, key: str, text: str, now: str = "") -> None:
        # One file that two runs share is one reason.
        found.setdefault((trigger, key), Reason(trigger, text, key, now))  # type: ignore[arg-type]

    for run_id in dict.fromkeys(e.run for e in answer.evidence):
        run = runs.get(run_id)
        if run is None:
            add("run", run_id, f"run {run_id[:SHORT]} is no longer recorded")
            continue
        if run.deleted:
            add("run", run_id, f"run {run.short} was deleted")
        for file in run.files:
            now = digests.get(file.path)
            if now is None:
                add(file.role, file.path, f"{file.path} is gone or unreadable since run {run.short}")
            elif now != file.digest:
                add(file.role, file.path, f"{file.path} changed since run {run.short}", now)
        if run.evidence_version < evidence_version:
            add(
                "code",
                f"evidence-version:{run.evidence_version}",
                f"studyctl measures differently since run {run.short} "
                f"(evidence version {run.evidence_version} → {evidence_version})",
                str(evidence_version),
            )
    if item is not None and item.norm != answer.question_norm:
        add("question", "", f"the {item.kind} changed: “{answer.question}” → “{item.text}”", item.norm)
    return tuple(found.values())
