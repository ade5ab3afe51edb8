"""Identity over a synthetic history of edits: the benchmark at a size that a test can afford."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "identity.py"


@pytest.fixture(scope="module")
def history() -> ModuleType:
    spec = importlib.util.spec_from_file_location("identity_benchmark", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_month_of_edits(history: ModuleType, seed: int) -> None:
    rng = random.Random(seed)
    before = history.make_vault(1500, rng)
    score, _, _ = history.measure(before, history.edit_vault(before, rng))
    for edit in ("unchanged", "moved", "reordered", "renamed"):
        assert score.total(edit) > 10
        assert score.share_kept(edit) == 1.0
    assert score.total("edited") > 100
    assert score.share_kept("edited") >= 0.95
    assert score.share_wrong <= 0.01
