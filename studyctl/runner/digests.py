"""The digests of watched files as they are now.

Light: reading commands tell by them whether an answer is stale, and build a syntax tree only for a file that
changed since somebody last looked.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from studyctl.config import RACY_NS
from studyctl.runner.located import located

Key = tuple[str, int, int]  # path, size, mtime_ns


def digest_file(file: Path, role: str) -> str | None:
    """The digest that a file has now, by its role; None where it is gone or cannot be read."""
    from studyctl.core.closure import digest_code, digest_data

    try:
        content = file.read_bytes()
    except OSError:
        return None
    return digest_code(content) if role == "code" else digest_data(content)


def current_digests(
    root: Path, watched: Mapping[str, str], kept: Mapping[Key, str]
) -> tuple[dict[str, str | None], dict[Key, str]]:
    """The digest of each watched file (path to role), and those worth keeping that were not in `kept`.

    A file whose size and mtime are as kept is not read. One that changed within the last two seconds may
    change again without its mtime moving, so its digest is not kept.
    """
    digests: dict[str, str | None] = {}
    fresh: dict[Key, str] = {}
    for path, role in watched.items():
        try:
            file = located(root, path)
            stat = file.stat()
        except OSError:
            digests[path] = None
            continue
        key = (path, stat.st_size, stat.st_mtime_ns)
        if key in kept:
            digests[path] = kept[key]
            continue
        digest = digests[path] = digest_file(file, role)
        if digest is not None and time.time_ns() - stat.st_mtime_ns > RACY_NS:
            fresh[key] = digest
    return digests, fresh
