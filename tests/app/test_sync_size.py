"""Many notes at once: read before the lock, by several processes, with word of how far it is, and safe from Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from studyctl.app import sync as app
from studyctl.config import find_workspace
from studyctl.core.models import Item
from studyctl.notes import parallel
from studyctl.wiring import opening, syncing

OLD = 1_700_000_000_000_000_000
NOTES = 40


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few notes, which count as many, and two helpers."""
    monkeypatch.setattr(app, "MANY_NOTES", 10)
    monkeypatch.setattr(parallel, "WORTH_BYTES", 1)
    monkeypatch.setattr(parallel, "_processors", lambda: 3)
    monkeypatch.setattr(parallel, "_CHUNK_BYTES", 3000)
    (tmp_path / "studyctl.toml").write_text("")
    for number in range(NOTES):
        write(tmp_path, number, f"# Note {number}\n\n- [ ] first of {number}\n- why {number}?\n")
    age(tmp_path)
    return tmp_path


def write(root: Path, number: int, text: str, at: int = OLD) -> None:
    path = root / f"{number:02}.md"
    path.write_text(text, "utf-8")
    os.utime(path, ns=(at, at))


def age(root: Path) -> None:
    os.utime(root / "studyctl.toml", ns=(OLD, OLD))


def items(root: Path) -> list[Item]:
    reader = opening.open_reader(find_workspace(str(root)))
    try:
        return reader.items()
    finally:
        reader.close()


def test_numbers_do_not_depend_on_who_read_what(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncing.synchronise(find_workspace(str(root)))
    together = items(root)
    assert [(item.id, item.text) for item in together[:3]] == [
        ("T1", "first of 0"),
        ("Q1", "why 0?"),
        ("T2", "first of 1"),
    ]
    monkeypatch.setattr(app, "MANY_NOTES", 10**6)
    monkeypatch.setattr(app, "MANY_BYTES", 10**9)
    (root / ".studyctl" / "study.db").unlink()
    syncing.synchronise(find_workspace(str(root)))
    assert items(root) == together


def test_it_is_told_how_far_it_is(root: Path) -> None:
    told: list[tuple[str, int, int]] = []

    @contextmanager
    def waiting() -> Iterator[app.Told]:
        yield lambda *how_far: told.append(how_far)

    syncing.synchronise(find_workspace(str(root)), waiting=waiting)
    assert told == [*(("reading notes", done, NOTES) for done in range(1, NOTES + 1)), ("recording", 0, 0)]
    told.clear()
    write(root, 1, "- [ ] first of 1, and more\n")
    syncing.synchronise(find_workspace(str(root)), waiting=waiting)
    assert told == []


def test_a_note_that_changes_before_the_lock_is_taken_is_read_again(root: Path) -> None:
    real = app.read_ahead

    def late(*given: object, **more: object) -> app.Read:
        ahead = real(*given, **more)  # type: ignore[arg-type]
        assert len(ahead) == NOTES
        write(root, 3, "- [ ] changed meanwhile\n", OLD + 5_000_000_000)
        (root / "04.md").unlink()
        write(root, 99, "- [ ] new meanwhile\n")
        return ahead

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app, "read_ahead", late)
        syncing.synchronise(find_workspace(str(root)))
    found = {item.note: item.text for item in items(root) if item.kind == "todo"}
    assert found["03.md"] == "changed meanwhile" and found["99.md"] == "new meanwhile" and "04.md" not in found
    assert syncing.synchronise(find_workspace(str(root))).read == ()


def test_notes_of_this_very_second_are_looked_at_twice(root: Path) -> None:
    """Their times prove nothing, so the bytes are compared; what was found in them holds where they are the same."""
    import time

    for number in range(NOTES):
        write(root, number, f"- [ ] todo {number}\n", time.time_ns())
    detected: list[str] = []
    real = syncing.read_note
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parallel, "_processors", lambda: 1)

        def count(source: bytes, note: str, settings: object) -> object:
            detected.append(note)
            return real(source, note, settings)  # type: ignore[arg-type]

        patched.setattr(syncing, "read_note", count)
        syncing.synchronise(find_workspace(str(root)))
    assert len(detected) == NOTES


def test_a_note_that_cannot_be_read_is_named_once(root: Path) -> None:
    (root / "07.md").write_bytes(b"\xff\xfe")
    report = syncing.synchronise(find_workspace(str(root)))
    assert [problem.note for problem in report.unread] == ["07.md"] and len(report.read) == NOTES - 1


def test_all_of_it_again(root: Path) -> None:
    syncing.synchronise(find_workspace(str(root)))
    report = syncing.synchronise(find_workspace(str(root)), everything=True)
    assert len(report.read) == NOTES and not report.changed


def test_a_sync_without_need_is_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = find_workspace(str(root))
    syncing.sync_and_count(workspace)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("synced without need")

    with monkeypatch.context() as patched:
        patched.setattr(syncing, "synchronise", refuse)
        report, counts = syncing.sync_and_count(workspace)
        assert (report.notes, report.read, counts) == (NOTES, (), {"question": NOTES, "todo": NOTES})
        with pytest.raises(AssertionError):
            syncing.sync_and_count(workspace, everything=True)
    write(root, 1, "- [ ] another\n")
    assert syncing.sync_and_count(workspace)[0].read == ("01.md",)
    # One that could not be read is tried each time.
    (root / "02.md").write_bytes(b"\xff\xfe")
    assert len(syncing.sync_and_count(workspace)[0].unread) == 1
    assert len(syncing.sync_and_count(workspace)[0].unread) == 1


INTERRUPTED = """
import sys
from studyctl.app import sync
from studyctl.notes import parallel
from studyctl.store import write_items
from studyctl.view import waiting

waiting.PATIENCE_S = 0.0
sync.MANY_NOTES = 10
parallel.WORTH_BYTES, parallel._CHUNK_BYTES, parallel._processors = 1, 3000, lambda: 3
where = sys.argv[1]


def here(*_):
    import time

    print("here", file=sys.stderr, flush=True)
    time.sleep(60)


if where == "reading":
    real = parallel._Team.answers
    parallel._Team.answers = lambda self: (here(), real(self))[1]
else:
    write_items._keep_stamps = here
from studyctl.cli.main import run
sys.exit(run(["sync"]))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a signal cannot be sent to one process there")
@pytest.mark.parametrize("where", ["reading", "writing"])
def test_ctrl_c_loses_nothing(root: Path, where: str) -> None:
    """What was there before stays, nothing of the new comes half, and no process is left behind."""
    workspace = find_workspace(str(root))
    syncing.synchronise(workspace)
    before = items(root)
    for number in range(NOTES):
        write(root, number, f"# Note {number}\n\n- [ ] second of {number}\n- why {number}?\n", OLD + 10**10)
    child = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, where], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stderr is not None
    said = [child.stderr.readline()]
    while said[-1] and "here" not in said[-1]:
        said.append(child.stderr.readline())
    helpers = psutil.Process(child.pid).children()
    assert len(helpers) == (2 if where == "reading" else 0), said
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (130, ""), err
    assert "Traceback" not in err
    assert said[0] == f"reading notes ({NOTES:,}) …\n"
    assert not psutil.wait_procs(helpers, timeout=10)[1]
    assert items(root) == before
    assert len(syncing.synchronise(workspace).read) == NOTES
    assert {item.text for item in items(root) if item.kind == "todo"} == {f"second of {n}" for n in range(NOTES)}
