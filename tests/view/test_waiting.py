"""Waiting: nothing while it is quick, then a bar on a terminal and one line elsewhere."""

from __future__ import annotations

import io

import pytest

from studyctl.view import waiting
from studyctl.view.waiting import Waiting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is done takes longer than anybody has patience."""
    monkeypatch.setattr(waiting, "PATIENCE_S", 0.0)


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_what_is_quick_says_nothing(stream: io.StringIO) -> None:
    with Waiting(stream=stream) as told:
        told("reading notes", 1, 2)
        told("reading notes", 2, 2)
        told("recording", 0, 0)
    assert stream.getvalue() == ""


@pytest.mark.usefixtures("slow")
def test_a_pipe_gets_one_line() -> None:
    stream = io.StringIO()
    with Waiting(stream=stream) as told:
        for done in range(1, 4):
            told("reading notes", done, 12_345)
        told("recording", 0, 0)
    assert stream.getvalue() == "reading notes (12,345) …\n"


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_quiet_is_quiet(stream: io.StringIO) -> None:
    with Waiting(quiet=True, stream=stream) as told:
        told("reading notes", 1, 2)
    assert stream.getvalue() == ""


@pytest.mark.usefixtures("slow")
def test_a_terminal_gets_a_bar_that_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    with Waiting(color="always", stream=stream) as told:
        for done in range(1, 5):
            told("reading notes", done, 4)
        told("recording", 0, 0)
    text = stream.getvalue()
    assert "reading notes" in text and "4/4" in text and "recording" in text
    # The last thing written takes the bars away.
    assert text.rstrip().endswith(("\x1b[2K", "\x1b[?25h"))


@pytest.mark.usefixtures("slow")
def test_a_terminal_that_cannot_move_its_cursor_gets_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Terminal()
    with Waiting(stream=stream) as told:
        told("recording", 0, 0)
    assert stream.getvalue() == "recording …\n"
