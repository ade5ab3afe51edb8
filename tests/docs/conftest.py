"""The script that makes the documentation, as a module."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _quickly(store_made_once: None) -> None:
    """What the pages show does not depend on how MLflow's store comes about."""


@pytest.fixture(scope="session")
def making() -> Iterator[ModuleType]:
    """`docs/make.py`."""
    spec = importlib.util.spec_from_file_location("docs_make", REPOSITORY / "docs" / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_make"] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["docs_make"]
