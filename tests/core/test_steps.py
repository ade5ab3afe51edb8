"""The named parts of a run: how long each took, where it is shown, which one an error came from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from studyctl.core.progress import Silent
from studyctl.core.steps import Steps, step_of
from studyctl.errors import ExperimentError


class Shown(Silent):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def step(self, label: str, depth: int) -> Callable[[], None]:
        self.lines.append(f"{'  ' * depth}{label}")
        return lambda: self.lines.append(f"{'  ' * depth}/{label}")


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def steps(shown: Shown) -> Steps:
    ticks: Iterator[int] = iter(range(1000))
    return Steps(lambda: float(next(ticks)), shown)  # every look at the clock is a second later


def test_steps_within_each_other(steps: Steps, shown: Shown) -> None:
    with steps.step("train"):
        with steps.step("forward"):
            pass
        with steps.step("backward"):
            pass
    with steps.step("test"):
        pass
    assert shown.lines == ["train", "  forward", "  /forward", "  backward", "  /backward", "/train", "test", "/test"]
    assert steps.recorded() == [
        {"name": "train", "seconds": 5.0, "depth": 0, "times": 1},
        {"name": "forward", "seconds": 1.0, "depth": 1, "times": 1},
        {"name": "backward", "seconds": 1.0, "depth": 1, "times": 1},
        {"name": "test", "seconds": 1.0, "depth": 0, "times": 1},
    ]


def test_a_step_that_comes_again_adds_up_and_stays_in_its_place(steps: Steps) -> None:
    for name in ("a", "b", "a"):
        with steps.step("fold"), steps.step(name):
            pass
        with steps.step("after"):
            pass
    assert [(one["name"], one["depth"], one["times"], one["seconds"]) for one in steps.recorded()] == [
        ("fold", 0, 3, 9.0),
        ("a", 1, 2, 2.0),
        ("b", 1, 1, 1.0),
        ("after", 0, 3, 3.0),
    ]


def test_a_decorator_is_a_step_around_every_call(steps: Steps) -> None:
    @steps.step("descend")
    def descend(depth: int) -> int:
        return depth if depth == 0 else descend(depth - 1)

    assert descend(2) == 0
    assert descend.__name__ == "descend"
    assert [(one["depth"], one["times"]) for one in steps.recorded()] == [(0, 1), (1, 1), (2, 1)]


def test_an_error_names_the_innermost_step_and_none_that_was_over(steps: Steps) -> None:
    with steps.step("before"):
        pass
    with pytest.raises(ZeroDivisionError) as caught, steps.step("train"), steps.step("epoch"):
        1 / 0  # noqa: B018
    assert step_of(caught.value) == "train › epoch"
    assert caught.value.__notes__ == ["  in step train › epoch"]
    # The step is over, and its time counts.
    assert [one["times"] for one in steps.recorded()] == [1, 1, 1]
    with pytest.raises(ValueError, match="later") as later:
        raise ValueError("later")
    assert step_of(later.value) is None


def test_threads_have_places_of_their_own(steps: Steps) -> None:
    entered = threading.Event()
    leave = threading.Event()

    def work() -> None:
        with steps.step("aside"):
            entered.set()
            leave.wait(30)

    with steps.step("main"):
        thread = threading.Thread(target=work)
        thread.start()
        assert entered.wait(30)
        with steps.step("inner"):
            leave.set()
            thread.join()
    assert [(one["name"], one["depth"]) for one in steps.recorded()] == [("main", 0), ("inner", 1), ("aside", 0)]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101, 3, None])
def test_what_cannot_name_a_step(steps: Steps, name: object) -> None:
    with pytest.raises(ExperimentError, match="cannot name a step"):
        steps.step(name)  # type: ignore[arg-type]


def test_one_step_object_is_entered_once_at_a_time(steps: Steps) -> None:
    step = steps.step("train")
    with step, pytest.raises(ExperimentError, match="going on already"), step:
        pass
    with step:  # after it is over, it may be used again
        pass
    assert steps.recorded()[0]["times"] == 2
