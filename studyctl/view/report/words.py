"""The words and signs of a report, for both of its forms: states, verdicts, what an answer rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import NamedTuple

from studyctl.core import answers, machines, reproduce
from studyctl.core.models import Answer, Evidence, Finding, Item, Kind, Run
from studyctl.core.report_pages import ANSWERED, WAITING, Cited, Entry, Report
from studyctl.core.times import moment, seconds_of
from studyctl.view import words

# The word always stands beside the sign: neither sign nor colour carries a meaning alone.
SIGNS = {
    "open": "○",
    "unchecked": "○",
    "noted": "✎",
    "doing": "◐",
    "done": "✓",
    "answered": "✓",
    "stale": "!",
    "dropped": "–",
    "supported": "✓",
    "refuted": "✗",
    "inconclusive": "?",
    "mixed": "±",
    "fresh": "✓",
}
NOUNS: dict[Kind, tuple[str, str]] = {
    "question": ("question", "questions"),
    "claim": ("claim", "claims"),
    "todo": ("todo", "todos"),
    "reading": ("paper to read", "papers to read"),
}
VERDICTS = ("supported", "refuted", "inconclusive")


class Rule(NamedTuple):
    """What decides a finding's verdict."""

    finding: str
    when: str
    unless: str


def state(entry: Entry) -> str:
    """How the item is filtered: answered, stale, open, closed."""
    status = entry.item.status
    if status in ANSWERED:
        return "answered"
    if status == "stale":
        return "stale"
    return "open" if status in WAITING else "closed"


def moment_of(text: str) -> str:
    """A recorded time, in UTC: a report says the same wherever it is made."""
    return moment(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def day_of(text: str) -> str:
    """The day of a recorded time, in UTC."""
    return moment_of(text)[:10]


def lead(report: Report) -> list[str]:
    """What there is, in a few sentences: "2 of 17 questions are answered."."""
    said = []
    for kind, (one, several) in NOUNS.items():
        by_status = report.counts.get(kind, {})
        total = sum(by_status.values())
        if not total:
            continue
        counted = f"{total} {one if total == 1 else several}"
        states = ", ".join(f"{count} {status}" for status, count in by_status.items())
        said.append(f"{counted}: {states}")
    return said


def marks(answer: Answer) -> list[str]:
    """What a reader should know of how an answer came about."""
    said = [f"recorded {day_of(answer.recorded)}"]
    if answer.author == "person":
        said.append("in the person's own words")
    if not answer.backed:
        said.append("without evidence")
    if answer.quick:
        said.append("from a quick run or changed parameters")
    return said


def fresh(entry: Entry) -> bool:
    """Whether an answer rests on evidence that is as it was."""
    return entry.answer is not None and entry.answer.backed and not entry.reasons


def unwatched(entry: Entry, runs: Mapping[str, Cited]) -> list[str]:
    """What an answer rests on and nobody would see change."""
    found = [runs[e.run].run for e in entry.answer.evidence if e.run in runs] if entry.answer is not None else []
    return list(dict.fromkeys(str(what) for run in found for what in run.provenance.get("unwatched") or ()))


def evidence(answer: Answer) -> tuple[Evidence, ...]:
    """The findings to list below a conclusion."""
    return answers.details(answer)


def tally(found: Sequence[Evidence]) -> str:
    """How many findings there are of each verdict: "3 findings: 2 supported, 1 refuted"."""
    counted = {verdict: sum(one.verdict == verdict for one in found) for verdict in VERDICTS}
    said = ", ".join(f"{count} {verdict}" for verdict, count in counted.items() if count)
    total = words.plural(len(found), "finding")
    return f"{total}: {said}" if said else total


def rules(answer: Answer, runs: Mapping[str, Cited]) -> list[Rule]:
    """The predicates that decided the cited findings."""
    found = []
    for one in answer.evidence:
        finding = _finding(runs, one)
        if finding is not None and answers.conditional(finding):
            found.append(Rule(one.finding, finding.when, finding.unless))
    return found


def rules_of_run(run: Run) -> list[Rule]:
    """The predicates of all of a run's findings."""
    return [Rule(one.key, one.when, one.unless) for one in run.findings if answers.conditional(one)]


def _finding(runs: Mapping[str, Cited], one: Evidence) -> Finding | None:
    cited = runs.get(one.run)
    return next((f for f in cited.run.findings if f.key == one.finding), None) if cited is not None else None


def cited_by(answer: Answer, runs: Mapping[str, Cited]) -> list[Cited]:
    """The runs that an answer rests on and that are still recorded."""
    return [runs[run] for run in dict.fromkeys(one.run for one in answer.evidence) if run in runs]


def machines_of(answer: Answer, runs: Mapping[str, Cited]) -> dict[str, str]:
    """The machines of the runs that an answer rests on, by run, where they were made on several."""
    return machines.told_apart(cited.run for cited in cited_by(answer, runs))


def apart(run: Run) -> str:
    """What sets a run apart from one that counts."""
    return words.label(run)


def facts(cited: Cited) -> list[tuple[str, str]]:
    """What is known of a run, as name and value."""
    run = cited.run
    took = words.duration(seconds_of(run))
    python = (run.provenance.get("python") or {}).get("version")
    found = [
        ("Began", moment_of(run.started) + (f", took {took}" if took else "")),
        ("Parameters", f"preset {run.preset}" + (f"; changed: {', '.join(run.changed)}" if run.changed else "")),
        ("Seed", "" if run.seed is None else str(run.seed)),
        ("Machine", words.machine(run)),
        ("Python", str(python or "")),
        ("Code", commit(run)),
        ("Made elsewhere", f"imported {words.came(run)}" if run.imported else ""),
        ("Recorded by", reproduce.recorded_by(run)),
    ]
    return [(name, value) for name, value in found if value]


def commit(run: Run) -> str:
    """The state of the code that a run saw."""
    checkout = reproduce.checkout(run)
    return f"commit {checkout}" if checkout else ""


def params(run: Run) -> list[tuple[str, str]]:
    """Every parameter with its value, as text."""
    from studyctl.core.templates import exact

    return [(name, exact(value)) for name, value in run.params.items()]


def ties(item: Item) -> list[str]:
    """The experiments that an item is tied to."""
    return list(answers.ordered(item.ties))
