"""What surrounds a run: the items that it is for, its page in MLflow, and the answers that it gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studyctl.core import answers, reproduce
from studyctl.core.models import ANSWERED_KINDS, Finding, Item, Run
from studyctl.core.pages import Answered

TAG_LENGTH = 500
FULL_FINDINGS = 10
SIGNS = {"supported": "✓", "refuted": "✗", "inconclusive": "?", "mixed": "±", None: "·"}
_BLANK = re.compile(r"\s+")
_CODE_SPAN = re.compile(r"(`[^`]+`)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!])")


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What executing an experiment came to."""

    run: Run
    answered: tuple[Answered, ...]
    problem: str | None  # what MLflow could not take


def item_tags(items: Sequence[Item]) -> dict[str, str]:
    """A tag for each item, so that MLflow finds the runs of a question."""
    return {f"studyctl.item.{item.id}": item.text[:TAG_LENGTH] for item in items}


def describe(run: Run, items: Sequence[Item]) -> str:
    """The run's page in MLflow, in Markdown: what it is for, how to repeat it, what it found.

    MLflow cuts a long page, so that what must not be missing comes first.
    """
    parts = [f"**{escaped(run.title)}**"]
    if items:
        parts.append("\n".join(f"- {_item_line(run, item)}" for item in items))
    if run.state == "running":
        parts.append("The run is going on: its findings will stand here.")
    elif run.state != "finished":
        parts.append(f"The run {'was ' if run.state in ('killed', 'lost') else ''}{run.state}.")
    parts.append(_reproduce(run))
    if run.findings:
        short = len(run.findings) > FULL_FINDINGS
        lines = [f"- {_finding_line(finding, short)}" for finding in run.findings]
        parts.append("### Findings\n\n" + "\n".join(lines))
        if short:
            parts.append(f"The figures behind them: `studyctl runs show {run.short}`")
    return "\n\n".join(parts) + "\n"


def _reproduce(run: Run) -> str:
    git = run.provenance.get("git") or {}
    steps = [f"git checkout {git['commit']}"] if git.get("commit") else []
    steps.append(reproduce.command(run))
    text = "### Reproduce\n\n" + "\n".join(f"    {step}" for step in steps)
    if git.get("dirty"):
        text += "\n\nFiles differed from that commit; the difference is kept in the run's folder."
    return f"{text}\n\nThis is run `{run.id}`: `studyctl runs show {run.short}`"


def _item_line(run: Run, item: Item) -> str:
    line = f"**{item.id}** {escaped(item.text)} ({escaped(item.note)}, line {item.line})"
    choice = answers.choice_of(run, answers.ordered(item.ties).get(run.experiment, ()))
    if choice is None or run.state != "finished" or item.kind not in ANSWERED_KINDS:
        return line
    composed = answers.compose(item, (choice,), now="")
    assert composed is not None  # there is a choice
    conclusion = composed.conclusion.removeprefix(f"{composed.verdict}: ")
    word = f" **{composed.verdict}**:" if composed.verdict else ""
    return f"{line}  \n  {SIGNS[composed.verdict]}{word} {authored(conclusion)}"


def _finding_line(finding: Finding, short: bool) -> str:
    verdict = f" **{finding.verdict}**" if finding.verdict else ""
    head = f"{SIGNS[finding.verdict]}{verdict} `{finding.key}`:"
    if not finding.claim:
        return f"{head} {authored(finding.text)}"
    text = "" if short else f"  \n  {authored(finding.text)}"
    return f"{head} *{authored(finding.claim)}*{text}"


def authored(text: str) -> str:
    """What an author wrote for a finding: as it is, but for code spans, which MLflow shows as such."""
    parts = _CODE_SPAN.split(" ".join(text.split()))
    return "".join(part if at % 2 else escaped(part) for at, part in enumerate(parts))


def escaped(text: str) -> str:
    """A person's words in Markdown, as they are."""
    return _MARKDOWN.sub(r"\\\1", _BLANK.sub(" ", text))
