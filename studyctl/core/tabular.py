"""Tables as an author has them, rows or columns or a data frame, turned into columns and cells.

Nothing of pandas, polars or numpy is imported: a frame is known by what it can do.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from studyctl.core import templates
from studyctl.errors import ExperimentError

# Beyond that, JSON is no form in which anybody reads a table, and a few times as large as CSV.
JSON_CELLS = 200_000
_FORMS = "rows: [{'width': 8, 'loss': 0.1}, …]; columns: {'width': [8], 'loss': [0.1]}; or a data frame"
_MISSING = ("NAType", "NaTType")  # pandas' own


class Frame(Protocol):
    """A data frame of pandas, or whatever else goes through its rows in the same way."""

    @property
    def columns(self) -> Any: ...

    def itertuples(self, index: bool = ..., name: Any = ...) -> Iterable[Any]: ...


Rows: TypeAlias = Iterable[Mapping[str, Any]] | Mapping[str, Iterable[Any]] | Frame | Iterable[Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """Columns with unlike names, and rows of as many cells."""

    columns: list[str]
    cells: list[list[Any]]

    @property
    def size(self) -> int:
        return len(self.columns) * len(self.cells)

    def as_csv(self) -> bytes:
        """The table as CSV, an absent value as an empty cell."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([[_csv_cell(cell) for cell in row] for row in self.cells])
        return text.getvalue().encode()

    def as_json(self, title: str) -> bytes:
        """The table as JSON; NaN and infinity are texts."""
        rows = [[_json(cell) for cell in row] for row in self.cells]
        content = {"title": title, "columns": self.columns, "rows": rows}
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def table_of(name: str, rows: Any) -> Table:
    """The table in whichever form it was given; ExperimentError says what is wrong with it."""
    columns, cells = _parts(name, rows)
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise ExperimentError(f"table {name!r}: two columns are called {twice[0]!r}", "give each its own name")
    return Table(columns, cells)


def _parts(name: str, rows: Any) -> tuple[list[str], list[list[Any]]]:
    if isinstance(rows, Mapping):
        return _from_columns(name, rows)
    if hasattr(rows, "columns") and hasattr(rows, "itertuples"):
        return _from_pandas(rows)
    if hasattr(rows, "columns") and hasattr(rows, "iter_rows"):  # polars
        return [str(column) for column in rows.columns], [list(row) for row in rows.iter_rows()]
    if hasattr(rows, "to_frame"):
        raise ExperimentError(f"table {name!r}: {_kind(rows)} is one column", "pass series.to_frame()")
    if getattr(rows, "ndim", 0) > 0 and getattr(getattr(rows, "dtype", None), "names", None) is None:
        raise ExperimentError(
            f"table {name!r}: an array of shape {tuple(rows.shape)} has no names of columns",
            "name them: {'x': array[:, 0], 'y': array[:, 1]}",
        )
    if isinstance(rows, (str, bytes)) or not isinstance(rows, Iterable):
        raise ExperimentError(f"table {name!r}: {_kind(rows)} is no table", _FORMS)
    return _from_rows(name, list(rows))


def _from_columns(name: str, columns: Mapping[Any, Any]) -> tuple[list[str], list[list[Any]]]:
    for column, values in columns.items():
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise ExperimentError(
                f"table {name!r}: column {column!r} is {values!r}, and no list of values",
                f"a single row is a list of one: [{{{str(column)!r}: {values!r}}}]",
            )
    names = [str(column) for column in columns]
    lists = [list(values) for values in columns.values()]
    if len({len(values) for values in lists}) > 1:
        lengths = ", ".join(f"{c} {len(v)}" for c, v in zip(names, lists, strict=True))
        raise ExperimentError(f"table {name!r}: columns of unlike length: {lengths}", "give each the same number")
    return names, [list(row) for row in zip(*lists, strict=True)]


def _from_rows(name: str, rows: list[Any]) -> tuple[list[str], list[list[Any]]]:
    mappings = []
    for number, row in enumerate(rows, start=1):
        mapping = _mapping(row)
        if mapping is None:
            raise ExperimentError(
                f"table {name!r}: every row is a mapping of columns to values, and row {number} is {_kind(row)}",
                _FORMS,
            )
        mappings.append(mapping)
    keys = list(dict.fromkeys(key for row in mappings for key in row))
    return [str(key) for key in keys], [[row.get(key) for key in keys] for row in mappings]


def _mapping(row: Any) -> Mapping[Any, Any] | None:
    """A row as columns to values: a mapping, a dataclass, a named tuple, a record of a structured array."""
    if isinstance(row, Mapping):
        return row
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        return {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    if isinstance(row, tuple) and hasattr(row, "_fields"):
        return dict(zip(row._fields, row, strict=True))
    names = getattr(getattr(row, "dtype", None), "names", None)
    return {name: row[name] for name in names} if names else None


def _from_pandas(frame: Any) -> tuple[list[str], list[list[Any]]]:
    """The columns of a frame, and its index where that says more than the number of the row."""
    index = frame.index
    told = any(name is not None for name in index.names) or index.dtype.kind not in "iu"
    if told:
        with contextlib.suppress(ValueError):  # a column has that name, and most likely the same values
            frame = frame.reset_index()
    columns = [
        ".".join(str(part) for part in column if str(part)) if isinstance(column, tuple) else str(column)
        for column in frame.columns
    ]
    return columns, [list(row) for row in frame.itertuples(index=False, name=None)]


def _kind(value: Any) -> str:
    name = type(value).__name__
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"


def plain(cell: Any) -> Any:
    """A numpy scalar as the Python value that it stands for; what is absent as None."""
    if type(cell).__name__ in _MISSING:
        return None
    item = getattr(cell, "item", None)
    return item() if callable(item) and getattr(cell, "ndim", 0) == 0 else cell


def _json(cell: Any) -> Any:
    cell = plain(cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        return templates.exact(cell)
    if cell is None or isinstance(cell, (bool, int, float, str)):
        return cell
    return str(cell)


def _csv_cell(cell: Any) -> Any:
    cell = _json(cell)
    return "" if cell is None else cell
