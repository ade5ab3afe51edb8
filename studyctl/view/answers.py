"""An answer with its evidence: as a page, and as programs read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studyctl.core import answers, machines, reproduce
from studyctl.core.models import Answer, Evidence, Run
from studyctl.core.pages import AnswerPage
from studyctl.view import words
from studyctl.view.items import item_json, path
from studyctl.view.sources import detail_line

if TYPE_CHECKING:
    from rich.console import RenderableType


def answer_page(page: AnswerPage) -> list[RenderableType]:
    """The question and its place, the conclusion, each finding with its run, and how to reproduce it."""
    from studyctl.view.layout import block, heading, pieces

    item, answer = page.item, page.answer
    place = f"{item.note}:{item.line}"
    parts: list[RenderableType] = [
        pieces((item.id, "bold"), "  ", (item.text, "bold")),
        block(f"{path(item.topic)}  ({place})" if item.topic else place, 4, "dim"),
    ]
    parts += [block(detail.text, 4) for detail in item.details if detail.role == "context"]
    own = [detail for detail in item.details if detail.role == "answer"]
    if own:
        parts.append(heading("In the note"))
        parts += [block(detail.text) for detail in own]
    if answer is not None:
        parts += _conclusion(page, answer)
        parts += _evidence(page, answer)
        parts += _elsewhere(page, answer)
    if page.newer:
        parts.append(heading("Found since"))
        for choice in page.newer:
            for finding in choice.findings:
                sign, style = _verdict(finding.verdict)
                text = words.prose(finding.text)
                parts.append(pieces((sign, style), f"  {text}  ", (f"run {choice.run.short}", "dim"), indent=2))
        parts.append(block(f"studyctl answer {item.id} --refresh takes it over", 2, "dim"))
    if answer is not None and answer.evidence:
        parts.append(heading("Reproduce"))
        parts += [
            pieces((line, "cyan"), (f"  {why}", "dim") if why else "", indent=2) for line, why in _how(page, answer)
        ]
    parts += _surroundings(page)
    return parts


def _verdict(value: str | None) -> tuple[str, str]:
    from studyctl.view.layout import verdict

    return verdict(value)


def _conclusion(page: AnswerPage, answer: Answer) -> list[RenderableType]:
    from studyctl.view.layout import block, conclusion, heading, pieces

    parts: list[RenderableType] = [
        heading("Answer"),
        pieces(conclusion(answer.verdict, answer.conclusion, "bold"), indent=2),
    ]
    marks = [f"recorded {words.when(answer.recorded)}"]
    if answer.author == "person":
        marks.append("in your own words")
    if not answer.backed:
        marks.append("without evidence")
    if answer.quick:
        marks.append("from a quick run or changed parameters")
    if page.earlier:
        marks.append(f"{page.earlier} earlier")
    parts.append(block(" · ".join(marks), 2, "yellow" if answer.quick or not answer.backed else "dim"))
    if page.reasons:
        parts.append(pieces(("! stale", "magenta"), ": what it rests on has changed", indent=2))
        parts += [block(f"- {reason.text}", 4) for reason in page.reasons]
    elif answer.backed:
        unwatched = _unwatched(page)
        how = "as far as it can be seen" if unwatched else "code, data and question are as they were"
        if page.accepted is not None:
            how = "nothing changed but what was accepted"
        parts.append(pieces(("✓ fresh", "green"), f": {how}", indent=2))
        parts += [block(f"- not watched: {what}", 4, "dim") for what in unwatched]
    if (kept := page.accepted) is not None:
        parts.append(pieces(("accepted", "cyan"), f" by {kept.by}, {words.when(kept.at)}: {kept.reason}", indent=2))
        parts += [block(f"- {text}", 4, "dim") for text in kept.texts]
    return parts


def _unwatched(page: AnswerPage) -> list[str]:
    """What the answer rests on and nobody would see change: cells of a notebook, data that was not declared."""
    answer = page.answer
    runs = [page.runs.get(e.run) for e in answer.evidence] if answer is not None else []
    return list(dict.fromkeys(str(what) for run in runs if run for what in run.provenance.get("unwatched") or ()))


def _evidence(page: AnswerPage, answer: Answer) -> list[RenderableType]:
    from studyctl.view.layout import block, heading, pieces

    shown = answers.details(answer)
    if not shown:
        return []
    parts: list[RenderableType] = [heading("Evidence")]
    for evidence in shown:
        sign, style = _verdict(evidence.verdict)
        parts.append(pieces((sign, style), f"  {evidence.finding}  ", (_run_name(page, evidence), "dim"), indent=2))
        if evidence.claim:
            parts.append(block(f"claim: {words.prose(evidence.claim)}", 4, "dim"))
        parts.append(block(words.prose(evidence.text), 4))
    return parts


def _run_name(page: AnswerPage, evidence: Evidence) -> str:
    run = page.runs.get(evidence.run)
    if run is None:
        return f"run {evidence.run[:8]}, no longer recorded"
    apart = words.label(run)
    said = [f"run {run.short}", words.when(run.started), _machine(page, run), apart, "imported" if run.imported else ""]
    return ", ".join(filter(None, said))


def _machine(page: AnswerPage, run: Run) -> str:
    """On which machine it was made, where the answer rests on runs of several."""
    return machines.told_apart(page.runs.values()).get(run.id, "")


def _elsewhere(page: AnswerPage, answer: Answer) -> list[RenderableType]:
    """Where the cited runs that were not made here come from, and on what they were made."""
    from studyctl.view.layout import heading, two_columns

    runs = _imported(page, answer)
    if not runs:
        return []
    return [heading("Made elsewhere"), two_columns([(f"run {run.short}", words.made_elsewhere(run)) for run in runs])]


def _imported(page: AnswerPage, answer: Answer) -> list[Run]:
    cited = dict.fromkeys(evidence.run for evidence in answer.evidence)
    return [run for run_id in cited if (run := page.runs.get(run_id)) is not None and run.imported]


def _how(page: AnswerPage, answer: Answer) -> list[tuple[str, str]]:
    """The exact command of each cited run, with the state of the code that it saw."""
    lines = []
    for run_id in dict.fromkeys(evidence.run for evidence in answer.evidence):
        run = page.runs.get(run_id)
        if run is not None:
            checkout, machine = reproduce.checkout(run), _machine(page, run)
            said = [f"on {machine}" if machine else "", f"at commit {checkout}" if checkout else ""]
            lines.append((reproduce.command(run), ", ".join(filter(None, said))))
    return lines


def _surroundings(page: AnswerPage) -> list[RenderableType]:
    from studyctl.view.layout import block, heading, pieces

    parts: list[RenderableType] = []
    sources = [detail for detail in page.item.details if detail.role == "source"]
    if sources:
        parts.append(heading("Sources in the note"))
        parts += map(detail_line, sources)
    if page.children:
        parts.append(heading("Below it"))
        parts += [
            pieces((child.id, "bold"), f"  {child.text}  ", (child.status, "dim"), indent=2) for child in page.children
        ]
    if page.missing and page.answer is not None:
        parts.append(heading("Tied, but without evidence"))
        parts += [block(name) for name in page.missing]
    return parts


def reproduce_lines(page: AnswerPage) -> list[str]:
    """The commands that repeat the cited runs."""
    return list(dict.fromkeys(line for line, _ in _how(page, page.answer))) if page.answer is not None else []


def _accepted_json(page: AnswerPage) -> dict[str, Any] | None:
    kept = page.accepted
    if kept is None:
        return None
    return {"reason": kept.reason, "by": kept.by, "at": kept.at, "changes": list(kept.texts)}


def answer_json(page: AnswerPage) -> dict[str, Any]:
    """An answer as programs read it; fields are only ever added. `conclusion` is null where there is none."""
    answer = page.answer
    value: dict[str, Any] = {
        "item": item_json(page.item, page.reasons, [child.id for child in page.children]),
        "conclusion": None,
        "verdict": None,
        "fresh": None,
        "reasons": [{"trigger": reason.trigger, "text": reason.text} for reason in page.reasons],
        "evidence": [],
        "figures": {},
        "newer": [
            {"run": c.run.id, "finding": f.key, "verdict": f.verdict, "text": f.text}
            for c in page.newer
            for f in c.findings
        ],
        "reproduce": reproduce_lines(page),
        "produce": list(page.produce),
        "missing": list(page.missing),
        "earlier": page.earlier,
    }
    if answer is not None:
        value |= {
            "conclusion": answer.conclusion,
            "template": answer.template,
            "verdict": answer.verdict,
            "fresh": not page.reasons,
            "accepted": _accepted_json(page),
            "unwatched": _unwatched(page),
            "author": answer.author,
            "backed": answer.backed,
            "quick": answer.quick,
            "recorded": answer.recorded,
            "evidence": [_evidence_json(evidence, page.runs.get(evidence.run)) for evidence in answer.evidence],
            "made_elsewhere": [
                {"run": run.id, "from": words.came(run), "machine": words.machine(run)}
                for run in _imported(page, answer)
            ],
            "figures": dict(answer.figures),
            "digest": answer.digest,
        }
    return value


def _evidence_json(evidence: Evidence, run: Run | None) -> dict[str, Any]:
    return {
        "run": evidence.run,
        "experiment": evidence.experiment,
        "finding": evidence.finding,
        "claim": evidence.claim,
        "verdict": evidence.verdict,
        "text": evidence.text,
        "preset": run.preset if run else None,
        "changed": list(run.changed) if run else [],
        "machine": words.machine(run) if run else None,
    }
