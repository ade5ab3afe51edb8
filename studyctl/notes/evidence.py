"""Which bundles of runs are evidence: `experiments/*/evidence/*.zip`, watched like notes.

Every command asks; it costs the listing of `experiments/` and of each folder `evidence` in it.
"""
# ruff: noqa: PTH118, PTH208 - as in `walk`: strings, because every command comes here

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studyctl.config import Workspace

FOLDER = "evidence"
SUFFIX = ".zip"


def bundles(workspace: Workspace) -> Iterator[str]:
    """The path of each, in no order."""
    try:
        with os.scandir(workspace.experiments) as entries:
            names = [entry.name for entry in entries if entry.name[0] != "."]
    except OSError:
        return  # there are no experiments
    for name in names:
        folder = os.path.join(workspace.experiments, name, FOLDER)
        try:
            found = os.listdir(folder)
        except OSError:
            continue  # no such folder, or a module in a file
        yield from (os.path.join(folder, file) for file in found if file.lower().endswith(SUFFIX) and file[0] != ".")
