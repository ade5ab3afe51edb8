"""From a row of a view to a run, an answer or a journal entry; beside `rows`, loaded when one is asked for."""

from __future__ import annotations

import base64
import json

from studyctl.core.models import Answer, Artifact, Evidence, FileDigest, Finding, Metric, Run
from studyctl.core.ports import Edit, JournalEntry
from studyctl.store import codec
from studyctl.store.rows import Row

RUN = (
    "id, experiment, title, state, started, ended, preset, changed, params, seed, evidence_version, host, pid, "
    "process_started, provenance, mlflow_run_id, error, imported, role, parent, tags, deleted, tracking_uri, "
    "delivered, origin, bundle"
)


def run(
    row: Row,
    metrics: tuple[Metric, ...] = (),
    findings: tuple[Finding, ...] = (),
    artifacts: tuple[Artifact, ...] = (),
    files: tuple[FileDigest, ...] = (),
) -> Run:
    """A row of `runs`, with what belongs to it."""
    return Run(
        id=row[0],
        experiment=row[1],
        title=row[2],
        state=row[3],
        started=row[4],
        ended=row[5],
        preset=row[6],
        changed=tuple(json.loads(row[7])),
        params=codec.loads(row[8]),
        seed=None if row[9] is None else int(row[9]),
        evidence_version=row[10],
        host=row[11],
        pid=row[12],
        process_started=row[13],
        provenance=codec.loads(row[14]),
        mlflow_run_id=row[15],
        error=row[16],
        imported=bool(row[17]),
        role=row[18],
        parent=row[19],
        tags=tuple(json.loads(row[20])),
        deleted=row[21],
        tracking_uri=row[22],
        delivered=bool(row[23]),
        origin=row[24],
        bundle=row[25],
        metrics=metrics,
        findings=findings,
        artifacts=artifacts,
        files=files,
    )


METRIC = "run, name, value, unit, steps"


def metric(row: Row) -> Metric:
    """A row of `metrics`; its text is read back exactly, "NaN" and "Infinity" included."""
    return Metric(row[1], float(row[2]), row[3], row[4])


ARTIFACT = "run, path, kind, title, size, sha256"


def artifact(row: Row) -> Artifact:
    """A row of `artifacts`."""
    return Artifact(*row[1:])


FILE = "run, path, role, digest"


def file(row: Row) -> FileDigest:
    """A row of `files`."""
    return FileDigest(*row[1:])


FINDING = "run, key, text, template, claim, supported_when, refuted_when, verdict, figures"


def finding(row: Row) -> Finding:
    """A row of `findings`."""
    _, key, text, template, claim, when, unless, verdict, cited = row
    return Finding(key, text, template, claim, when, unless, verdict, figures(cited))


CITATION = "answer, run, experiment, finding, claim, verdict, text"


def evidence(row: Row) -> Evidence:
    """A row of `citations` or `evidence`."""
    return Evidence(*row[1:])


ANSWER = (
    "item, conclusion, template, author, backed, verdict, recorded, question, question_norm, figures, digest, number, "
    "current, quick"
)


def answer(row: Row, cited: tuple[Evidence, ...]) -> Answer:
    """A row of `answers`, with the findings that it cites."""
    return Answer(
        item=row[0],
        conclusion=row[1],
        template=row[2],
        author=row[3],
        backed=bool(row[4]),
        verdict=row[5],
        recorded=row[6],
        question=row[7],
        question_norm=row[8],
        evidence=cited,
        figures=figures(row[9]),
        digest=row[10],
        number=row[11],
        current=bool(row[12]),
        quick=bool(row[13]),
    )


def figures(text: str) -> tuple[tuple[str, str], ...]:
    """Cited names with their exact texts."""
    return tuple((name, value) for name, value in json.loads(text))


JOURNAL = "number, at, command, summary, edits, overrides, undone_at IS NOT NULL"


def journal(row: Row) -> JournalEntry:
    """A row of the table `journal`."""
    return JournalEntry(
        number=row[0],
        at=row[1],
        command=row[2],
        summary=row[3],
        edits=tuple(
            Edit(note, offset, base64.b64decode(old), base64.b64decode(new))
            for note, offset, old, new in json.loads(row[4])
        ),
        overrides=tuple((one[0], one[1], one[2], one[3]) for one in json.loads(row[5])),
        undone=bool(row[6]),
    )
