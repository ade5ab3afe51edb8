"""Reading a bundle of runs that somebody else made: every byte is checked before any of it is believed.

Nothing in a bundle decides where it is written: its paths are checked one by one, its sizes are those of the manifest
and no more is unpacked, and what is not in the manifest is not there.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from studyctl.core.bundles import (
    MANIFEST,
    MANIFEST_LIMIT,
    RECORD_LIMIT,
    SIZE_LIMIT,
    BundledFile,
    Foreign,
    Malformed,
    Manifest,
    Newer,
    check_run,
    digest_of,
    parse_manifest,
    record_path,
    shown,
)
from studyctl.core.models import Run
from studyctl.errors import BundleError
from studyctl.runner.folder import decoded

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

CHUNK = 1 << 20
OURS = "name a file that `studyctl runs export` wrote"
ANOTHER = "get the file again, or export the run anew where it was made"
_ENCRYPTED = 0x1


@dataclass(slots=True)
class Bundle:
    """An open bundle whose manifest and records were checked; `unpack` checks the rest."""

    name: str  # of its file, for messages
    digest: str
    manifest: Manifest
    runs: tuple[Run, ...]
    _archive: ZipFile = field(repr=False)

    @property
    def public(self) -> bool:
        """Whether it says that nothing in it names a machine or a person."""
        return self.manifest.public

    def unpack(self, into: Path | None) -> None:
        """Read every file and compare it with the manifest; write it below `into`, if that is given."""
        for one in self.manifest.files:
            with _explained(self.name, one.path):
                target = None if into is None else into / one.path.removeprefix("runs/")
                _copy(self._archive, one, target)


@contextlib.contextmanager
def opened(file: Path, limit: int = SIZE_LIMIT, name: str = "") -> Iterator[Bundle]:
    """A bundle to read; BundleError says what is wrong with it, and what to do. `name` is what it is called there."""
    from zipfile import BadZipFile, ZipFile

    name = name or str(file)
    try:
        stream = file.open("rb")
    except OSError as error:
        raise BundleError(f"cannot read {name}: {error.strerror}", OURS) from error
    with stream:
        with _explained(name):
            try:
                archive = ZipFile(stream)
            except (BadZipFile, ValueError, NotImplementedError) as error:
                raise _what_it_is(stream) from error
        with archive:
            with _explained(name):
                bundle = _checked(name, archive, limit)
            yield bundle


@contextlib.contextmanager
def _explained(name: str, inside: str = "") -> Iterator[None]:
    """What goes wrong with the bytes of a bundle, as an error that names the file and what to do."""
    from zipfile import BadZipFile

    try:
        yield
    except Newer as error:
        raise BundleError(f"{name}: {error}", "upgrade studyctl: python -m pip install -U studyctl") from error
    except Foreign as error:
        raise BundleError(f"{name}: {error}", OURS) from error
    except Malformed as error:
        raise BundleError(f"{name}: {error}", ANOTHER) from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise  # not the bundle's fault: a full disk, a network file system that is gone
        raise BundleError(f"{name}: it is damaged: it refers to a place before its beginning", ANOTHER) from error
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError) as error:
        what = f"{shown(inside)} in it " if inside else ""
        raise BundleError(f"{name}: {what}is damaged: {error}", ANOTHER) from error


def _what_it_is(stream: IO[bytes]) -> Malformed:
    stream.seek(0)
    begins = stream.read(4)
    if begins == b"PK\x03\x04":
        return Malformed("it is cut off, or damaged")
    return Foreign("it is no bundle of runs" if begins else "it is empty")


def _checked(name: str, archive: ZipFile, limit: int) -> Bundle:
    entries = _entries(archive)
    if MANIFEST not in entries:
        raise Foreign(f"it is no bundle of runs: it has no {MANIFEST}")
    source = _read(archive, entries[MANIFEST], MANIFEST_LIMIT)
    manifest = parse_manifest(source)
    if manifest.size > limit:
        raise Malformed(
            f"it unpacks to {manifest.size / 1e6:.0f} MB, more than the {limit / 1e6:.0f} MB that are allowed"
        )
    named = {one.path: one for one in manifest.files}
    for path, entry in entries.items():
        if path != MANIFEST and path not in named:
            raise Malformed(f"it has {shown(path)}, which its {MANIFEST} does not name")
        if path in named and entry.file_size != named[path].size:
            raise Malformed(f"{shown(path)} in it has another size than its {MANIFEST} says")
    if missing := named.keys() - entries.keys():
        raise Malformed(f"it lacks {shown(min(missing))}")
    runs = tuple(_run(archive, entries, run, named, manifest) for run in manifest.runs)
    return Bundle(name, digest_of(source), manifest, runs, archive)


def _entries(archive: ZipFile) -> dict[str, ZipInfo]:
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    entries: dict[str, ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.orig_filename
        if name in entries:
            raise Malformed(f"it has {shown(name)} twice")
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Malformed(f"{shown(name)} in it is packed in a way that studyctl does not use")
        if (entry.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise Malformed(f"{shown(name)} in it is no file")
        entries[name] = entry
    return entries


def _read(archive: ZipFile, entry: ZipInfo, limit: int) -> bytes:
    """A small file of the bundle; what it claims to be is not believed."""
    with archive.open(entry) as stream:
        source = stream.read(limit + 1)
    if len(source) > limit:
        raise Malformed(f"{shown(entry.orig_filename)} in it is larger than any of studyctl's")
    return source


def _run(
    archive: ZipFile, entries: dict[str, ZipInfo], run_id: str, named: dict[str, BundledFile], manifest: Manifest
) -> Run:
    path = record_path(run_id)
    source = _read(archive, entries[path], RECORD_LIMIT)
    if hashlib.sha256(source).hexdigest() != named[path].sha256:
        raise Malformed(f"{shown(path)} in it was changed: its sha256 is another one")
    run = _validated(path, source)
    if run.id != run_id:
        raise Malformed(f"{path} is about another run")
    check_run(run, manifest)
    return run


def _validated(path: str, source: bytes) -> Run:
    """A run from outside, with every value of the type that it should have."""
    from pydantic import TypeAdapter, ValidationError

    try:
        plain: Any = json.loads(source)
        json.dumps(plain, ensure_ascii=False).encode()  # a lone surrogate is no text
        run = TypeAdapter(Run).validate_python({**plain, "pid": 0, "process_started": 0.0})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Malformed(f"{path}: {where}: {first['msg']}") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed(f"{path} cannot be read: {error}") from error
    return replace(run, params=decoded(run.params), provenance=decoded(run.provenance))


def _copy(archive: ZipFile, one: BundledFile, target: Path | None) -> None:
    hasher = hashlib.sha256()
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(archive.open(one.path))
        written = None
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            written = stack.enter_context(target.open("xb"))
        while piece := source.read(CHUNK):
            hasher.update(piece)
            if written is not None:
                written.write(piece)
        if written is not None:
            written.flush()
            os.fsync(written.fileno())
    if hasher.hexdigest() != one.sha256:
        raise Malformed(f"{shown(one.path)} in it was changed: its sha256 is another one")
