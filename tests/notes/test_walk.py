"""Which files are watched, and how little it takes to find out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from studyctl.config import RACY_NS, Settings, Workspace
from studyctl.core.models import FileStamp
from studyctl.errors import WorkspaceError
from studyctl.notes.walk import walk

Make = Callable[..., Workspace]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(files: dict[str, str], **settings: object) -> Workspace:
        root = tmp_path / "space"
        for name, text in {"studyctl.toml": "", **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return Workspace(root, root / "studyctl.toml", Settings(**settings))  # type: ignore[arg-type]

    return made


def notes(workspace: Workspace, known: list[FileStamp] | None = None) -> list[str]:
    return [stamp.path for stamp in walk(workspace, known or []).stamps if stamp.role == "note"]


def settled(stamps: list[FileStamp]) -> list[FileStamp]:
    """Stamps of files that were read long after they changed."""
    return [replace(stamp, seen_ns=stamp.mtime_ns + 10 * RACY_NS) for stamp in stamps]


def test_markdown_below_the_notes_folders_and_what_is_left_out(make: Make) -> None:
    kept = ["a.md", "deep/er/b.MARKDOWN", "z.md", "노트/질문.md"]
    left = [
        ".hidden/x.md",
        ".trash/x.md",
        "._a.md",
        ".studyctl/x.md",
        "experiments/README.md",
        "node_modules/p/README.md",
        "templates/daily.md",
        "sub/Templates/daily.md",
        "text.txt",
        "record.md",
    ]
    workspace = make(dict.fromkeys([*kept, *left], ""), record="record.md")
    assert notes(workspace) == sorted(kept)


def test_stamps_say_size_time_and_role(make: Make) -> None:
    workspace = make({"notes/a.md": "four", ".gitignore": "x\n"}, notes=("notes",))
    os.utime(workspace.root / "notes/a.md", ns=(5, 7_000_000_000))
    stamps = {stamp.path: stamp for stamp in walk(workspace).stamps}
    note = stamps["notes/a.md"]
    assert (note.role, note.size, note.mtime_ns, note.sha256) == ("note", 4, 7_000_000_000, "")
    assert note.seen_ns > note.mtime_ns
    assert {path: stamp.role for path, stamp in stamps.items()} == {
        ".gitignore": "ignore-file",
        "notes/a.md": "note",
        "studyctl.toml": "config",
    }


def test_several_folders_single_files_and_folders_outside(make: Make, tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    (vault / "in").mkdir(parents=True)
    (vault / "in" / "v.md").write_text("")
    (vault / ".gitignore").write_text("secret.md\n")
    (vault / "secret.md").write_text("")
    files = dict.fromkeys(["a/1.md", "b/2.md", "b/c/3.md", "README.md", "other.md"], "")
    workspace = make(files, notes=("a", "b/", "./b/c", "README.md", "../vault"))
    assert notes(workspace) == ["../vault/in/v.md", "README.md", "a/1.md", "b/2.md", "b/c/3.md"]
    absolute = replace(workspace, settings=Settings(notes=(str(vault),)))
    assert notes(absolute) == ["../vault/in/v.md"]


def test_a_missing_notes_folder_is_an_error_and_not_an_empty_one(make: Make) -> None:
    workspace = make({}, notes=("vault",))
    with pytest.raises(WorkspaceError, match="vault does not exist"):
        walk(workspace)


def test_git_ignored_and_excluded_notes(make: Make) -> None:
    files = {
        ".gitignore": "private/\n*.draft.md\n/top.md\n!keep.draft.md\n[bad\n",
        "sub/.gitignore": "local.md\n!x.draft.md\n",
        "private/a.md": "",
        "private/.gitignore": "!a.md\n",
        "top.md": "",
        "sub/top.md": "",
        "sub/local.md": "",
        "sub/x.draft.md": "",
        "keep.draft.md": "",
        "y.draft.md": "",
        "archive/old.md": "",
        "local.md": "",
    }
    workspace = make(files, exclude=("archive/",))
    stamps = walk(workspace).stamps
    assert [s.path for s in stamps if s.role == "note"] == [
        "keep.draft.md",
        "local.md",
        "sub/top.md",
        "sub/x.draft.md",
    ]
    assert [s.path for s in stamps if s.role == "ignored"] == [
        "archive/",
        "private/",
        "sub/local.md",
        "top.md",
        "y.draft.md",
    ]
    assert all((s.size, s.mtime_ns) == (0, 0) for s in stamps if s.role == "ignored")


def test_rules_of_the_repository_around_the_workspace(make: Make) -> None:
    inner = make({"work/notes/a.md": "", "work/notes/b.md": "", "work/notes/c.md": ""})
    root = inner.root
    (root / ".git" / "info").mkdir(parents=True)
    (root / ".git" / "info" / "exclude").write_text("c.md\n")
    (root / ".gitignore").write_text("b.md\n")
    workspace = Workspace(root / "work", root / "studyctl.toml", Settings(notes=("notes",)))
    stamps = walk(workspace).stamps
    assert [s.path for s in stamps if s.role == "note"] == ["notes/a.md"]
    assert [s.path for s in stamps if s.role == "ignore-file"] == ["../.git/info/exclude", "../.gitignore"]
    # A folder that is ignored as a whole, yet named in the settings, is wanted.
    (root / ".gitignore").write_text("work/\n")
    assert notes(workspace) == ["notes/a.md", "notes/b.md", "notes/c.md"]


def test_what_is_ignored_is_remembered_until_a_rule_changes(make: Make) -> None:
    workspace = make({".gitignore": "private/\nsecret.md\n", "private/a.md": "", "secret.md": "", "b.md": ""})
    known = settled(walk(workspace).stamps)
    assert [replace(s, seen_ns=0) for s in walk(workspace, known).stamps] == [replace(s, seen_ns=0) for s in known]
    (workspace.root / "c.md").write_text("")
    (workspace.root / "private" / "d.md").write_text("")
    (workspace.root / "sub").mkdir()
    (workspace.root / "sub" / "secret.md").write_text("")
    assert notes(workspace, known) == ["b.md", "c.md"]
    (workspace.root / ".gitignore").write_text("secret.md\n")
    assert notes(workspace, known) == ["b.md", "c.md", "private/a.md", "private/d.md"]
    (workspace.root / "private" / ".gitignore").write_text("a.md\n")
    assert notes(workspace, known) == ["b.md", "c.md", "private/d.md"]


def test_a_rule_read_just_after_it_changed_proves_nothing(make: Make) -> None:
    workspace = make({".gitignore": "b.md\n", "b.md": "", "c.md": ""})
    known = walk(workspace).stamps
    stat = (workspace.root / ".gitignore").stat()
    (workspace.root / ".gitignore").write_text("c.md\n")
    os.utime(workspace.root / ".gitignore", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert notes(workspace, known) == ["b.md"]


def test_an_unchanged_workspace_is_walked_without_pathspec(make: Make) -> None:
    workspace = make({".gitignore": "private/\n", "private/a.md": "", "notes/b.md": ""}, notes=("notes",))
    (workspace.root / ".git").mkdir()
    known = settled(walk(workspace).stamps)
    rows = json.dumps([[s.path, s.role, s.size, s.mtime_ns, s.seen_ns, s.sha256] for s in known])
    script = """
import json, sys
from pathlib import Path
from studyctl.config import Settings, Workspace
from studyctl.core.models import FileStamp
from studyctl.notes.walk import walk
root = Path(sys.argv[1])
workspace = Workspace(root, root / "studyctl.toml", Settings(notes=("notes",)))
walk(workspace, [FileStamp(*row) for row in json.loads(sys.argv[2])])
heavy = ("pathspec", "pydantic", "tomllib", "filelock", "rapidfuzz", "numpy", "sqlalchemy", "pyromark")
print(*[name for name in heavy if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(workspace.root), rows], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_links_are_followed_once(make: Make, tmp_path: Path) -> None:
    workspace = make({"a/1.md": "", "b.md": "", "templates/t.md": "", "experiments/e.md": ""})
    root = workspace.root
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "o.md").write_text("")
    (outside / "single.md").write_text("")
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "a" / "up").symlink_to("..", target_is_directory=True)
    (root / "same").symlink_to(root / "a", target_is_directory=True)
    (root / "out").symlink_to(outside, target_is_directory=True)
    (root / "out2").symlink_to(outside / "deep", target_is_directory=True)
    (root / "work").symlink_to(root / "experiments", target_is_directory=True)
    (outside / "back").symlink_to(root, target_is_directory=True)
    (root / "alias.md").symlink_to(root / "b.md")
    (root / "one.md").symlink_to(outside / "single.md")
    (root / "nothing.md").symlink_to(root / "gone.md")
    assert notes(workspace) == ["a/1.md", "b.md", "out/deep/o.md", "out/single.md"]


def test_linked_single_note_from_outside(make: Make, tmp_path: Path) -> None:
    workspace = make({"b.md": ""})
    (tmp_path / "single.md").write_text("x")
    (workspace.root / "one.md").symlink_to(tmp_path / "single.md")
    assert notes(workspace) == ["b.md", "one.md"]


def test_names_are_compared_in_nfc(make: Make) -> None:
    workspace = make({})
    decomposed = unicodedata.normalize("NFD", "질문/왜.md")
    (workspace.root / decomposed).parent.mkdir()
    (workspace.root / decomposed).write_text("")
    assert notes(workspace) == ["질문/왜.md"]
    folder = workspace.root / unicodedata.normalize("NFD", "질문")
    (folder / "왜.md").write_text("")
    seen = walk(workspace)
    assert [s.path for s in seen.stamps if s.role == "note"] == ["질문/왜.md"]
    if len(list(folder.iterdir())) == 2:
        assert [path for path, _ in seen.problems] == ["질문/왜.md"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are Unicode there")
def test_a_name_that_is_no_unicode_is_left_out_and_named(make: Make) -> None:
    workspace = make({"a.md": ""})
    Path(os.fsdecode(os.fsencode(workspace.root) + b"/\xff.md")).write_text("")
    seen = walk(workspace)
    assert [s.path for s in seen.stamps if s.role == "note"] == ["a.md"]
    assert seen.problems == [("\\udcff.md", "left out: its name is not valid Unicode")]


def test_notes_of_an_unreadable_folder_stay(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = make({"a.md": "", "locked/b.md": "text"})
    known = settled(walk(workspace).stamps)
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    seen = walk(workspace, known)
    assert [s.path for s in seen.stamps if s.role == "note"] == ["a.md", "locked/b.md"]
    assert next(s for s in seen.stamps if s.path == "locked/b.md") in known
    assert seen.problems == [("locked/", "cannot be read: Permission denied; its notes stay as they were")]
