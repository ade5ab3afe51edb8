"""Notes on the disk: read with clear errors, and written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from studyctl.config import Workspace
from studyctl.core.ports import Edit
from studyctl.errors import NoteError
from studyctl.notes.files import WorkspaceNotes

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="permissions, links and signals of POSIX")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "studyctl.toml").write_text("")
    (tmp_path / "notes").mkdir()
    return tmp_path


@pytest.fixture
def files(root: Path) -> WorkspaceNotes:
    return WorkspaceNotes(Workspace(root, root / "studyctl.toml"))


def listing(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "notes").iterdir())


# Reading


def test_bytes_come_as_they_are(root: Path, files: WorkspaceNotes) -> None:
    source = "\ufeffa\r\n\tb\u2028c\n".encode()
    (root / "notes/a.md").write_bytes(source)
    assert files.read("notes/a.md") == source


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        (b"abc\nd\xff\n", "line 2, byte 5", "save it as UTF-8"),
        ("질문\n".encode("cp949"), "line 1, byte 0", "save it as UTF-8"),
        ("abc".encode("utf-16"), "line 1, byte 0", "looks like UTF-16"),
    ],
)
def test_what_is_not_utf8(root: Path, files: WorkspaceNotes, source: bytes, message: str, hint: str) -> None:
    (root / "notes/a.md").write_bytes(source)
    with pytest.raises(NoteError, match=f"notes/a.md is not UTF-8: {message}") as caught:
        files.read("notes/a.md")
    assert hint in caught.value.hint


def test_what_cannot_be_read(root: Path, files: WorkspaceNotes, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoteError, match=r"notes/gone.md is not there"):
        files.read("notes/gone.md")
    (root / "notes/folder.md").mkdir()
    with pytest.raises(NoteError, match=r"notes/folder.md is a folder"):
        files.read("notes/folder.md")

    def forbidden(self: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    with pytest.raises(NoteError, match=r"cannot read notes/a.md: Permission denied") as caught:
        files.read("notes/a.md")
    assert caught.value.exit_code == 5


def test_a_name_in_another_unicode_form(root: Path, files: WorkspaceNotes) -> None:
    folder = root / unicodedata.normalize("NFD", "노트")
    folder.mkdir()
    (folder / unicodedata.normalize("NFD", "질문.md")).write_bytes(b"- a\n")
    assert files.read("노트/질문.md") == b"- a\n"
    files.write([Edit("노트/질문.md", 2, b"a", b"b")])
    assert files.read("노트/질문.md") == b"- b\n"
    assert len(list(folder.iterdir())) == 1


# Writing


def test_writing_changes_the_bytes_meant_and_keeps_the_rest(root: Path, files: WorkspaceNotes) -> None:
    path = root / "notes/a.md"
    path.write_bytes(b"\xef\xbb\xbf- a\r\n\t- b\n- c")
    files.write([Edit("notes/a.md", 5, b"a", b"[x] a"), Edit("notes/a.md", 15, b"c", b"cc")])
    assert path.read_bytes() == b"\xef\xbb\xbf- [x] a\r\n\t- b\n- cc"
    files.write([])
    assert listing(root) == ["a.md"]


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_the_mode_stays(root: Path, files: WorkspaceNotes, mode: int) -> None:
    path = root / "notes/a.md"
    path.write_bytes(b"- a")
    path.chmod(mode)
    files.write([Edit("notes/a.md", 2, b"a", b"b")])
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"- b", mode)


@POSIX
def test_a_link_is_followed_and_stays_one(root: Path, files: WorkspaceNotes, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.md"
    real.write_bytes(b"- a")
    (root / "notes/a.md").symlink_to(real)
    files.write([Edit("notes/a.md", 2, b"a", b"b")])
    assert real.read_bytes() == b"- b"
    assert (root / "notes/a.md").is_symlink()


def test_every_edit_is_checked_before_the_first_is_made(root: Path, files: WorkspaceNotes) -> None:
    for name in ("a", "b"):
        (root / f"notes/{name}.md").write_bytes(b"- a\n- b\n")
    good = Edit("notes/a.md", 0, b"- a", b"- [x] a")
    for bad in (
        Edit("notes/b.md", 0, b"- b", b""),
        Edit("notes/c.md", 0, b"", b"x"),
        Edit("notes/b.md", 99, b"", b"x"),
    ):
        with pytest.raises(NoteError):
            files.write([good, bad])
        assert (root / "notes/a.md").read_bytes() == b"- a\n- b\n"
    assert listing(root) == ["a.md", "b.md"]
    with pytest.raises(NoteError, match="not UTF-8"):
        files.write([Edit("notes/a.md", 2, b"a", b"\xff")])


def test_a_note_changed_by_another_program_at_the_last_moment(
    root: Path, files: WorkspaceNotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "notes/a.md"
    path.write_bytes(b"- a\n")
    fsync = os.fsync

    def meanwhile(descriptor: int) -> None:
        fsync(descriptor)
        path.write_bytes(b"- a\nsomebody else's line\n")

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(NoteError, match="changed meanwhile by another program"):
        files.write([Edit("notes/a.md", 2, b"a", b"b")])
    assert path.read_bytes() == b"- a\nsomebody else's line\n"
    assert listing(root) == ["a.md"]


@POSIX
def test_a_read_only_note_is_left_alone(root: Path, files: WorkspaceNotes) -> None:
    path = root / "notes/a.md"
    path.write_bytes(b"- a")
    path.chmod(0o444)
    with pytest.raises(NoteError, match=r"notes/a.md is read-only") as caught:
        files.write([Edit("notes/a.md", 2, b"a", b"b")])
    assert "chmod u+w" in caught.value.hint
    assert path.read_bytes() == b"- a"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_folder_that_takes_no_file(
    root: Path, files: WorkspaceNotes, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = root / "notes/a.md"
    path.write_bytes(b"- a")
    opened = os.open

    def refusing(name: str | Path, flags: int, mode: int = 0o777, **more: int) -> int:
        if str(name).endswith(".tmp"):
            raise OSError(number, os.strerror(number))
        return opened(name, flags, mode, **more)

    monkeypatch.setattr(os, "open", refusing)
    with pytest.raises(NoteError, match=f"cannot write notes/a.md: {os.strerror(number)}") as caught:
        files.write([Edit("notes/a.md", 2, b"a", b"b")])
    assert "the note is as it was" in caught.value.hint
    assert (path.read_bytes(), listing(root)) == (b"- a", ["a.md"])


def test_a_state_folder_that_cannot_be_made(root: Path, files: WorkspaceNotes) -> None:
    (root / "notes/a.md").write_bytes(b"- a")
    (root / ".studyctl").write_text("a file in its place")
    with pytest.raises(NoteError, match="cannot lock the notes"):
        files.write([Edit("notes/a.md", 2, b"a", b"b")])


def test_where_the_second_note_cannot_be_replaced_the_first_is_put_back(
    root: Path, files: WorkspaceNotes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (root / f"notes/{name}.md").write_bytes(b"- a")
    replace = Path.replace

    def refusing(self: Path, target: Path) -> Path:
        if target.name == "b.md":
            raise OSError(errno.EIO, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refusing)
    with pytest.raises(NoteError, match=r"cannot write notes/b.md"):
        files.write([Edit(f"notes/{name}.md", 2, b"a", b"b") for name in "ab"])
    assert [(root / f"notes/{name}.md").read_bytes() for name in "ab"] == [b"- a", b"- a"]
    assert listing(root) == ["a.md", "b.md"]


def test_what_a_kill_left_behind_is_removed_an_hour_later(root: Path, files: WorkspaceNotes) -> None:
    (root / "notes/a.md").write_bytes(b"- a")
    for name, age in (("old", 7200), ("new", 10)):
        scratch = root / f"notes/.studyctl-{name}.tmp"
        scratch.write_bytes(b"half")
        now = scratch.stat().st_mtime
        os.utime(scratch, (now - age, now - age))
    files.write([Edit("notes/a.md", 2, b"a", b"b")])
    assert listing(root) == [".studyctl-new.tmp", "a.md"]


# In other processes

PRELUDE = """
import os, sys
from pathlib import Path
from studyctl.config import Workspace
from studyctl.core.ports import Edit
from studyctl.errors import NoteError
from studyctl.notes.files import WorkspaceNotes
root = Path(sys.argv[1])
files = WorkspaceNotes(Workspace(root, root / "studyctl.toml"))
"""


def child(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + script, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )


KILLED = """
import builtins, io, json, signal
from studyctl.notes import files as module

def counted(function):
    def stepped(*arguments, **named):
        count()
        result = function(*arguments, **named)
        count()
        return result
    return stepped

def count():
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1

def from_here(self, content=None):
    # What comes before is filelock's business.
    os.open, os.fsync, Path.replace, Path.chmod = map(counted, (opened, fsync, replace, chmod))
    io.open = builtins.open = counted(by_name)  # a note that is opened to be written in place would be seen empty
    return write(self, content)

opened, fsync, replace, chmod, write = os.open, os.fsync, Path.replace, Path.chmod, module._Draft.write
by_name = io.open
module._Draft.write = from_here
old = b"- " + b"a" * 9 + b"\\n" + b"x" * 100_000
new = b"- " + b"b" * 20 + b"\\n" + b"x" * 100_000
for step in range(100):
    for name in "ab":
        (root / f"notes/{name}.md").write_bytes(old)
    process = os.fork()
    if process == 0:
        left = step
        files.write([Edit(f"notes/{name}.md", 2, b"a" * 9, b"b" * 20) for name in "ab"])
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    notes = [(root / f"notes/{name}.md").read_bytes() for name in "ab"]
    said = ["old" if note == old else "new" if note == new else "broken" for note in notes]
    print(json.dumps([status, *said, [s.path for s in files.walk() if s.role == "note"]]))
    if status == 0:
        break
"""


@POSIX
def test_a_kill_at_any_step_leaves_every_note_old_or_new(root: Path, files: WorkspaceNotes) -> None:
    done = child(KILLED, root)
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    assert [status for status, *_ in steps] == [-9] * (len(steps) - 1) + [0], done.stderr
    assert len(steps) > 15
    states = [(first, second) for _, first, second, _ in steps]
    assert list(dict.fromkeys(states)) == [("old", "old"), ("new", "old"), ("new", "new")]
    assert all(notes == ["notes/a.md", "notes/b.md"] for *_, notes in steps)
    # The lock of a killed process does not hold anybody up.
    (root / "notes/a.md").write_bytes(b"- a")
    files.write([Edit("notes/a.md", 2, b"a", b"b")])


FULL = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    files.write([Edit("notes/a.md", 2, b"a", b"b"), Edit("notes/b.md", 2, b"a", b"b")])
except NoteError as error:
    print(error.message, "|", error.hint)
"""


@POSIX
def test_a_full_disk_leaves_the_notes_and_no_scratch_file(root: Path) -> None:
    (root / "notes/a.md").write_bytes(b"- a")
    (root / "notes/b.md").write_bytes(b"- a" + b"x" * 100_000)
    done = child(FULL, root)
    assert done.stdout.startswith("cannot write notes/b.md: File too large | the note is as it was"), done.stderr
    assert (root / "notes/a.md").read_bytes() == b"- a"
    assert (root / "notes/b.md").read_bytes() == b"- a" + b"x" * 100_000
    assert listing(root) == ["a.md", "b.md"]


TOGETHER = """
made = 0
for k in range(12):
    source = files.read("notes/a.md")
    line = f"- {sys.argv[2]}.{k}\\n".encode()
    try:
        files.write([Edit("notes/a.md", 0, source[:6], source[:6] + b"\\n" + line[:-1])])
        made += 1
    except NoteError:
        pass
print(made)
"""


def test_several_processes_lose_nothing(root: Path) -> None:
    (root / "notes/a.md").write_bytes(b"# list\n")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PRELUDE + TOGETHER, str(root), str(k)], stdout=subprocess.PIPE, text=True
        )
        for k in range(3)
    ]
    made = sum(int(process.communicate(timeout=60)[0]) for process in running)
    lines = (root / "notes/a.md").read_bytes().decode().split("\n")
    assert lines[0] == "# list"
    assert len(set(lines)) == len(lines) == made + 2
    assert made == 36
