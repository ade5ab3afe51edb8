"""The experiments of this repository are imported as `experiments.NAME`, from the repository's root."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parents[2])
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)


@pytest.fixture(scope="session")
def torch_loaded() -> None:
    """PyTorch and torchvision, imported; the test is skipped where the extra is not installed.

    Before the first test that needs them, since importing torchvision leaves a variable in the environment.
    """
    before = set(os.environ)
    try:
        for name in ("torch", "torchvision"):
            pytest.importorskip(name, reason="needs the extra torch: python -m pip install 'studyctl[torch]'")
    finally:
        for name in set(os.environ) - before:
            del os.environ[name]
