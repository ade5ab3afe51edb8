"""Making runs fit for everybody's eyes: the record and the log scrubbed, texts and tables too, the diff left out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studyctl.core.bundles import artifact_path, record_path
from studyctl.core.models import Artifact, Run
from studyctl.core.portable import portable
from studyctl.core.publishing import public_run
from studyctl.core.scrubbing import Scrubber
from studyctl.runner.bundle_writer import Content, record_bytes
from studyctl.runner.folder import LOG_FILE
from studyctl.runner.private import private
from studyctl.runner.provenance import DIFF_FILE

# What studyctl itself wrote from what an experiment gave it; a figure and a file stay as they are, or are refused.
SCRUBBED_KINDS = ("text", "table")


@dataclass(frozen=True, slots=True)
class Public:
    """Runs and their files without what is private, as far as it could be taken out."""

    runs: tuple[Run, ...]
    contents: Mapping[str, Content]
    scrubber: Scrubber
    counted: Counter[str]  # what was replaced


def publish(root: Path, runs: Sequence[Run], contents: Mapping[str, Content], allowed: Sequence[str]) -> Public:
    """Scrub what can be scrubbed; `bundle_scan` looks at all of it once more."""
    logs = {run.id: log.decode("utf-8", "surrogateescape") for run in runs if (log := _log(contents, run)) is not None}
    scrubber, counted = Scrubber(private(root, runs, logs.values(), allowed)), Counter[str]()
    cleaned = dict(contents)
    published = []
    for run in runs:
        artifacts = []
        for artifact in run.artifacts:
            path = artifact_path(run.id, artifact.path)
            artifact, cleaned[path] = _artifact(artifact, contents[path], scrubber, counted)
            artifacts.append(artifact)
        public = public_run(portable(replace(run, artifacts=tuple(artifacts))), scrubber, counted)
        published.append(public)
        cleaned[record_path(run.id)] = record_bytes(public)
        cleaned.pop(f"runs/{run.id}/{DIFF_FILE}", None)
        if run.id in logs:
            text = scrubber.scrub(logs[run.id], counted)
            cleaned[f"runs/{run.id}/{LOG_FILE}"] = text.encode("utf-8", "surrogateescape")
    return Public(tuple(published), cleaned, scrubber, counted)


def _log(contents: Mapping[str, Content], run: Run) -> bytes | None:
    content = contents.get(f"runs/{run.id}/{LOG_FILE}")
    return content.read_bytes() if isinstance(content, Path) else content


def _artifact(
    artifact: Artifact, content: Content, scrubber: Scrubber, counted: Counter[str]
) -> tuple[Artifact, Content]:
    if artifact.kind not in SCRUBBED_KINDS:
        return artifact, content
    data = content.read_bytes() if isinstance(content, Path) else content
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return artifact, content
    cleaned = scrubber.scrub(text, counted).encode()
    if cleaned == data:
        return artifact, content
    return replace(artifact, size=len(cleaned), sha256=hashlib.sha256(cleaned).hexdigest()), cleaned
