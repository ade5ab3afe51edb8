"""What a picture shows: which axis, which lines, what is left out."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_values import run

from studyctl.core.alike import alike
from studyctl.core.comparing import table
from studyctl.core.models import Run
from studyctl.core.picturing import Picture, against, over_steps, thinned
from studyctl.errors import UsageError


def grid(**values: list[Any]) -> list[Run]:
    """A run for each combination, whose loss is its number."""
    found: list[dict[str, Any]] = [{}]
    for name, some in values.items():
        found = [{**one, name: value} for one in found for value in some]
    return [run({"loss": float(number + 1)}, params=params) for number, params in enumerate(found)]


def picture(runs: list[Run], by: tuple[str, ...] = (), across: tuple[Any, ...] = ()) -> Picture:
    (one,) = alike(runs, across)
    return against(table(one, ["loss"], by=by, across=across), "loss", by)


class TestAgainst:
    def test_the_number_with_most_values_is_the_axis_and_the_others_are_lines(self) -> None:
        found = picture(grid(lr=[0.1, 0.2, 0.3], momentum=[0.0, 0.9], seed=[0, 1]))
        assert (found.x, found.categories, found.over) == ("lr", (), ())
        assert [line.label for line in found.lines] == ["momentum=0", "momentum=0.9"]
        assert [[point.x for point in line.points] for line in found.lines] == [[0.1, 0.2, 0.3]] * 2
        assert all(point.cell.estimate.n == 2 for line in found.lines for point in line.points)

    def test_by_chooses_the_axis_and_pools_the_others(self) -> None:
        runs = grid(lr=[0.1, 0.2, 0.3], momentum=[0.0, 0.9], seed=[0, 1])
        found = picture(runs, by=("momentum",))
        assert (found.x, found.over, len(found.lines)) == ("momentum", ("lr",), 1)
        assert found.lines[0].label == ""
        assert picture(runs, by=("momentum", "lr")).lines[0].label == "lr=0.1"

    def test_words_are_rows(self) -> None:
        found = picture(grid(kind=["b", "a"], fast=[True, False]))
        assert (found.x, found.categories) == ("kind", ("a", "b"))
        assert [line.label for line in found.lines] == ["fast=false", "fast=true"]
        assert picture(grid(kind=["b", "a"], lr=[1, 2, 3]), by=("kind",)).categories == ("a", "b")

    def test_seeds_alone_are_one_row(self) -> None:
        found = picture(grid(seed=[0, 1, 2]))
        assert (found.x, found.categories) == ("", ("all runs",))
        assert found.lines[0].points[0].cell.estimate.n == 3
        assert picture(grid(seed=[0, 1, 2]), by=("seed",)).x == "seed"

    def test_other_code_is_a_line_of_its_own(self) -> None:
        runs = [run({"loss": 1.0}, code=code, params={"lr": lr}) for code in "12" for lr in (1, 2)]
        found = picture(runs, across=("code",))
        assert found.x == "lr" and len(found.lines) == 2 and found.lines[0].label.startswith("code=")

    def test_too_much_for_one_picture(self) -> None:
        with pytest.raises(UsageError, match="11 lines, one for each value of m"):
            picture(grid(lr=list(range(1, 13)), m=list(range(11))))
        with pytest.raises(UsageError, match="41 rows"):
            picture(grid(kind=[f"k{n}" for n in range(41)]))

    @pytest.mark.parametrize(
        ("values", "log"),
        [
            ([0.001, 0.01, 0.1], True),
            ([16, 32, 64, 128, 256], True),
            ([0.02, 0.1, 0.3], True),
            (list(range(10, 101, 10)), False),
            ([1, 2, 3], False),
            ([0, 1, 100], False),
            ([-1, 1, 100], False),
        ],
    )
    def test_an_axis_of_decades(self, values: list[float], log: bool) -> None:
        assert picture(grid(lr=values)).log_x is log

    def test_values_that_span_thousands_and_those_that_are_no_numbers(self) -> None:
        runs = [run({"loss": value}, params={"lr": n}) for n, value in enumerate([1.0, 2000.0, math.nan, math.inf])]
        found = picture(runs)
        assert found.log_y and found.undrawn == 2
        assert not picture([run({"loss": value}, params={"lr": n}) for n, value in enumerate([0.0, 2000.0])]).log_y

    def test_units(self) -> None:
        assert picture([run({"loss": 1.0}, unit="s", params={"lr": n}) for n in (1, 2)]).unit == "s"


class TestOverSteps:
    def history(self, runs: list[Run], steps: int = 3) -> dict[str, list[tuple[str, float, int, int]]]:
        return {one.id: [("loss", 1.0 + step, step, 0) for step in range(steps)] for one in runs}

    def test_runs_are_told_by_what_they_were_given(self) -> None:
        runs = grid(lr=[0.1, 0.2], steps=[5])
        found = over_steps(runs, self.history(runs), "loss")
        assert (found.x, [curve.label for curve in found.curves]) == ("step", ["lr=0.1", "lr=0.2"])
        assert found.curves[0].points == ((0.0, 1.0), (1.0, 2.0), (2.0, 3.0))

    def test_seeds_of_one_setting_have_one_colour(self) -> None:
        runs = grid(lr=[0.1, 0.2], seed=[0, 1, 2])
        found = over_steps(runs, self.history(runs), "loss")
        assert [curve.colour for curve in found.curves] == [0, 0, 0, 1, 1, 1]
        assert found.curves[0].label == "lr=0.1 (3 runs)"

    def test_seeds_alone_are_told_apart(self) -> None:
        runs = grid(seed=[0, 1])
        assert [curve.label for curve in over_steps(runs, self.history(runs), "loss").curves] == ["seed=0", "seed=1"]
        again = grid(seed=[0]) + grid(seed=[0])
        labels = [curve.label for curve in over_steps(again, self.history(again), "loss").curves]
        assert labels == [one.short for one in again]

    def test_other_code_is_told(self) -> None:
        runs = [run({"loss": 1.0}, code=code) for code in "12"]
        labels = [curve.label for curve in over_steps(runs, self.history(runs), "loss", ["code"]).curves]
        assert all(label.startswith("code=") for label in labels) and len(set(labels)) == 2

    def test_what_is_not_finite_is_a_gap(self) -> None:
        (one,) = grid(lr=[1])
        found = over_steps([one], {one.id: [("loss", math.inf, 1, 0), ("loss", 1.0, 0, 0), ("x", 1.0, 0, 0)]}, "loss")
        assert found.undrawn == 1 and found.curves[0].points[0] == (0.0, 1.0)
        assert math.isnan(found.curves[0].points[1][1])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000), st.integers(10, 400))
def test_a_thinned_line_keeps_its_order_its_ends_of_value_and_few_points(values: list[float], most: int) -> None:
    points = [(float(at), value) for at, value in enumerate(values)]
    kept = thinned(points, most)
    assert len(kept) <= most + 2 and kept == sorted(kept)
    assert min(value for _, value in kept) == min(values) and max(value for _, value in kept) == max(values)
    assert set(kept) <= set(points)
