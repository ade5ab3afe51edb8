"""A report's folder: replaced as a whole, and never over what somebody else put there."""

from __future__ import annotations

from pathlib import Path

import pytest

from studyctl.app import report_folder
from studyctl.app.report_folder import MARKER, put
from studyctl.errors import UsageError, WorkspaceError


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_report_replaces_the_one_before_it(tmp_path: Path) -> None:
    folder, figure = tmp_path / "out" / "report", tmp_path / "f.png"
    figure.write_bytes(b"png")
    assert put(folder, {"index.html": b"one", "figures/1/f.png": figure}, "html")
    assert put(folder, {"index.html": b"two"}, "html")
    assert set(files(folder)) == {"index.html", MARKER}
    assert (folder / "index.html").read_bytes() == b"two"
    assert list(folder.parent.iterdir()) == [folder]


def test_the_same_report_leaves_the_folder_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    assert put(folder, {"index.html": b"one"}, "html")
    before = folder.stat().st_ino
    assert not put(folder, {"index.html": b"one"}, "html")
    assert folder.stat().st_ino == before


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="none says that a report made them"):
        put(tmp_path, {"index.html": b"one"}, "html")
    assert files(tmp_path) == {"thesis.tex": b"years of work"}


@pytest.mark.parametrize("name", ["CNAME", "figures/mine.png"])
def test_a_file_that_somebody_added_is_left_alone(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "report"
    put(folder, {"index.html": b"one", "figures/1.png": b"png"}, "html")
    (folder / name).write_text("mine")
    with pytest.raises(UsageError, match=f"holds what no report wrote: {name}"):
        put(folder, {"index.html": b"two"}, "html")
    assert (folder / "index.html").read_bytes() == b"one"


def test_a_link_in_it_is_somebody_elses(tmp_path: Path) -> None:
    folder, other = tmp_path / "report", tmp_path / "other"
    other.mkdir()
    (other / "kept").touch()
    put(folder, {"index.html": b"one"}, "html")
    (folder / "link").symlink_to(other)
    with pytest.raises(UsageError, match="link"):
        put(folder, {"index.html": b"two"}, "html")
    assert (other / "kept").exists()


@pytest.mark.parametrize("marker", ["", "{}", "[1]", '{"report": "x"}', "\x00"])
def test_a_marker_that_says_nothing_is_none(tmp_path: Path, marker: str) -> None:
    (tmp_path / MARKER).write_text(marker)
    with pytest.raises(UsageError):
        put(tmp_path, {"index.html": b"one"}, "html")


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("a file")
    with pytest.raises(UsageError, match="is no folder"):
        put(tmp_path / "report", {"index.html": b"one"}, "html")


def test_an_empty_folder_is_as_good_as_none(tmp_path: Path) -> None:
    assert put(tmp_path, {"index.html": b"one"}, "html")
    assert (tmp_path / "index.html").read_bytes() == b"one"


def test_what_was_cut_short_between_the_two_steps_is_brought_back(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    put(folder, {"index.html": b"one"}, "html")
    folder.rename(report_folder._before(folder))
    report_folder.check(folder)
    assert (folder / "index.html").read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_report_that_cannot_be_written_keeps_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    put(folder, {"index.html": b"one"}, "html")
    with pytest.raises(WorkspaceError, match="cannot write the report"):
        put(folder, {"index.html": b"two", "figures/f.png": tmp_path / "gone.png"}, "html")
    assert (folder / "index.html").read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [folder]
