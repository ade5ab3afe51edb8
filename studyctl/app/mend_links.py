"""Links to experiments whose path leads nowhere since their note, or the experiment, was moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from studyctl.app.change import Change
from studyctl.app.link import find_module
from studyctl.config import Workspace
from studyctl.core import edits
from studyctl.core.models import Item, Tie
from studyctl.core.ports import Edit, NoteFiles, Reader


def mend_links(workspace: Workspace, reader: Reader, files: NoteFiles) -> Change:
    """Write every such link anew whose experiment exists; the tie itself, and the link's text, stay as they are."""
    by_line: dict[tuple[str, int], dict[str, str]] = {}
    for item, tie, target in broken(workspace, reader):
        by_line.setdefault((item.note, tie.line), {})[tie.target] = target
    made = [_rewritten(note, files.read(note), line, targets) for (note, line), targets in by_line.items()]
    count = len(made)
    return Change(
        summary=f"mended links to experiments in {count} line{'' if count == 1 else 's'}",
        edits=tuple(made),
        lines=tuple(f"{note}:{line}" for note, line in by_line),
    )


def _rewritten(note: str, source: bytes, number: int, targets: Mapping[str, str]) -> Edit:
    """One line with all of its targets changed; several edits of a line would tread on each other."""
    changed = source
    for old, new in targets.items():
        edit = edits.retarget(note, changed, number, old, new)
        if edit is not None:
            changed = changed[: edit.offset] + edit.new + changed[edit.offset + len(edit.old) :]
    lines = source.split(b"\n")
    start = sum(len(line) + 1 for line in lines[: number - 1])
    return Edit(note, start, lines[number - 1], changed.split(b"\n")[number - 1])


def broken(workspace: Workspace, reader: Reader) -> Iterator[tuple[Item, Tie, str]]:
    """Each link that leads nowhere although its experiment exists, with the target that it should have."""
    for item in reader.items(ignored=True):
        for tie in item.ties:
            if _is_path(tie.target) and not _leads_somewhere(workspace.root / item.note, tie.target):
                module = find_module(workspace, tie.experiment)
                if module is not None:
                    yield item, tie, edits.tie_target(item.note, module, tie.experiment, tie.fragment)


def _is_path(target: str) -> bool:
    """Whether a target is a path from its note, rather than an address or `studyctl:NAME`."""
    return ":" not in target.partition("/")[0] and not target.startswith("/")


def _leads_somewhere(note: Path, target: str) -> bool:
    return (note.parent / unquote(target.partition("#")[0])).exists()
