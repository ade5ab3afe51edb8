"""Progress: bars on a terminal, one line elsewhere, nothing with --quiet."""

from __future__ import annotations

import io
import time

import pytest

from studyctl.view import progress
from studyctl.view.bars import Bars
from studyctl.view.progress import Quiet, make_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_one_line_when_it_takes_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    stream = io.StringIO()
    shown = make_progress("coin", stream=stream)
    with shown.showing(), shown.running():
        until = time.monotonic() + 30
        while not stream.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
    assert stream.getvalue() == "coin is running\n"


def test_a_pipe_gets_nothing_when_it_is_soon_over() -> None:
    stream = io.StringIO()
    shown = make_progress("coin", stream=stream)
    with shown.showing(), shown.running():
        shown.task("flips", 3)(1)
    assert stream.getvalue() == ""


def test_what_the_experiment_prints_is_passed_on_unless_quiet() -> None:
    loud, quiet = io.StringIO(), io.StringIO()
    make_progress("coin", stream=loud).message("a [bold] word")
    make_progress("coin", stream=quiet, quiet=True).message("a [bold] word")
    assert (loud.getvalue(), quiet.getvalue()) == ("a [bold] word\n", "")


def test_a_terminal_gets_bars_that_are_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    shown = make_progress("coin", color="always", stream=stream)
    assert isinstance(shown, Bars)
    with shown.showing():
        with shown.running():
            advance = shown.task("flips [x]", 4)
            advance(2)
            shown._progress.refresh()
            shown.message("a [bold] word")
        shown._progress.refresh()
    text = stream.getvalue()
    for part in ("coin: getting ready", "flips [x]", "2/4", "a [bold] word", "coin: recording"):
        assert part in text
    # The last thing written takes the bars away.
    assert text.rstrip().endswith(("\x1b[2K", "\x1b[?25h"))


def test_a_terminal_that_cannot_move_its_cursor_gets_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(make_progress("coin", stream=Terminal()), Quiet)


def test_without_colour_bars_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    shown = make_progress("coin", color="never", stream=stream)
    with shown.showing(), shown.running():
        shown.task("flips", 4)(2)
    assert "coin" in stream.getvalue()
    assert "\x1b[3" not in stream.getvalue()
