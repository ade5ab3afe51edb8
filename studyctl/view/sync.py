"""What a sync did, in lines and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studyctl.core.item_pages import SyncReport
from studyctl.core.models import KINDS, Kind
from studyctl.view.words import plural

HOW = {
    "new": "new",
    "anchor": "by its anchor",
    "exact": "the same text",
    "exact-elsewhere": "the same text, from another note",
    "similar": "a similar text",
    "similar-elsewhere": "a similar text, from another note",
    "returned": "back again",
}


def count_kinds(counts: Mapping[Kind, int]) -> str:
    """How many of each kind: "17 questions, 27 todos"."""
    return ", ".join(plural(counts[kind], kind) for kind in KINDS if counts.get(kind)) or "no items"


def summary(report: SyncReport, counts: Mapping[Kind, int]) -> str:
    """One line: what was read, and what there is now."""
    read = f"{len(report.read)} of {plural(report.notes, 'note')} read"
    return f"{read}: {count_kinds(counts)}"


def changes(report: SyncReport) -> Iterator[str]:
    """A line for each sort of change; none where everything is as it was."""
    if report.anew:
        yield "all notes were read anew: this studyctl has other rules than the one that read them before"
    if report.imported is not None:
        taken = report.imported
        known = len(taken.items) + len(taken.tombstones)
        runs, answers = plural(len(taken.runs), "run"), plural(len(taken.answers), "answer")
        yield f"from the record: {plural(known, 'number')}, {runs}, {answers}"
    for bundle in report.bundles:
        from studyctl.view.bundles import evidence_line

        yield evidence_line(bundle)
    yield from _ids("new", [one.id for one in report.new])
    yield from _ids("back again", [one.id for one in report.returned])
    yield from _ids("moved", [one.id for one in report.moved])
    for one, before in report.similar:
        yield f"text changed: {one.id}  {before} → {one.found.text}"
    yield from _ids("gone", [item.id for item in report.gone])


def _ids(what: str, ids: Sequence[str]) -> Iterator[str]:
    if ids:
        yield f"{what}: {spans(ids)}"


def spans(ids: Sequence[str]) -> str:
    """Ids in short: Q1-Q3, T7."""
    from studyctl.core.ids import sort_key

    runs: list[list[str]] = []
    for one in sorted(ids, key=sort_key):
        last = runs[-1][-1] if runs else ""
        if last and last[0] == one[0] and int(last[1:]) + 1 == int(one[1:]):
            runs[-1].append(one)
        else:
            runs.append([one])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def explained(report: SyncReport) -> Iterator[str]:
    """How each item of the notes read got its number."""
    before = {one.id: text for one, text in report.similar}
    for one in report.assigned:
        how = HOW.get(one.how, one.how)
        if one.id in before:
            how += f" ({one.score:.0f} of 100) to: {before[one.id]}"
        yield f"{one.id}  {one.note}:{one.found.line}  {one.found.rule}  {how}"
    for new, gone, score in report.suggestions:
        yield f"{new}  perhaps it is {gone} ({score:.0f} of 100), which is in no note any more: studyctl relink"


def sync_json(report: SyncReport) -> dict[str, Any]:
    """A sync as programs read it; fields are only ever added."""
    return {
        "notes": report.notes,
        "read": list(report.read),
        "anew": report.anew,
        "removed": list(report.removed),
        "items": [
            {
                "id": one.id,
                "note": one.note,
                "line": one.found.line,
                "text": one.found.text,
                "rule": one.found.rule,
                "how": one.how,
                "score": one.score,
            }
            for one in report.assigned
        ],
        "new": [one.id for one in report.new],
        "returned": [one.id for one in report.returned],
        "moved": [one.id for one in report.moved],
        "changed": [
            {"id": one.id, "before": before, "after": one.found.text, "score": one.score}
            for one, before in report.similar
        ],
        "gone": [item.id for item in report.gone],
        "suggestions": [{"new": new, "gone": gone, "score": score} for new, gone, score in report.suggestions],
        "unread": [{"note": problem.note, "message": problem.message} for problem in report.unread],
        "bundles": [
            {"file": one.file, "runs": [run.id for run in one.new], "answers": [a.item.id for a in one.answered]}
            for one in report.bundles
        ],
        "refused": [{"file": problem.note, "message": problem.message} for problem in report.refused],
        "remarks": [
            {"note": problem.note, "line": problem.line, "message": problem.message} for problem in report.remarks
        ],
    }
