"""Make a workspace: around the notes that a folder holds, or with a first note and experiment in an empty one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studyctl.app.templates import CONFIG, FIRST_EXPERIMENT, FIRST_NOTE
from studyctl.config import CONFIG_NAME, Workspace, find_config, make_state
from studyctl.errors import UsageError, WorkspaceError

NOTES = "notes"
FIRST_FILES = {"notes/study-note.md": FIRST_NOTE, "experiments/monty_hall.py": FIRST_EXPERIMENT}
# A folder that holds nothing else is as good as empty.
INCIDENTAL = ("license", "license.txt", "license.md", "copying")


@dataclass(frozen=True, slots=True)
class Made:
    """A new workspace and the files that were written, relative to it."""

    workspace: Workspace
    files: tuple[str, ...]
    first: bool  # with a note and an experiment to begin with
    around: Path | None  # a workspace that it lies in


def init(folder: Path, notes: Sequence[str], holds_notes: bool) -> Made:
    """Make `folder` a workspace; nothing that exists is touched.

    `notes`: where its notes are, relative to it or to the working directory; `holds_notes`: whether it holds any.
    """
    root = folder.resolve()
    around = find_config(root) if root.exists() else find_config(root.parent)
    if around is not None and around.parent == root:
        raise WorkspaceError(f"{folder} is a workspace already: {around}", "studyctl status")
    notes = [_place(name, root) for name in notes]
    first = not notes and not holds_notes and _empty(root)
    try:
        root.mkdir(parents=True, exist_ok=True)
        written = [_write(root, CONFIG_NAME, _config(notes or ([NOTES] if first else ["."])))]
        if first:
            written += [_write(root, name, text) for name, text in FIRST_FILES.items()]
    except OSError as error:
        raise WorkspaceError(
            f"cannot write in {folder}: {error.strerror}", "check the permissions of the folder"
        ) from error
    from studyctl.config import find_workspace

    workspace = find_workspace(str(root))
    make_state(workspace)
    return Made(workspace, tuple(written), first, around.parent if around else None)


def _place(name: str, root: Path) -> str:
    """A folder of notes as the settings name it: as it was typed where that leads there from the workspace."""
    if (root / Path(name).expanduser()).exists():
        return name
    here = Path(name).resolve()
    if not here.exists():
        raise UsageError(f"--notes {name}: there is no such folder in {root}", "make it first, or leave --notes out")
    return os.path.relpath(here, root)


def _empty(root: Path) -> bool:
    names = [path.name.lower() for path in root.iterdir()] if root.exists() else []
    return all(name.startswith(".") or name in INCIDENTAL for name in names)


def _config(notes: Sequence[str]) -> str:
    import json

    names = [name.replace(os.sep, "/") for name in notes]
    # A JSON string is a TOML string.
    value = json.dumps(names[0] if len(names) == 1 else names, ensure_ascii=False)
    return CONFIG.replace('"{notes}"', value)


def _write(root: Path, name: str, text: str) -> str:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return name
