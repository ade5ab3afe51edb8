"""What surrounds a run: the items that it is for, its page in MLflow, and the answers that it gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from studyctl.core import answers, reproduce
from studyctl.core.models import Finding, Item, Run
from studyctl.core.pages import Answered
from studyctl.core.ports import Ledger, RunFilter, Tracker

TAG_LENGTH = 500
SIGNS = {"supported": "✓", "refuted": "✗", "inconclusive": "?", "mixed": "±", None: "·"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!])")


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What executing an experiment came to."""

    run: Run
    answered: tuple[Answered, ...]
    problem: str | None  # what MLflow could not take


def settle(ledger: Ledger, tracker: Tracker) -> None:
    """End in MLflow the runs that were lost; asked only where there are any."""
    with ledger.reading() as reader:
        lost = {run.id: run for run in reader.runs(RunFilter(state="lost")) if run.mlflow_run_id}
    if not lost:
        return
    for mlflow_run_id, run_id in tracker.running():
        if run_id in lost:
            tracker.end(mlflow_run_id, "lost", ended_ms=None)


def item_tags(items: Sequence[Item]) -> dict[str, str]:
    """A tag for each item, so that MLflow finds the runs of a question."""
    return {f"studyctl.item.{item.id}": item.text[:TAG_LENGTH] for item in items}


def describe(run: Run, items: Sequence[Item]) -> str:
    """The run's page in MLflow, in Markdown: what it is for, what it found, how to repeat it."""
    parts = [f"**{escaped(run.title)}**"]
    if items:
        parts.append("\n".join(f"- {_item_line(run, item)}" for item in items))
    if run.state == "running":
        parts.append("The run is going on: its findings will stand here.")
    elif run.state != "finished":
        parts.append(f"The run {run.state}.")
    if run.findings:
        parts.append("### Findings\n\n" + "\n".join(f"- {_finding_line(finding)}" for finding in run.findings))
    steps = []
    git = run.provenance.get("git") or {}
    if git.get("commit"):
        steps.append(f"git checkout {git['commit']}")
    steps.append(reproduce.command(run))
    parts.append("### Reproduce\n\n" + "\n".join(f"    {step}" for step in steps))
    if git.get("dirty"):
        parts.append("Files differed from that commit; the difference is kept in the run's folder.")
    parts.append(f"studyctl run `{run.id}`: `studyctl runs show {run.short}`")
    return "\n\n".join(parts) + "\n"


def _item_line(run: Run, item: Item) -> str:
    line = f"**{item.id}** {escaped(item.text)} ({escaped(item.note)}, line {item.line})"
    choice = answers.choice_of(run, answers.ordered(item.ties).get(run.experiment, ()))
    if choice is None or run.state != "finished" or item.kind not in ("question", "claim"):
        return line
    verdict = answers.verdict_of(finding.verdict for finding in choice.findings)
    composed = answers.compose(item, (choice,), now="")
    assert composed is not None  # there is a choice
    return f"{line}  \n  {SIGNS[verdict]} {escaped(composed.conclusion)}"


def _finding_line(finding: Finding) -> str:
    verdict = f" **{finding.verdict}**" if finding.verdict else ""
    claim = f"*{escaped(finding.claim)}*  \n  " if finding.claim else ""
    return f"{SIGNS[finding.verdict]}{verdict} `{finding.key}`: {claim}{escaped(finding.text)}"


def escaped(text: str) -> str:
    """A person's words in Markdown, as they are."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
