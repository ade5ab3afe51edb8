"""Merging `studyctl-record.jsonl` into `study.db`: the record keeps its numbers, a colliding local item gets a new one.

Merging twice changes nothing more. What the notes say (words, lines, links) is taken from the record only for items
that are unknown here; the next sync compares them with the notes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from studyctl.core import answers
from studyctl.core.ids import sort_key
from studyctl.core.models import Answer, Evidence, FileDigest, Finding, Metric, Run
from studyctl.core.ports import ImportReport
from studyctl.store import record_lines, write_answers, write_items, write_runs
from studyctl.store.reader import StudyReader
from studyctl.store.record_lines import AnswerLine, Cited, ItemLine, Record
from studyctl.store.tables import (
    EventRow,
    ItemRow,
    JournalRow,
    MetricRow,
    OverrideRow,
    RunRow,
    TieRow,
)

# Below this a text says too little to be the same item in another note under another heading.
_TELLING = 12


def import_record(session: Session, reader: StudyReader, text: str, *, now: str) -> ImportReport:
    """Merge the record; StoreError naming the line where it is malformed, and then nothing is merged."""
    record = record_lines.parse(text)
    renumbered = _renumber(session, record, now)
    items, tombstones = _add_items(session, record, now)
    overrides = _add_overrides(session, record, now)
    runs = _add_runs(session, record)
    answers = _add_answers(session, reader, record)
    write_items.set_meta(session, "record", hashlib.sha256(text.encode()).hexdigest())
    write_items.set_meta(session, "generation", str(write_items.generation(session) + 1))
    return ImportReport(items, tombstones, renumbered, runs, answers, overrides)


# -- which local item is which of the record


def _renumber(session: Session, record: Record, now: str) -> tuple[tuple[str, str, str], ...]:
    """Give local items the record's numbers, and new ones to those that stood in their way."""
    local = {row.id: row for row in session.exec(select(ItemRow))}
    same = _pair(record, local)
    moves = {mine: theirs for theirs, mine in same.items() if mine != theirs}
    write_items.raise_counters(session, record.items)
    highest = _highest([*local, *record.items])
    for mine in sorted(local.keys() - same.values(), key=sort_key):
        if mine in record.items:
            highest[mine[0]] += 1
            moves[mine] = f"{mine[0]}{highest[mine[0]]}"
    if moves:
        _move(session, moves, now)
    report = ((old, new, local[old].text) for old, new in moves.items())
    return tuple(sorted(report, key=lambda one: sort_key(one[0])))


def _highest(ids: Iterable[str]) -> dict[str, int]:
    highest: dict[str, int] = {}
    for item_id in ids:
        highest[item_id[0]] = max(int(item_id[1:]), highest.get(item_id[0], 0))
    return highest


def _pair(record: Record, local: dict[str, ItemRow]) -> dict[str, str]:
    """The local number of each item of the record that is known here, by the record's number."""
    same = {theirs: theirs for theirs, line in record.items.items() if _same_text(line, local.get(theirs))}
    # Surest first; equal texts are paired in the order of the note.
    for key in _KEYS:
        theirs = _grouped(((line.id, _facts_of(line)) for line in record.items.values() if line.id not in same), key)
        taken = set(same.values())
        mine = _grouped(((row.id, _facts(row)) for row in local.values() if row.id not in taken), key)
        for group, ids in theirs.items():
            same.update(zip(ids, mine.get(group, ()), strict=False))
    return same


def _same_text(line: ItemLine, row: ItemRow | None) -> bool:
    return row is not None and row.norm == line.norm


Facts = dict[str, Any]


def _facts(row: ItemRow) -> Facts:
    return {
        "norm": row.norm,
        "kind": row.kind,
        "note": row.note,
        "topic": row.topic,
        "line": row.line,
        "gone": row.gone_at is not None,
    }


def _facts_of(line: ItemLine) -> Facts:
    topic = json.dumps(line.topic, ensure_ascii=False)
    return {
        "norm": line.norm,
        "kind": line.kind,
        "note": line.note,
        "topic": topic,
        "line": line.line,
        "gone": line.type == "tombstone",
    }


_KEYS: tuple[Callable[[Facts], tuple[str, ...] | None], ...] = (
    lambda f: (f["norm"], f["note"], f["kind"], f["topic"]),
    lambda f: (f["norm"], f["note"], f["kind"]),
    lambda f: (f["norm"], f["note"]),
    lambda f: (f["norm"], f["kind"], f["topic"]),
    lambda f: (f["norm"], f["kind"]) if len(f["norm"]) >= _TELLING else None,
)


def _grouped(
    items: Iterable[tuple[str, Facts]], key: Callable[[Facts], tuple[str, ...] | None]
) -> dict[tuple[str, ...], list[str]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for item_id, facts in sorted(
        items, key=lambda one: (one[1]["gone"], one[1]["note"], one[1]["line"], sort_key(one[0]))
    ):
        group = key(facts)
        if group is not None:
            groups.setdefault(group, []).append(item_id)
    return groups


def _move(session: Session, moves: dict[str, str], now: str) -> None:
    """Change numbers, all at once: two items may swap theirs. What refers to them follows by itself."""
    session.flush()
    for step in (
        [(old, f"~{new}") for old, new in moves.items()],
        [(f"~{new}", new) for new in moves.values()],
    ):
        for old, new in step:
            session.exec(update(ItemRow).where(col(ItemRow.id) == old).values(id=new))
    session.expunge_all()
    for row in session.exec(select(JournalRow)):
        overrides = [[moves.get(one[0], one[0]), *one[1:]] for one in json.loads(row.overrides)]
        row.overrides = json.dumps(overrides, ensure_ascii=False)
    for relinked in session.exec(select(OverrideRow).where(OverrideRow.field == "relinked")):
        relinked.value = moves.get(relinked.value, relinked.value)
    for old, new in moves.items():
        session.add(EventRow(item=new, at=now, what="renumbered", text=f"{old} → {new}"))
    write_items.raise_counters(session, moves.values())


# -- what is new


def _add_items(session: Session, record: Record, now: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = set(session.exec(select(ItemRow.id)))
    new = [line for line in record.items.values() if line.id not in known]
    for line in new:
        session.add(
            ItemRow(
                id=line.id,
                kind=line.kind,
                also=line.also,
                text=line.text,
                norm=line.norm,
                note=line.note,
                line=line.line,
                last_line=line.line,
                parent=line.parent,
                topic=json.dumps(line.topic, ensure_ascii=False),
                position=0,
                mark="open",
                box=None,
                rule=write_items.FROM_RECORD,
                confidence="high",
                anchor=line.anchor,
                first_seen=now,
                gone_at=now if line.type == "tombstone" else None,
                matched="record",
                score=100.0,
                matched_at=now,
            )
        )
        session.add(EventRow(item=line.id, at=now, what="imported", text=line.text))
    session.flush()
    ties = [
        {"item": line.id, "position": position, "line": line.line}
        | {"experiment": tie.experiment, "fragment": tie.fragment, "target": tie.target}
        for line in new
        for position, tie in enumerate(record.ties.get(line.id, ()))
    ]
    if ties:
        session.exec(insert(TieRow), params=ties)
    write_items.renumber_positions(session)
    session.expire_all()
    ids = sorted((line.id for line in new if line.type == "item"), key=sort_key)
    gone = sorted((line.id for line in new if line.type == "tombstone"), key=sort_key)
    return tuple(ids), tuple(gone)


def _add_overrides(session: Session, record: Record, now: str) -> int:
    """Take decisions over; where both sides decided, the later one stands."""
    changed = 0
    for line in record.overrides.values():
        row = session.get(OverrideRow, (line.item, line.field))
        if row is None:
            session.add(OverrideRow(item=line.item, field=line.field, value=line.value, at=line.at))
        elif (row.at, row.value) < (line.at, line.value):
            row.value, row.at = line.value, line.at
        else:
            continue
        changed += 1
        said = write_items.said(line.field, line.value)
        session.add(EventRow(item=line.item, at=now, what=said, text="from the record"))
    session.flush()
    return changed


def _add_runs(session: Session, record: Record) -> tuple[str, ...]:
    parts = _parts(record)
    new = []
    for run_id, (metrics, findings, files) in parts.items():
        line = record.runs[run_id]
        row = session.get(RunRow, run_id)
        if row is not None:
            if row.imported:
                _add_metrics(session, run_id, metrics)
                write_runs.merge_marks(session, run_id, line.tags, line.deleted)
            continue
        new.append(run_id)
        write_runs.put_run(
            session,
            Run(
                id=run_id,
                experiment=line.experiment,
                title=line.title,
                state=line.state,
                started=line.started,
                ended=line.ended,
                preset=line.preset,
                changed=tuple(line.changed),
                params=line.params,
                seed=line.seed,
                evidence_version=line.evidence_version,
                host="",
                pid=0,
                process_started=0.0,
                provenance=line.provenance,
                imported=True,
                tags=tuple(sorted(set(line.tags))),
                deleted=line.deleted,
                metrics=tuple(metrics),
                findings=tuple(findings),
                files=tuple(files),
            ),
        )
    return tuple(new)


Parts = tuple[list[Metric], list[Finding], list[FileDigest]]


def _parts(record: Record) -> dict[str, Parts]:
    """What belongs to each run, in the order of the lines."""
    parts: dict[str, Parts] = {run_id: ([], [], []) for run_id in record.runs}
    for metric in record.metrics.values():
        parts[metric.run][0].append(Metric(metric.name, metric.value, metric.unit, metric.steps))
    for one in record.findings.values():
        figures = tuple((name, value) for name, value in one.figures)
        parts[one.run][1].append(
            Finding(one.key, one.text, one.template, one.claim, one.when, one.unless, one.verdict, figures)
        )
    for file in record.files.values():
        parts[file.run][2].append(FileDigest(file.path, file.role, file.digest))
    return parts


def _add_metrics(session: Session, run_id: str, metrics: Iterable[Metric]) -> None:
    """A later answer may cite more figures of a run that came with an earlier record."""
    known = {row.name: row.position for row in session.exec(select(MetricRow).where(MetricRow.run == run_id))}
    new = [metric for metric in metrics if metric.name not in known]
    write_runs.add_metrics(session, run_id, enumerate(new, start=max(known.values(), default=-1) + 1))


def _add_answers(session: Session, reader: StudyReader, record: Record) -> tuple[str, ...]:
    """Add the answers that are not here yet; the newest of both sides is the current one."""
    here: dict[str, list[Answer]] = {}
    for answer in reader.all_answers():
        here.setdefault(answer.item, []).append(answer)
    changed: dict[str, None] = {}
    for line in record.answers:
        answer = _answer(line, record)
        known = here.setdefault(answer.item, [])
        if any(_content(one) == _content(answer) for one in known):
            continue
        number = write_answers.add(session, answer, current=False)
        known.append(replace(answer, number=number))
        said = answers.said(answer)
        session.add(EventRow(item=answer.item, at=answer.recorded, what="answered", text=said))
        changed[answer.item] = None
    for item_id in changed:
        current = [one for one in here[item_id] if one.current]
        if current:
            newest = max(current, key=lambda one: (one.recorded, one.digest, one.number or 0))
            assert newest.number is not None
            write_answers.make_current(session, item_id, newest.number)
    return tuple(sorted(changed, key=sort_key))


def _content(answer: Answer) -> Answer:
    return replace(answer, number=None, current=True)


def _answer(line: AnswerLine, record: Record) -> Answer:
    return Answer(
        item=line.item,
        conclusion=line.conclusion,
        template=line.template,
        author=line.author,
        backed=line.backed,
        verdict=line.verdict,
        recorded=line.recorded,
        question=line.question,
        question_norm=line.question_norm,
        evidence=tuple(_evidence(cited, record) for cited in line.evidence),
        figures=tuple((name, value) for name, value in line.figures),
        digest=line.digest,
        current=line.current,
        quick=line.quick,
    )


def _evidence(cited: Cited, record: Record) -> Evidence:
    experiment = cited.experiment if cited.experiment is not None else record.runs[cited.run].experiment
    if cited.text is None:
        found = record.findings[cited.run, cited.finding]
        return Evidence(cited.run, experiment, cited.finding, found.claim, found.verdict, found.text)
    return Evidence(cited.run, experiment, cited.finding, cited.claim or "", cited.verdict, cited.text)
