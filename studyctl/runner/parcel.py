"""What travels between machines: the files that a run was opened with, and the folder that comes back.

No function is pickled: what arrives is a small workspace of its own, named by its content, and whoever performs the
run there digests the files again and refuses those that are not what the run was opened with.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from studyctl.config import CONFIG_NAME, Workspace
from studyctl.core.models import SITE, Run
from studyctl.errors import ExperimentError
from studyctl.runner.digests import digest_file
from studyctl.runner.located import located

# Every file of a parcel has this time, so that the same files give the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


def pack(workspace: Workspace, run: Run) -> bytes:
    """The code and the data of an opened run, and the one setting that leads to them.

    Raises ExperimentError where a file is no longer what the run was opened with.
    """
    for one in run.files:
        if digest_file(located(workspace.root, one.path), one.role) != one.digest:
            raise ExperimentError(f"{one.path} changed since the run began", f"run {run.experiment} again")
    # JSON's escapes are TOML's.
    settings = f"experiments = {json.dumps(workspace.settings.experiments)}\n"
    # An installed package does not travel: where it is not installed alike, the run is refused there.
    names = sorted({one.path for one in run.files if not one.path.startswith(SITE)} - {CONFIG_NAME})
    return _zipped(
        [(CONFIG_NAME, settings.encode()), *((name, (workspace.root / name).read_bytes()) for name in names)]
    )


def unpack(parcel: bytes, cache: Path) -> Path:
    """The folder of a parcel below `cache`, named by its content: unpacked once, whole or not at all."""
    folder = cache / hashlib.sha256(parcel).hexdigest()
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=cache, prefix=".new-"))
    try:
        _extract(parcel, scratch)
        scratch.rename(folder)
    except OSError:
        if not folder.is_dir():  # another process was faster
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder


def pack_folder(home: Path) -> bytes:
    """A run's folder with all that is below it."""
    files = sorted(one for one in home.rglob("*") if one.is_file())
    return _zipped((one.relative_to(home).as_posix(), one.read_bytes()) for one in files)


def unpack_folder(packed: bytes, home: Path) -> None:
    """Put what came back where the run's folder is."""
    home.mkdir(parents=True, exist_ok=True)
    _extract(packed, home)


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, _TIME), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _extract(packed: bytes, folder: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename)
            if name.is_absolute() or ".." in name.parts or "\\" in entry.filename:
                raise ExperimentError(
                    f"a parcel names {entry.filename!r}, outside of its folder", "nothing was unpacked"
                )
        archive.extractall(folder)
