"""Same seed, same machine: every experiment that does not say otherwise measures the same, to the last bit.

Whatever stands in `experiments/` is run twice in processes of their own, so that a new experiment is held to it too.
What an experiment itself says cannot be fixed by a seed (`measures`, the run's notes on determinism) and times are
left out.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studyctl.config import find_workspace
from studyctl.core.models import ExperimentSpec
from studyctl.core.templates import exact
from studyctl.runner.discover import discover

ROOT = Path(__file__).parents[2]
SPECS = {one.name: one for one in discover(find_workspace(str(ROOT))) if isinstance(one, ExperimentSpec)}
TIMES = ("s", "ms", "us", "µs", "ns", "min", "h")


def drafted(name: str, folder: Path) -> dict[str, Any]:
    """A quick run in a fresh process, of which nothing is recorded in this repository."""
    done = subprocess.run(
        [sys.executable, "-m", "studyctl", "--workspace", str(ROOT), "run", name, "--quick", "--draft", "--json"],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=600,
    )
    if done.returncode == 9:
        pytest.skip(f"{name} needs an extra: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def figures(run: dict[str, Any]) -> dict[str, str]:
    return {
        one["name"]: exact(one["value"] if isinstance(one["value"], float) else float(one["value"]))
        for one in run["metrics"]
        if one["unit"] not in TIMES and not one["unit"].startswith(("s/", "ms/", "1/s"))
    }


@pytest.mark.parametrize("name", sorted(name for name, spec in SPECS.items() if "time" not in spec.measures))
@pytest.mark.slow
def test_the_same_seed_measures_the_same(name: str, tmp_path: Path) -> None:
    first = drafted(name, tmp_path)
    if first["provenance"].get("determinism"):
        pytest.skip(f"{name} says that it is not deterministic: {first['provenance'].get('determinism')}")
    there = figures(first)
    assert there, f"{name} measures nothing but time"
    assert any(math.isfinite(float(value)) for value in there.values())
    assert figures(drafted(name, tmp_path)) == there


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(name for name, spec in SPECS.items() if "time" in spec.measures))
def test_what_measures_time_measures_what_its_findings_need(name: str, tmp_path: Path) -> None:
    """Times differ, so nothing is compared: a quick run in a fresh process has its figures and its findings."""
    run = drafted(name, tmp_path)
    assert figures(run) and all(one["text"] and "{" not in one["text"] for one in run["findings"])


def test_there_is_something_to_hold_to_it() -> None:
    assert "box-decoding" in SPECS
