"""The files that an experiment's result depends on: its module, what that imports within the workspace, its
data.

The imports are followed in the source; what was in fact imported from the workspace during the run is added,
so that a dynamic import leaves no gap. studyctl itself is never part of it: in its own repository every
commit would make every answer stale, and `EVIDENCE_VERSION` stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from studyctl.config import STATE_FOLDER, Workspace
from studyctl.core.closure import imports_of
from studyctl.core.models import ExperimentSpec, FileDigest
from studyctl.errors import ExperimentError
from studyctl.runner.digests import digest_file
from studyctl.runner.importing import package_name, search_roots

OURSELVES = "studyctl"
# Folders below a workspace whose modules are installed ones.
_INSTALLED = {"site-packages", "dist-packages", STATE_FOLDER}


def code_files(workspace: Workspace, spec: ExperimentSpec) -> tuple[dict[Path, str], list[str]]:
    """The files that an experiment's source leads to, with their modules; and what cannot be followed."""
    package = package_name(workspace)
    entry = f"{package}.{spec.name.replace('-', '_')}"
    files: dict[Path, str] = {}
    gaps: list[str] = []
    waiting = [entry]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name.split(".")[0] == OURSELVES:
            continue
        seen.add(name)
        if "." in name:
            waiting.append(name.rpartition(".")[0])  # every parent's __init__.py runs too
        file = _resolve(name, package, workspace)
        if file is None or file in files:
            continue
        files[file] = name
        source = file.read_bytes()
        imports = imports_of(source, name, package=file.name == "__init__.py")
        waiting += imports.names
        shown = file.relative_to(workspace.root).as_posix()
        gaps += [f"{shown}, line {line}: {what}" for line, what in imports.gaps]
    return files, gaps


def _resolve(name: str, package: str, workspace: Workspace) -> Path | None:
    """The file of a module within the workspace, as the import system would find it."""
    parts = name.split(".")
    if parts[0] == package:
        bases = [(workspace.experiments.resolve(), parts[1:])]
    else:
        bases = [(root, parts) for root in search_roots(workspace)]
    for base, below in bases:
        stem = base.joinpath(*below)
        for file in (stem / "__init__.py", stem.with_suffix(".py") if below else None):
            if file is not None and file.is_file() and file.is_relative_to(workspace.root):
                return file
    return None


def imported_files(workspace: Workspace, modules: Iterable[ModuleType | None]) -> Iterator[Path]:
    """The files of the workspace among loaded modules, studyctl's own and installed ones left out."""
    for module in modules:
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.endswith(".py"):
            continue
        name = str(getattr(module, "__name__", ""))
        path = Path(file)
        if name.split(".")[0] == OURSELVES or not path.is_relative_to(workspace.root):
            continue
        if not _INSTALLED & set(path.relative_to(workspace.root).parts):
            yield path


def digest_all(workspace: Workspace, code: Iterable[Path], data: Iterable[str] = ()) -> tuple[FileDigest, ...]:
    """The digests of code and data, sorted by path."""
    found = {}
    for path in data:
        for file in _data_files(workspace, path):
            shown = file.relative_to(workspace.root).as_posix()
            if digest := digest_file(file, "data"):
                found[shown] = FileDigest(shown, "data", digest)
    for file in code:
        shown = file.relative_to(workspace.root).as_posix()
        if digest := digest_file(file, "code"):
            found[shown] = FileDigest(shown, "code", digest)
    return tuple(found[path] for path in sorted(found))


def _data_files(workspace: Workspace, path: str) -> list[Path]:
    """The files that a declared path stands for: itself, or all below a folder."""
    target = (workspace.root / path).resolve()
    files = sorted(one for one in target.rglob("*") if one.is_file()) if target.is_dir() else [target]
    if not target.is_relative_to(workspace.root) or not files or not files[0].is_file():
        raise ExperimentError(
            f"data {path!r} names no file of the workspace",
            "@experiment(data=[…]) takes files and folders, relative to the workspace",
        )
    return files
