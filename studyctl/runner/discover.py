"""The experiments of a workspace and of installed packages, found without executing anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from studyctl.config import Workspace
from studyctl.core.discovery import read_experiment
from studyctl.core.models import ExperimentProblem, ExperimentSpec
from studyctl.errors import ExperimentError, NotFoundError
from studyctl.runner.installed import discover_installed


def discover(workspace: Workspace) -> list[ExperimentSpec | ExperimentProblem]:
    """Every experiment, and everything that should be one and is not, by name.

    The workspace's own come before those of installed packages: what has the name of one of them stands for it here.
    """
    own = _own(workspace)
    names = {one.name for one in own}
    installed = discover_installed(workspace.root)
    hidden = {one.name: one.distribution for one in reversed(installed) if one.name in names}
    shown = [replace(one, shadows=hidden.get(one.name, "")) if isinstance(one, ExperimentSpec) else one for one in own]
    found = [*shown, *(one for one in installed if one.name not in names)]
    return sorted(found, key=lambda one: (one.name, one.path))


def _own(workspace: Workspace) -> list[ExperimentSpec | ExperimentProblem]:
    """The modules of the experiments folder; one whose name begins with _ is a helper."""
    found: list[ExperimentSpec | ExperimentProblem] = []
    files: dict[str, Path] = {}
    for module, file in _candidates(workspace.experiments):
        name = module.replace("_", "-")
        path = _shown(file, workspace)
        if name in files:
            other = _shown(files[name], workspace)
            found.append(ExperimentProblem(name, path, 1, f"{other} has the same name, and is the one that counts"))
            continue
        files[name] = file
        try:
            source = file.read_bytes()
        except OSError as error:
            found.append(ExperimentProblem(name, path, 1, f"cannot be read: {error.strerror}"))
            continue
        found.append(read_experiment(source, module, path))
    return found


def find(workspace: Workspace, name: str) -> ExperimentSpec:
    """The experiment called `name` (`_` and `-` alike); an error says what stands there instead."""
    wanted = name.strip().removesuffix(".py").replace("_", "-")
    known = discover(workspace)
    for one in known:
        if one.name == wanted and isinstance(one, ExperimentSpec):
            return one
    for one in known:
        if one.name == wanted and isinstance(one, ExperimentProblem):
            raise ExperimentError(f"{one.place}: {one.message}", one.hint)
    names = [one.name for one in known if isinstance(one, ExperimentSpec)]
    import difflib

    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    if near:
        hint = f"did you mean {near[0]}?"
    elif names:
        hint = f"experiments: {', '.join(names)}"
    else:
        hint = f"studyctl experiment new {wanted}"
    raise NotFoundError(f"no experiment {name!r} in {_shown(workspace.experiments, workspace)}", hint)


def _candidates(folder: Path) -> Iterator[tuple[str, Path]]:
    """(module, file) for NAME/__init__.py and NAME.py, packages first: Python prefers them too."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if not entry.name.startswith(("_", ".")) and (entry / "__init__.py").is_file():
            yield entry.name, entry / "__init__.py"
    for entry in entries:
        if not entry.name.startswith(("_", ".")) and entry.suffix == ".py" and entry.is_file():
            yield entry.stem, entry


def _shown(path: Path, workspace: Workspace) -> str:
    return path.relative_to(workspace.root).as_posix() if path.is_relative_to(workspace.root) else str(path)
