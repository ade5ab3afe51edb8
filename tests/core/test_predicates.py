"""The comparison language of findings: what it reads, how it decides, and that it agrees with Python."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.predicates import PredicateError, evaluate, parse, verdict

NAMES = ("a", "b", "loss.mean", "x_1")
NUMBERS = st.sampled_from([0.0, 1.0, 2.5, 1e-3, 3.0, 1e15])
FIGURES = st.sampled_from([-2.0, -0.5, 0.0, 0.001, 1.0, 2.5, 1e15, math.inf, -math.inf])


def number(value: float) -> str:
    return repr(value)


def sums(depth: int) -> st.SearchStrategy[str]:
    leaf = st.one_of(NUMBERS.map(number), st.sampled_from(NAMES))
    if depth == 0:
        return leaf
    inner = sums(depth - 1)
    return st.one_of(
        leaf,
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"{t[0]} {t[1]} {t[2]}"),
        inner.map(lambda t: f"-({t})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        inner.map(lambda t: f"abs({t})"),
    )


def comparisons() -> st.SearchStrategy[str]:
    ops = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    return st.one_of(
        st.tuples(sums(2), ops, sums(2)).map(" ".join),
        st.tuples(sums(1), ops, sums(1), ops, sums(1)).map(" ".join),
    )


def predicates(depth: int = 2) -> st.SearchStrategy[str]:
    if depth == 0:
        return comparisons()
    inner = predicates(depth - 1)
    return st.one_of(
        comparisons(),
        inner.map(lambda t: f"not {t}" if " and " not in t and " or " not in t else f"not ({t})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({' '.join(t)})"),
    )


class _NotANumber(Exception):
    """Python compares NaN; the language leaves it undecided, so such examples are none."""


class _Checked(float):
    """A float whose arithmetic refuses NaN."""

    def _of(self, value: object) -> _Checked:
        if value is NotImplemented or math.isnan(value):  # type: ignore[arg-type]
            raise _NotANumber
        return _Checked(value)  # type: ignore[arg-type]

    def __add__(self, other: float) -> _Checked:
        return self._of(float(self) + float(other))

    def __sub__(self, other: float) -> _Checked:
        return self._of(float(self) - float(other))

    def __mul__(self, other: float) -> _Checked:
        return self._of(float(self) * float(other))

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: float) -> _Checked:
        return self._of(float(other) - float(self))

    def __neg__(self) -> _Checked:
        return _Checked(-float(self))

    def __abs__(self) -> _Checked:
        return _Checked(abs(float(self)))


class _Dotted:
    """`loss.mean` for Python."""

    def __init__(self, mean: float) -> None:
        self.mean = mean


@settings(deadline=None, max_examples=200)
@given(predicates(), st.lists(FIGURES, min_size=4, max_size=4))
def test_it_decides_as_python_does(text: str, figures: list[float]) -> None:
    values = dict(zip(NAMES, figures, strict=True))
    checked = {name: _Checked(value) for name, value in values.items()}
    space = {**checked, "loss": _Dotted(checked["loss.mean"]), "abs": abs, "min": min, "max": max}
    try:
        expected = eval(text, {"__builtins__": {}}, space)
    except _NotANumber:
        return
    assert evaluate(parse(text), values) is bool(expected)


@settings(deadline=None, max_examples=200)
@given(predicates(), st.lists(FIGURES, min_size=4, max_size=4))
def test_the_canonical_spelling_means_the_same(text: str, figures: list[float]) -> None:
    values = dict(zip(NAMES, figures, strict=True))
    predicate = parse(text)
    again = parse(str(predicate))
    assert str(again) == str(predicate)
    assert again.names == predicate.names
    assert evaluate(again, values) is evaluate(predicate, values)


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="ab.1-+*/()<>=! ,andornotmiex\t\n", max_size=30))
def test_any_text_is_a_predicate_or_an_error_with_its_column(text: str) -> None:
    try:
        predicate = parse(text)
    except PredicateError as error:
        assert 1 <= error.column <= len(text) + 1
    else:
        assert evaluate(predicate, {}) in (True, False, None)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("a>1.50 and(b<2)", "a > 1.5 and b < 2"),
        ("not (a > 1 or b > 1)", "not (a > 1 or b > 1)"),
        ("(a > 1 or b > 1) and x_1 > 1", "(a > 1 or b > 1) and x_1 > 1"),
        ("a - (b - 1) > 0", "a - (b - 1) > 0"),
        ("(a - b) - 1 > 0", "a - b - 1 > 0"),
        ("0.9 < r < 1.1", "0.9 < r < 1.1"),
        ("a < inf", "a < inf"),
        ("-a*2 > 1e-3", "-a * 2 > 0.001"),
        ("overflow.iou-float16 > 0", "overflow.iou-float16 > 0"),
        ("lr.1e-3 > 0", "lr.1e-3 > 0"),
        ("min > 0 and max(a, b) > 0", "min > 0 and max(a, b) > 0"),
    ],
)
def test_one_spelling(text: str, spelling: str) -> None:
    assert str(parse(text)) == spelling


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", 1, "missing"),
        ("a", 1, "compare something"),
        ("a + 1", 1, "compare something"),
        ("a > ", 5, "missing"),
        ("a >> 1", 4, "missing"),
        ("a = 1", 3, "=="),
        ("a > 1 & b > 1", 7, "`and`"),
        ("a > 3px", 6, "middle of a word"),
        ("a- b > 0", 2, "spaces around -"),
        ("(a > 1", 7, "closing )"),
        ("a > 1)", 6, "not expected"),
        ("a > 1 and b", 11, "joins comparisons"),
        ("(a > 1) + 1 > 0", 2, "works on numbers"),
        ("not a", 5, "joins comparisons"),
        ("sqrt(a) > 1", 1, "no function 'sqrt'"),
        ("abs(a, b) > 1", 1, "one value"),
        ("비율 > 1", 1, "not part of the language"),
        ("(" * 100 + "a > 1" + ")" * 100, 62, "nested"),
        ("a" + " + a" * 100 + " > 0", 243, "in a row"),
    ],
)
def test_what_is_wrong_and_where(text: str, column: int, said: str) -> None:
    with pytest.raises(PredicateError) as caught:
        parse(text)
    assert caught.value.column == column
    assert said in caught.value.reason
    assert f"column {column}" in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("missing > 1", None),
        ("nan > 1", None),
        ("nan != nan", None),
        ("missing > 1 or one == 1", True),
        ("missing > 1 or one == 2", None),
        ("missing > 1 and one == 2", False),
        ("missing > 1 and one == 1", None),
        ("not missing > 1", None),
        ("2 < one < missing", False),
        ("0 < one < missing", None),
        ("one / 0 > 1", None),
        ("inf - inf > 0", None),
        ("max(nan, one) > 0", None),
        ("min(one, nan) > 0", None),
        ("infinite > 1e308", True),
        ("infinite == inf", True),
    ],
)
def test_what_is_not_known_is_undecided(text: str, expected: bool | None) -> None:
    values = {"nan": math.nan, "one": 1.0, "infinite": math.inf}
    assert evaluate(parse(text), values) is expected


@pytest.mark.parametrize(
    ("when", "unless", "values", "expected", "reason"),
    [
        ("", "", {}, None, ""),
        ("a > 1", "a < 0.5", {"a": 2.0}, "supported", ""),
        ("a > 1", "a < 0.5", {"a": 0.1}, "refuted", ""),
        ("a > 1", "a < 0.5", {"a": 0.7}, "inconclusive", "neither"),
        ("a > 1", "a < 3", {"a": 2.0}, "inconclusive", "contradict"),
        ("a > 1", "", {"a": 0.0}, "inconclusive", "does not hold"),
        ("", "a > 1", {"a": 2.0}, "refuted", ""),
        ("a > 1", "b > 1", {"a": 2.0}, "inconclusive", "not recorded: b"),
        ("a > 1", "b > 1", {"a": 2.0, "b": math.nan}, "inconclusive", "not a number: b"),
        ("a / b > 1", "", {"a": 2.0, "b": 0.0}, "inconclusive", "quotient"),
    ],
)
def test_verdicts(when: str, unless: str, values: dict[str, float], expected: str | None, reason: str) -> None:
    decision = verdict(when, unless, values)
    assert decision.verdict == expected
    assert reason in decision.reason
