"""The interface of authors under mypy --strict, checked as an installed package is: without settings of ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import studyctl
from studyctl import lab

SAMPLES = Path(__file__).parent / "typing"
EXPECTED = re.compile(r"# error: ([a-z-]+(?:, [a-z-]+)*)$")


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[int, str]]]:
    """What mypy finds in each sample: (line, its name for it)."""
    scratch = tmp_path_factory.mktemp("mypy")
    settings = scratch / "mypy.ini"
    settings.write_text("[mypy]\nstrict = True\n")
    samples = sorted(SAMPLES.glob("*.py"))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(settings), "--cache-dir", str(scratch / "cache"), *samples],
        capture_output=True,
        text=True,
        cwd=scratch,
        env=os.environ | {"MYPYPATH": str(Path(studyctl.__file__).parents[1]), "NO_COLOR": "1"},
        timeout=600,
        check=False,
    )
    found: dict[str, list[tuple[int, str]]] = {sample.name: [] for sample in samples}
    for line in done.stdout.splitlines():
        if error := re.match(r"(.+\.py):(\d+): error: .*\[([a-z-]+)\]$", line):
            found.setdefault(Path(error[1]).name, []).append((int(error[2]), error[3]))
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return found


@pytest.mark.slow
def test_every_call_of_an_author_passes(complaints: dict[str, list[tuple[int, str]]]) -> None:
    assert complaints["author.py"] == []
    assert set(complaints) == {"author.py", "mistakes.py"}  # and nothing is wrong within studyctl


def test_mistakes_are_told_before_anything_runs(complaints: dict[str, list[tuple[int, str]]]) -> None:
    lines = (SAMPLES / "mistakes.py").read_text("utf-8").splitlines()
    marked = [
        (number, name)
        for number, line in enumerate(lines, start=1)
        if (expected := EXPECTED.search(line))
        for name in expected[1].split(", ")
    ]
    assert complaints["mistakes.py"] == marked


@pytest.fixture
def author(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SAMPLES)
    import author  # type: ignore[import-not-found]

    return author


def test_what_is_checked_runs(author: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    record = author.check()
    assert record.state == "finished"
    assert record.finding("summary").text == "With float32 and seed 0."
    author.record_a_script()
    assert capsys.readouterr().out.startswith("nowhere is no workspace")


def test_the_sample_uses_all_that_is_offered() -> None:
    source = (SAMPLES / "author.py").read_text("utf-8")
    assert all(re.search(rf"\b{name}\b", source) for name in lab.__all__)
    handle = [name for name in vars(lab.Run) if not name.startswith("_")]
    internal = {"last_metrics", "decided", "undecided", "constants", "steps", "note", "notes", "returned", "close"}
    assert all(f"run.{name}" in source for name in handle if name not in internal)
    assert internal < set(handle)


def test_it_says_that_it_is_typed() -> None:
    assert (Path(studyctl.__file__).parent / "py.typed").is_file()
