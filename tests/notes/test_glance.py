"""The fast look at all notes says "unchanged" only where the walk would find exactly the same."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.config import RACY_NS, Settings, Workspace
from studyctl.core.models import FileStamp
from studyctl.notes import glance
from studyctl.notes.walk import walk

OLD = 1_700_000_000_000_000_000


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        os.utime(path, ns=(OLD, OLD))


def make(root: Path, files: dict[str, str], **options: Any) -> Workspace:
    write(root, {"studyctl.toml": "", **files})
    return Workspace(root, root / "studyctl.toml", Settings(**options))


def known(workspace: Workspace) -> list[FileStamp]:
    """What a sync long after the last change remembers."""
    return [replace(stamp, seen_ns=OLD + 10 * RACY_NS) for stamp in walk(workspace).stamps]


def same(workspace: Workspace, stamps: list[FileStamp]) -> bool:
    notes = {stamp.path: (stamp.size, stamp.mtime_ns) for stamp in stamps if stamp.role == "note"}
    return glance.unchanged(workspace, notes, [stamp for stamp in stamps if stamp.role != "note"])


@pytest.fixture(params=["open folders", "paths"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of asking the system, where this one has both."""
    if request.param == "paths":
        monkeypatch.setattr(glance, "_OPENS_FOLDERS", False)
    elif not glance._OPENS_FOLDERS:
        pytest.skip("folders cannot be opened here")


@pytest.mark.usefixtures("way")
def test_what_is_as_it_was_is_seen_to_be(tmp_path: Path) -> None:
    files = {
        "a.md": "x",
        "deep/er/b.MARKDOWN": "y",
        "노트/질문.md": "z",
        "no note.txt": "",
        ".hidden/c.md": "",
        "templates/d.md": "",
        "experiments/README.md": "",
        ".gitignore": "private/\nsecret.md\n",
        "private/e.md": "",
        "deep/secret.md": "",
    }
    workspace = make(tmp_path, files)
    stamps = known(workspace)
    assert {stamp.role for stamp in stamps} == {"note", "ignored", "config", "ignore-file"}
    assert same(workspace, stamps)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "longer"),
        ("new.md", ""),
        ("deep/new.markdown", ""),
        ("other/new.md", ""),
        (".gitignore", "a.md\n"),
        ("deep/.gitignore", ""),
        ("studyctl.toml", 'exclude = ["a.md"]'),
    ],
)
def test_what_was_written_is_seen(tmp_path: Path, name: str, text: str) -> None:
    workspace = make(tmp_path, {"a.md": "x", "deep/b.md": "y", ".gitignore": ""})
    stamps = known(workspace)
    write(tmp_path, {name: text})
    assert not same(workspace, stamps)


@pytest.mark.usefixtures("way")
def test_what_was_touched_removed_or_renamed_is_seen(tmp_path: Path) -> None:
    workspace = make(tmp_path, {"a.md": "x", "b.md": "y", "c.md": "z"})
    stamps = known(workspace)
    os.utime(tmp_path / "a.md", ns=(OLD, OLD + 1))
    assert not same(workspace, stamps)
    os.utime(tmp_path / "a.md", ns=(OLD, OLD))
    assert same(workspace, stamps)
    (tmp_path / "b.md").rename(tmp_path / "B2.md")
    assert not same(workspace, stamps)
    (tmp_path / "B2.md").rename(tmp_path / "b.md")
    (tmp_path / "c.md").unlink()
    assert not same(workspace, stamps)
    (tmp_path / "c.md").mkdir()
    assert not same(workspace, stamps)


def test_an_ignore_file_above_the_notes_counts(tmp_path: Path) -> None:
    (tmp_path / ".git" / "info").mkdir(parents=True)
    workspace = make(tmp_path / "study", {"notes/a.md": "x"}, notes=("notes",))
    write(tmp_path, {".gitignore": "", "study/.gitignore": ""})
    stamps = known(workspace)
    assert {stamp.path for stamp in stamps if stamp.role == "ignore-file"} == {".gitignore", "../.gitignore"}
    assert same(workspace, stamps)
    write(tmp_path, {".git/info/exclude": "*.md\n"})
    assert not same(workspace, stamps)


def test_notes_named_one_by_one_and_outside(tmp_path: Path) -> None:
    write(tmp_path, {"vault/a.md": "x", "vault/sub/b.md": "y"})
    workspace = make(tmp_path / "study", {"one.md": "z", "two.md": ""}, notes=("../vault", "one.md"))
    stamps = known(workspace)
    assert [stamp.path for stamp in stamps if stamp.role == "note"] == ["../vault/a.md", "../vault/sub/b.md", "one.md"]
    assert same(workspace, stamps)
    write(tmp_path / "study", {"one.md": "changed"})
    assert not same(workspace, stamps)


def test_what_needs_deciding_is_left_to_the_walk(tmp_path: Path) -> None:
    workspace = make(tmp_path / "space", {"a.md": "x"})
    write(tmp_path, {"elsewhere/b.md": "y"})
    (tmp_path / "space" / "picture").symlink_to(tmp_path / "nothing")
    stamps = known(workspace)
    assert same(workspace, stamps)
    (tmp_path / "space" / "linked").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    # The walk follows the link each time; that nothing changed is for it to find.
    assert not same(workspace, known(workspace))
    assert walk(workspace, known(workspace)).stamps != stamps


def test_names_in_another_unicode_form_are_the_same(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "질문.md")
    workspace = make(tmp_path, {decomposed: "x"})
    stamps = known(workspace)
    assert any(stamp.path == unicodedata.normalize("NFC", decomposed) for stamp in stamps)
    assert same(workspace, stamps)


def test_a_folder_that_cannot_be_read_is_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make(tmp_path, {"a.md": "x"})
    stamps = known(workspace)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(glance.os, "scandir", refuse)
    assert not same(workspace, stamps)


NAMES = ("a.md", "b.md", "sub/a.md", "sub/deep/c.markdown", "노트.md", "skip/x.md", "plain.txt", "sub/.gitignore")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(["", "x", "x\n"])),
        st.tuples(st.just("remove"), st.sampled_from(NAMES), st.just("")),
        st.tuples(st.just("ignore"), st.just(".gitignore"), st.sampled_from(["", "skip/\n", "b.md\n"])),
    ),
    max_size=6,
)


def act(root: Path, steps: list[tuple[str, str, str]]) -> None:
    for what, name, text in steps:
        if what == "remove":
            (root / name).unlink(missing_ok=True)
        else:
            write(root, {name: text})


@settings(max_examples=60, deadline=None)
@given(STEPS, STEPS)
def test_it_agrees_with_the_walk(
    tmp_path_factory: pytest.TempPathFactory, before: list[tuple[str, str, str]], after: list[tuple[str, str, str]]
) -> None:
    root = tmp_path_factory.mktemp("space")
    workspace = make(root, {})
    act(root, before)
    stamps = known(workspace)
    act(root, after)

    def plain(found: list[FileStamp]) -> list[tuple[str, str, int, int]]:
        return [(one.path, one.role, one.size, one.mtime_ns) for one in found]

    assert same(workspace, stamps) is (plain(walk(workspace, stamps).stamps) == plain(stamps))
