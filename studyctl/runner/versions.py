"""Which of the packages that an experiment imports have another version now than during its run.

Only those that the run's own code names, and only on the machine that made it: that another machine has other
versions says nothing about a figure that was measured here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from studyctl.core.closure import imports_of
from studyctl.core.models import SITE, Run
from studyctl.runner.located import located, module_named
from studyctl.runner.process import hostname
from studyctl.runner.provenance import distributions


def changed_versions(root: Path, run: Run) -> list[str]:
    """A line for each of them, for people; empty for a run that was imported or made by another machine."""
    then = run.provenance.get("distributions") or {}
    if run.imported or run.host != hostname():
        return []
    now = _installed()
    other = {name for name, version in then.items() if now.get(name) != version}
    if not other:
        return []
    return [
        f"{name} was {then[name]} during run {run.short}, and is {now.get(name, 'not installed')}"
        for name in sorted(other.intersection(_named(root, run)))
    ]


def _named(root: Path, run: Run) -> Iterable[str]:
    """The distributions behind the imports of the run's code."""
    modules: set[str] = set()
    for file in run.files:
        if file.role != "code":
            continue
        try:
            source = located(root, file.path).read_bytes()
        except OSError:
            continue
        name = module_named(file.path.removeprefix(SITE))
        modules |= {one.partition(".")[0] for one in imports_of(source, name, package=False).names}
    by_module = _providers()
    return {distribution for module in modules for distribution in by_module.get(module, ())}


@cache
def _installed() -> Mapping[str, str]:
    return distributions()


@cache
def _providers() -> Mapping[str, tuple[str, ...]]:
    """The distributions that provide each module, by the names under which a run records them."""
    from importlib.metadata import packages_distributions

    return {
        module: tuple(sorted({name.replace("_", "-").lower() for name in names}))
        for module, names in packages_distributions().items()
    }
