"""Reads many notes: each one's bytes, their digest, and what the detector finds in it.

Detection is plain Python and takes by far the longest part of a first sync, so that helpers share the work: further
Python processes, told names of notes through a pipe, that answer with what they found. They are no `multiprocessing`
pool: nothing of the program that syncs is run a second time in them (no `__main__`, on no platform), they hold no
locks, and they end by themselves as soon as their pipe is closed, however this process ends. Whatever becomes of a
helper, no note is lost: what it did not answer is read here.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from studyctl.config import Settings, Workspace
from studyctl.core.models import Reading
from studyctl.core.ports import NoteRead
from studyctl.errors import NoteError
from studyctl.notes.files import WorkspaceNotes

if TYPE_CHECKING:
    from studyctl.core.models import FileStamp

# Below so many bytes, a helper would not have started before all is done.
WORTH_BYTES = 2_000_000
# Four processes read a vault of ten thousand notes in seconds; each costs some forty megabytes.
MOST_HELPERS = 3
_CHUNK_BYTES = 128_000
_AHEAD = 2  # chunks that a helper is given before it has answered, so that it never waits
_POLL_S = 0.2  # how long Ctrl-C may have to wait while only helpers are at work

# What a helper runs: this process's module path comes first, so that it finds the same studyctl.
_START = """import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from studyctl.notes.parallel import serve
serve()"""

Detect = Callable[[bytes, str, Settings], Reading]


@dataclass(frozen=True, slots=True)
class Task:
    """Where the notes are and how they are searched; `detect` is found by its name in every helper."""

    workspace: Workspace
    detect: Detect

    def read(self, files: WorkspaceNotes, note: str) -> NoteRead:
        """What one note says."""
        try:
            source = files.read(note)
        except NoteError:
            return NoteRead(note, "", None)
        reading = self.detect(source, note, self.workspace.settings)
        return NoteRead(note, hashlib.sha256(source).hexdigest(), reading)


def read_notes(
    workspace: Workspace, detect: Detect, stamps: Sequence[FileStamp], helpers: int | None = None
) -> Iterator[NoteRead]:
    """Every note of `stamps`, in no particular order; `helpers`: how many processes besides this one."""
    task, files = Task(workspace, detect), WorkspaceNotes(workspace)
    if helpers is None:
        size = sum(stamp.size for stamp in stamps)
        helpers = min(_processors() - 1, MOST_HELPERS, size // WORTH_BYTES)
    chunks = deque(_chunks(stamps))
    with _Team(task, chunks, helpers) as team:
        while chunks or team.at_work:
            try:
                chunk = chunks.popleft()
            except IndexError:
                yield from team.wait()
                continue
            for note in chunk:
                yield task.read(files, note)
            yield from team.answers()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _chunks(stamps: Sequence[FileStamp]) -> Iterator[list[str]]:
    chunk: list[str] = []
    size = 0
    for stamp in stamps:
        chunk.append(stamp.path)
        size += stamp.size + 1000  # opening a file costs as much as some lines
        if size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class _Team:
    """The helpers of one reading, each with a thread that feeds it from the chunks everybody takes from."""

    def __init__(self, task: Task, chunks: deque[list[str]], count: int) -> None:
        self._task = task
        self._chunks = chunks
        # Not a SimpleQueue: in CPython its `get` never returns where a signal is handled for longer than the timeout.
        self._answers: queue.Queue[list[NoteRead] | None] = queue.Queue()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []
        self.at_work = 0  # helpers that may still answer
        if getattr(sys, "frozen", False) or not sys.executable:
            count = 0  # there is no Python to be started
        self._count = count

    def __enter__(self) -> _Team:
        try:
            for _ in range(self._count):
                self._start()
        except OSError:
            pass  # no process can be started here: the work is done without
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _start(self) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what goes wrong in a helper happens again here, and is reported here
            # Ctrl-C is for the program that the person started; helpers end when their pipe does.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        thread = threading.Thread(target=self._feed, args=(process,), daemon=True)
        self._processes.append(process)
        self._threads.append(thread)
        self.at_work += 1
        thread.start()

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        """Give chunks to a helper and take its answers; what it leaves unanswered goes back."""
        given: deque[list[str]] = deque()
        try:
            assert process.stdin and process.stdout
            _send(process.stdin, sys.path)
            _send(process.stdin, self._task)
            while True:
                while len(given) < _AHEAD and self._chunks:
                    with contextlib.suppress(IndexError):  # somebody else took the last one
                        given.append(self._chunks.popleft())
                        _send(process.stdin, given[-1])
                if not given:
                    return
                answer = pickle.load(process.stdout)
                given.popleft()
                self._answers.put(answer)
        except Exception:  # the helper is gone, or could not do it; the same work is done again where it can be seen
            return
        finally:
            self._chunks.extend(given)
            self._answers.put(None)

    def answers(self) -> Iterator[NoteRead]:
        """What helpers have answered so far."""
        while not self._answers.empty():
            yield from self._taken(self._answers.get())

    def wait(self) -> Iterator[NoteRead]:
        """What a helper answers next; nothing after a while without an answer."""
        with contextlib.suppress(queue.Empty):
            yield from self._taken(self._answers.get(timeout=_POLL_S))

    def _taken(self, answer: list[NoteRead] | None) -> list[NoteRead]:
        if answer is None:
            self.at_work -= 1
            return []
        return answer

    def _stop(self) -> None:
        for process in self._processes:
            process.kill()
        for thread in self._threads:
            thread.join()
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.wait()


def _send(pipe: IO[bytes], value: Any) -> None:
    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def serve() -> None:
    """A helper: chunks of names come in on stdin, what the notes say goes out on stdout, until stdin ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints must not get between the answers
    task: Task = pickle.load(requests)
    files = WorkspaceNotes(task.workspace)
    with contextlib.suppress(EOFError):
        while True:
            _send(answers, [task.read(files, note) for note in pickle.load(requests)])
