"""Fixtures: a workspace in which a full and a quick run have finished, made once and copied for each test."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from study_bench import Study

from studyctl.runner import importing


@pytest.fixture(scope="session")
def _finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = Study.make(tmp_path_factory.mktemp("finished") / "study")
    with _own_modules():
        for words in (["run", "coin"], ["run", "coin", "--quick"]):
            done = study(*words)
            assert done.code == 0 and "MLflow" not in done.err, done.err
    return study.root


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Study]:
    """A workspace in which nothing has run."""
    with _own_modules():
        yield Study.make(tmp_path / "fresh")


@pytest.fixture
def study(tmp_path: Path, _finished: Path) -> Iterator[Study]:
    """A workspace in which `coin` has run, in full and then quickly."""
    shutil.copytree(_finished, tmp_path / "study")
    with _own_modules():
        yield Study(tmp_path / "study")


class _own_modules:
    """Experiments are imported under one name whatever their workspace; each test has its own."""

    def __enter__(self) -> None:
        self.path = list(sys.path)
        self.kept = _experiments()

    def __exit__(self, *_: object) -> None:
        sys.path[:] = self.path
        # Other finders stay: importlib_metadata puts its own in place of the standard library's when MLflow is loaded.
        ours = [finder for finder in sys.meta_path if type(finder).__module__ == importing.__name__]
        for finder in ours:
            sys.meta_path.remove(finder)
        for name in _experiments():
            del sys.modules[name]
        sys.modules.update(self.kept)


def _experiments() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.split(".")[0] == "experiments"}
