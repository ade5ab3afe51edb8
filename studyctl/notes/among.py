"""Whether what is put into a folder would be read as notes."""

from __future__ import annotations

import os
from pathlib import Path

from studyctl.config import Workspace
from studyctl.notes.ignored import Rules
from studyctl.notes.walk import LEFT_OUT, above, bases, left_out


def among_notes(workspace: Workspace, folder: Path) -> bool:
    """By the same rules as the walk: hidden, excluded and git-ignored folders hold no notes."""
    root = str(workspace.root)
    never = left_out(workspace)
    for base in bases(workspace):
        top = Path(os.path.realpath(base))
        if not top.is_dir() or not folder.is_relative_to(top):
            continue
        rules = Rules(base, root, above(base, root), workspace.settings.exclude)
        path = Path(base)
        for name in folder.relative_to(top).parts:
            if (path / ".gitignore").is_file():
                rules.add(str(path), str(path / ".gitignore"))
            path = path / name
            hidden = name.startswith(".") or name.lower() in LEFT_OUT
            if hidden or str(path) in never or rules.ignores(str(path), folder=True):
                break
        else:
            return True
    return False
