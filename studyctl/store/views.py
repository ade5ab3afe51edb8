"""The views of `study.db`: what lists and answers are read from, by us and by any other tool.

They are made anew with every migration. `docs/study-db.md` describes them; a column is only ever added. What depends
on files (whether code or data changed since a run, whether a running process is gone) is not in here: a database
cannot know it.
"""

from __future__ import annotations

import sqlite3

# Whether a person said that the answer `a` holds for these words of the item `i` too.
_ACCEPTED = """EXISTS (
                SELECT 1 FROM override AS p, json_each(p.value, '$.seen') AS seen
                WHERE p.item = i.id AND p.field = 'accepted' AND json_extract(p.value, '$.answer') = a.digest
                    AND json_extract(seen.value, '$[0]') = 'question' AND json_extract(seen.value, '$[2]') = i.norm)"""


def _status(kind: str) -> str:
    """The status of the item `i` read as `kind`, from its mark, its overrides and its current answer `a`.

    A note that answers its own question makes it *noted*; evidence makes it answered; another text since then makes it
    stale, whether the item was matched by its likeness or edited under an anchor.
    """
    return f"""CASE {kind}
        WHEN 'question' THEN CASE
            WHEN d.value IS NOT NULL OR i.mark = 'dropped' THEN 'dropped'
            WHEN a.question_norm <> i.norm AND NOT {_ACCEPTED} THEN 'stale'
            WHEN a.number IS NOT NULL THEN 'answered'
            WHEN i.mark IN ('noted', 'done') THEN 'noted'
            ELSE 'open' END
        WHEN 'claim' THEN CASE
            WHEN d.value IS NOT NULL OR i.mark = 'dropped' THEN 'dropped'
            WHEN a.question_norm <> i.norm AND NOT {_ACCEPTED} THEN 'stale'
            ELSE coalesce(a.verdict, 'unchecked') END
        WHEN 'todo' THEN CASE WHEN i.mark IN ('doing', 'done', 'dropped') THEN i.mark ELSE 'open' END
        WHEN 'reading' THEN CASE WHEN i.mark IN ('done', 'dropped') THEN i.mark ELSE 'open' END
        END"""


# A person who says what an item is says all that it is: an override of the kind ends the second reading too.
_KIND = "coalesce(k.value, i.kind)"
_ALSO = "CASE WHEN k.value IS NULL THEN i.also END"

# CAST alone would read "Infinity" as 0.
_NUMBER = """CASE value WHEN 'NaN' THEN NULL WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999
        ELSE CAST(value AS REAL) END"""

VIEWS: dict[str, str] = {
    "items": f"""
        SELECT i.id, {_KIND} AS kind, {_ALSO} AS also,
            {_status(_KIND)} AS status,
            {_status(_ALSO)} AS also_status,
            i.text, i.norm, i.note, i.line, i.last_line, i.parent, i.topic, i.position,
            i.mark, i.box, i.rule, i.confidence, i.anchor,
            a.number AS answer, a.verdict, a.backed, a.quick, a.recorded AS answered_at,
            (SELECT json_group_array(experiment) FROM
                (SELECT experiment FROM tie WHERE item = i.id GROUP BY experiment ORDER BY min(position))
            ) AS experiments,
            (SELECT json_group_array(json_array(experiment, fragment, target, line)) FROM
                (SELECT experiment, fragment, target, line FROM tie WHERE item = i.id ORDER BY position)
            ) AS ties,
            i.kind AS found_kind, i.also AS found_also, i.first_seen, i.gone_at, g.value IS NOT NULL AS ignored,
            i.matched, i.score, i.matched_at, i.due, i.priority, i.tags
        FROM item AS i
        LEFT JOIN override AS k ON k.item = i.id AND k.field = 'kind'
        LEFT JOIN override AS d ON d.item = i.id AND d.field = 'dropped'
        LEFT JOIN override AS g ON g.item = i.id AND g.field = 'ignored'
        LEFT JOIN answer AS a ON a.item = i.id AND a.current""",
    "board": "SELECT * FROM items WHERE gone_at IS NULL AND NOT ignored",
    "answers": """
        SELECT a.number, a.item, a.current, a.author, a.backed, a.quick, a.verdict, a.conclusion, a.template,
            a.question, a.question_norm, a.question_norm <> i.norm AS question_changed, a.recorded, a.digest,
            (SELECT json_group_array(json_array(name, value)) FROM
                (SELECT name, value FROM answer_figure WHERE answer = a.number ORDER BY position)
            ) AS figures
        FROM answer AS a JOIN item AS i ON i.id = a.item""",
    "citations": """
        SELECT a.item, e.answer, a.current, e.position, e.run, e.experiment, e.finding, e.claim, e.verdict, e.text,
            r.state AS run_state, r.started AS run_started, r.preset, r.changed, r.imported
        FROM answer_evidence AS e
        JOIN answer AS a ON a.number = e.answer
        JOIN run AS r ON r.id = e.run""",
    "evidence": """
        SELECT item, answer, position, run, experiment, finding, claim, verdict, text, run_state, run_started,
            preset, changed, imported
        FROM citations WHERE current""",
    "runs": """
        SELECT r.id, substr(r.id, 1, 8) AS short, r.experiment, r.title, r.state, r.started, r.ended, r.preset,
            r.changed, r.params, r.seed, r.evidence_version, r.host, r.pid, r.process_started, r.provenance,
            r.mlflow_run_id, r.error, r.imported, r.role, r.parent, r.deleted, r.tracking_uri, r.delivered,
            r.origin, r.bundle,
            (SELECT json_group_array(tag) FROM (SELECT tag FROM run_tag WHERE run = r.id ORDER BY tag)) AS tags,
            (SELECT count(*) FROM run AS t WHERE t.parent = r.id AND t.deleted IS NULL) AS trials,
            (SELECT count(*) FROM finding WHERE run = r.id) AS findings,
            (SELECT count(*) FROM finding WHERE run = r.id AND verdict = 'supported') AS supported,
            (SELECT count(*) FROM finding WHERE run = r.id AND verdict = 'refuted') AS refuted,
            (SELECT count(*) FROM finding WHERE run = r.id AND verdict = 'inconclusive') AS inconclusive,
            (SELECT json_group_array(id) FROM
                (SELECT id FROM item WHERE gone_at IS NULL
                    AND id IN (SELECT item FROM tie WHERE experiment = r.experiment)
                    AND id NOT IN (SELECT item FROM override WHERE field = 'ignored') ORDER BY position)
            ) AS items,
            (SELECT json_group_array(item) FROM
                (SELECT DISTINCT item FROM answer AS a JOIN answer_evidence AS e ON e.answer = a.number
                WHERE a.current AND e.run = r.id ORDER BY item)
            ) AS cited_by
        FROM run AS r""",
    "findings": """
        SELECT f.run, r.experiment, f.key, f.position, f.claim, f.supported_when, f.refuted_when, f.verdict, f.text,
            f.template,
            (SELECT json_group_array(json_array(name, value)) FROM
                (SELECT name, value FROM finding_figure WHERE run = f.run AND key = f.key ORDER BY position)
            ) AS figures
        FROM finding AS f JOIN run AS r ON r.id = f.run""",
    "metrics": f"""
        SELECT m.run, r.experiment, m.name, m.position, m.value, {_NUMBER} AS number, m.unit, m.steps
        FROM run_metric AS m JOIN run AS r ON r.id = m.run""",
    "artifacts": """
        SELECT a.run, r.experiment, a.path, a.position, a.kind, a.title, a.size, a.sha256
        FROM artifact AS a JOIN run AS r ON r.id = a.run""",
    "files": """
        SELECT f.run, r.experiment, f.path, f.role, f.position, f.digest
        FROM run_file AS f JOIN run AS r ON r.id = f.run""",
    "details": "SELECT item, position, role, line, text, url FROM detail",
    "overrides": "SELECT item, field, value, at FROM override",
    "history": "SELECT number, item, at, what, text FROM event",
}


def drop(db: sqlite3.Connection) -> None:
    """Drop every view: SQLite refuses to alter a table that a view refers to."""
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        db.execute(f'DROP VIEW "{name}"')


def create(db: sqlite3.Connection) -> None:
    """Make today's views, inside the caller's transaction."""
    for name, select in VIEWS.items():
        db.execute(f"CREATE VIEW {name} AS {select.strip()}")
