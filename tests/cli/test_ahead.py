"""A child process asks the files of a large workspace while the program loads: it may only ever save time."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Typed

from studyctl.config import find_workspace
from studyctl.wiring import ahead

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs fork and a second processor"
)
SHOWN = ("todo", "list")


@pytest.fixture
def note(studyctl: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The note of a synced workspace that counts as large; its stamp is old enough to prove what it says."""
    monkeypatch.setattr(ahead, "_LARGE", 0)
    monkeypatch.setattr(ahead, "_asked", None)
    studyctl("init")
    path = tmp_path / "notes" / "a.md"
    path.write_text("## Todo\n- first\n", "utf-8")
    for one in (path, tmp_path / "studyctl.toml", *tmp_path.glob("notes/*")):
        os.utime(one, (1_700_000_000, 1_700_000_000))
    assert studyctl("sync").code == 0
    return path


def found_unchanged(*argv: str) -> bool:
    ahead.begin(argv)
    return ahead.unchanged(find_workspace())


def test_it_says_so_once_where_nothing_changed(note: Path) -> None:
    assert found_unchanged(*SHOWN)
    assert not ahead.unchanged(find_workspace())


@pytest.mark.parametrize("change", ["edited", "new", "gone"])
def test_it_never_says_so_where_something_changed(note: Path, change: str) -> None:
    if change == "edited":
        note.write_text("## Todo\n- second\n", "utf-8")
    elif change == "new":
        (note.parent / "b.md").write_text("## Todo\n- third\n", "utf-8")
    else:
        note.unlink()
    assert not found_unchanged(*SHOWN)


@pytest.mark.parametrize(
    "argv", [("todo", "done", "T1"), ("run", "x"), ("-w", ".", *SHOWN), ("--workspace=.", *SHOWN), ()]
)
def test_no_child_for_other_commands_and_workspaces(
    note: Path, monkeypatch: pytest.MonkeyPatch, argv: Sequence[str]
) -> None:
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("forked"))
    ahead.begin(argv)


def test_no_child_for_a_small_workspace(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_LARGE", 1 << 40)
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("forked"))
    ahead.begin(SHOWN)


def test_what_it_says_of_another_workspace_counts_for_nothing(
    note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead.begin(SHOWN)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "studyctl.toml").write_text("", "utf-8")
    assert not ahead.unchanged(find_workspace(str(tmp_path / "other")))


@pytest.mark.parametrize("trouble", ["no fork", "a child that fails"])
def test_without_it_a_list_is_the_same(
    studyctl: Typed, note: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    if trouble == "no fork":
        monkeypatch.setattr(os, "fork", _forbidden)
    else:
        monkeypatch.setattr(ahead, "_same", _forbidden)
    ahead.begin(SHOWN)
    assert "first" in studyctl(*SHOWN).out


def test_a_list_shows_what_changed_before_it(studyctl: Typed, note: Path) -> None:
    note.write_text("## Todo\n- first\n- second\n", "utf-8")
    ahead.begin(SHOWN)
    assert "second" in studyctl(*SHOWN).out


def _forbidden(*_: object) -> int:
    raise OSError("not here")
