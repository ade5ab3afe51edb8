"""Paths as a person types them from where they are."""

from __future__ import annotations

import os
from pathlib import Path


def shown(path: Path) -> str:
    """The path from the working directory, or the whole one where that is far away."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    far = Path(relative).parts[:3] == (os.pardir,) * 3
    return str(path) if far else Path(relative).as_posix()
