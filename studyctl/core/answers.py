"""From runs to an answer: which run counts, which findings a tie selects, and what they come to together.

Pure: runs and items in, an `Answer` out. Nothing here reads a clock, a file or a database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from studyctl.core import machines, predicates, templates
from studyctl.core.alike import measures_time
from studyctl.core.models import Answer, Evidence, Finding, Item, Run, Tie
from studyctl.errors import NotFoundError, UsageError

# Presets whose results stand for the experiment; any other one is a smaller or a different measurement.
COUNTING_PRESETS = ("default", "full")
SUMMARY = "summary"
MIXED = "mixed"
ORDER = ("supported", "refuted", "inconclusive")


@dataclass(frozen=True, slots=True)
class Choice:
    """The run that counts for an item's ties to one experiment, and what they select of it.

    Of an experiment that measures time there is one for each machine that it ran on.
    """

    experiment: str
    run: Run
    findings: tuple[Finding, ...]
    conclusions: tuple[str, ...]  # keys of those that open the answer
    fragments: tuple[str, ...]
    machine: str = ""  # in words, where there are several

    @property
    def quick(self) -> bool:
        return not counts(self.run)


# The runs of one experiment that count, by host, as `candidates_by_host` puts them. Nobody asks for it unless the
# experiment measures time.
ByMachine = Callable[[str], Iterable[tuple[str, Iterable[Run]]]]


def counts(run: Run) -> bool:
    """Whether the run stands for its experiment: finished, default or full, no parameter changed."""
    return run.state == "finished" and run.role == "run" and run.preset in COUNTING_PRESETS and not run.changed


def selects(fragment: str, key: str) -> bool:
    """Whether a tie selects a finding: that of its fragment and those below it; all for an empty fragment."""
    return not fragment or key == fragment or key.startswith(f"{fragment}.")


def conditional(finding: Finding) -> bool:
    """Whether a finding has predicates, and so a verdict."""
    return bool(finding.when or finding.unless)


def concludes(fragment: str, finding: Finding) -> bool:
    """Whether a finding is the text that opens an answer tied by `fragment`."""
    return finding.key == (fragment or SUMMARY) and not conditional(finding)


def ordered(ties: Iterable[Tie]) -> dict[str, tuple[str, ...]]:
    """Fragments by experiment, both in the order of the ties, without repetition."""
    found: dict[str, dict[str, None]] = {}
    for tie in ties:
        found.setdefault(tie.experiment, {})[tie.fragment] = None
    return {name: tuple(fragments) for name, fragments in found.items()}


def choice_of(run: Run, fragments: Sequence[str]) -> Choice | None:
    """What the ties' fragments select of one run; None where it has no such finding."""
    chosen: dict[str, Finding] = {}
    for fragment in fragments:
        chosen.update({f.key: f for f in run.findings if selects(fragment, f.key) and f.key not in chosen})
    if not chosen:
        return None
    opening = [f.key for fragment in fragments for f in chosen.values() if concludes(fragment, f)]
    return Choice(run.experiment, run, tuple(chosen.values()), tuple(dict.fromkeys(opening)), tuple(fragments))


def candidates(runs: Iterable[Run]) -> list[Run]:
    """The runs that may be cited: those that count, then the other finished ones; newest first in each."""
    alone = (run for run in runs if run.state == "finished" and run.role == "run")
    return sorted(alone, key=lambda run: not counts(run))


def candidates_by_host(runs: Iterable[Run]) -> list[tuple[str, list[Run]]]:
    """Those of them that count, newest first, by the host that they were made on."""
    found: dict[str, list[Run]] = {}
    for run in candidates(runs):
        if counts(run):
            found.setdefault(run.host, []).append(run)
    return sorted(found.items())


def choose(
    ties: Iterable[Tie], runs: Mapping[str, Iterable[Run]], by_machine: ByMachine, wanted: Run | None = None
) -> tuple[Choice, ...]:
    """For each tied experiment the run that counts: the newest that `counts`, else the newest finished one.

    Of one that measures time it is the newest of each machine that has one that counts: what was made here first, then
    what was imported. `runs` are the candidates of each experiment, best first (`candidates` puts them so), and no more
    of them are asked for than are needed; a run without a selected finding is passed over.
    `wanted` is a run that a person chose (`--from`): it alone stands for its experiment, whatever its parameters.
    """
    choices: list[Choice] = []
    for name, fragments in ordered(ties).items():
        if wanted is not None and wanted.experiment == name:
            choices += filter(None, [choice_of(wanted, fragments)])
            continue
        first = next((c for run in runs.get(name, ()) if (c := choice_of(run, fragments)) is not None), None)
        if first is None:
            continue
        if counts(first.run) and measures_time(first.run):
            choices += _of_each_machine(by_machine(name), fragments)
        else:
            choices.append(first)
    return tuple(choices)


def _of_each_machine(groups: Iterable[tuple[str, Iterable[Run]]], fragments: Sequence[str]) -> list[Choice]:
    found: dict[tuple[str, ...], Choice] = {}
    for host, runs in groups:
        for run in runs:
            if machines.key(run) not in found and (choice := choice_of(run, fragments)) is not None:
                found[machines.key(run)] = choice
                if host:
                    break
    newest = sorted(found.values(), key=lambda choice: choice.run.started, reverse=True)
    newest.sort(key=lambda choice: choice.run.imported)
    if len(newest) < 2:
        return newest
    named = machines.names([choice.run for choice in newest])
    return [replace(choice, machine=name) for choice, name in zip(newest, named, strict=True)]


def qualifiers(runs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What the figures of each run are named after, by its id; `runs` are (experiment, id) as they are cited.

    The first run of an experiment has its name, `inference-timing.ratio`; further ones, of other machines, have their
    id beside it: `inference-timing@3f2a91bc.ratio`.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    for experiment, run in runs:
        if run not in found:
            found[run] = f"{experiment}@{run[:8]}" if experiment in seen else experiment
            seen.add(experiment)
    return found


def _qualified(choices: Iterable[Choice]) -> list[tuple[str, Choice]]:
    """Each choice with what its figures are named after."""
    every = list(choices)
    named = qualifiers((choice.experiment, choice.run.id) for choice in every)
    return [(named[choice.run.id], choice) for choice in every]


def verdict_of(verdicts: Iterable[str | None]) -> str | None:
    """One verdict over several conditions: theirs if they agree, "mixed" if not, None without any."""
    given = {verdict for verdict in verdicts if verdict is not None}
    if not given:
        return None
    return given.pop() if len(given) == 1 else MIXED


def condition(key: str, fragments: Sequence[str]) -> str:
    """The part of a key that tells it from the others of its tie: "log-l2" of "width-stability.log-l2"."""
    prefixes = [f"{fragment}." for fragment in fragments if fragment and key.startswith(f"{fragment}.")]
    return key.removeprefix(max(prefixes, key=len, default=""))


def _listing(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _sentence(choices: Sequence[tuple[str, Choice]]) -> str:
    """What several conditions come to where the author wrote no conclusion, as a template."""
    judged = [(named, c, f) for named, c in choices for f in c.findings if conditional(f)]
    several = len({c.experiment for _, c, _ in judged}) > 1
    verdict = verdict_of(f.verdict for _, _, f in judged)
    if verdict is None:
        return " ".join(templates.qualify(f.template, named) for named, c in choices for f in c.findings)
    if len(judged) == 1:
        named, _, finding = judged[0]
        return f"{verdict}: {templates.qualify(finding.template, named)}"

    def name(choice: Choice, finding: Finding) -> str:
        short = condition(finding.key, choice.fragments)
        return f"{choice.experiment} {short}" if several else short

    if verdict != MIXED:
        return f"{verdict} in all {len(judged)} conditions: {_listing([name(c, f) for _, c, f in judged])}"
    parts = []
    for one in ORDER:
        names = [name(c, f) for _, c, f in judged if f.verdict == one]
        if names:
            parts.append(f"{one} for {_listing(names)}")
    return f"{MIXED}: {'; '.join(parts)}"


def conclusion_template(choices: Sequence[Choice]) -> str:
    """The text that opens the answer, with its placeholders qualified by experiment; machines stand apart in it."""
    every = _qualified(choices)
    apart = [one for one in every if one[1].machine]
    together = [one for one in every if not one[1].machine]
    parts = [_opening(together)] if together else []
    if apart:
        escaped = [choice.machine.replace("{", "{{").replace("}", "}}") for _, choice in apart]
        told = [f"{machine}: {_opening([one]).rstrip('.')}" for machine, one in zip(escaped, apart, strict=True)]
        parts.append("; ".join(told))
    return " ".join(parts)


def _opening(choices: Sequence[tuple[str, Choice]]) -> str:
    written = [
        templates.qualify(finding.template, named)
        for named, choice in choices
        for finding in choice.findings
        if finding.key in choice.conclusions
    ]
    return " ".join(written) if written else _sentence(choices)


def available(choices: Iterable[Choice]) -> dict[str, Any]:
    """Every figure that the chosen runs recorded, by its qualified name."""
    return {
        f"{named}.{name}": value
        for named, choice in _qualified(choices)
        for name, value in templates.namespace_of(choice.run).items()
    }


def deciding(choices: Iterable[Choice]) -> dict[str, str]:
    """The exact figures that the chosen findings cite or are decided by, by qualified name."""
    figures: dict[str, str] = {}
    for named, choice in _qualified(choices):
        metrics = {metric.name: metric.value for metric in choice.run.metrics}
        for finding in choice.findings:
            figures.update({f"{named}.{name}": text for name, text in finding.figures})
            for predicate in filter(None, (finding.when, finding.unless)):
                for name in predicates.parse(predicate).names:
                    if name in metrics:
                        figures[f"{named}.{name}"] = templates.exact(metrics[name])
    return figures


def compose(item: Item, choices: Sequence[Choice], *, now: str) -> Answer | None:
    """The answer that studyctl itself gives from the chosen runs; None where nothing was selected."""
    if not choices:
        return None
    return _answer(item, choices, conclusion_template(choices), "studyctl", now)


def compose_person(item: Item, choices: Sequence[Choice], template: str, *, now: str) -> Answer:
    """A person's own conclusion over the same evidence, its placeholders filled from the runs and pinned.

    Raises UsageError where a placeholder names a figure that no chosen run has.
    """
    return _answer(item, choices, template, "person", now)


def _answer(
    item: Item, choices: Sequence[Choice], template: str, author: Literal["studyctl", "person"], now: str
) -> Answer:
    filled = templates.fill(template, available(choices))
    evidence = tuple(
        Evidence(choice.run.id, choice.experiment, f.key, f.claim, f.verdict, f.text)
        for choice in choices
        for f in choice.findings
    )
    answer = Answer(
        item=item.id,
        conclusion=filled.text,
        template=template,
        author=author,
        backed=bool(evidence),
        verdict=verdict_of(e.verdict for e in evidence),
        recorded=now,
        question=item.text,
        question_norm=item.norm,
        evidence=evidence,
        figures=tuple(sorted((deciding(choices) | dict(filled.figures)).items())),
        digest="",
        quick=any(choice.quick for choice in choices),
    )
    return replace(answer, digest=digest_of(answer))


def digest_of(answer: Answer) -> str:
    """What an answer stands on, as one number: what is changed afterwards no longer matches it."""
    content = {
        "template": answer.template,
        "conclusion": answer.conclusion,
        "author": answer.author,
        "verdict": answer.verdict,
        "question": answer.question_norm,
        "evidence": [[e.run, e.experiment, e.finding, e.claim, e.verdict, e.text] for e in answer.evidence],
        "figures": [list(pair) for pair in answer.figures],
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def said(answer: Answer) -> str:
    """An answer in one text: its verdict, where the conclusion does not begin with it, and the conclusion."""
    named = answer.verdict is None or answer.conclusion.startswith(answer.verdict)
    return answer.conclusion if named else f"{answer.verdict}: {answer.conclusion}"


def supersedes(current: Answer | None, composed: Answer, run_id: str) -> bool:
    """Whether `composed`, after run `run_id` finished, replaces the recorded answer.

    One that studyctl composed moves on when the new run is what counts now; a person's own words stay. Where there is
    none, any evidence is better: a run that began later may have finished first, and not have recorded its answers yet.
    """
    if current is None:
        return True
    if not any(e.run == run_id for e in composed.evidence):
        return False
    return current.author == "studyctl" and current.digest != composed.digest


def newer_evidence(answer: Answer, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The chosen runs that an answer does not rest on: what was found since it was recorded."""
    cited = {e.run for e in answer.evidence}
    return tuple(choice for choice in choices if choice.run.id not in cited)


def details(answer: Answer) -> tuple[Evidence, ...]:
    """The findings to list below the conclusion: all but those whose text is the conclusion itself."""
    return tuple(e for e in answer.evidence if e.verdict is not None or e.text not in answer.conclusion)


def tied_choice(item: Item, run: Run) -> Choice:
    """The choice of one run for an item, as `--from` makes it; an error where nothing ties them, or it is a trial."""
    if run.role != "run":
        what = "is a sweep" if run.role == "sweep" else f"is a trial of sweep {(run.parent or '')[:8]}"
        raise UsageError(
            f"run {run.short} {what}: trials answer nothing by themselves", f"studyctl runs list --item {item.id}"
        )
    fragments = ordered(item.ties).get(run.experiment, ())
    choice = choice_of(run, fragments) if fragments else None
    if choice is None:
        tied = ", ".join(ordered(item.ties)) or "no experiment"
        raise NotFoundError(
            f"run {run.short} ({run.experiment}) has no finding for {item.id}, which is tied to {tied}",
            f"studyctl runs list --item {item.id}",
        )
    return choice
