"""The experiments of installed packages, by the entry points of the group `studyctl.experiments`:

    [project.entry-points."studyctl.experiments"]
    box-decoding = "detectors.experiments.boxes:box_decoding"

Nothing is executed to find them: what a distribution declares and the source of the named module are read as text.
The standard library's importlib.metadata would say the same, and takes longer to load than all of this takes.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from studyctl.core.models import ExperimentProblem, ExperimentSpec
from studyctl.runner.located import is_installed, site_path, source_of

GROUP = "studyctl.experiments"
_SECTION = re.compile(r"\s*\[(.+?)\]\s*")
_VALUE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*:\s*([A-Za-z_]\w*)\s*")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Distribution:
    """An installed distribution that declares experiments."""

    name: str
    version: str
    metadata: Path  # its folder
    declared: tuple[tuple[str, str], ...]  # (name, value) of each entry point

    @property
    def shown(self) -> str:
        return f"{self.name} {self.version}".strip()

    def source(self, module: str) -> Path | None:
        """The file of a module: the one that was installed with it, else (editable) the one that would be imported."""
        stem = module.replace(".", "/")
        for name in (f"{stem}.py", f"{stem}/__init__.py"):
            if name in self.files() and (file := self.metadata.parent / name).is_file():
                return file
        return source_of(module)

    def packages(self) -> set[str]:
        """The modules at the top of what it installed."""
        tops = {name.partition("/")[0] for name in self.files() if name.endswith(".py")}
        return {top.removesuffix(".py") for top in tops if not top.startswith((".", "__editable__"))}

    def files(self) -> frozenset[str]:
        """The paths of what it installed, relative to where it was installed; none where nothing says so."""
        lines = _text(self.metadata / "RECORD").splitlines()
        return frozenset(line.rsplit(",", 2)[0].strip('"') for line in lines if line)


def distributions() -> Iterator[Distribution]:
    """The installed distributions that declare experiments; of several versions the one that is found first."""
    seen: set[str] = set()
    for folder in _metadata_folders():
        text = _text(folder / "entry_points.txt")
        if GROUP not in text or not (declared := tuple(_declared(text))):
            continue
        name, version = _name_and_version(folder)
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key not in seen:
            seen.add(key)
            yield Distribution(name, version, folder, declared)


def discover_installed(root: Path) -> list[ExperimentSpec | ExperimentProblem]:
    """What installed packages declare: experiments, and entry points that lead to none."""
    found: dict[str, ExperimentSpec | ExperimentProblem] = {}
    again: list[ExperimentProblem] = []
    for distribution in sorted(distributions(), key=lambda one: one.name):
        for word, value in distribution.declared:
            one = _read(root, distribution, word, value)
            if one.name in found:
                other = found[one.name]
                message = f"{other.distribution} has one of the same name, and is the one that counts"
                again.append(ExperimentProblem(one.name, one.path, 1, message, distribution.shown))
            else:
                found[one.name] = one
    return [*found.values(), *again]


def _read(root: Path, distribution: Distribution, word: str, value: str) -> ExperimentSpec | ExperimentProblem:
    """The experiment behind an entry point."""
    from dataclasses import replace

    from studyctl.core.discovery import read_experiment

    name = word.strip().replace("_", "-").lower()
    place = f"entry point {word} = {value}"

    def problem(message: str, path: str = place) -> ExperimentProblem:
        return ExperimentProblem(name, path, 1, message, distribution.shown)

    if not _NAME.fullmatch(name):
        return problem(f"{word!r} cannot name an experiment: a-z, digits and hyphens")
    named = _VALUE.fullmatch(value)
    if named is None:
        return problem("it is not of the form package.module:function")
    module, function = named[1], named[2]
    file = distribution.source(module)
    if file is None:
        return problem(f"there is no module {module}")
    path = shown_path(module, file, root)
    try:
        source = file.read_bytes()
    except OSError as error:
        return problem(f"cannot be read: {error.strerror}", path)
    read = read_experiment(source, module.rpartition(".")[2], path, function)
    if isinstance(read, ExperimentProblem):
        return replace(read, name=name, distribution=distribution.shown)
    return replace(read, name=name, module=module, distribution=distribution.shown)


def distribution_of(module: str) -> Distribution | None:
    """The distribution that declares an experiment of this module."""
    for one in distributions():
        if any((named := _VALUE.fullmatch(value)) and named[1] == module for _, value in one.declared):
            return one
    return None


def shown_path(module: str, file: Path, root: Path) -> str:
    """How a module's file is recorded: relative to the workspace where it stands in there, else by its name."""
    return site_path(module, file) if is_installed(file, root) else file.relative_to(root).as_posix()


def _metadata_folders() -> Iterator[Path]:
    for entry in dict.fromkeys(sys.path):
        try:
            with os.scandir(entry or ".") as entries:
                names = sorted(one.path for one in entries if one.name.endswith((".dist-info", ".egg-info")))
        except OSError:
            continue
        yield from map(Path, names)


def _declared(text: str) -> Iterator[tuple[str, str]]:
    inside = False
    for line in text.splitlines():
        if section := _SECTION.fullmatch(line):
            inside = section[1].strip() == GROUP
        elif inside and "=" in line and not line.lstrip().startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), re.sub(r"\s*\[.*\]\s*$", "", value).strip()  # what is asked for in [] are extras


def _name_and_version(folder: Path) -> tuple[str, str]:
    head = (_text(folder / "METADATA") or _text(folder / "PKG-INFO")).partition("\n\n")[0]
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line and not line.startswith(" "))
    name, _, version = folder.stem.partition("-")
    return fields.get("Name", name), fields.get("Version", version)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
