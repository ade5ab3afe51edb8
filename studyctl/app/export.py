"""Writing the record to its file, in one step, and only when it says something new."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from studyctl.core.models import Answer
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


def is_behind(file: Path, answers: Sequence[Answer]) -> bool:
    """Whether an answer was recorded after the record was written: a hint that costs no more than a look.

    `doctor` compares what the record would say.
    """
    newest = max((answer.recorded for answer in answers), default="")
    try:
        written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return bool(newest)
    return bool(newest) and datetime.fromisoformat(newest.replace("Z", "+00:00")) > written
