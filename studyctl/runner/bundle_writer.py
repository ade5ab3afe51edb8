"""Writing runs into one file: their records, metric histories, logs and artifacts, the same bytes each time.

Entries are sorted and have no time, no owner and no mode of their own; what is compressed already is stored.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studyctl.core.bundles import (
    ARTIFACTS,
    ENDED,
    LOCAL,
    MANIFEST,
    OWN_FILES,
    BundledFile,
    Manifest,
    Written,
    artifact_path,
    digest_of,
    manifest_text,
    record_path,
)
from studyctl.core.models import Run
from studyctl.core.portable import portable
from studyctl.errors import BundleError, WorkspaceError
from studyctl.runner.folder import run_to_plain

if TYPE_CHECKING:
    from zipfile import ZipInfo

CHUNK = 1 << 20
COMPRESSED = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".zip", ".npz", ".gz", ".xz", ".bz2", ".zst")
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file knows

# What a file of a bundle is made of: a file of this machine, or bytes.
Content = Path | bytes


def record_bytes(run: Run) -> bytes:
    """The record of a run as a bundle has it: nothing in it depends on the machine that exports it."""
    plain = {name: value for name, value in run_to_plain(portable(run)).items() if name not in LOCAL}
    return (json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def contents_of(run: Run, home: Path) -> dict[str, Content]:
    """The files of a run by their paths in a bundle; BundleError where they are not as they were recorded."""
    if run.state not in ENDED:
        raise BundleError(f"run {run.short} ({run.experiment}) is still {run.state}", "export it when it has ended")
    if not run.whole or not home.is_dir():
        raise BundleError(
            f"run {run.short} ({run.experiment}) has no folder here",
            "it came with the record: export it where it was made"
            if not run.whole
            else f"restore {home} from a backup",
        )
    contents: dict[str, Content] = {record_path(run.id): record_bytes(run)}
    for name in OWN_FILES:
        if (home / name).is_file():
            contents[f"runs/{run.id}/{name}"] = home / name
    for artifact in run.artifacts:
        file = home / ARTIFACTS / artifact.path
        if not file.is_file() or _hashed(file) != (artifact.size, artifact.sha256):
            raise BundleError(
                f"{artifact.path} of run {run.short} is not the file that was recorded",
                f"restore {file} from a backup, or run {run.experiment} again",
            )
        contents[artifact_path(run.id, artifact.path)] = file
    return contents


def manifest_of(runs: Sequence[Run], contents: Mapping[str, Content], *, public: bool) -> Manifest:
    """The manifest of these runs with these files."""
    files = [BundledFile(path, *_hashed(contents[path])) for path in sorted(contents)]
    return Manifest(tuple(run.id for run in runs), tuple(files), public)


def write(
    target: Path,
    manifest: Manifest,
    contents: Mapping[str, Content],
    check: Callable[[Path], None] = lambda file: None,
) -> Written:
    """Write a bundle, whole or not at all; a file of that name is replaced, provided that it is a bundle itself.

    `check` sees the bundle before it gets its name, and may raise.
    """
    text = manifest_text(manifest).encode()
    try:
        _refuse_another(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            _pack(scratch, text, manifest, contents)
            check(scratch)
            size = scratch.stat().st_size
            changed = not target.exists() or _hashed(target) != _hashed(scratch)
            if changed:
                scratch.replace(target)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise WorkspaceError(f"cannot write {target}: {error.strerror or error}", "check the folder of -o") from error
    return Written(target, digest_of(text), size, manifest, changed)


def _refuse_another(target: Path) -> None:
    if not target.exists():
        return
    from studyctl.runner.bundle_reader import opened

    try:
        with opened(target):
            pass
    except BundleError as error:
        raise BundleError(f"{target} exists, and is no bundle of runs", "name another file with -o") from error


def _pack(file: Path, text: bytes, manifest: Manifest, contents: Mapping[str, Content]) -> None:
    from zipfile import ZipFile

    with file.open("wb") as stream:
        with ZipFile(stream, "w") as bundle:
            bundle.writestr(_entry(MANIFEST, len(text)), text)
            for one in manifest.files:
                with bundle.open(_entry(one.path, one.size), "w") as entry:
                    hasher = hashlib.sha256()
                    for chunk in _chunks(contents[one.path]):
                        hasher.update(chunk)
                        entry.write(chunk)
                if hasher.hexdigest() != one.sha256:
                    raise BundleError(f"{one.path} changed while it was packed", "try again")
        stream.flush()
        os.fsync(stream.fileno())


def _entry(name: str, size: int) -> ZipInfo:
    from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

    entry = ZipInfo(name, EPOCH)
    entry.create_system = 3  # as on Unix, wherever it is made
    entry.external_attr = 0o100644 << 16
    entry.file_size = size
    entry.compress_type = ZIP_STORED if name.lower().endswith(COMPRESSED) else ZIP_DEFLATED
    return entry


def _chunks(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as stream:
        while piece := stream.read(CHUNK):
            yield piece


def _hashed(content: Content) -> tuple[int, str]:
    size, hasher = 0, hashlib.sha256()
    for chunk in _chunks(content):
        size += len(chunk)
        hasher.update(chunk)
    return size, hasher.hexdigest()
