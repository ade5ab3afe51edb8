"""Fixtures of the runner's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from runner_bench import Bench

from studyctl.runner.importing import isolated


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    root = tmp_path / "work space"
    root.mkdir()
    with isolated():
        yield Bench(root.resolve())
