"""Progress: bars on a terminal, one line elsewhere, nothing with --quiet."""

from __future__ import annotations

import io
import time

import pytest

from studyctl.core.models import Metric
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


@pytest.fixture
def bars(monkeypatch: pytest.MonkeyPatch) -> Bars:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = make_progress("coin", color="never", stream=Terminal())
    assert isinstance(shown, Bars)
    return shown


def rows(bars: Bars) -> list[str]:
    """What stands on the terminal now, without spinners, bars and times."""
    from rich.console import Console

    console = Console(file=io.StringIO(), width=80)
    with console.capture() as captured:
        for part in bars._progress.get_renderables():
            console.print(part)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    return [" ".join(line.split("━")[0].split()[:3]) for line in lines]


def test_the_last_figures_stand_below_the_bars(bars: Bars) -> None:
    with bars.showing(), bars.running():
        bars.metrics([Metric("loss", 0.123456, "nat"), Metric("epochs", 3.0)])
        bars.metrics([Metric("loss", float("nan"), "nat")])
        console_line = list(bars._progress.get_renderables())[-1]
        assert str(console_line) == "  loss NaN nat · epochs 3"
        for place in range(10):
            bars.metrics([Metric(f"m{place}", place / 3)])
        assert str(list(bars._progress.get_renderables())[-1]) == ("  m5 1.667 · m6 2 · m7 2.333 · m8 2.667 · m9 3")
    assert "loss" not in "".join(rows(bars))  # once it is recorded


def test_loops_and_steps_that_come_again_keep_their_row(bars: Bars) -> None:
    with bars.showing(), bars.running():
        advance = bars.task("epochs", 2)
        for _ in range(2):
            end = bars.step("train", 0)
            inner = bars.step("batches", 1)
            batches = bars.task("batches", 5)
            for _ in range(5):
                batches(1)
            batches(0)
            assert len(rows(bars)) == 5  # the whole, epochs, train, its step, its loop
            inner()
            end()
            advance(1)
        advance(0)
        assert rows(bars)[1:] == ["✓ epochs", "✓ train in", "✓ batches"]


def test_a_loop_without_a_length_and_one_that_was_left_are_over(bars: Bars) -> None:
    with bars.showing(), bars.running():
        for total in (None, 9):
            advance = bars.task(f"loop {total}", total)
            advance(3)
            advance(0)
        assert [task.finished for task in bars._progress.tasks] == [False, True, True]


def test_many_that_are_over_do_not_push_out_what_goes_on(bars: Bars) -> None:
    with bars.showing(), bars.running():
        for number in range(20):
            bars.step(f"fold {number}", 0)()
        bars.step("last", 0)
        assert [row.removeprefix("✓ ") for row in rows(bars)][1:5] == [f"fold {number}" for number in range(16, 20)]


def test_without_a_terminal_figures_and_steps_say_nothing() -> None:
    stream = io.StringIO()
    shown = make_progress("coin", stream=stream)
    with shown.showing(), shown.running():
        shown.metrics([Metric("loss", 1.0)])
        shown.step("train", 0)()
    assert stream.getvalue() == ""
