"""Commands that write into notes, killed at every step or stopped by a full disk: what they wrote can be taken back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studyctl.app import mark, undo
from studyctl.app.change import Plan
from studyctl.config import Workspace, find_workspace
from studyctl.core.intents import Intent, carried_out, digest, dump, load
from studyctl.core.ports import Edit
from studyctl.errors import NotFoundError, StoreError
from studyctl.wiring import changing, opening

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")

OLD = b"# A\n\n- [ ] first\r\n\t- [ ] second"
DONE = OLD.replace(b"[ ] first", b"[x] first")
BOTH = DONE.replace(b"[ ] second", b"[x] second")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A note of which one todo was done by a command that came to its end."""
    (tmp_path / "studyctl.toml").write_text("")
    (tmp_path / "a.md").write_bytes(OLD)
    write(tmp_path, done("T1"))
    return tmp_path


def workspace(root: Path) -> Workspace:
    return find_workspace(str(root))


def done(*ids: str) -> Plan:
    return lambda reader, files: mark.plan("todo", "done", ids, reader, files)


def write(root: Path, plan: Plan, command: str = "todo done") -> None:
    changing.change(workspace(root), command, plan)


def journal(root: Path) -> list[tuple[str, bool]]:
    """What the journal holds, newest first."""
    reader = opening.open_reader(workspace(root))
    try:
        return [(entry.summary, entry.undone) for entry in reader.journal()]
    finally:
        reader.close()


def left(root: Path) -> list[str]:
    return sorted(path.name for path in (root / ".studyctl").glob("writing-*"))


# Every call within these modules is a step; what comes before `change` is no business of this test.
KILLED = """
import json, os, shutil, signal, sys
from pathlib import Path
sys.path.insert(0, str(Path(sys.argv[2]).parent))
import test_cut_short as here
from studyctl.app import change as module, undo

WATCHED = ("app/change.py", "notes/files.py", "core/intents.py", "store/ledger.py", "store/transactions.py")
root, spare = Path(sys.argv[1]), Path(sys.argv[1] + " spare")
stride = int(sys.argv[4])
plan, command = (undo.undo, "undo") if sys.argv[3] == "undo" else (here.done("T2"), "todo done")
shutil.copytree(root, spare)

def stepped(frame, event, argument):
    global left
    if event in ("call", "return") and frame.f_code.co_filename.endswith(WATCHED):
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

step = 0
while True:
    shutil.rmtree(root)
    shutil.copytree(spare, root)
    process = os.fork()
    if process == 0:
        left = step
        sys.setprofile(stepped)
        here.write(root, plan, command)
        sys.setprofile(None)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    note, before = (root / "a.md").read_bytes(), len(here.left(root))
    here.write(root, undo.undo, "undo")
    print(json.dumps([status, note.decode(), before, (root / "a.md").read_bytes().decode(), here.journal(root)]))
    assert here.left(root) == []
    if status == 0:
        break
    step += stride
"""


EVERY_SO_MANY_STEPS = pytest.mark.parametrize("stride", [17, pytest.param(1, marks=pytest.mark.slow)])


def killed(root: Path, what: str, stride: int) -> list[tuple[int, bytes, int, bytes, list[tuple[str, bool]]]]:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(root), __file__, what, str(stride)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    steps = []
    for line in done.stdout.splitlines():
        status, note, before, after, entries = json.loads(line)
        steps.append((status, note.encode(), before, after.encode(), [(text, undone) for text, undone in entries]))
    assert [status for status, *_ in steps] == [-9] * (len(steps) - 1) + [0]
    assert len(steps) * stride > 200
    return steps


@pytest.mark.slow
@EVERY_SO_MANY_STEPS
def test_a_kill_at_any_step_leaves_what_was_written_undoable(root: Path, stride: int) -> None:
    steps = killed(root, "done", stride)
    seen = set()
    for _, note, intents, after, entries in steps:
        assert note in (DONE, BOTH)
        # What was written is taken back by `undo`; where nothing was, it takes back the command before.
        if note == BOTH:
            assert (after, entries) == (DONE, [("T2 done", True), ("T1 done", False)])
        else:
            assert (after, entries) == (OLD, [("T1 done", True)])
        seen.add((note, intents))
    # All were met: nothing said yet, said and not written, written and not remembered, and all of it.
    assert stride > 1 or seen == {(DONE, 0), (DONE, 1), (BOTH, 1), (BOTH, 0)}


@pytest.mark.slow
@EVERY_SO_MANY_STEPS
def test_a_kill_at_any_step_of_undo_is_no_second_undo(root: Path, stride: int) -> None:
    write(root, done("T2"))
    for _, note, _, after, entries in killed(root, "undo", stride):
        assert note in (BOTH, DONE)
        if note == DONE:
            assert (after, entries) == (OLD, [("T2 done", True), ("T1 done", True)])
        else:
            assert (after, entries) == (DONE, [("T2 done", True), ("T1 done", False)])


FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, str(Path(sys.argv[2]).parent))
import test_cut_short as here
root = Path(sys.argv[1])
plan = here.done("T2")
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    here.write(root, plan)
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("limit", [10, 100, 1_000, 40_000])
def test_a_full_disk_at_any_file_leaves_what_was_written_undoable(root: Path, limit: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FULL, str(root), __file__, str(limit)], capture_output=True, text=True, timeout=60
    )
    assert ended.stdout.split()[0] in (StoreError.__name__, "NoteError", "WorkspaceError"), ended.stdout + ended.stderr
    note = (root / "a.md").read_bytes()
    assert note in (DONE, BOTH)
    write(root, undo.undo, "undo")
    assert (root / "a.md").read_bytes() == (DONE if note == BOTH else OLD)
    assert left(root) == []
    assert [path.name for path in root.iterdir() if path.name.endswith(".tmp")] == []


def test_what_was_written_in_part_is_taken_back_in_part(root: Path) -> None:
    """Two notes, of which the command got to the first; meanwhile somebody wrote a line into it."""
    (root / "b.md").write_bytes(b"- [ ] third\n")
    write(root, undo.undo, "undo")
    edits = (Edit("a.md", 5, b"- [ ] first\r", b"- [x] first\r"), Edit("b.md", 0, b"- [ ] third", b"- [x] third"))
    digests = {"a.md": (digest(OLD), digest(DONE)), "b.md": (digest(b"- [ ] third\n"), digest(b"- [x] third\n"))}
    intent = Intent("2026-01-01T00:00:00.000Z", "todo done", "T1, T3 done", edits, (), None, digests)
    (root / ".studyctl" / "writing-0123.json").write_text(dump(intent), "utf-8")
    (root / "a.md").write_bytes(b"a line of somebody else\n" + DONE)
    write(root, undo.undo, "undo")
    assert (root / "a.md").read_bytes() == b"a line of somebody else\n" + OLD
    assert (root / "b.md").read_bytes() == b"- [ ] third\n"
    assert left(root) == []
    with pytest.raises(NotFoundError):
        write(root, undo.undo, "undo")


def test_an_intent_says_what_it_meant_and_half_of_one_nothing() -> None:
    edits = (Edit("노트.md", 3, "왜?\r".encode(), b"x"), Edit("b.md", 0, b"", b"new\n"))
    digests = {"노트.md": ("1", "2"), "b.md": ("3", "4")}
    intent = Intent("now", "pin", "두 개", edits, (("Q1", "kind", None, "todo"),), 4, digests)
    text = dump(intent)
    assert load(text) == intent
    assert [load(text[:length]) for length in range(0, len(text), 7)] == [None] * len(range(0, len(text), 7))
    assert carried_out(intent, lambda note: b"") == ()


def test_nothing_is_left_behind_by_commands_that_end_well_or_are_refused(root: Path) -> None:
    (root / "a.md").chmod(0o444)
    if os.access(root / "a.md", os.W_OK):
        pytest.skip("root may write whatever it likes")
    with pytest.raises(Exception, match="read-only"):
        write(root, done("T2"))
    assert left(root) == []
