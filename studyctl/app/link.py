"""Tie items to experiments by links in their notes, and take such links out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from studyctl.app.change import Change
from studyctl.config import Workspace
from studyctl.core import edits
from studyctl.core.ids import pick, standing
from studyctl.core.models import Item
from studyctl.core.ports import NoteFiles, Reader, RunFilter
from studyctl.errors import NotFoundError, UsageError

_FRAGMENT = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*")


def link(
    word: str,
    wanted: str,
    workspace: Workspace,
    reader: Reader,
    files: NoteFiles,
    installed: Callable[[], Sequence[str]] = tuple,
) -> Change:
    """Write a link to `wanted` (`box-decoding#width-stability`) into the line of an item.

    What has no module here, an installed experiment or one that a script recorded, is linked as `studyctl:NAME`.
    """
    item = one_item(word, reader)
    name, fragment = split(wanted)
    module = find_module(workspace, name)
    if module is not None:
        name = module_name(module)
        target = edits.tie_target(item.note, module, name, fragment)
    elif name in installed() or reader.runs(RunFilter(experiment=name, limit=1)):
        target = f"studyctl:{name}#{fragment}" if fragment else f"studyctl:{name}"
    else:
        raise NotFoundError(f"no experiment {name}", near_experiments(workspace, name, item.id, installed()))
    shown = f"{name}#{fragment}" if fragment else name
    edit = edits.link(item, files.read(item.note), name, target)
    if edit is None:
        return Change(summary="", lines=(f"{item.id} is tied to {shown} already",))
    return Change(
        summary=f"tied {item.id} to {shown}",
        edits=(edit,),
        lines=(f"{item.id} is tied to {shown}: {item.text}", *_unknown_finding(name, fragment, reader)),
    )


def unlink(word: str, wanted: str, reader: Reader, files: NoteFiles) -> Change:
    """Take the links to `wanted` (to all experiments without one) out of an item's lines."""
    item = one_item(word, reader)
    name, fragment = split(wanted) if wanted else (None, "")
    tied = ", ".join(f"{tie.experiment}#{tie.fragment}" if tie.fragment else tie.experiment for tie in item.ties)
    # `unlink Q1 box-decoding` means all of its findings, `#overflow` that one.
    made = edits.unlink(item, files.read(item.note), name, fragment if "#" in wanted else None)
    if not made:
        what = f"tied to {wanted}" if wanted else "tied to any experiment"
        raise NotFoundError(
            f"{item.id} is not {what}", f"it is tied to {tied}" if tied else f"studyctl link {item.id} EXPERIMENT"
        )
    return Change(
        summary=f"untied {item.id} from {wanted or tied}",
        edits=made,
        lines=(f"{item.id} is no longer tied to {wanted or tied}: {item.text}",),
    )


def one_item(word: str, reader: Reader) -> Item:
    """The one item that a word names, with its details."""
    found = pick([word], reader.items(gone=True, ignored=True))
    if len(found) > 1:
        raise UsageError(f"{word} is more than one item", "name one")
    return standing(found)[0]


def split(wanted: str) -> tuple[str, str]:
    """An experiment's name (with hyphens) and the finding after `#`."""
    name, mark, fragment = wanted.partition("#")
    name = name.strip().removesuffix(".py").rstrip("/").rpartition("/")[2].replace("_", "-")
    if mark and not _FRAGMENT.fullmatch(fragment):
        raise UsageError(
            f"{wanted}: {fragment!r} cannot name a finding", "findings are named with a-z, 0-9, hyphens and dots"
        )
    if not name:
        raise UsageError(f"{wanted!r} names no experiment", "studyctl link Q1 box-decoding#width-stability")
    return name, fragment


def modules(workspace: Workspace) -> list[str]:
    """The modules of all experiments, relative to the workspace; nothing is imported."""
    try:
        entries = sorted(workspace.experiments.iterdir())
    except OSError:
        return []
    named = [path for path in entries if not path.name.startswith(("_", "."))]
    found = [path / "__init__.py" if path.is_dir() else path for path in named]
    return [
        path.relative_to(workspace.root).as_posix()
        for path in found
        if path.suffix == ".py" and path.is_file() and path.is_relative_to(workspace.root)
    ]


def module_name(module: str) -> str:
    """The experiment's name: its module with hyphens."""
    return module.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2].replace("_", "-")


def find_module(workspace: Workspace, name: str) -> str | None:
    return next((module for module in modules(workspace) if module_name(module).lower() == name.lower()), None)


def near_experiments(workspace: Workspace, name: str, item: str, others: Sequence[str] = ()) -> str:
    """What a person may have meant, or how to make it."""
    from difflib import get_close_matches

    make = f"`studyctl experiment new {name} --for {item}` makes it"
    known = dict.fromkeys([*map(module_name, modules(workspace)), *others])
    near = get_close_matches(name, list(known), n=3, cutoff=0.4)
    return f"did you mean {' or '.join(near)}? {make}" if near else make


def _unknown_finding(name: str, fragment: str, reader: Reader) -> Sequence[str]:
    """A hint where runs know findings, and none of this name."""
    runs = reader.runs(RunFilter(experiment=name, state="finished", limit=1))
    keys = [finding.key for finding in runs[0].findings] if runs else []
    if not fragment or not keys or any(key == fragment or key.startswith(f"{fragment}.") for key in keys):
        return ()
    return (f"  its last run has no finding #{fragment}; it has {', '.join(keys)}",)
