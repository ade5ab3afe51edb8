"""`--where`: what a condition chooses, and what is said of one that cannot be read."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.core.conditions import ConditionError, parse
from studyctl.core.models import Metric, Run
from studyctl.core.times import span


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Any:
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def run(**more: Any) -> Run:
    values: dict[str, Any] = {
        "id": "ab" * 16,
        "experiment": "box-decoding",
        "title": "",
        "state": "finished",
        "started": "2026-11-24T10:00:00.000Z",
        "ended": "2026-11-24T10:01:00.000Z",
        "preset": "default",
        "changed": (),
        "params": {
            "lr": 0.1,
            "dtype": "float16",
            "fast": True,
            "limit": None,
            "sizes": [16, 32],
            "inner": {"depth": 3},
            "steps_each": 5,
        },
        "seed": 3,
        "evidence_version": 1,
        "host": "box",
        "pid": 1,
        "process_started": 0.0,
        "provenance": {"seconds": 12.5},
        "tags": ("baseline", "v1.2", "기준"),
        "metrics": (Metric("overflow_margin.exp", 6.0), Metric("loss", 0.25), Metric("none", math.nan)),
    }
    return Run(**values | more)


HOLDS = [
    "metric.overflow_margin.exp > 5",
    "metric.loss < 0.5 and metric.overflow_margin.exp >= 6",
    "0.2 < metric.loss < 0.3",
    "metric.loss > 1 or param.lr == 0.1",
    "not metric.loss > 1",
    "not (metric.loss > 1 or seed == 4)",
    "metric.overflow_margin.exp / metric.loss == 24",
    "abs(metric.loss - 1) < 0.8 and max(metric.loss, 2) == 2",
    "metric.missing > 1 or metric.loss < 1",
    "param.dtype == 'float16'",
    'param.dtype != "float32"',
    "param.lr == '0.1'",
    "param.inner.depth == 3",
    "param.steps-each == 5",
    "param.fast == true and param.limit == none",
    "param.fast == 'true'",
    "param.fast != false",
    "param.sizes == '[16, 32]'",
    "param.lr < param.inner.depth",
    "state == 'finished'",
    "preset == 'default' and experiment == 'box_decoding'",
    "experiment == 'box-decoding'",
    "host != 'other'",
    "seed == 3 and duration > 10",
    "tag.baseline and not tag.slow",
    "tag.v1.2",
    "tag == '기준' and tag != 'slow'",
    "started == '2026-11-24'",
    "started == '2026-11-24 10:00'",
    "started > '2026-11-23' and started <= '2026-11-24'",
    "'2026-11-24' <= started < '2026-11-25'",
    "started >= '2026-11-24T10:00:00Z' and not started > '2026-11-24'",
    "started != '2026-11-25'",
    "ended > started",
    "ended < '2026-11-24 10:02'",
]
FAILS = [
    "metric.loss > 1",
    "metric.missing > 1",
    "not metric.missing > 1",
    "metric.missing < 1 and metric.loss < 1",
    "metric.none < 1",
    "not metric.none < 1",
    "metric.loss / 0 > 1",
    "param.missing == 1",
    "param.missing != 1",
    "param.inner.depth.more == 1",
    "param.dtype > 3",
    "param.fast == 1",
    "param.fast > 0",
    "param.dtype + 1 > 0",
    "param.limit == true",
    "tag.slow",
    "tag == 'slow'",
    "started == '2026-11-25'",
    "started > '2026-11-24 10:00'",
]


@pytest.mark.parametrize("text", HOLDS)
def test_it_chooses(text: str) -> None:
    assert parse(text).holds(run())


@pytest.mark.parametrize("text", FAILS)
def test_it_passes_over(text: str) -> None:
    assert not parse(text).holds(run())


def test_what_a_run_has_not_got_chooses_it_neither_way() -> None:
    still = run(ended=None, provenance={}, seed=None, host="")
    for text in ("ended > '2026-01-01'", "duration < 1e9", "seed == 3", "host == 'box'"):
        assert not parse(text).holds(still)
        assert not parse(f"not {text}").holds(still)


def test_numbers_of_any_size() -> None:
    assert parse("seed > 1e300").holds(run(seed=10**400))
    assert not parse("seed + 1 > 0").holds(run(seed=10**400))


WRONG = [
    ("", 1, "there is nothing to compare"),
    ("metric.loss", 1, "a condition has to compare something"),
    ("metric.loss = 1", 13, "compare with =="),
    ("loss > 1", 1, "loss of what? metric.loss or param.loss; other names are tag.NAME, state, preset"),
    ("stat == 'finished'", 1, "did you mean state?"),
    ("metric > 1", 1, "of which metric? metric.NAME"),
    ("state == finished", 10, "a text stands in quotes: 'finished'"),
    ("state == 'finishd'", 10, "no state 'finishd'; there are running, finished"),
    ("state == 3", 10, "a text is compared with a number"),
    ("metric.loss > '5'", 15, "a number stands without quotes"),
    ("seed == true", 9, "true is for parameters"),
    ("param.fast > true", 14, "true is for parameters, with == and !="),
    ("started > 5", 11, "a time is compared with a number"),
    ("started > 'yesterday'", 11, "'yesterday' is no time"),
    ("started > '2026-13-01'", 11, "is no time"),
    ("state + 1 > 2", 1, "`+` works on numbers, and this is a text"),
    ("tag > 'a'", 1, "tag == 'NAME', or tag.NAME alone"),
    ("tag == 3", 1, "tag == 'NAME', or tag.NAME alone"),
    ("param.dtype == 'float16", 16, "the closing quote is missing"),
    ("metric.loss > 1 and", 20, "a number or a name is missing"),
    ("(metric.loss > 1", 17, "a closing ) is missing"),
    ("metric.loss > 1 metric.loss < 2", 17, "'metric.loss' is not expected here"),
    ("metric.loss and seed > 1", 1, "`and` joins comparisons"),
    ("sqrt(metric.loss) > 1", 1, "no function 'sqrt'"),
    ("metric.기준 > 1", 7, "is not part of the language"),
]


@pytest.mark.parametrize(("text", "column", "message"), WRONG)
def test_mistakes_are_told_with_their_column(text: str, column: int, message: str) -> None:
    with pytest.raises(ConditionError) as told:
        parse(text)
    assert (told.value.column, message in told.value.message) == (column, True), told.value.message
    assert told.value.exit_code == 2


@given(st.text(alphabet="metric.loss param tag state == < > 'x' 1 ( ) and or not \"", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text).holds(run())
    except ConditionError as error:
        assert 1 <= error.column <= len(text) + 1


def test_it_says_what_it_asks_for() -> None:
    asked = parse("metric.b > 1 and (metric.a < metric.b or duration > 3)")
    assert asked.metrics == ("b", "a") and asked.timed
    assert not parse("state == 'failed'").timed


def test_a_day_is_as_long_as_the_calendar_says(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    first, after = span("2026-03-29")
    assert (after - first).total_seconds() == 23 * 3600 and first.isoformat() == "2026-03-29T00:00:00+01:00"
    first, after = span("2026-11-24 09:30")
    assert (after - first).total_seconds() == 60
