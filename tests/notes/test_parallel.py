"""Reading many notes with helpers: the same notes, each once, whatever becomes of the helpers."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import Counter
from pathlib import Path

import odd_detectors
import psutil
import pytest

from studyctl.config import Settings, Workspace
from studyctl.core.models import FileStamp
from studyctl.core.ports import NoteRead
from studyctl.notes import parallel
from studyctl.notes.parallel import Detect, read_notes

COUNT = 60


@pytest.fixture(autouse=True)
def many_small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_CHUNK_BYTES", 4000)
    monkeypatch.setenv("READING_PROCESS", str(os.getpid()))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for number in range(COUNT):
        (tmp_path / f"{number}.md").write_text(f"노트 {number}", "utf-8")
    (tmp_path / "broken.md").write_bytes(b"\xff\xfe")
    return Workspace(tmp_path, tmp_path / "studyctl.toml", Settings(todo_labels=("할 일",)))


def read(workspace: Workspace, detect: Detect, helpers: int) -> dict[str, NoteRead]:
    names = [f"{number}.md" for number in range(COUNT)]
    stamps = [FileStamp(name, "note", 10, 0, 0, "") for name in [*names, "broken.md", "gone.md"]]
    found = list(read_notes(workspace, detect, stamps, helpers))
    assert Counter(one.note for one in found) == dict.fromkeys([*names, "broken.md", "gone.md"], 1)
    for name in names:
        (one,) = [one for one in found if one.note == name]
        assert one.sha256 == hashlib.sha256((workspace.root / name).read_bytes()).hexdigest()
        assert one.reading is not None
        assert [item.text for item in one.reading.found] == [f"노트 {name[:-3]}"]
        assert one.reading.found[0].topic == ("할 일",)
    by_name = {one.note: one for one in found}
    assert by_name["broken.md"].reading is None and by_name["gone.md"].reading is None
    assert no_helpers()
    return by_name


@pytest.fixture(autouse=True)
def _others() -> None:
    """What other tests of this process started, such as the resource tracker of multiprocessing, is no helper."""
    OTHERS.clear()
    OTHERS.update(child.pid for child in psutil.Process().children())


OTHERS: set[int] = set()


def no_helpers() -> bool:
    children = [child for child in psutil.Process().children() if child.pid not in OTHERS]
    return not [child for child in children if child.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("helpers", [0, 1, 3])
@pytest.mark.parametrize("detect", [odd_detectors.words, odd_detectors.dawdles, odd_detectors.prints])
def test_every_note_is_read_once(workspace: Workspace, detect: Detect, helpers: int) -> None:
    read(workspace, detect, helpers)


@pytest.mark.parametrize("detect", [odd_detectors.dies_in_a_helper, odd_detectors.fails_in_a_helper])
def test_what_a_helper_leaves_is_read_here(workspace: Workspace, detect: Detect) -> None:
    read(workspace, detect, 2)


def test_without_helpers_where_no_process_can_be_started(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(workspace.root / "nowhere"))
    read(workspace, odd_detectors.words, 2)
    monkeypatch.setattr(sys, "executable", "")
    read(workspace, odd_detectors.words, 2)


def test_a_helper_that_never_begins(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_START", "raise SystemExit(3)")
    read(workspace, odd_detectors.words, 2)


def test_a_bug_of_the_detector_is_seen_here(workspace: Workspace) -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        read(workspace, odd_detectors.fails, 2)
    assert no_helpers()


def test_helpers_end_with_a_reading_that_is_broken_off(workspace: Workspace) -> None:
    stamps = [FileStamp(f"{number}.md", "note", 10, 0, 0, "") for number in range(COUNT)]
    reading = read_notes(workspace, odd_detectors.dawdles, stamps, 2)
    next(reading)
    assert not no_helpers()
    reading.close()  # type: ignore[attr-defined]
    assert no_helpers()


def test_how_many_helpers_it_takes(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    team = parallel._Team.__init__

    def init(self: parallel._Team, task: parallel.Task, chunks: object, count: int) -> None:
        asked.append(count)
        team(self, task, chunks, 0)  # type: ignore[arg-type]

    monkeypatch.setattr(parallel._Team, "__init__", init)
    monkeypatch.setattr(parallel, "_processors", lambda: 16)
    for size in (10, parallel.WORTH_BYTES, 100 * parallel.WORTH_BYTES):
        list(read_notes(workspace, odd_detectors.words, [FileStamp("1.md", "note", size, 0, 0, "")]))
    monkeypatch.setattr(parallel, "_processors", lambda: 1)
    list(read_notes(workspace, odd_detectors.words, [FileStamp("1.md", "note", 10**9, 0, 0, "")]))
    assert asked == [0, 1, parallel.MOST_HELPERS, 0]
