"""Choosing among runs: the rows that a filter names, and as much of many runs as it takes to choose among them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.answers import COUNTING_PRESETS
from studyctl.store import record_rows

if TYPE_CHECKING:
    from studyctl.core.models import Metric, Run
    from studyctl.core.ports import RunFilter
    from studyctl.store.reader import StudyReader

# A list of any length as one parameter: SQLite limits their number.
ONE_OF = "IN (SELECT value FROM json_each(?))"
TOGETHER = 8  # candidates that are read at a time
NEWEST_FIRST = "ORDER BY started DESC, id"


def where_of(where: RunFilter) -> tuple[str, list[Any]]:
    """The filter as a condition on the view `runs`, with its values."""
    parts, values = [f"deleted IS {'NOT ' if where.deleted else ''}NULL"], list[Any]()
    if where.ids is not None:
        parts.append(f"id {ONE_OF}")
        values.append(json.dumps(where.ids))
    if where.parent is not None:
        parts.append("parent = ?")
        values.append(where.parent)
    else:
        parts.append(f"role {ONE_OF}")
        values.append(json.dumps(where.roles))
    if where.experiment is not None:
        parts.append("experiment = ?")
        values.append(where.experiment)
    if where.state is not None:
        parts.append("state = ?")
        values.append(where.state)
    if where.item is not None:
        parts.append(
            "(id IN (SELECT run FROM citations WHERE item = ?)"
            " OR experiment IN (SELECT experiment FROM tie WHERE item = ?))"
        )
        values += [where.item, where.item]
    for tag in where.tags:
        parts.append("id IN (SELECT run FROM run_tag WHERE tag = ?)")
        values.append(tag)
    return " AND ".join(parts), values


def brief(reader: StudyReader, where: RunFilter, metrics: Sequence[str], *, timed: bool) -> list[Run]:
    """The runs of the filter without what takes long to read: of their metrics these, of the rest what a row holds.

    Provenance is most of a run, and ten thousand of them take a second to parse: here it is how long the run took
    (`timed`), or nothing.
    """
    condition, values = where_of(where)
    took = "json_object('seconds', json_extract(provenance, '$.seconds'))" if timed else "'{}'"
    columns = record_rows.RUN.replace(" provenance,", f" {took},")
    with reader.snapshot():
        limit = "" if where.limit is None else f" LIMIT {int(where.limit)}"
        found = reader.query(f"SELECT {columns} FROM runs WHERE {condition} {NEWEST_FIRST}{limit}", *values)
        named: dict[str, list[Metric]] = {}
        if metrics:
            chosen = f"run {ONE_OF} AND name {ONE_OF}"
            ids = json.dumps([row[0] for row in found])
            for row in reader.query(
                f"SELECT {record_rows.METRIC} FROM metrics WHERE {chosen}", ids, json.dumps(list(metrics))
            ):
                named.setdefault(row[0], []).append(record_rows.metric(row))
    return [record_rows.run(row, tuple(named.get(row[0], ()))) for row in found]


def metric_names(reader: StudyReader, where: RunFilter) -> list[str]:
    """The metrics of the runs of the filter, those of the newest first."""
    condition, values = where_of(where)
    chosen = f"SELECT id, started FROM runs WHERE {condition} {NEWEST_FIRST} LIMIT 100"
    rows = reader.query(
        f"SELECT m.name FROM metrics AS m JOIN ({chosen}) AS r ON r.id = m.run ORDER BY r.started DESC, m.position",
        *values,
    )
    return list(dict.fromkeys(row[0] for row in rows))


def tags(reader: StudyReader) -> list[str]:
    """Every tag that a run has."""
    return [row[0] for row in reader.query("SELECT DISTINCT tag FROM run_tag ORDER BY tag")]


CANDIDATE = "experiment = ? AND state = 'finished' AND role = 'run' AND deleted IS NULL"
COUNTS = f"preset {ONE_OF} AND changed = '[]'"


def candidates(reader: StudyReader, experiment: str) -> Iterator[Run]:
    """The runs that an answer may cite, best first, as `core.answers.candidates` sorts them; a few at a time."""
    return _few_at_a_time(
        reader, f"{CANDIDATE} ORDER BY {COUNTS} DESC, started DESC, id", experiment, json.dumps(COUNTING_PRESETS)
    )


def candidates_by_host(reader: StudyReader, experiment: str) -> Iterator[tuple[str, Iterator[Run]]]:
    """Those of them that count, newest first, by the host that they were made on."""
    condition, values = f"{CANDIDATE} AND {COUNTS}", (experiment, json.dumps(COUNTING_PRESETS))
    for (host,) in reader.query(f"SELECT DISTINCT host FROM runs WHERE {condition} ORDER BY host", *values):
        yield host, _few_at_a_time(reader, f"{condition} AND host = ? {NEWEST_FIRST}", *values, host)


def _few_at_a_time(reader: StudyReader, condition: str, *values: Any) -> Iterator[Run]:
    at = 0
    while True:
        with reader.snapshot():
            # Which they are first, by what sorting takes: the rest of ten thousand rows is worked out for these alone.
            named = f"SELECT id FROM runs WHERE {condition} LIMIT ? OFFSET ?"
            ids = [run_id for (run_id,) in reader.query(named, *values, TOGETHER, at)]
            found = reader.query(f"SELECT {record_rows.RUN} FROM runs WHERE id {ONE_OF}", json.dumps(ids))
            findings = reader.findings_of(ids)
        by_id = {row[0]: row for row in found}
        for one in ids:
            yield record_rows.run(by_id[one], findings=findings.get(one, ()))
        if len(ids) < TOGETHER:
            return
        at += len(ids)
