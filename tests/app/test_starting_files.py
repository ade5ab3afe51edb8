"""The files that studyctl writes to start from run as they stand."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from studyctl.app.templates import FIRST_EXPERIMENT, FIRST_NOTE, experiment_name, new_experiment
from studyctl.core.detector.detect import detect
from studyctl.errors import UsageError
from studyctl.lab import draft

QUESTIONS = ["", "Is a faster than b?", '왜 "unstable"하지 않을까?', "a\\b {x} <<NAME>> '''", "x" * 300]


def imported(name: str, source: str, folder: Path) -> ModuleType:
    file = folder / f"{name}.py"
    file.write_text(source, "utf-8")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_first_experiment_agrees_with_the_closed_form(tmp_path: Path) -> None:
    module = imported("monty_hall", FIRST_EXPERIMENT, tmp_path)
    for doors in (3, 10):
        verdicts = {f.key: f.verdict for f in draft(module.monty_hall, "quick", tmp_path, doors=doors).findings}
        assert verdicts == {"switching": "supported", "equal-doors": "refuted", "theory": "supported"}


def test_the_first_note_ties_what_it_asks_to_findings_that_there_are() -> None:
    found = detect(FIRST_NOTE, "notes/study-note.md").found
    assert [one.kind for one in found].count("question") == 3
    ties = [tie for one in found for tie in one.ties]
    assert {tie.experiment for tie in ties} == {"monty-hall"}
    assert all(f'"{tie.fragment}",' in FIRST_EXPERIMENT for tie in ties)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_new_experiment_runs_and_claims_nothing(tmp_path: Path, question: str) -> None:
    source = new_experiment("my-first-try", question)
    ast.parse(source)
    module = imported("my_first_try", source, tmp_path)
    run = draft(module.my_first_try, "quick", tmp_path)
    assert run.title == (question or "My first try")
    assert [finding.verdict for finding in run.findings] == [None]
    assert "Not measured yet" in run.findings[0].text


@pytest.mark.parametrize(
    ("word", "name"), [("se-block", "se-block"), ("se_block.py", "se-block"), (" Warmup2 ", "warmup2"), ("a", "a")]
)
def test_names_as_they_are_typed(word: str, name: str) -> None:
    assert experiment_name(word) == name


@pytest.mark.parametrize("word", ["", "2nd", "class", "a b", "a--b", "-a", "écart", "a/b", "box-"])
def test_what_cannot_name_a_module_is_refused(word: str) -> None:
    with pytest.raises(UsageError):
        experiment_name(word)
