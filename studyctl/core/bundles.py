"""What a bundle of runs is: a zip file whose manifest names every file in it by its size and sha256.

The bundle's digest is that of its manifest, and so of everything in it; it is the same however the bytes were packed.
Pure: what is written here decides; `runner.bundle_writer` and `runner.bundle_reader` touch the files.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from studyctl.core.models import SITE, Run
from studyctl.errors import StudyctlError

KIND = "studyctl-runs"
FORMAT = 1
MANIFEST = "manifest.json"
RECORD = "run.json"
ARTIFACTS = "artifacts"
SUFFIX = ".studyrun.zip"
# What a run is to the machine that has it, and means nothing on another one.
LOCAL = (
    "pid",
    "process_started",
    "mlflow_run_id",
    "tracking_uri",
    "delivered",
    "deleted",
    "imported",
    "origin",
    "bundle",
)
# A run's own files, besides its artifacts: whatever else lies in its folder stays there.
OWN_FILES = ("log.txt", "metrics.jsonl", "provenance/git.diff")
ENDED = ("finished", "failed", "killed", "lost")
# More is no bundle of ours, and would only be read to be refused.
MANIFEST_LIMIT = 64 << 20
RECORD_LIMIT = 256 << 20
FILES_LIMIT = 200_000
SIZE_LIMIT = 4 << 30
PATH_LIMIT = 1000

_RUN_ID = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_EXPERIMENT = re.compile(r"\w[\w-]{0,199}")
# Not for any file system: control characters, what Windows keeps for itself, and a dot or blank at the end.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\\]|[. ]$")
_PROVENANCE: Mapping[str, type | tuple[type, ...]] = {
    "command": str,
    "git": dict,
    "python": dict,
    "machine": dict,
    "threads": dict,
    "distributions": dict,
    "constants": dict,
    "undecided": dict,
    "measures": list,
    "requires": list,
    "warnings": list,
    "determinism": list,
    "seconds": (int, float),
    "steps": list,
    "failure": dict,
    "source": dict,
    "unwatched": list,
    "distribution": str,
    "sweep": dict,
    "trial": dict,
}


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A file of a bundle, as its manifest names it."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle holds."""

    runs: tuple[str, ...]  # ids; a sweep stands before its trials
    files: tuple[BundledFile, ...]  # sorted by path
    public: bool = False  # whether what names a machine or a person was taken out

    @property
    def size(self) -> int:
        """What the files need on the disk."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle that was written."""

    file: Path
    digest: str
    size: int  # of the file
    manifest: Manifest
    changed: bool = True  # False where the file held just that


class Malformed(Exception):
    """The content of a bundle is not what this version of studyctl writes; the message says what is wrong."""


class Foreign(Malformed):
    """It is something else."""


class Newer(Malformed):
    """It has a later format."""


def manifest_text(manifest: Manifest) -> str:
    """The manifest as it stands in the bundle: the same content is the same text."""
    plain = {
        "kind": KIND,
        "format": FORMAT,
        "public": manifest.public,
        "runs": list(manifest.runs),
        "files": [asdict(file) for file in manifest.files],
    }
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def digest_of(manifest: bytes) -> str:
    """A bundle's digest."""
    return hashlib.sha256(manifest).hexdigest()


def parse_manifest(source: bytes) -> Manifest:
    """The manifest behind the bytes; Malformed says what is wrong with them."""
    try:
        plain = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"its {MANIFEST} is no JSON") from error
    if not isinstance(plain, dict) or plain.get("kind") != KIND:
        raise Foreign(f"its {MANIFEST} is none of studyctl's")
    found = plain.get("format")
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise Malformed(f"its format {found!r} is no number")
    if found > FORMAT:
        raise Newer(f"it has format {found}, this studyctl knows formats up to {FORMAT}")
    runs, files, public = plain.get("runs"), plain.get("files"), plain.get("public")
    if not isinstance(runs, list) or not isinstance(files, list) or not isinstance(public, bool) or not runs:
        raise Malformed(f"its {MANIFEST} lacks runs, files, or whether it is public")
    if not all(isinstance(one, str) and _RUN_ID.fullmatch(one) for one in runs) or len(set(runs)) < len(runs):
        raise Malformed(f"its {MANIFEST} names runs by something other than their ids")
    if len(files) > FILES_LIMIT:
        raise Malformed(f"it has {len(files)} files, more than {FILES_LIMIT}")
    manifest = Manifest(tuple(runs), tuple(_file(one) for one in files), public)
    _check_files(manifest)
    return manifest


def _file(plain: Any) -> BundledFile:
    match plain:
        case {"path": str(path), "size": int(size), "sha256": str(sha256)} if size >= 0 and _SHA256.fullmatch(sha256):
            if why := unsafe(path):
                raise Malformed(f"it has a file {shown(path)}: {why}")
            return BundledFile(path, size, sha256)
    raise Malformed(f"its {MANIFEST} names a file without its path, size or sha256")


def _check_files(manifest: Manifest) -> None:
    paths = [file.path for file in manifest.files]
    if len({path.casefold() for path in paths}) < len(paths):
        raise Malformed("two of its files have the same name")
    for path in paths:
        folder, _, rest = path.partition("/")
        run, _, inside = rest.partition("/")
        known = inside in (RECORD, *OWN_FILES) or inside.startswith(f"{ARTIFACTS}/")
        if folder != "runs" or run not in manifest.runs or not known:
            raise Malformed(f"it has a file {shown(path)}, which belongs to none of its runs")
    for run in manifest.runs:
        if record_path(run) not in paths:
            raise Malformed(f"it has no {record_path(run)}")


def unsafe(path: str) -> str | None:
    """Why a path must not be written below a folder; None where it may."""
    if len(path.encode("utf-8", "replace")) > PATH_LIMIT:
        return "its name is too long"
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return "its path leads out of the bundle's folder"
        if _UNSAFE.search(part) or len(part.encode("utf-8", "replace")) > 240:
            return "its name is none for a file"
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not valid Unicode"
    return None


def shown(path: str) -> str:
    """A name from a bundle, for a message."""
    return ascii(path) if len(path) < 200 else f"{path[:100]!a}…"


def record_path(run: str) -> str:
    """Where the record of a run stands in a bundle."""
    return f"runs/{run}/{RECORD}"


def artifact_path(run: str, path: str) -> str:
    """Where an artifact of a run stands in a bundle."""
    return f"runs/{run}/{ARTIFACTS}/{path}"


# Runs in a bundle ----------------------------------------------------------------------------------------------------


def in_order(runs: Iterable[Run]) -> list[Run]:
    """Runs as a bundle holds them: a sweep before its trials, else by their start."""
    return sorted(runs, key=lambda run: (run.role == "trial", run.started, run.id))


def check_run(run: Run, manifest: Manifest) -> None:
    """Malformed where a run says what no run of ours says, or what the bundle contradicts."""
    for what, wrong in _wrong(run, manifest):
        if wrong:
            raise Malformed(f"{record_path(run.id)}: {what}")


def _wrong(run: Run, manifest: Manifest) -> Iterator[tuple[str, bool]]:
    from studyctl.core.authoring import FINDING_KEY, LONGEST_NAME, METRIC_NAME

    yield "its experiment has an impossible name", not _EXPERIMENT.fullmatch(run.experiment)
    yield f"a run that is {run.state} is in no bundle", run.state not in ENDED
    yield "its times are no times", not all(map(_is_time, (run.started, run.ended) if run.ended else (run.started,)))
    yield "a trial needs its sweep", (run.role == "trial") != (run.parent is not None)
    yield "its sweep is not in the bundle", run.parent is not None and run.parent not in manifest.runs
    names = [metric.name for metric in run.metrics]
    yield (
        "a metric has an impossible name",
        not all(METRIC_NAME.fullmatch(name) and len(name) <= LONGEST_NAME for name in names),
    )
    counts = [run.evidence_version, *(metric.steps for metric in run.metrics)]
    yield "a count is out of bounds", not all(0 <= count <= 2**53 for count in counts)
    yield "a metric is there twice", len(set(names)) < len(names)
    keys = [finding.key for finding in run.findings]
    yield "a finding has an impossible name", not all(map(FINDING_KEY.fullmatch, keys))
    yield "a finding is there twice", len(set(keys)) < len(keys)
    read = [(file.path, file.role) for file in run.files]
    yield "it read files that can be none of a workspace", any(unsafe(path.removeprefix(SITE)) for path, _ in read)
    yield "a file is there twice", len(set(read)) < len(read)
    yield (
        "its provenance has another form",
        not all(isinstance(run.provenance[name], kind) for name, kind in _PROVENANCE.items() if name in run.provenance),
    )
    gpus = run.provenance.get("machine", {}).get("gpu", [])
    yield "its GPUs are no list of names", not isinstance(gpus, list) or not all(isinstance(g, str) for g in gpus)
    yield (
        "its constants are no numbers",
        not all(isinstance(value, (int, float)) for value in run.provenance.get("constants", {}).values()),
    )
    yield "its steps are none", not all(map(_is_step, run.provenance.get("steps", ())))
    yield from _wrong_artifacts(run, manifest)
    yield from _wrong_findings(run)


def _is_step(step: Any) -> bool:
    return (
        isinstance(step, dict)
        and isinstance(step.get("name"), str)
        and all(isinstance(step.get(key), (int, float)) for key in ("seconds", "depth", "times"))
        and isinstance(step["depth"], int)
        and 0 <= step["depth"] < 1000
    )


def _wrong_artifacts(run: Run, manifest: Manifest) -> Iterator[tuple[str, bool]]:
    prefix = artifact_path(run.id, "")
    there = {(f.path.removeprefix(prefix), f.size, f.sha256) for f in manifest.files if f.path.startswith(prefix)}
    said = {(artifact.path, artifact.size, artifact.sha256) for artifact in run.artifacts}
    yield "its artifacts are not those of the bundle", there != said or len(said) < len(run.artifacts)


def _wrong_findings(run: Run) -> Iterator[tuple[str, bool]]:
    """A text that cannot be filled, or a predicate that cannot be read, would fail where it is cited."""
    from studyctl.core import predicates, templates

    names = templates.namespace_of(run)
    for finding in run.findings:
        try:
            for predicate in filter(None, (finding.when, finding.unless)):
                predicates.parse(predicate)
            templates.fill(finding.template, names)
        except StudyctlError as error:
            yield f"finding {finding.key}: {error.message}", True


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).tzinfo is not None
    except ValueError:
        return False


def contradiction(mine: Run, theirs: Run) -> str | None:
    """What two records of one run disagree on, None where they agree: its figures and verdicts never change.

    Of a run that came with a record only what answers cite is known, and a public bundle has other words.
    """
    same_end = mine.state in (theirs.state, "running", "lost")
    if (mine.experiment, mine.started) != (theirs.experiment, theirs.started) or not same_end:
        return "it is recorded here as another run"
    from studyctl.core.templates import exact

    figures = {metric.name: exact(metric.value) for metric in theirs.metrics}
    for metric in mine.metrics:
        if figures.get(metric.name) != exact(metric.value):
            return f"its {metric.name} is another one than is recorded here"
    verdicts = {finding.key: finding.verdict for finding in theirs.findings}
    for finding in mine.findings:
        if finding.key not in verdicts or verdicts[finding.key] != finding.verdict:
            return f"its finding {finding.key} is another one than is recorded here"
    return None


def default_name(runs: Sequence[Run], digest: str, public: bool) -> str:
    """What a bundle is called where nobody says otherwise: its experiment, and the run or the digest."""
    alone = [run for run in runs if run.role != "trial"]
    experiments = {run.experiment for run in runs}
    name = experiments.pop() if len(experiments) == 1 else "runs"
    which = alone[0].short if len(alone) == 1 else digest[:8]
    return f"{name}-{which}{'-public' if public else ''}{SUFFIX}"
