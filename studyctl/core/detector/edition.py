"""By which rules notes are read: a digest of what reads them.

Notes are read once, and again when they change. When it is the rules that changed, with a new version of studyctl, what
was found by the old ones is out of date as well; so each sync keeps by which rules it read.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
# What reads a note besides this room: its lines, their states and ties, dates and tags.
_BESIDE = ("scanner.py", "markup.py", "ties.py", "states.py", "tasks.py", "tags.py")


@cache
def edition() -> str:
    """A digest of the rules; empty where their sources are not to be had (a zipped installation)."""
    found = hashlib.sha256()
    try:
        files = sorted(path for path in _HERE.iterdir() if path.suffix in (".py", ".txt"))
        for path in (*files, *(_HERE.parent / name for name in _BESIDE)):
            found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    except OSError:
        return ""
    return found.hexdigest()[:16]
