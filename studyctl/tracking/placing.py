"""A run's files where MLflow's UI looks for them: hard links, or copies where a file system has none.

The address of an artifact in MLflow is `mlflow-artifacts:/<experiment>/<run>/artifacts/…`, which names no
folder of this machine: the server that `studyctl ui` starts resolves it below the workspace, wherever that
lies.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

SCHEME = "mlflow-artifacts:/"


def place(root: Path, artifact_uri: str, artifacts: Path, texts: Mapping[str, str]) -> None:
    """Put every file below `artifacts`, and some texts by file name, at the run's address below `root`."""
    if not artifact_uri.startswith(SCHEME):
        raise ValueError(f"the run's files would go to {artifact_uri}, which is not below {root.name}")
    inside = PurePosixPath(artifact_uri.removeprefix(SCHEME).lstrip("/"))
    if ".." in inside.parts:
        raise ValueError(f"the run's files would go to {artifact_uri}")
    target = root / inside
    for source in sorted(one for one in artifacts.rglob("*") if one.is_file()):
        _link(source, target / source.relative_to(artifacts))
    for name, text in texts.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        shutil.copyfile(source, target)
