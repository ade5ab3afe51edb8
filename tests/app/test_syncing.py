"""What a sync reads, and when a reading command can do without one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studyctl.app.current import forbidden
from studyctl.config import Workspace, find_workspace
from studyctl.core.models import Item
from studyctl.core.ports import Reader
from studyctl.errors import StoreError, WorkspaceError
from studyctl.wiring import opening, syncing

OLD = 1_700_000_000_000_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two notes, as old as notes usually are."""
    (tmp_path / "studyctl.toml").write_text("")
    (tmp_path / "a.md").write_text("# A\n\n- [ ] first\n- [ ] second\n")
    (tmp_path / "b.md").write_text("# B\n\n- why is that?\n")
    age(tmp_path)
    return tmp_path


def age(root: Path, by: int = 0) -> None:
    for path in root.rglob("*"):
        os.utime(path, ns=(OLD + by, OLD + by))


def workspace(root: Path) -> Workspace:
    return find_workspace(str(root))


class Told:
    """What a reading command said besides."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.warnings: list[str] = []


@contextmanager
def reading(root: Path) -> Iterator[tuple[Reader, Told]]:
    told = Told()
    reader = syncing.current(workspace(root), note=told.notes.append, warn=told.warnings.append)
    try:
        yield reader, told
    finally:
        reader.close()


def items(root: Path) -> dict[str, str]:
    with reading(root) as (reader, _):
        return {item.id: item.text for item in reader.items()}


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("synced without need")


def test_a_sync_reads_what_changed_and_nothing_else(root: Path) -> None:
    first = syncing.synchronise(workspace(root))
    assert (first.notes, first.read) == (2, ("a.md", "b.md"))
    assert [one.id for one in first.new] == ["T1", "T2", "Q1"]
    assert syncing.synchronise(workspace(root)).read == ()
    (root / "b.md").write_text("# B\n\n- why is that?\n- and this?\n")
    second = syncing.synchronise(workspace(root))
    assert second.read == ("b.md",)
    assert [one.id for one in second.new] == ["Q2"]
    assert syncing.synchronise(workspace(root), everything=True).read == ("a.md", "b.md")


def test_a_touched_note_is_read_but_not_searched(root: Path) -> None:
    syncing.synchronise(workspace(root))
    age(root, by=5_000_000_000)
    again = syncing.synchronise(workspace(root))
    # The configuration was touched too: everything is looked at once more, and nothing has changed.
    assert again.read == ("a.md", "b.md") and not again.changed
    os.utime(root / "a.md", ns=(OLD, OLD))
    assert syncing.synchronise(workspace(root)).read == ()


def test_reading_commands_sync_only_where_something_changed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert items(root) == {"T1": "first", "T2": "second", "Q1": "why is that?"}
    with monkeypatch.context() as closed:
        closed.setattr(syncing, "synchronise", refuse)
        assert items(root)["T1"] == "first"
    (root / "a.md").write_text("# A\n\n- [ ] first\n- [ ] second\n- [ ] third\n")
    assert items(root)["T3"] == "third"
    (root / "c.md").write_text("- [ ] fourth\n")
    assert items(root)["T4"] == "fourth"
    (root / "c.md").unlink()
    assert "T4" not in items(root)


def test_a_note_written_in_the_same_instant_is_read_again(root: Path) -> None:
    now = wiring_time()
    (root / "a.md").write_text("- [ ] first\n")
    os.utime(root / "a.md", ns=(now, now))
    assert items(root)["T1"] == "first"
    # Same size, same time: only its bytes tell.
    (root / "a.md").write_text("- [ ] frist\n")
    os.utime(root / "a.md", ns=(now, now))
    assert items(root)["T1"] == "frist"


def wiring_time() -> int:
    import time

    return time.time_ns()


def test_an_old_note_with_the_same_size_and_time_is_believed(root: Path) -> None:
    assert items(root)["T1"] == "first"
    (root / "a.md").write_text("# A\n\n- [ ] frist\n- [ ] second\n")
    os.utime(root / "a.md", ns=(OLD, OLD))
    assert items(root)["T1"] == "first"


def test_a_note_that_cannot_be_read_keeps_its_items_and_is_named(root: Path) -> None:
    syncing.synchronise(workspace(root))
    (root / "a.md").write_bytes(b"\xff\xfe- [ ] broken")
    (root / "b.md").write_text("# B\n\n- why is that?\n- and this?\n")
    report = syncing.synchronise(workspace(root))
    assert [problem.note for problem in report.unread] == ["a.md"]
    assert "not UTF-8" in report.unread[0].message
    assert report.read == ("b.md",)
    age(root, by=9_000_000_000)
    syncing.synchronise(workspace(root))
    with reading(root) as (reader, told):
        assert {item.id for item in reader.items()} == {"T1", "T2", "Q1", "Q2"}
    assert any("a.md" in warning for warning in told.warnings)
    (root / "a.md").write_text("# A\n\n- [ ] first\n- [ ] second\n")
    with reading(root) as (reader, told):
        assert {item.id for item in reader.items()} == {"T1", "T2", "Q1", "Q2"}
    assert told.warnings == []


def test_an_item_that_moves_to_another_note_keeps_its_number(root: Path) -> None:
    syncing.synchronise(workspace(root))
    (root / "a.md").write_text("# A\n\n- [ ] first\n")
    (root / "b.md").write_text("# B\n\n- why is that?\n- [ ] second\n")
    report = syncing.synchronise(workspace(root))
    assert [one.id for one in report.new] == [] and report.gone == ()
    assert items(root) == {"T1": "first", "T2": "second", "Q1": "why is that?"}


def test_other_settings_read_everything_again(root: Path) -> None:
    syncing.synchronise(workspace(root))
    (root / "studyctl.toml").write_text('exclude = ["b.md"]\n')
    assert items(root) == {"T1": "first", "T2": "second"}
    (root / "studyctl.toml").write_text('rules_off = ["box"]\n')
    assert items(root) == {"Q1": "why is that?"}


def test_other_rules_read_everything_again_and_say_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert syncing.synchronise(workspace(root)).anew is False
    monkeypatch.setattr("studyctl.core.detector.edition.edition", lambda: "an other")
    report, _ = syncing.sync_and_count(workspace(root))
    assert (report.anew, report.read) == (True, ("a.md", "b.md"))
    assert [one.how for one in report.assigned] == ["exact"] * 3
    again, _ = syncing.sync_and_count(workspace(root))
    assert (again.anew, again.read) == (False, ())


def test_where_the_rules_cannot_be_told_notes_are_read_when_they_change(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncing.synchronise(workspace(root))
    monkeypatch.setattr("studyctl.core.detector.edition.edition", lambda: "")
    assert syncing.synchronise(workspace(root)).read == ()


def test_a_listing_waits_for_the_next_sync_to_read_by_other_rules(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncing.synchronise(workspace(root))
    monkeypatch.setattr("studyctl.core.detector.edition.edition", lambda: "an other")
    with monkeypatch.context() as patched:
        patched.setattr(syncing, "synchronise", refuse)
        assert len(items(root)) == 3
    (root / "a.md").write_text("# A\n\n- [ ] first\n- [ ] second\n- [ ] third\n")
    assert syncing.synchronise(workspace(root)).read == ("a.md", "b.md")


def test_a_first_use_takes_its_numbers_from_the_record(root: Path, tmp_path: Path) -> None:
    # T1 is dropped for good, so that a fresh numbering would differ.
    (root / "a.md").write_text("- [ ] gone soon\n- [ ] first\n")
    syncing.synchronise(workspace(root))
    (root / "a.md").write_text("- [ ] first\n")
    syncing.synchronise(workspace(root))
    with reading(root) as (reader, _):
        (root / "studyctl-record.jsonl").write_text(reader.export_record())
    before = items(root)
    assert "T1" not in before
    shutil.rmtree(root / ".studyctl")
    with reading(root) as (reader, told):
        assert {item.id: item.text for item in reader.items()} == before
    assert told.notes == ["first use here: numbers, runs and answers come from studyctl-record.jsonl"]
    with reading(root) as (_, told):
        assert told.notes == []


def test_where_nothing_may_be_written_the_notes_are_shown_as_they_are(root: Path) -> None:
    """A file where our folder should be: forbidden for every user, root included."""
    (root / ".studyctl").write_text("")
    with reading(root) as (reader, told):
        assert {item.id: item.text for item in reader.items()} == {"T1": "first", "T2": "second", "Q1": "why is that?"}
    assert len(told.warnings) == 1 and "cannot be written" in told.warnings[0]
    with pytest.raises((StoreError, WorkspaceError)):
        syncing.synchronise(workspace(root))


@pytest.mark.skipif(os.name == "nt" or (os.geteuid() == 0 and not shutil.which("setpriv")), reason="needs a user")
def test_a_read_only_workspace_shows_its_numbers_and_what_is_new(root: Path) -> None:
    syncing.synchronise(workspace(root))
    (root / "b.md").write_text("# B\n\n- is this new?\n- why is that?\n")
    for path in (*root.rglob("*"), root):
        path.chmod(0o555 if path.is_dir() else 0o444)
    command = [sys.executable, "-m", "studyctl", "question", "list", "--json"]
    if os.geteuid() == 0:  # root writes everywhere, unless it gives up the right to
        rights = "-dac_override,-dac_read_search"
        command = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}", *command]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, check=False)
        shown = {item["id"]: item["text"] for item in json.loads(done.stdout)}
        assert shown == {"Q1": "why is that?", "Q2": "is this new?"}
        assert done.stderr.startswith(b"warning: this workspace cannot be written")
        refused = subprocess.run([*command[:-3], "sync"], cwd=root, capture_output=True, check=False)
        assert refused.returncode in (3, 6) and refused.stderr.startswith(b"error: ")
    finally:
        for path in (root, *root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    with pytest.raises(AssertionError, match="synced"), pytest.MonkeyPatch.context() as closed:
        closed.setattr(syncing, "synchronise", refuse)
        items(root)


@pytest.mark.slow
def test_eight_first_commands_at_once_agree(root: Path) -> None:
    command = [sys.executable, "-m", "studyctl", "item", "list", "--json"]
    started = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(8)]
    ended = [process.communicate() for process in started]
    assert [process.returncode for process in started] == [0] * 8, ended[0][1].decode()
    assert len({out for out, _ in ended}) == 1
    assert [item["id"] for item in json.loads(ended[0][0])] == ["T1", "T2", "Q1"]


def test_what_counts_as_forbidden() -> None:
    import errno

    assert forbidden(PermissionError(errno.EACCES, "x"))
    assert not forbidden(FileNotFoundError(errno.ENOENT, "x"))
    wrapped = StoreError("x")
    wrapped.__cause__ = OSError(errno.EROFS, "x")
    assert forbidden(wrapped)
    assert not forbidden(StoreError("damaged"))


def test_dry_run_keeps_nothing(root: Path) -> None:
    report, counts = syncing.sync_and_count(workspace(root), dry_run=True)
    assert [one.id for one in report.new] == ["T1", "T2", "Q1"] and counts == {"todo": 2, "question": 1}
    assert not (root / ".studyctl").exists()
    syncing.synchronise(workspace(root))
    (root / "a.md").write_text("- [ ] other\n")
    report, counts = syncing.sync_and_count(workspace(root), dry_run=True)
    assert [one.id for one in report.new] == ["T3"]
    stored: list[Item] = []
    reader = opening.open_reader(workspace(root))
    stored = reader.items()
    reader.close()
    assert [item.id for item in stored] == ["T1", "T2", "Q1"]
