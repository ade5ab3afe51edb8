"""Fixtures of the runner's tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from runner_bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    path, finders = list(sys.path), list(sys.meta_path)
    kept = dict(sys.modules)
    root = tmp_path / "work space"
    root.mkdir()
    try:
        yield Bench(root.resolve())
    finally:
        sys.path[:], sys.meta_path[:] = path, finders
        for name in [name for name in sys.modules if name not in kept]:
            module: Any = sys.modules[name]
            if str(getattr(module, "__file__", "") or "").startswith(str(root)) or name == "experiments":
                del sys.modules[name]
        sys.modules.update({name: module for name, module in kept.items() if name.startswith("experiments")})
