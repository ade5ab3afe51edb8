"""How far a sweep is: bars on a terminal, else a line when it takes a while and one for each trial that falls."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from studyctl.core.models import Run
from studyctl.core.ports import Advanced, Printed, Stepped
from studyctl.core.progress import Silent
from studyctl.view import progress
from studyctl.view.watching import RunWatch, watch_sweep

sys.path.insert(0, str(Path(__file__).parents[1] / "core"))
from run_values import run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def trial(number: int, **more: Any) -> Run:
    about = {"trial": {"number": number, "varied": {"seed": number}, "repeat": 0}}
    return run(role="trial", provenance=about, **more)


def watched(stream: io.StringIO, *, quiet: bool = False) -> None:
    watch = watch_sweep("descent", 5, 2, 2, quiet=quiet, color="never", stream=stream)
    first, second = trial(3), trial(4, state="failed", error="Traceback\n  x\nValueError: no [bold]good")
    with watch.showing():
        for one in (first, second):
            watch.began(one)
        watch.told(Advanced(first.id, "epochs", 3, 10, False))
        watch.told(Stepped(second.id, "fit", 0, False))
        watch.ended(first)
        watch.ended(second)
        watch.left(7)


def test_a_pipe_gets_a_line_for_what_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_S", 1e6)
    stream = io.StringIO()
    watched(stream)
    assert stream.getvalue() == "trial 4 (seed=4) failed: ValueError: no [bold]good\n"


def test_what_takes_a_while_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    stream = io.StringIO()
    watch = watch_sweep("descent", 5, 2, 2, quiet=False, color="never", stream=stream)
    with watch.showing():
        until = time.monotonic() + 10
        while not stream.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
    assert stream.getvalue() == "descent: 3 trials are running, 2 at a time\n"


def test_quiet_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    stream = io.StringIO()
    watched(stream, quiet=True)
    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar_over_the_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    watched(stream)
    text = stream.getvalue()
    assert "descent" in text and "0/3" in text
    assert "trial 4 (seed=4) failed: ValueError: no [bold]good" in text
    assert "7 on their way to MLflow" in text


class Told(Silent):
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def task(self, label: str, total: int | None) -> Any:
        self.said.append(("task", label, total))
        return lambda steps: self.said.append((label, steps))

    def step(self, label: str, depth: int) -> Any:
        self.said.append(("step", label))
        return lambda: self.said.append(("over", label))

    def message(self, text: str) -> None:
        self.said.append((text,))


def test_one_run_elsewhere_looks_as_if_it_were_performed_here() -> None:
    told = Told()
    watch = RunWatch(told)
    one = trial(1)
    watch.began(one)
    watch.told(Stepped(one.id, "fit", 0, False))
    watch.told(Advanced(one.id, "epochs", 0, 4, False))
    watch.told(Advanced(one.id, "epochs", 3, 4, False))
    watch.told(Printed(one.id, "hello"))
    watch.told(Advanced(one.id, "epochs", 4, 4, True))
    watch.told(Advanced(one.id, "epochs", 2, 4, False))  # the loop comes again
    watch.told(Stepped(one.id, "fit", 0, True))
    watch.ended(one)
    assert told.said == [
        ("step", "fit"),
        ("task", "epochs", 4),
        ("epochs", 3),
        ("hello",),
        ("epochs", 1),
        ("epochs", 0),
        ("task", "epochs", 4),
        ("epochs", 2),
        ("over", "fit"),
    ]
