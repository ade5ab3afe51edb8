"""What a recorded sweep says of itself, and what its trials come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from run_values import run

from studyctl.core.models import FileDigest, Finding, Run
from studyctl.core.sweeps import (
    Swept,
    digest_of,
    groups,
    last_line,
    latest,
    name_of,
    number_of,
    same_files,
    swept,
    telling_metrics,
    varied_of,
    verdicts,
)

ABOUT = Swept({"lr": (0.1, 0.5), "seed": (0, 1, 2)}, 6, 1, "d1")


def trial(number: int, varied: dict[str, Any], value: float | None = None, **more: Any) -> Run:
    metrics = {} if value is None else {"loss": value}
    about = {"trial": {"number": number, "varied": varied, "repeat": 0}}
    return run(metrics, role="trial", parent="5" * 32, params=varied, provenance=about, **more)


def test_what_a_sweep_keeps_is_what_it_says() -> None:
    sweep = run(role="sweep", provenance={"sweep": ABOUT.plain()})
    assert swept(sweep) == ABOUT
    assert ABOUT.label == "lr=0.1,0.5, seed=0..2"
    assert replace(ABOUT, values={}, repeat=3).label == "3 times"


@pytest.mark.parametrize("one", [run(), run(role="sweep"), run(role="trial", provenance={"sweep": ABOUT.plain()})])
def test_other_runs_are_no_sweep(one: Run) -> None:
    assert swept(one) is None


def test_a_trial_says_which_one_it_is() -> None:
    one = trial(4, {"lr": 0.5, "seed": 0})
    assert (number_of(one), varied_of(one), name_of(one)) == (4, {"lr": 0.5, "seed": 0}, "lr=0.5, seed=0")
    assert name_of(trial(2, {})) == "trial 2"
    assert (number_of(run()), varied_of(run())) == (0, {})


def test_the_same_trials_have_one_digest_and_others_another() -> None:
    some = [({"a": 1, "b": 2}, 0), ({"a": 2, "b": 2}, 0)]
    one = digest_of("x", "default", 1, some)
    assert one == digest_of("x", "default", 1, [({"b": 2, "a": 1}, 0), ({"b": 2, "a": 2}, 0)])
    others = [
        digest_of("y", "default", 1, some),
        digest_of("x", "quick", 1, some),
        digest_of("x", "default", 2, some),
        digest_of("x", "default", 1, some[::-1]),
        digest_of("x", "default", 1, [({"a": 1, "b": 2}, 0), ({"a": 1, "b": 2}, 1)]),
    ]
    assert len({one, *others}) == 6


def test_the_newest_attempt_counts_and_a_finished_one_before_all() -> None:
    first, second = trial(1, {"seed": 0}, state="failed"), trial(1, {"seed": 0}, state="killed")
    done, later = trial(2, {"seed": 1}, 1.0), trial(2, {"seed": 1}, state="lost")
    assert latest([later, done, second, first]) == [second, done]


def test_trials_that_differ_in_their_seed_alone_are_one_group() -> None:
    trials = [
        trial(number, {"lr": lr, "seed": seed}, lr + seed)
        for number, (lr, seed) in enumerate(((lr, seed) for lr in (0.1, 0.5) for seed in range(3)), 1)
    ]
    trials[4] = replace(trials[4], state="failed", metrics=())
    first, second = groups(ABOUT, trials, ["loss"])
    assert (first.varied, len(first.trials), first.failed) == ({"lr": 0.1}, 3, 0)
    assert (second.varied, len(second.trials), second.failed) == ({"lr": 0.5}, 2, 1)
    assert first.estimates["loss"].value == pytest.approx(1.1)
    # t of Student's distribution with two degrees of freedom: 4.302652730.
    assert first.estimates["loss"].hi == pytest.approx(1.1 + 4.302652730 / 3**0.5)
    assert first.seconds is not None


def test_one_trial_has_no_interval() -> None:
    (one,) = groups(replace(ABOUT, values={"seed": (0,)}), [trial(1, {"seed": 0}, 2.0)], ["loss"])
    assert (one.varied, one.estimates["loss"].value, one.estimates["loss"].lo) == ({}, 2.0, None)


def test_figures_that_findings_cite_come_first() -> None:
    finding = Finding("f", "2", "{b}", figures=(("b", "1"),))
    one = run({"a": 1.0, "b": 2.0}, findings=(finding,))
    assert telling_metrics([run({"c": 1.0}), one]) == ["b", "c", "a"]


def test_the_first_file_that_differs_is_named() -> None:
    files = (FileDigest("a.py", "code", "1"), FileDigest("b.py", "code", "2"))
    assert same_files(files, files) is None
    assert same_files(files, (files[0], FileDigest("b.py", "code", "3"))) == "b.py"
    assert same_files(files, files[1:]) == "a.py"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        ("", ""),
        ("Traceback:\n  File 'x'\nValueError: no", "ValueError: no"),
        ("what went wrong\n  next: do that", "what went wrong"),
    ],
)
def test_of_an_error_its_last_line_is_told(error: str, line: str) -> None:
    assert last_line(error) == line


def test_verdicts_are_counted_over_the_finished_trials() -> None:
    def one(verdict: Any, state: str = "finished") -> Run:
        said = (Finding("f", "", "", verdict=verdict), Finding("told", "", ""))
        return run(findings=said, state=state)

    trials = [one("supported"), one("supported"), one("refuted"), one("refuted", "failed")]
    assert verdicts(trials) == {"f": {"supported": 2, "refuted": 1}}
