"""A report as Markdown pages for a repository: an overview, a page for each note, one for the runs.

Plain CommonMark with GitHub's tables: what a person or an experiment's author wrote is escaped, so that it stands in
the pages as the words that it is.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from studyctl.core.report_pages import Entry, NotePart, Report, entries_of
from studyctl.view.report import text
from studyctl.view.report.site import environment, figures, first_of

OVERVIEW = "README.md"
RUNS = "runs.md"


def pages(report: Report, mlflow: str = "") -> dict[str, bytes | Path]:
    """The files of the report by name."""
    from studyctl.view.report import words

    env = environment(escape=False)
    names = _names(report.notes)
    homes = {entry.item.id: names[note.note] for note in report.notes for entry in entries_of(note.body)}
    env.filters.update(
        words=text.markdown,
        code=text.code,
        cell=partial(text.markdown, table=True),
        celled=partial(text.code, table=True),
        address=text.address,
        quote=lambda value: text.escaped(" ".join(text.clean(value).split())),
    )
    env.globals.update(
        report=report,
        mlflow=mlflow.rstrip("/"),
        lead=words.lead(report),
        homes=homes,
        names=names,
        runs_page=RUNS,
        first_of=partial(first_of, set()),
        cited_runs=lambda answer: words.cited_by(answer, report.runs),
        entries_of=entries_of,
        waiting=_waiting(report),
    )
    made: dict[str, bytes | Path] = {OVERVIEW: _tidy(env.get_template("overview.md.j2").render())}
    for note in report.notes:
        made[names[note.note]] = _tidy(env.get_template("note.md.j2").render(note=note))
    if report.runs:
        made[RUNS] = _tidy(env.get_template("runs.md.j2").render())
    return {**made, **figures(report)}


def _tidy(page: str) -> bytes:
    """No blanks at the ends of lines, one empty line between paragraphs, and none between the lines of a list."""
    lines: list[str] = []
    for line in page.splitlines():
        line = line.rstrip()
        if line.lstrip().startswith("- ") and lines[-2:-1] and lines[-2].lstrip().startswith("- ") and not lines[-1]:
            lines.pop()
        if line or (lines and lines[-1]):
            lines.append(line)
    return ("\n".join(lines).rstrip() + "\n").encode()


def _names(notes: tuple[NotePart, ...]) -> dict[str, str]:
    """The page of each note: its own name where that is plain and nobody else's, else with a number."""
    taken = {OVERVIEW.lower(), RUNS}
    names: dict[str, str] = {}
    for note in notes:
        stem = note.note.rpartition("/")[2].rpartition(".")[0]
        plain = "".join(c if c.isalnum() or c in "-_" else "-" for c in stem).strip("-") or "note"
        name, again = f"{plain}.md", 1
        while name.lower() in taken:
            again += 1
            name = f"{plain}-{again}.md"
        taken.add(name.lower())
        names[note.note] = name
    return names


def _waiting(report: Report) -> list[Entry]:
    """Questions and claims that have no answer yet."""
    return [
        entry
        for note in report.notes
        for entry in entries_of(note.body)
        if entry.answer is None and entry.item.kind in ("question", "claim") and entry.item.status != "dropped"
    ]
