"""Experiments of an installed package on the command line: listed, tied, run, and stale after an upgrade."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from study_bench import Result, Study


@pytest.fixture(scope="module")
def wheels() -> ModuleType:
    """The builder of wheels, which stands beside the runner's tests."""
    file = Path(__file__).parents[1] / "runner" / "wheels.py"
    spec = importlib.util.spec_from_file_location("wheels", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["wheels"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_way_of_an_installed_experiment(
    fresh: Study, wheels: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = wheels.install(wheels.build(tmp_path), tmp_path / "env" / "site-packages")
    monkeypatch.syspath_prepend(site)

    def ask(*words: str) -> Result:
        return fresh(*words, columns=120)

    listed = ask("experiment", "list")
    assert listed.code == 0
    line = next(line for line in listed.out.splitlines() if line.startswith("sixes"))
    assert line.split("  ")[-1].strip() == "never" and "tiny-dice 1.0" in line
    assert "warning: entry point gone = tinydice.nowhere:f of tiny-dice 1.0: there is no module" in listed.err

    shown = ask("experiment", "show", "sixes")
    assert "  file      site:tinydice/games/six.py:14\n  from      tiny-dice 1.0\n" in shown.out

    tied = ask("link", "Q3", "sixes#share")
    assert tied.code == 0, tied.err
    note = (fresh.root / "notes" / "study.md").read_text("utf-8")
    assert "* Does anybody know? ([sixes](studyctl:sixes#share))\n" in note

    # In a process of its own, as after an installation; what only reads is asked in this one.
    ran = fresh.ask("run", "sixes", env={"PYTHONPATH": str(site), "COLUMNS": "120"})
    assert ran.code == 0, ran.err
    assert "  Q3  Does anybody know?\n      ✓ supported: 0.17 of them\n" in ran.out
    assert "✓ fresh" in ask("answer", "Q3").out
    checked = ask("doctor")
    assert "ties         every tied experiment exists" in checked.out

    (carried,) = ask("runs", "list", "--json").json
    assert ask("runs", "export", carried["id"], "-o", str(tmp_path / "run.zip"), "--public").code == 0
    (tmp_path / "other").mkdir()
    other = Study.make(tmp_path / "other" / "study")
    assert other("runs", "import", str(tmp_path / "run.zip")).code == 0
    assert re.search(r"^  from +tiny-dice 1\.0$", other("runs", "show", carried["id"]).out, re.MULTILINE)

    better = {**wheels.FILES, "tinydice/games/chance.py": wheels.CHANCE.replace("= 6", "= 7")}
    wheels.install(wheels.build(tmp_path, "1.1", better), site)
    (run,) = ask("runs", "list", "--json").json
    assert f"    - site:tinydice/games/chance.py changed since run {run['id'][:8]}\n" in ask("answer", "Q3").out
    assert "  studyctl run --stale " in ask().out
    # Where the package is not installed, its file is gone.
    gone = fresh.ask("answer", "Q3", env={"PYTHONPATH": ""})
    assert "site:tinydice/games/chance.py is gone or unreadable" in gone.out

    fresh.write("experiments/sixes.py", (fresh.root / "experiments" / "failing.py").read_text("utf-8"))
    own = ask("experiment", "list")
    assert "sixes is experiments/sixes.py here, and not the one of tiny-dice 1.1\n" in own.err
