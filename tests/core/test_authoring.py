"""The handle that an experiment's function holds: what it records, and what it refuses where it was written."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import ml_dtypes
import numpy as np
import pytest

from studyctl.core.authoring import Run
from studyctl.core.declaring import DECLARATION, Declaration, experiment
from studyctl.core.models import Artifact, Finding, Metric
from studyctl.core.params import Params
from studyctl.core.progress import Silent
from studyctl.core.tabular import JSON_CELLS
from studyctl.errors import ExperimentError


class Sink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.values: list[tuple[Metric, int, int]] = []
        self.findings: list[Finding] = []
        self.files: dict[str, tuple[str, bytes, str]] = {}
        self.drawn: list[tuple[str, str, Any]] = []
        self.clock = 0
        self.ticks = 0

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

    def data(self, path: str) -> Path:
        return Path("found") / path

    def figure(self, name: str, figure: Any, title: str) -> None:
        self.files[f"figures/{name}"] = ("figure", b"", title)
        self.drawn.append((name, title, figure))

    def now_ms(self) -> int:
        self.clock += 1
        return self.clock

    def seconds(self) -> float:
        self.ticks += 1
        return float(self.ticks)


class Bar(Silent):
    """Progress that counts."""

    def __init__(self) -> None:
        self.tasks: dict[str, tuple[int | None, list[int]]] = {}
        self.steps: list[str] = []
        self.figures: list[Metric] = []

    def task(self, label: str, total: int | None) -> Callable[[int], None]:
        done: list[int] = []
        self.tasks[label] = (total, done)
        return done.append

    def step(self, label: str, depth: int) -> Callable[[], None]:
        self.steps.append(f"{'  ' * depth}{label}")
        return lambda: self.steps.append(f"{'  ' * depth}{label} over")

    def metrics(self, values: Sequence[Metric]) -> None:
        self.figures += values


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


def test_an_array_of_one_element_is_its_number(run: Run) -> None:
    run.metrics({"a": np.array([1.5]), "b": np.array([[2]]), "c": Decimal("0.5")})
    assert [metric.value for metric in run.last_metrics()] == [1.5, 2.0, 0.5]


@pytest.mark.parametrize("step", [math.nan, math.inf, 0.5, "1", True, np.float64("nan"), 2**63, np.array([1, 2])])
def test_a_step_counts(run: Run, sink: Sink, step: Any) -> None:
    with pytest.raises(ExperimentError, match=r"metric 'loss': step .* is no whole number"):
        run.metric("loss", 1.0, step=step)
    assert (sink.values, run.last_metrics()) == ([], ())


def test_steps_of_numpy_and_whole_floats_count_too(run: Run, sink: Sink) -> None:
    for step in (np.int64(3), 4.0, -1, np.array(5)):
        run.metric("loss", 1.0, step=step)  # type: ignore[arg-type]
    assert [step for _, step, _ in sink.values] == [3, 4, -1, 5]


@pytest.mark.parametrize("values", [[("a", 1.0)], "ab", None, 3])
def test_several_figures_are_a_mapping(run: Run, values: Any) -> None:
    with pytest.raises(ExperimentError, match="takes a mapping"):
        run.metrics(values)


@pytest.mark.parametrize("unit", [3, None, "x" * 31, "a\nb"])
def test_a_unit_is_a_short_text(run: Run, unit: Any) -> None:
    with pytest.raises(ExperimentError, match="cannot be a unit"):
        run.metric("loss", 1.0, unit=unit)


@pytest.mark.parametrize(
    "value",
    ["1", None, 1j, [1, 2], np.array([1.0, 2.0]), b"1", 10**400, timedelta(seconds=1), {"a": 1}, np.array([])],
)
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


def test_a_large_table_is_kept_as_csv_alone(run: Run, sink: Sink) -> None:
    run.table("large", {"x": range(JSON_CELLS + 1)})
    run.table("small", {"x": range(3)})
    assert sorted(sink.files) == ["tables/large.csv", "tables/small.csv", "tables/small.json"]
    assert run.notes() == ["table large has 200,001 cells: it is kept as CSV alone"]


def test_a_table_that_is_none_keeps_nothing(run: Run, sink: Sink) -> None:
    with pytest.raises(ExperimentError, match="no table"):
        run.table("t", 3)  # type: ignore[arg-type]
    assert sink.files == {}
    run.table("t", [])  # its name is free still


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
    with pytest.raises(ExperimentError, match="is a folder"):
        run.artifact(tmp_path)
    for value in (b"x", 3, None, ["x"]):
        with pytest.raises(ExperimentError, match="is no text"):
            run.text("other", value)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["../a", "a/b", "그림", "", ".hidden", "a b"])
def test_a_name_that_is_no_file_name(run: Run, name: str) -> None:
    with pytest.raises(ExperimentError, match="cannot name a file"):
        run.text(name, "x")


def test_two_files_of_one_name(run: Run) -> None:
    run.text("Notes", "a")
    with pytest.raises(ExperimentError, match=r"texts/notes\.txt is recorded twice"):
        run.text("notes", "b")


def test_axes_and_grids_stand_for_their_figure(run: Run, sink: Sink) -> None:
    figure, axes = plt.subplots()

    class Grid:  # as seaborn has them
        def __init__(self) -> None:
            self.figure = figure

        def savefig(self) -> None: ...

    for name, one in (("a", figure), ("b", axes), ("c", Grid())):
        run.figure(name, one)
    assert [drawn for _, _, drawn in sink.drawn] == [figure] * 3
    plt.close(figure)


class Plotly:
    def write_html(self) -> None: ...

    def to_plotly_json(self) -> None: ...


@pytest.mark.parametrize(
    ("fig", "said", "hint"),
    [
        ([], "list is no matplotlib figure", "pass the first"),
        (np.zeros(2), "ndarray is no matplotlib figure", "pass the first"),
        (None, "NoneType is no matplotlib figure", "plt.subplots"),
        (plt, "module is no matplotlib figure", "plt.subplots"),
        (Plotly(), "a figure of plotly's", 'run.artifact("f.html")'),
    ],
)
def test_a_figure_has_to_be_one(run: Run, fig: Any, said: str, hint: str) -> None:
    with pytest.raises(ExperimentError, match=said) as caught:
        run.figure("f", fig)
    assert hint in caught.value.hint


def test_tracking_advances_and_knows_the_length(run: Run, bar: Bar) -> None:
    assert list(run.track([1, 2, 3], "steps")) == [1, 2, 3]
    assert list(run.track((x for x in "ab"), "letters")) == ["a", "b"]
    assert list(run.track((x for x in "ab"), "known", total=2)) == ["a", "b"]
    assert bar.tasks == {"steps": (3, [1, 1, 1, 0]), "letters": (None, [1, 1, 0]), "known": (2, [1, 1, 0])}


def test_a_loop_that_is_left_is_over(run: Run, bar: Bar) -> None:
    for one in run.track([1, 2, 3], "steps"):
        if one == 2:
            break
    assert bar.tasks == {"steps": (3, [1, 0])}


def test_what_cannot_be_gone_through(run: Run) -> None:
    with pytest.raises(ExperimentError, match="goes through a collection, not 5"):
        run.track(5, "steps")  # type: ignore[arg-type]


def test_an_error_in_what_is_gone_through_is_the_authors(run: Run) -> None:
    def rows() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        list(run.track(rows(), "rows"))


def test_progress_is_shown_the_figures_and_the_steps(run: Run, bar: Bar) -> None:
    with run.step("train"):
        run.metric("loss", 0.5, step=0, unit="nat")

        @run.step("epoch")
        def epoch() -> None:
            run.metric("loss", 0.25, step=1)

        epoch()
    assert bar.figures == [Metric("loss", 0.5, "nat", 1), Metric("loss", 0.25, "nat", 2)]
    assert bar.steps == ["train", "  epoch", "  epoch over", "train over"]
    assert [(one["name"], one["depth"]) for one in run.steps()] == [("train", 0), ("epoch", 1)]
    assert [metric.name for metric in run.last_metrics()] == ["loss"]  # steps are none


def test_a_run_that_is_over_records_nothing(run: Run, sink: Sink, tmp_path: Path) -> None:
    run.metric("loss", 1.0)
    run.close()
    for late in (
        lambda: run.metric("late", 1.0),
        lambda: run.metrics({"late": 1.0}),
        lambda: run.constant("late", 1.0),
        lambda: run.text("late", "x"),
        lambda: run.table("late", [{"x": 1}]),
        lambda: run.finding("late", text="x"),
    ):
        with pytest.raises(ExperimentError, match="the run is over"):
            late()
    assert (sink.files, sink.findings, len(sink.values)) == ({}, [], 1)


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


def test_a_misspelt_figure_in_a_predicate(run: Run) -> None:
    run.metric("overflow_margin", 3.0)
    run.finding("a", claim="c", when="overflow_margn > 1", text="t")
    assert run.undecided() == {"a": "not recorded: overflow_margn; did you mean overflow_margin?"}


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
        ({"key": "a", "text": "t", "claim": "c", "when": True}, "when is True, and no text"),
        ({"key": "a", "text": 3}, "text is 3, and no text"),
        ({"key": "a", "text": "t", "claim": "c", "when": "x > limit"}, "names limit, a constant"),
        ({"key": "a", "text": "t", "claim": "c", "unless": "width > 1"}, "names width, a parameter"),
        ({"key": "a", "text": "3 times"}, "the numeral in '3' comes from no figure"),
        ({"key": "a", "text": "{later}"}, "finding 'a': {later} names no figure"),
        ({"key": "a", "text": "{width:q}"}, "finding 'a'"),
    ],
)
def test_a_finding_that_cannot_stand(run: Run, sink: Sink, arguments: dict[str, Any], said: str) -> None:
    run.constant("limit", 2.0)
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


def test_data_is_found_by_the_sink_and_never_after_the_end(run: Run) -> None:
    assert run.data("a.csv") == run.data(Path("a.csv")) == Path("found/a.csv")
    for wrong in (3, b"a.csv", None):
        with pytest.raises(ExperimentError, match=r"run\.data takes a path"):
            run.data(wrong)  # type: ignore[arg-type]
    run.close()
    with pytest.raises(ExperimentError, match="the run is over"):
        run.data("a.csv")
