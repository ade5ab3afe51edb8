"""The digest of what reads notes: it changes with any of it, and with nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from studyctl.core.detector import edition as module


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The sources of the core, to be changed."""
    core = tmp_path / "core"
    shutil.copytree(module._HERE.parent, core, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "_HERE", core / "detector")
    module.edition.cache_clear()
    yield core
    module.edition.cache_clear()


def now() -> str:
    module.edition.cache_clear()
    return module.edition()


@pytest.mark.parametrize("name", ["detector/prose.py", "detector/learned.txt", "scanner.py", "ties.py", "states.py"])
def test_it_changes_with_what_reads_notes(copied: Path, name: str) -> None:
    before = now()
    (copied / name).write_bytes((copied / name).read_bytes() + b"\n")
    assert before and now() != before


def test_it_does_not_change_with_anything_else(copied: Path) -> None:
    before = now()
    (copied / "answers.py").write_text("")
    (copied / "detector" / "notes.md").write_text("")
    assert now() == before


def test_without_sources_it_says_nothing(copied: Path) -> None:
    (copied / "scanner.py").unlink()
    assert now() == ""


def test_what_reads_notes_is_all_that_the_detector_imports() -> None:
    """Else a change there would go unseen."""
    core = module._HERE.parent
    named = set(module._BESIDE)
    imported = set()
    for path in (*module._HERE.glob("*.py"), *(core / name for name in named)):
        for line in path.read_text("utf-8").splitlines():
            words = line.split()
            if words[:1] != ["from"] or not words[1].startswith("studyctl.core"):
                continue
            whole = words[1].removeprefix("studyctl.core").lstrip(".")
            names = [whole] if whole else [name.strip("(),") for name in words[3:]]
            imported |= {f"{name.split('.')[0]}.py" for name in names}
    beside = {name for name in imported if (core / name).is_file()}
    assert beside - {"models.py"} <= named  # which has types, and reads nothing
