"""The files that an experiment's result depends on: its module, what that imports within the workspace, its
data.

The imports are followed in the source; what was in fact imported from the workspace during the run is added, so that a
dynamic import leaves no gap. studyctl itself is never part of it: in its own repository every commit would make every
answer stale, and `EVIDENCE_VERSION` stands for it. Of an installed experiment the modules of its own package count, so
that an upgrade of the package is seen; those of other packages do not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from studyctl.config import STATE_FOLDER, Workspace
from studyctl.core.closure import digest_code, imports_of
from studyctl.core.models import ExperimentSpec, FileDigest
from studyctl.errors import ExperimentError
from studyctl.runner.digests import digest_file
from studyctl.runner.importing import package_name, search_roots
from studyctl.runner.installed import distribution_of
from studyctl.runner.located import INSTALLED, is_installed, located, site_path, source_of

OURSELVES = "studyctl"
# Folders below a workspace whose modules are not the workspace's own.
_OTHERS = {*INSTALLED, STATE_FOLDER}


@dataclass(frozen=True, slots=True)
class Modules:
    """Which modules are an experiment's own, and where their files are: the workspace's, or a package's."""

    root: Path  # of the workspace
    package: str = ""  # the name under which the experiments folder is imported
    folder: Path | None = None  # that folder
    roots: tuple[Path, ...] = ()  # folders of the workspace from which absolute imports are resolved
    own: frozenset[str] = frozenset()  # modules at the top of the installed package
    source: Callable[[str], Path | None] = source_of  # of a module of that package

    def find(self, name: str) -> tuple[str, Path] | None:
        """The file of a module as the import system would find it, and the path under which it is recorded."""
        parts = name.split(".")
        if parts[0] in self.own:
            file = self.source(name)
            return (self._recorded(name, file), file) if file is not None else None
        if parts[0] == self.package and self.folder is not None:
            bases = [(self.folder, parts[1:])]
        else:
            bases = [(root, parts) for root in self.roots]
        for base, below in bases:
            stem = base.joinpath(*below)
            for file in (stem / "__init__.py", stem.with_suffix(".py") if below else None):
                if file is not None and file.is_file() and file.is_relative_to(self.root):
                    return file.relative_to(self.root).as_posix(), file
        return None

    def path_of(self, name: str, file: Path) -> str | None:
        """How the file of an imported module is recorded; None for one that is not the experiment's own."""
        if name.split(".")[0] in self.own:
            return self._recorded(name, file)
        if not file.is_relative_to(self.root):
            return None
        below = file.relative_to(self.root)
        return None if _OTHERS & set(below.parts) else below.as_posix()

    def _recorded(self, name: str, file: Path) -> str:
        return site_path(name, file) if is_installed(file, self.root) else file.relative_to(self.root).as_posix()


def modules_of(workspace: Workspace, spec: ExperimentSpec) -> Modules:
    """The modules that are an experiment's own: those of the workspace, and for an installed one its package's."""
    roots = search_roots(workspace)
    folder = workspace.experiments.resolve()
    own = Modules(workspace.root, package_name(workspace), folder, roots)
    if not spec.module:
        return own
    distribution = distribution_of(spec.module)
    tops = {spec.module.partition(".")[0]}
    if distribution is None:
        return replace(own, own=frozenset(tops))
    return replace(own, own=frozenset(tops | distribution.packages()), source=distribution.source)


def modules_around(workspace: Workspace, *folders: Path) -> Modules:
    """The modules of the workspace as a script or a notebook in one of these folders finds them."""
    paths = [*folders, *(Path(entry or ".").absolute() for entry in sys.path), *search_roots(workspace)]
    roots = dict.fromkeys(path for path in paths if not is_installed(path, workspace.root))
    return Modules(workspace.root, roots=tuple(roots))


@dataclass(frozen=True, slots=True)
class Closure:
    """The files of an experiment as they were when its run began."""

    files: tuple[FileDigest, ...]  # sorted by path
    gaps: tuple[str, ...]  # what cannot be followed, for people
    stamps: Mapping[str, tuple[int, int]]  # size and mtime of each, by path
    modules: Modules  # which count as the experiment's own

    @property
    def code(self) -> list[str]:
        """The files of code, as they are recorded."""
        return [one.path for one in self.files if one.role == "code"]

    def changed(self, root: Path) -> list[str]:
        """The files whose content is another one now."""
        return [
            one.path
            for one in self.files
            if _stamp(file := located(root, one.path)) != self.stamps[one.path]
            and digest_file(file, one.role) != one.digest
        ]


def closure_of(workspace: Workspace, spec: ExperimentSpec) -> Closure:
    """Everything that an experiment's source and its declaration lead to."""
    modules = modules_of(workspace, spec)
    return gather(workspace, spec.data, [spec.module or f"{modules.package}.{spec.name.replace('-', '_')}"], modules)


def gather(
    workspace: Workspace,
    data: Iterable[str],
    modules: Iterable[str],
    where: Modules,
    sources: Iterable[tuple[str, Path | None, bytes]] = (),
) -> Closure:
    """The files behind modules and what they import, and the declared data.

    `sources` are code that is no module to be found: (its name, its file where it has one, its text).
    """
    code, gaps = _code_files(modules, where, sources)
    files: dict[str, FileDigest] = {}
    stamps: dict[str, tuple[int, int]] = {}
    for file in (file for path in data for file in _data_files(workspace, path)):
        path = file.relative_to(workspace.root).as_posix()
        if digest := digest_file(file, "data"):
            files[path] = FileDigest(path, "data", digest)
            stamps[path] = _stamp(file)
    for path, (file, digest) in code.items():
        files[path] = FileDigest(path, "code", digest)
        stamps[path] = _stamp(file)
    return Closure(tuple(files[path] for path in sorted(files)), tuple(gaps), stamps, where)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        stat = file.stat()
    except OSError:
        return (0, 0)
    return (stat.st_size, stat.st_mtime_ns)


def _code_files(
    start: Iterable[str], where: Modules, sources: Iterable[tuple[str, Path | None, bytes]]
) -> tuple[dict[str, tuple[Path, str]], list[str]]:
    """The files that modules lead to, by the path under which they are recorded; and what cannot be followed."""
    files: dict[str, tuple[Path, str]] = {}
    gaps: list[str] = []
    waiting = list(start)
    seen: set[str] = set()

    def read(name: str, path: str | None, file: Path | None, source: bytes) -> None:
        if path is not None and file is not None:
            files[path] = (file, digest_code(source))
        imports = imports_of(source, name, package=file is not None and file.name == "__init__.py")
        waiting.extend(imports.names)
        if "." in name:
            waiting.append(name.rpartition(".")[0])  # every parent's __init__.py runs too
        gaps.extend(f"{path or name}, line {line}: {what}" for line, what in imports.gaps)

    for name, file, source in sources:
        read(name, where.path_of(name, file) if file is not None else None, file, source)
    while waiting:
        name = waiting.pop()
        if name in seen or name.split(".")[0] == OURSELVES:
            continue
        seen.add(name)
        found = where.find(name)
        if found is None:
            if "." in name:
                waiting.append(name.rpartition(".")[0])
        elif found[0] not in files:
            read(name, *found, found[1].read_bytes())
    return files, gaps


def with_imported(closure: Closure, modules: Iterable[ModuleType | None]) -> tuple[FileDigest, ...]:
    """The files of the closure, and of what was imported besides."""
    found = {one.path: one for one in closure.files}
    for module in modules:
        file = getattr(module, "__file__", None)
        name = str(getattr(module, "__name__", ""))
        if not isinstance(file, str) or not file.endswith(".py") or name.split(".")[0] == OURSELVES:
            continue
        path = closure.modules.path_of(name, Path(file))
        if path is not None and path not in found and (digest := digest_file(Path(file), "code")):
            found[path] = FileDigest(path, "code", digest)
    return tuple(found[path] for path in sorted(found))


def _data_files(workspace: Workspace, path: str) -> list[Path]:
    """The files that a declared path stands for: itself, or all below a folder."""
    target = (workspace.root / path).resolve()
    files = [target]
    if target.is_dir():
        files = sorted(one for one in target.rglob("*") if one.is_file() and not _is_evidence(one, workspace))
    if not target.is_relative_to(workspace.root) or not files or not files[0].is_file():
        raise ExperimentError(
            f"data {path!r} names no file of the workspace",
            "@experiment(data=[…]) takes files and folders, relative to the workspace",
        )
    return files


def _is_evidence(file: Path, workspace: Workspace) -> bool:
    """Whether it is a bundle of runs among the experiments: what a run found is nothing that it depends on."""
    return file.suffix.lower() == ".zip" and file.parent.name == "evidence" and file.parents[2] == workspace.experiments
