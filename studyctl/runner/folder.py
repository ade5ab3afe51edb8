"""The folder of a run, `.studyctl/runs/<id>/`: written first, so that it outlives either database."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

from studyctl.core.history import last_metrics, parse
from studyctl.core.models import Artifact, FileDigest, Finding, Metric, Run, RunState
from studyctl.core.templates import exact
from studyctl.errors import StoreError, WorkspaceError
from studyctl.runner import marks

RECORD_FILE = "run.json"
FINDINGS_FILE = "findings.json"
LOG_FILE = "log.txt"
METRICS_FILE = "metrics.jsonl"
ARTIFACTS_FOLDER = "artifacts"
_KINDS: dict[str, Literal["figure", "table", "text", "file"]] = {
    "figures": "figure",
    "tables": "table",
    "texts": "text",
}


def make_folder(runs: Path, run_id: str) -> Path:
    """The folder of a new run; WorkspaceError where it cannot be made."""
    folder = runs / run_id
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise WorkspaceError(
            f"cannot write {runs}: {error.strerror}",
            "make it writable; `studyctl run NAME --draft` records nothing",
        ) from error
    return folder


def write_record(folder: Path, run: Run, *, durable: bool = True) -> None:
    """Write run.json, and findings.json once the run has ended; each is replaced in one step.

    `durable`: it has reached the disk when this returns, and survives a power cut. What findings.json holds is in
    run.json as well.
    """
    if run.ended is not None:
        _replace(folder / FINDINGS_FILE, _text([_finding(one) for one in run.findings]), durable=False)
    _replace(folder / RECORD_FILE, _text(run_to_plain(run)), durable=durable)


def keep_mirror(folder: Path, run: Run) -> None:
    """Write run.json of a run that has ended once more, for where its mirror is; that need not survive a power cut."""
    _replace(folder / RECORD_FILE, _text(run_to_plain(run)), durable=False)


def append_log(folder: Path, text: str) -> None:
    """Add a text, such as a traceback, to what the experiment printed."""
    if text:
        with (folder / LOG_FILE).open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(text + "\n")


def read_record(folder: Path) -> Run:
    """The run that a folder records; StoreError where its record is missing or damaged."""
    file = folder / RECORD_FILE
    try:
        return marks.marked(run_from_plain(json.loads(file.read_text("utf-8"))), folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{file} cannot be read: {error}", "it may be restored from a backup") from error


def salvage(folder: Path, run: Run, state: RunState, error: str, ended: str | None) -> Run:
    """End a run whose process could not: with the metrics and files that its folder holds, and no findings."""
    folder.mkdir(parents=True, exist_ok=True)  # it may have ended before it began
    run = replace(
        run,
        state=state,
        error=error,
        ended=ended,
        metrics=last_metrics(parse(metric_lines(folder))),
        artifacts=tuple(_artifacts(folder / ARTIFACTS_FOLDER)),
        findings=(),
    )
    append_log(folder, error)
    write_record(folder, run)
    return run


def metric_lines(folder: Path) -> list[str]:
    """The lines of the metrics' history, as far as it was written."""
    try:
        return (folder / METRICS_FILE).read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _artifacts(folder: Path) -> Iterator[Artifact]:
    """The files that a run had kept, called by their names: their titles are gone with its process."""
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        path = file.relative_to(folder).as_posix()
        kind = _KINDS.get(path.partition("/")[0], "file")
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        yield Artifact(path, kind, file.stem, file.stat().st_size, digest)


def run_to_plain(run: Run) -> dict[str, Any]:
    """A run as JSON holds it; NaN and infinity are themselves, as text."""
    plain = {
        name: getattr(run, name)
        for name in Run.__dataclass_fields__
        if name not in ("metrics", "findings", "artifacts", "files", "params", "provenance", "changed")
    }
    return plain | {
        "changed": list(run.changed),
        "params": _encode(run.params),
        "provenance": _encode(run.provenance),
        "metrics": [asdict(metric) | {"value": _number(metric.value)} for metric in run.metrics],
        "findings": [_finding(one) for one in run.findings],
        "artifacts": [asdict(one) for one in run.artifacts],
        "files": [asdict(one) for one in run.files],
    }


def run_from_plain(plain: dict[str, Any]) -> Run:
    """The run behind `run_to_plain`; fields of a later version are passed over."""
    known = {name: plain[name] for name in Run.__dataclass_fields__ if name in plain}
    return Run(
        **known
        | {
            "changed": tuple(plain["changed"]),
            "tags": tuple(plain.get("tags", ())),
            "params": decoded(plain["params"]),
            "provenance": decoded(plain["provenance"]),
            "metrics": tuple(Metric(**one | {"value": float(one["value"])}) for one in plain["metrics"]),
            "findings": tuple(
                Finding(**one | {"figures": tuple(tuple(pair) for pair in one["figures"])}) for one in plain["findings"]
            ),
            "artifacts": tuple(Artifact(**one) for one in plain["artifacts"]),
            "files": tuple(FileDigest(**one) for one in plain["files"]),
        }
    )


def _finding(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"figures": [list(pair) for pair in finding.figures]}


def _number(value: float) -> float | str:
    return value if math.isfinite(value) else exact(value)


def _encode(value: Any) -> Any:
    """Plain values; a float that JSON cannot write is marked, since a parameter may be a text too."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": exact(value)}
    if isinstance(value, dict):
        return {key: _encode(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode(one) for one in value]
    return value


def decoded(value: Any) -> Any:
    """The value behind what JSON holds."""
    if isinstance(value, dict):
        if value.keys() == {"$float"}:
            return float(value["$float"])
        return {key: decoded(one) for key, one in value.items()}
    return [decoded(one) for one in value] if isinstance(value, list) else value


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _replace(file: Path, text: str, *, durable: bool = True) -> None:
    scratch = file.with_suffix(".tmp")
    with scratch.open("w", encoding="utf-8") as stream:
        stream.write(text)
        if durable:
            stream.flush()
            os.fsync(stream.fileno())
    scratch.replace(file)
