"""What `studyctl report` says that it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studyctl.core.report_pages import Report, entries_of
from studyctl.view.words import plural


def report_lines(report: Report, first: str, *, written: bool) -> list[str]:
    """One line of what there is, and one for what is missing."""
    items = sum(len(entries_of(note.body)) for note in report.notes)
    figures = sum(len(cited.figures) for cited in report.runs.values())
    parts = [
        plural(items, "item"),
        plural(len(report.answered), "answer"),
        plural(len(report.runs), "run"),
        plural(figures, "figure"),
    ]
    lines = [f"{'wrote' if written else 'unchanged:'} {first}: {', '.join(parts)}"]
    absent = sum(len(cited.absent) for cited in report.runs.values())
    altered = sum(len(cited.altered) for cited in report.runs.values())
    if absent:
        lines.append(f"{plural(absent, 'figure')} not here: named in the report, without a picture")
    if altered:
        lines.append(f"{plural(altered, 'figure')} left out: not as recorded any more (`studyctl verify`)")
    return lines


def report_json(
    report: Report, pages: Mapping[str, bytes | Path], form: str, first: str, *, written: bool
) -> dict[str, Any]:
    """The same as programs read it; fields are only ever added."""
    entries = [entry for note in report.notes for entry in entries_of(note.body)]
    return {
        "file": first,
        "format": form,
        "written": written,
        "files": sorted(pages),
        "bytes": _bytes(pages),
        "items": [entry.item.id for entry in entries],
        "answers": [entry.item.id for entry in report.answered],
        "stale": [entry.item.id for entry in entries if entry.item.status == "stale"],
        "runs": list(report.runs),
        "last_run": report.last_run,
        "figures": [figure.file for cited in report.runs.values() for figure in cited.figures],
        "absent": [{"run": run, "title": title} for run, cited in report.runs.items() for title in cited.absent],
        "altered": [{"run": run, "title": title} for run, cited in report.runs.items() for title in cited.altered],
    }


def _bytes(pages: Mapping[str, bytes | Path]) -> int:
    return sum(page.stat().st_size if isinstance(page, Path) else len(page) for page in pages.values())
