"""Tags and deletion beside a run's record: neither is written over by the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studyctl.core.models import Run
from studyctl.runner import folder, marks
from studyctl.runner.marks import MarkFolders, Marks

RUN = Run(
    id="ab" * 16,
    experiment="x",
    title="X",
    state="running",
    started="2026-11-24T03:04:05.123Z",
    ended=None,
    preset="default",
    changed=(),
    params={},
    seed=0,
    evidence_version=1,
    host="here",
    pid=1,
    process_started=1.0,
    provenance={},
    mlflow_run_id="m1",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder.write_record(folder.make_folder(tmp_path, RUN.id), RUN)
    return tmp_path / RUN.id


def test_a_run_that_is_tagged_while_it_runs_keeps_its_tags_and_its_end(home: Path, tmp_path: Path) -> None:
    shelf = MarkFolders(tmp_path)
    shelf.keep(replace(RUN, tags=("good",)), waiting=False)
    folder.write_record(home, replace(RUN, state="finished", ended="2026-11-24T03:04:06.123Z"))
    found = folder.read_record(home)
    assert (found.state, found.tags, found.deleted) == ("finished", ("good",), None)
    shelf.keep(replace(found, deleted="2026-11-25T00:00:00.000Z"), waiting=True)
    assert folder.read_record(home).deleted == "2026-11-25T00:00:00.000Z"
    assert shelf.waiting() == [RUN.id]
    shelf.keep(replace(found, tags=()), waiting=False)
    assert (folder.read_record(home).tags, folder.read_record(home).deleted, shelf.waiting()) == ((), None, [])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tags": 3}', '{"tags": []}', "null"])
def test_a_damaged_file_says_nothing(home: Path, text: str) -> None:
    (home / marks.MARKS_FILE).write_text(text)
    assert marks.read(home) is None
    assert folder.read_record(home) == RUN


def test_a_run_without_a_folder_has_no_marks_there(tmp_path: Path) -> None:
    MarkFolders(tmp_path).keep(RUN, waiting=True)
    assert list(tmp_path.iterdir()) == []


def test_removing_keeps_in_mind_what_mlflow_still_has(home: Path, tmp_path: Path) -> None:
    (home / "artifacts").mkdir()
    (home / "artifacts" / "big.bin").write_bytes(b"x" * 1000)
    shelf = MarkFolders(tmp_path)
    assert shelf.remove(RUN, waiting=True) > 1000
    assert [one.name for one in home.iterdir()] == [marks.MARKS_FILE]
    assert shelf.removed() == [(RUN.id, "x", "m1", "")]
    assert marks.read(home) == Marks(waiting=True, removed=(("experiment", "x"), ("id", "m1"), ("server", "")))
    shelf.forget(RUN.id)
    assert not home.exists() and shelf.removed() == []
    assert shelf.remove(RUN, waiting=False) == 0 and not home.exists()
