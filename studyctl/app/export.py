"""Writing the record to its file, in one step, and only when it says something new."""

from __future__ import annotations

import os
from pathlib import Path

from studyctl.errors import WorkspaceError


def write_record(file: Path, text: str) -> bool:
    """Write `text`; False where the file says it already."""
    try:
        if file.is_file() and file.read_bytes() == text.encode():
            return False
        scratch = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        try:
            with scratch.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            scratch.replace(file)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"cannot write {file}: {error.strerror}", "check its folder, or: studyctl export --stdout"
        ) from error
    return True
