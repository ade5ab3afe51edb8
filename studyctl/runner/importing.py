"""How the modules of `experiments/` are imported: from this workspace, whatever else is installed or was
imported.

The experiments folder is bound to a package of its own name (`experiments`) whose `__path__` is that folder
alone, so that `experiments.box_decoding`, `from .decoders import X` and `from
experiments.box_decoding.decoders import X` all mean the files of this workspace, even where an unrelated
distribution installs a package called `experiments`. The folder that holds it comes first on `sys.path`, as
if the experiment were a script there: helpers beside it can be imported, and a process that the experiment
spawns finds the same modules under the same names.

The modules are always compiled from their source: bytecode beside them may belong to another version of a
file that was edited within the same second, and what is digested has to be what ran.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from studyctl.config import Workspace
from studyctl.core.models import ExperimentSpec
from studyctl.errors import ExperimentError, MissingExtraError, StudyctlError
from studyctl.runner.failure import said
from studyctl.runner.load import Loaded, loaded
from studyctl.runner.located import located


class _FromSource(SourceFileLoader):
    """Compiles the source each time, and writes no bytecode into a person's folder."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Finder:
    """Finds the modules below the bound package, with the loader above."""

    def __init__(self, package: str) -> None:
        self.prefix = f"{package}."

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(self.prefix):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _FromSource(spec.loader.name, spec.loader.path)
        return spec


def package_name(workspace: Workspace) -> str:
    """The name under which the experiments folder is imported."""
    return re.sub(r"\W", "_", workspace.experiments.name) or "experiments"


def search_roots(workspace: Workspace) -> tuple[Path, ...]:
    """The folders of the workspace from which absolute imports are resolved."""
    return tuple(dict.fromkeys((workspace.experiments.parent.resolve(), workspace.root)))


def bind(workspace: Workspace) -> str:
    """Bind the workspace's experiments package, in place of whatever had its name; returns the name."""
    package = package_name(workspace)
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]
    for root in reversed(search_roots(workspace)):
        if str(root) in sys.path:
            sys.path.remove(str(root))
        sys.path.insert(0, str(root))
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    sys.meta_path.insert(0, _Finder(package))
    importlib.invalidate_caches()
    folder = workspace.experiments
    init = folder / "__init__.py"
    if init.is_file():
        loader = _FromSource(package, str(init))
        spec = spec_from_file_location(package, init, loader=loader, submodule_search_locations=[str(folder)])
        assert spec is not None and spec.loader is not None  # a loader was given
        module = module_from_spec(spec)
        sys.modules[package] = module
        spec.loader.exec_module(module)
    else:
        module = ModuleType(package)
        module.__path__ = [str(folder)]
        module.__spec__ = ModuleSpec(package, None, is_package=True)
        module.__spec__.submodule_search_locations = [str(folder)]
        sys.modules[package] = module
    return package


@contextlib.contextmanager
def isolated() -> Iterator[None]:
    """What running experiments leaves in this process is taken back afterwards: for several workspaces in one.

    Other finders than ours stay: when MLflow is loaded, importlib_metadata puts its own in place of the standard
    library's, and without it no distribution would be found any more.
    """
    path, before = list(sys.path), dict(sys.modules)
    try:
        yield
    finally:
        workspaces = tuple(f"{root}{os.sep}" for root in sys.path if root not in path)
        packages = {f.prefix.removesuffix(".") for f in sys.meta_path if isinstance(f, _Finder)}
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name.partition(".")[0] in packages or (file and file.startswith(workspaces) and name not in before):
                del sys.modules[name]
        sys.modules.update({name: module for name, module in before.items() if name.partition(".")[0] in packages})
        sys.path[:] = path
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]


def load(workspace: Workspace, spec: ExperimentSpec) -> Loaded:
    """Import an experiment; ExperimentError names the author's own line where that fails."""
    if spec.module:
        return _load_installed(workspace, spec)
    module_name = spec.name.replace("-", "_")
    try:
        package = bind(workspace)
        before = frozenset(sys.modules)
        module = importlib.import_module(f"{package}.{module_name}")
    except (Exception, SystemExit) as error:
        raise _failed(spec, error, workspace.root, ours=package_name(workspace)) from error
    return replace(loaded(spec.name, getattr(module, spec.function)), modules_before=before)


def _load_installed(workspace: Workspace, spec: ExperimentSpec) -> Loaded:
    """The same for an experiment of an installed package: from the file that was found, not from one of its name."""
    wanted = located(workspace.root, spec.path)
    top = spec.module.partition(".")[0]
    root = wanted.parents[spec.module.count(".") + (wanted.name == "__init__.py")] / top
    before = frozenset(sys.modules)
    try:
        module = importlib.import_module(spec.module)
    except (Exception, SystemExit) as error:
        raise _failed(spec, error, workspace.root, root, ours=top) from error
    if Path(str(module.__file__)).resolve() != wanted.resolve():
        raise ExperimentError(
            f"{spec.name}: {spec.module} is {module.__file__} here, and not the one of {spec.distribution}",
            f"rename it, or take its folder from the search path: a module {top} hides the package",
        )
    one = loaded(spec.name, getattr(module, spec.function))
    return replace(one, modules_before=before, roots=(root if root.is_dir() else wanted,))


def _failed(spec: ExperimentSpec, error: BaseException, *roots: Path, ours: str) -> StudyctlError:
    place = said(error, *roots).get("where") or spec.path
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and missing.split(".")[0] not in (ours, "studyctl"):
        name = missing.split(".")[0]
        return MissingExtraError(
            f"{spec.name}: no module named {missing!r} ({place})", f"python -m pip install {name}, or mend the import"
        )
    if isinstance(error, SyntaxError) and error.filename:
        place = f"{_shown(error.filename, roots[0])}, line {error.lineno}"
    what = error.msg if isinstance(error, SyntaxError) else error  # its text would name the line once more
    return ExperimentError(
        f"{spec.name} cannot be imported: {type(error).__name__}: {what} ({place})",
        f"another version of {spec.distribution.partition(' ')[0]} may be sound"
        if spec.module
        else f"mend {spec.path}",
    )


def _shown(path: str, root: Path) -> str:
    file = Path(path)
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else path
