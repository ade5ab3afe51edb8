"""`studyctl-record.jsonl`: what a fresh clone needs to show the same numbers and answers, as text made for git.

One JSON object a line, each with a `type`, in an order that depends on nothing but the content: the same database
gives the same bytes, and importing them into an empty one and exporting again gives them once more. It holds what
cannot be rebuilt from the notes, and what they are compared with; it names no machine, no user, no process and no
absolute path. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from studyctl.core.ids import sort_key
from studyctl.core.models import Answer, Run
from studyctl.core.portable import portable
from studyctl.core.templates import exact
from studyctl.store import codec
from studyctl.store.reader import StudyReader

FORMAT = 1
# What a record keeps of a run's provenance: whole, or only these parts of it. All else may name a machine or a person.
KEPT: dict[str, tuple[str, ...] | None] = {
    "seconds": None,
    "python": ("version", "implementation"),
    "distributions": None,
    "git": ("commit", "dirty"),
    "machine": ("cpu", "gpu"),
    "constants": None,
    "undecided": None,
    "measures": None,
    "requires": None,
    "distribution": None,
    "source": ("kind", "path", "module"),
    "unwatched": None,
}
# Anything in a predicate or a text that may be a metric's name; what is none names no metric.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")

Line = dict[str, Any]


def export(reader: StudyReader) -> str:
    """The record of everything that the database knows."""
    with reader.snapshot():
        return "".join(f"{write_line(line)}\n" for line in _lines(reader))


def write_line(line: Line) -> str:
    """One line of the record, without its end."""
    return codec.dumps({key: value for key, value in line.items() if value is not None})


def _lines(reader: StudyReader) -> Iterator[Line]:
    yield {"type": "header", "format": FORMAT}
    yield from _items(reader)
    answers = sorted(reader.all_answers(), key=_answer_order)
    cited = {evidence.run for answer in answers for evidence in answer.evidence}
    runs = reader.runs_of(sorted(cited))
    names = _cited_names(answers)
    for run in sorted(runs.values(), key=lambda run: (run.started, run.id)):
        yield from _run(run, names.get(run.experiment, set()))
    for answer in answers:
        yield _answer(answer, runs)


def _answer_order(answer: Answer) -> tuple[tuple[int, int], bool, str, str]:
    """By item, the current one last, then by time; what is left is told apart by its own text."""
    return sort_key(answer.item), answer.current, answer.recorded, write_line(_content(answer))


def _items(reader: StudyReader) -> Iterator[Line]:
    items = sorted(reader.record_items(), key=lambda line: (line["gone"], sort_key(line["id"])))
    for line in items:
        yield {"type": "tombstone" if line.pop("gone") else "item", **line}
    ties = sorted(reader.ties(), key=lambda tie: (sort_key(tie[0]), tie[1]))
    for item, _, experiment, fragment, target in ties:
        yield {
            "type": "tie",
            "item": item,
            "experiment": experiment,
            "fragment": fragment,
            "target": target,
        }
    for item, field, value, at in sorted(reader.overrides(), key=lambda one: (sort_key(one[0]), one[1])):
        yield {"type": "override", "item": item, "field": field, "value": value, "at": at}


def _cited_names(answers: Iterable[Answer]) -> dict[str, set[str]]:
    """The figures that answers cite, by experiment."""
    names: dict[str, set[str]] = {}
    for answer in answers:
        for qualified, _ in answer.figures:
            named, _, name = qualified.partition(".")
            names.setdefault(named.partition("@")[0], set()).add(name)
    return names


def _run(run: Run, names: set[str]) -> Iterator[Line]:
    run = portable(run)
    yield {
        "type": "run",
        "id": run.id,
        "experiment": run.experiment,
        "title": run.title,
        "state": run.state,
        "started": run.started,
        "ended": run.ended,
        "preset": run.preset,
        "changed": list(run.changed),
        "params": run.params,
        "seed": run.seed,
        "evidence_version": run.evidence_version,
        "provenance": _portable(run.provenance),
        "tags": list(run.tags) or None,  # what most runs have not got is no part of their line
        "deleted": run.deleted,
    }
    cited = set(names)
    for finding in run.findings:
        cited.update(name for name, _ in finding.figures)
        for text in (finding.when, finding.unless, finding.template):
            cited.update(_NAME.findall(text))
        yield {
            "type": "finding",
            "run": run.id,
            "key": finding.key,
            "claim": finding.claim,
            "when": finding.when,
            "unless": finding.unless,
            "verdict": finding.verdict,
            "text": finding.text,
            "template": finding.template,
            "figures": [list(pair) for pair in finding.figures],
        }
    for metric in sorted(run.metrics, key=lambda metric: metric.name):
        if metric.name in cited:
            yield {
                "type": "metric",
                "run": run.id,
                "name": metric.name,
                "value": exact(metric.value),
                "unit": metric.unit,
                "steps": metric.steps,
            }
    for file in sorted(run.files, key=lambda file: (file.role, file.path)):
        yield {
            "type": "file",
            "run": run.id,
            "path": file.path,
            "role": file.role,
            "digest": file.digest,
        }


def _portable(provenance: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, parts in KEPT.items():
        value = provenance.get(key)
        if parts is not None and isinstance(value, Mapping):
            value = {part: value[part] for part in parts if part in value}
        if value not in (None, {}, [], ""):
            kept[key] = value
    return kept


def _answer(answer: Answer, runs: Mapping[str, Run]) -> Line:
    """An answer; what it cites word for word from a run stands in the run's own lines."""
    line = _content(answer)
    line["current"] = answer.current
    line["evidence"] = [
        {"run": cited["run"], "finding": cited["finding"]} if _as_found(cited, runs) else cited
        for cited in line["evidence"]
    ]
    return line


def _as_found(cited: Mapping[str, Any], runs: Mapping[str, Run]) -> bool:
    run = runs[cited["run"]]
    return cited["experiment"] == run.experiment and any(
        (finding.key, finding.claim, finding.verdict, finding.text)
        == (cited["finding"], cited["claim"], cited["verdict"], cited["text"])
        for finding in run.findings
    )


def _content(answer: Answer) -> Line:
    return {
        "type": "answer",
        "item": answer.item,
        "recorded": answer.recorded,
        "author": answer.author,
        "backed": answer.backed,
        "quick": answer.quick,
        "verdict": answer.verdict,
        "conclusion": answer.conclusion,
        "template": answer.template,
        "question": answer.question,
        "question_norm": answer.question_norm,
        "figures": [list(pair) for pair in answer.figures],
        "digest": answer.digest,
        "evidence": [
            {
                "run": cited.run,
                "experiment": cited.experiment,
                "finding": cited.finding,
                "claim": cited.claim,
                "verdict": cited.verdict,
                "text": cited.text,
            }
            for cited in answer.evidence
        ],
    }
