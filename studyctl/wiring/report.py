"""Builds what a report needs of the other rooms, as `wiring` does for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from studyctl.app.report_folder import Page
    from studyctl.config import Workspace
    from studyctl.core.ports import Reader
    from studyctl.core.report_pages import Report

FORMATS = ("html", "md")


def gather(workspace: Workspace, reader: Reader, words: Sequence[str], title: str | None) -> Report:
    """All that a report shows."""
    from studyctl.app.report import report
    from studyctl.wiring.syncing import stale_reasons

    return report(
        reader, stale_reasons(reader, workspace), workspace.runs, title=title or workspace.root.name, words=words
    )


def pages(found: Report, form: str, mlflow: str) -> Mapping[str, Page]:
    """The report's files in one of `FORMATS`."""
    if form == "md":
        from studyctl.view.report.markdown import pages as made

        return made(found, mlflow)
    from studyctl.view.report.site import site

    return site(found, mlflow)


def check(workspace: Workspace, folder: Path, form: str) -> None:
    """UsageError where the report may not be put there, before anything is gathered."""
    from studyctl.app.report_folder import check as check_folder
    from studyctl.notes.among import among_notes

    folder = folder.resolve()
    check_folder(folder)
    if form == "md" and among_notes(workspace, folder):
        raise UsageError(
            f"{folder} lies among the notes: the report's own pages would be read as notes",
            f'add `exclude = ["{folder.name}"]` to {workspace.config_file.name}, or -o DIR elsewhere',
        )


def write(folder: Path, made: Mapping[str, Page], form: str, told: Callable[[str, int, int], None]) -> bool:
    """Put the report into its folder; False where it holds the very same already."""
    from studyctl.app.report_folder import put

    return put(folder, made, form, told)
