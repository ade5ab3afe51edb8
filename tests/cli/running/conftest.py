"""Fixtures: a workspace in which a full and a quick run have finished, made once and copied for each test."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from study_bench import Study


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
        yield Study.make(tmp_path / "study")


@pytest.fixture
def study(tmp_path: Path, _finished: Path) -> Iterator[Study]:
    """A workspace in which `coin` has run, in full and then quickly."""
    shutil.copytree(_finished, tmp_path / "study")
    with _own_modules():
        yield Study(tmp_path / "study")


class _own_modules:
    """Experiments are imported under one name whatever their workspace; each test has its own."""

    def __enter__(self) -> None:
        self.path, self.finders = list(sys.path), list(sys.meta_path)
        self.kept = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "experiments"}

    def __exit__(self, *_: object) -> None:
        sys.path[:], sys.meta_path[:] = self.path, self.finders
        for name in [name for name in sys.modules if name.split(".")[0] == "experiments"]:
            del sys.modules[name]
        sys.modules.update(self.kept)
