"""A report as one page for a browser: everything in it but the figures, which lie beside it.

It asks nobody for anything: style and script stand in the page and are named by their digests in its
Content-Security-Policy, so that nothing else runs or loads, whatever a note may say.
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from studyctl.core import reproduce
from studyctl.core.report_pages import Cited, Report, Topic, entries_of
from studyctl.view.report import text, words

PAGE = "index.html"
TEMPLATES = Path(__file__).parent / "templates"
# So many items, and the contents name the headings alone; so many answers, and the overview has no conclusions.
MOST_LISTED = 150
MOST_CONCLUSIONS = 40


def site(report: Report, mlflow: str = "") -> dict[str, bytes | Path]:
    """The files of the site by name; `mlflow` is the address of an MLflow UI that has the runs."""
    style, script = (_part(name) for name in ("style.css", "script.js"))
    env = environment()
    env.globals.update(
        report=report,
        mlflow=mlflow.rstrip("/"),
        style=Markup(style),
        script=Markup(script),
        policy=_policy(style, script),
        lead=words.lead(report),
        states=_states(report),
        list_items=sum(len(entries_of(note.body)) for note in report.notes) <= MOST_LISTED,
        conclusions=len(report.answered) <= MOST_CONCLUSIONS,
        first_of=partial(first_of, set()),
        cited_runs=lambda answer: words.cited_by(answer, report.runs),
    )
    page = env.get_template("page.html.j2").render()
    return {PAGE: page.encode(), **figures(report)}


def figures(report: Report) -> dict[str, bytes | Path]:
    """The files of all figures."""
    return {figure.file: figure.source for cited in report.runs.values() for figure in cited.figures}


def environment(escape: bool = True) -> Environment:
    """Jinja with what both forms of a report use."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(
        words=text.html,
        plain=text.plain,
        clean=text.clean,
        lang=_lang,
        moment=words.moment_of,
        day=words.day_of,
        safe_url=text.safe_url,
    )
    env.tests["topic"] = lambda one: isinstance(one, Topic)
    env.globals.update(
        signs=words.SIGNS,
        state_of=words.state,
        marks=words.marks,
        fresh=words.fresh,
        unwatched=words.unwatched,
        evidence_of=words.evidence,
        tally=words.tally,
        rules_of=words.rules,
        rules_of_run=words.rules_of_run,
        machines_of=words.machines_of,
        apart=words.apart,
        facts=words.facts,
        params_of=words.params,
        ties_of=words.ties,
        command=reproduce.command,
        commit=words.commit,
        source=text.source,
    )
    return env


def _part(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """What a browser may load and run: these two, and images from beside the page."""

    def digest(part: str) -> str:
        return base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()

    return (
        f"default-src 'none'; style-src 'sha256-{digest(style)}'; script-src 'sha256-{digest(script)}'; "
        "img-src 'self' file:; base-uri 'none'; form-action 'none'"
    )


def _lang(value: str) -> Markup:
    """The attribute that names a text's language, so that it breaks between its words and has its own letters."""
    found = text.language(value)
    return Markup(' lang="{}"').format(found) if found else Markup("")


def _states(report: Report) -> list[tuple[str, int]]:
    """How many items there are to filter by, in each state that has any."""
    counted = dict.fromkeys(("answered", "stale", "open", "closed"), 0)
    for note in report.notes:
        for entry in entries_of(note.body):
            counted[words.state(entry)] += 1
    return [(state, count) for state, count in counted.items() if count]


def first_of(seen: set[str], cited: Cited) -> bool:
    """Whether a run's figures are shown here for the first time: they stand at the first answer that has them."""
    if cited.run.id in seen:
        return False
    seen.add(cited.run.id)
    return True
