"""The files that an experiment's result depends on: its module, what that imports within the workspace, its
data.

The imports are followed in the source; what was in fact imported from the workspace during the run is added,
so that a dynamic import leaves no gap. studyctl itself is never part of it: in its own repository every
commit would make every answer stale, and `EVIDENCE_VERSION` stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from studyctl.config import STATE_FOLDER, Workspace
from studyctl.core.closure import digest_code, imports_of
from studyctl.core.models import ExperimentSpec, FileDigest
from studyctl.errors import ExperimentError
from studyctl.runner.digests import digest_file
from studyctl.runner.importing import package_name, search_roots

OURSELVES = "studyctl"
# Folders below a workspace whose modules are installed ones.
_INSTALLED = {"site-packages", "dist-packages", STATE_FOLDER}


@dataclass(frozen=True, slots=True)
class Closure:
    """The files of an experiment as they were when its run began."""

    files: tuple[FileDigest, ...]  # sorted by path
    gaps: tuple[str, ...]  # what cannot be followed, for people
    stamps: Mapping[str, tuple[int, int]]  # size and mtime of each, by path

    def changed(self, root: Path) -> list[str]:
        """The files whose content is another one now."""
        return [
            one.path
            for one in self.files
            if _stamp(root / one.path) != self.stamps[one.path] and digest_file(root / one.path, one.role) != one.digest
        ]


def closure_of(workspace: Workspace, spec: ExperimentSpec) -> Closure:
    """Everything that an experiment's source and its declaration lead to."""
    code, gaps = _code_files(workspace, spec)
    files: dict[str, FileDigest] = {}
    stamps: dict[str, tuple[int, int]] = {}
    data = [file for path in spec.data for file in _data_files(workspace, path)]
    for file in (*data, *code):
        path = file.relative_to(workspace.root).as_posix()
        stamps[path] = _stamp(file)
        if file in code:
            files[path] = FileDigest(path, "code", code[file])
        elif digest := digest_file(file, "data"):
            files[path] = FileDigest(path, "data", digest)
    return Closure(tuple(files[path] for path in sorted(files)), tuple(gaps), stamps)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return (0, 0)
    return (stat.st_size, stat.st_mtime_ns)


def _code_files(workspace: Workspace, spec: ExperimentSpec) -> tuple[dict[Path, str], list[str]]:
    """The files that an experiment's source leads to, with their digests; and what cannot be followed."""
    package = package_name(workspace)
    files: dict[Path, str] = {}
    gaps: list[str] = []
    waiting = [f"{package}.{spec.name.replace('-', '_')}"]
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
        source = file.read_bytes()
        files[file] = digest_code(source)
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


def with_imported(
    closure: Closure, workspace: Workspace, modules: Iterable[ModuleType | None]
) -> tuple[FileDigest, ...]:
    """The files of the closure, and of what was imported besides."""
    found = {one.path: one for one in closure.files}
    for file in imported_files(workspace, modules):
        path = file.relative_to(workspace.root).as_posix()
        if path not in found and (digest := digest_file(file, "code")):
            found[path] = FileDigest(path, "code", digest)
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
