"""The handle that an experiment's function holds: what it records, and what it refuses where it was written."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from studyctl.core.authoring import DECLARATION, Declaration, Run, experiment
from studyctl.core.models import Artifact, Finding, Metric
from studyctl.core.params import Params
from studyctl.errors import ExperimentError


class Sink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.values: list[tuple[Metric, int, int]] = []
        self.findings: list[Finding] = []
        self.files: dict[str, tuple[str, bytes, str]] = {}
        self.clock = 0

    def metrics(self, values: Sequence[tuple[Metric, int, int]]) -> None:
        self.values += values

    def artifact(self, artifact: Artifact) -> None:
        raise AssertionError("the handle hands over contents")

    def finding(self, finding: Finding) -> None:
        self.findings.append(finding)

    def write(self, kind: str, file: str, data: bytes, title: str) -> None:
        self.files[file] = (kind, data, title)

    def copy(self, source: Path, file: str, title: str) -> None:
        self.files[file] = ("file", source.read_bytes(), title)

    def figure(self, name: str, figure: Any, title: str) -> None:
        self.files[f"figures/{name}"] = ("figure", b"", title)

    def now_ms(self) -> int:
        self.clock += 1
        return self.clock


class Bar:
    """Progress that counts."""

    def __init__(self) -> None:
        self.tasks: dict[str, tuple[int | None, list[int]]] = {}

    def task(self, label: str, total: int | None) -> Callable[[int], None]:
        done: list[int] = []
        self.tasks[label] = (total, done)
        return done.append

    def message(self, text: str) -> None: ...

    @contextmanager
    def running(self) -> Iterator[None]:
        yield


class Sizes(Params):
    width: float = 8.0
    dtype: str = "float16"
    seed: int = 3


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def bar() -> Bar:
    return Bar()


@pytest.fixture
def run(sink: Sink, bar: Bar) -> Run:
    return Run(Sizes(), sink, bar)  # type: ignore[arg-type]


def test_numbers_of_numpy_and_python(run: Run, sink: Sink) -> None:
    run.metrics({"a": np.float32(0.5), "b": np.int64(3), "c": True, "d": np.array(2.0)}, unit="px")
    run.metric("e", ml_dtypes.bfloat16(1.5))
    run.metric("f", math.nan)
    run.metric("g", -np.inf)
    assert [(m.name, m.value, m.unit) for m, _, _ in sink.values[:5]] == [
        ("a", 0.5, "px"),
        ("b", 3.0, "px"),
        ("c", 1.0, "px"),
        ("d", 2.0, "px"),
        ("e", 1.5, ""),
    ]
    assert math.isnan(run.last_metrics()[5].value)
    assert run.last_metrics()[6].value == -math.inf


def test_a_history_keeps_its_last_value(run: Run, sink: Sink) -> None:
    for step in range(3):
        run.metric("loss", 1 / (step + 1), step=step, unit="nat")
    assert [(step, at) for _, step, at in sink.values] == [(0, 1), (1, 2), (2, 3)]
    assert run.last_metrics() == (Metric("loss", 1 / 3, "nat", 3),)


@pytest.mark.parametrize(
    "name", ["", "손실", "2nd", "a b", "a/b", ".a", "a.", "a..b", "a-", "inf", "and", "x" * 201, 3]
)
def test_a_name_that_cannot_be_cited(run: Run, sink: Sink, name: Any) -> None:
    with pytest.raises(ExperimentError, match="cannot name a metric"):
        run.metric(name, 1.0)
    assert sink.values == []


@pytest.mark.parametrize("value", ["1", None, 1j, [1, 2], np.array([1.0, 2.0]), b"1", 10**400])
def test_what_is_no_number(run: Run, value: Any) -> None:
    with pytest.raises(ExperimentError, match="number"):
        run.metric("loss", value)


def test_a_metric_without_steps_is_recorded_once(run: Run) -> None:
    run.metric("loss", 1.0)
    for step in (None, 1):
        with pytest.raises(ExperimentError, match="'loss' is recorded twice"):
            run.metric("loss", 2.0, step=step)
    run.metric("gap", 1.0, step=0)
    with pytest.raises(ExperimentError, match="'gap' is recorded twice"):
        run.metric("gap", 2.0)


def test_one_wrong_name_records_none_of_a_batch(run: Run, sink: Sink) -> None:
    with pytest.raises(ExperimentError):
        run.metrics({"good": 1.0, "not good": 2.0})
    assert sink.values == []
    assert run.last_metrics() == ()


def test_constants_have_names_of_their_own(run: Run) -> None:
    run.constant("limit", 11.09)
    run.metric("loss", 1.0)
    for name, said in (("limit", "twice"), ("loss", "twice"), ("width", "a parameter already")):
        with pytest.raises(ExperimentError, match=said):
            run.constant(name, 1.0)
    with pytest.raises(ExperimentError, match="a constant already"):
        run.metric("limit", 1.0)
    assert run.constants() == {"limit": 11.09}


def test_a_table_of_rows_or_columns(run: Run, sink: Sink) -> None:
    run.table("rows", [{"name": "exp", "max": np.float32(0.5)}, {"name": "a,b", "n": 3}], title="Decoders")
    run.table("columns", {"w": np.array([1, 2]), "ok": [True, None]})
    kind, data, title = sink.files["tables/rows.csv"]
    assert (kind, title) == ("table", "Decoders")
    assert list(csv.reader(io.StringIO(data.decode()))) == [
        ["name", "max", "n"],
        ["exp", "0.5", ""],
        ["a,b", "", "3"],
    ]
    content = json.loads(sink.files["tables/columns.json"][1])
    assert content == {"title": "columns", "columns": ["w", "ok"], "rows": [[1, True], [2, None]]}


def test_a_table_writes_infinity_as_text(run: Run, sink: Sink) -> None:
    run.table("t", {"x": [math.inf, math.nan]})
    assert json.loads(sink.files["tables/t.json"][1])["rows"] == [["Infinity"], ["NaN"]]
    assert sink.files["tables/t.csv"][1] == b"x\nInfinity\nNaN\n"


@pytest.mark.parametrize(
    ("rows", "said"), [({"a": [1], "b": [1, 2]}, "unlike length: a 1, b 2"), ([1, 2], "every row is a mapping")]
)
def test_what_is_no_table(run: Run, rows: Any, said: str) -> None:
    with pytest.raises(ExperimentError, match=said):
        run.table("t", rows)


def test_texts_and_files(run: Run, sink: Sink, tmp_path: Path) -> None:
    run.text("notes", "안녕")
    run.text("notes.md", "# a")
    source = tmp_path / "weights.bin"
    source.write_bytes(b"\0")
    run.artifact(source, title="Weights")
    run.artifact(source, name="copy.bin")
    assert sink.files == {
        "texts/notes.txt": ("text", "안녕".encode(), "notes"),
        "texts/notes.md": ("text", b"# a", "notes.md"),
        "files/weights.bin": ("file", b"\0", "Weights"),
        "files/copy.bin": ("file", b"\0", "copy.bin"),
    }
    with pytest.raises(ExperimentError, match="is no file"):
        run.artifact(tmp_path / "none.bin")


@pytest.mark.parametrize("name", ["../a", "a/b", "그림", "", ".hidden", "a b"])
def test_a_name_that_is_no_file_name(run: Run, name: str) -> None:
    with pytest.raises(ExperimentError, match="cannot name a file"):
        run.text(name, "x")


def test_two_files_of_one_name(run: Run) -> None:
    run.text("Notes", "a")
    with pytest.raises(ExperimentError, match=r"texts/notes\.txt is recorded twice"):
        run.text("notes", "b")


def test_a_figure_has_to_be_one(run: Run) -> None:
    with pytest.raises(ExperimentError, match="list is no matplotlib figure"):
        run.figure("f", [])


def test_tracking_advances_and_knows_the_length(run: Run, bar: Bar) -> None:
    assert list(run.track([1, 2, 3], "steps")) == [1, 2, 3]
    assert list(run.track((x for x in "ab"), "letters")) == ["a", "b"]
    assert list(run.track((x for x in "ab"), "known", total=2)) == ["a", "b"]
    assert bar.tasks == {"steps": (3, [1, 1, 1]), "letters": (None, [1, 1]), "known": (2, [1, 1])}


def test_a_finding_is_decided_with_the_final_values(run: Run) -> None:
    run.metric("ratio", 3.0, step=0)
    run.finding("gap.l2", claim="it is large", when="ratio > 2", unless="ratio < 1", text="{ratio:.1f} at {width}")
    run.metric("ratio", 0.5, step=1)
    finding = run.decided()[0]
    assert (finding.verdict, finding.text) == ("refuted", "0.5 at 8")
    assert finding.figures == (("ratio", "0.5"), ("width", "8.0"))
    assert finding.template == "{ratio:.1f} at {width}"


def test_a_how_finding_has_no_verdict(run: Run) -> None:
    run.constant("limit", 4.0)
    run.finding("summary", text="up to {limit} for {dtype}, seed {param.seed}")
    assert run.decided()[0].verdict is None
    assert run.decided()[0].text == "up to 4 for float16, seed 3"
    assert run.undecided() == {}


def test_why_a_finding_is_inconclusive(run: Run) -> None:
    run.finding("a", claim="c", when="later > 1", text="no figure")
    assert run.undecided() == {"a": "not recorded: later"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"key": "A.b", "text": "t"}, "cannot name a finding"),
        ({"key": "a..b", "text": "t"}, "cannot name a finding"),
        ({"key": "a", "text": "  "}, "has no text"),
        ({"key": "a", "text": "t", "claim": "c"}, "a claim that nothing decides"),
        ({"key": "a", "text": "t", "when": "x > 1"}, "no claim to decide"),
        ({"key": "a", "text": "t", "claim": "c", "when": "x >"}, "column 4"),
        ({"key": "a", "text": "t", "claim": "c", "unless": "x"}, "compare something"),
        ({"key": "a", "text": "3 times"}, "the numeral in '3' comes from no figure"),
        ({"key": "a", "text": "{later}"}, "finding 'a': {later} names no figure"),
        ({"key": "a", "text": "{width:q}"}, "finding 'a'"),
    ],
)
def test_a_finding_that_cannot_stand(run: Run, sink: Sink, arguments: dict[str, str], said: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        run.finding(**arguments)
    assert said in caught.value.message
    assert caught.value.hint
    assert sink.findings == []


def test_a_finding_is_stated_once(run: Run) -> None:
    run.finding("a", text="t")
    with pytest.raises(ExperimentError, match="stated twice"):
        run.finding("a", text="u")


def test_the_decorator_keeps_its_arguments_and_the_function() -> None:
    @experiment(title="T", requires=["torch"], data=["d.csv"], measures=["time"], presets={"quick": {"n": 1}})
    def one(params: Sizes, run: Run) -> None:
        """Left as it is."""

    assert getattr(one, DECLARATION) == Declaration("T", ("torch",), ("d.csv",), ("time",), {"quick": {"n": 1}})
    assert one.__doc__ == "Left as it is."
    with pytest.raises(ExperimentError, match="requires is a list"):
        experiment(title="T", requires="torch")
