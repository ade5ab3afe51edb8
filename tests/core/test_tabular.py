"""Tables in whichever form an author has them."""

from __future__ import annotations

import csv
import io
import json
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from studyctl.core.tabular import table_of
from studyctl.errors import ExperimentError


@dataclass
class Row:
    width: int
    loss: float


Pair = namedtuple("Pair", "width loss")
EXPECTED = (["width", "loss"], [[8, 0.5], [16, 0.25]])


@pytest.mark.parametrize(
    "rows",
    [
        [{"width": 8, "loss": 0.5}, {"width": 16, "loss": 0.25}],
        ({"width": w, "loss": loss} for w, loss in ((8, 0.5), (16, 0.25))),
        {"width": [8, 16], "loss": np.array([0.5, 0.25])},
        {"width": (w for w in (8, 16)), "loss": [0.5, 0.25]},
        [Row(8, 0.5), Row(16, 0.25)],
        [Pair(8, 0.5), Pair(16, 0.25)],
        pd.DataFrame({"width": [8, 16], "loss": [0.5, 0.25]}),
        pd.DataFrame({"width": [8, 4, 16], "loss": [0.5, 0, 0.25]}).query("width > 4"),
        np.array([(8, 0.5), (16, 0.25)], dtype=[("width", int), ("loss", float)]),
    ],
    ids=["rows", "iterator", "columns", "iterators", "dataclasses", "tuples", "frame", "filtered", "structured"],
)
def test_every_form_is_the_same_table(rows: Any) -> None:
    table = table_of("t", rows)
    assert (table.columns, json.loads(table.as_json("T"))["rows"]) == EXPECTED
    assert table.as_csv() == b"width,loss\n8,0.5\n16,0.25\n"


def test_an_index_that_says_something_is_a_column() -> None:
    frame = pd.DataFrame({"loss": [0.5, 0.25]}, index=pd.Index(["a", "b"], name="decoder"))
    assert table_of("t", frame).columns == ["decoder", "loss"]
    assert table_of("t", pd.DataFrame({"loss": [1.0]}, index=["a"])).columns == ["index", "loss"]
    grouped = pd.DataFrame({"a": [1, 1], "b": [2, 3], "x": [0.0, 1.0]}).groupby(["a", "b"]).agg(["mean", "max"])
    assert table_of("t", grouped).columns == ["a", "b", "x.mean", "x.max"]


def test_what_is_absent_is_an_empty_cell() -> None:
    table = table_of("t", pd.DataFrame({"x": pd.array([1, None], dtype="Int64"), "t": [pd.NaT, pd.Timestamp(0)]}))
    assert list(csv.reader(io.StringIO(table.as_csv().decode()))) == [
        ["x", "t"],
        ["1", ""],
        ["", "1970-01-01 00:00:00"],
    ]


def test_polars_goes_by_what_it_can_do() -> None:
    class Frame:
        columns = ("a", "b")

        def iter_rows(self) -> Any:
            return iter([(1, "x"), (2, "y")])

    assert table_of("t", Frame()).cells == [[1, "x"], [2, "y"]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"a": [1], "b": [1, 2]}, "columns of unlike length: a 1, b 2"),
        ([{"a": 1}, [1]], "row 2 is a list"),
        ([1, 2], "row 1 is an int"),
        ({"a": 1}, "column 'a' is 1, and no list"),
        ({"a": "abc"}, "column 'a' is 'abc', and no list"),
        ("a,b", "a str is no table"),
        (3, "an int is no table"),
        (None, "a NoneType is no table"),
        (np.zeros((2, 3)), r"an array of shape \(2, 3\) has no names"),
        (pd.Series([1, 2]), "a Series is one column"),
        ({"1": [1], 1: [2]}, "two columns are called '1'"),
    ],
)
def test_what_is_no_table(rows: Any, said: str) -> None:
    with pytest.raises(ExperimentError, match=said) as caught:
        table_of("t", rows)
    assert caught.value.message.startswith("table 't': ")
    assert caught.value.hint
