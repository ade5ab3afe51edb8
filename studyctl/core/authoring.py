"""What the author of an experiment holds: the decorator, and the handle through which a run records its
figures.

Everything that an author gets wrong is refused where they wrote it, with an ExperimentError: a name that
cannot be cited, a value that is no number, a finding whose text carries a numeral of its own. The handle
decides and remembers; writing is the sink's.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from studyctl.core import predicates, templates
from studyctl.core.models import Finding, Metric
from studyctl.core.params import Params, values_of
from studyctl.core.ports import Progress, RunSink
from studyctl.errors import ExperimentError

METRIC_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
FINDING_KEY = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# MLflow takes 250 characters.
LONGEST_NAME = 200
DECLARATION = "__studyctl_experiment__"

T = TypeVar("T")
ExperimentFunction = TypeVar("ExperimentFunction", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the decorator was given."""

    title: str
    requires: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def experiment(
    *,
    title: str,
    requires: Sequence[str] = (),
    data: Sequence[str] = (),
    measures: Sequence[str] = (),
    presets: Mapping[str, Mapping[str, Any]] | None = None,
) -> Callable[[ExperimentFunction], ExperimentFunction]:
    """Declare a function an experiment; one in each module of `experiments/`, with literal arguments.

    `requires`: extras of studyctl, or distributions, that have to be installed. `data`: files that the
    function reads, relative to the workspace; a change of theirs makes recorded answers stale.
    `measures=["time"]`: the result depends on the machine's speed. `presets`: parameter values by name;
    "quick" and "full" have options of their own.
    """
    for name, value in (("requires", requires), ("data", data), ("measures", measures)):
        if isinstance(value, str):
            raise ExperimentError(f"@experiment: {name} is a list", f'write {name}=["{value}"]')
    declaration = Declaration(title, tuple(requires), tuple(data), tuple(measures), dict(presets or {}))

    def declare(function: ExperimentFunction) -> ExperimentFunction:
        setattr(function, DECLARATION, declaration)
        return function

    return declare


def number(name: str, value: Any) -> float:
    """One number, from Python or numpy; ExperimentError for anything else."""
    if isinstance(value, (str, bytes, complex)) or value is None:
        raise ExperimentError(f"{name} = {value!r} is no number", "record texts with run.text")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        shape = getattr(value, "shape", None)
        what = f"an array of shape {shape}" if shape else repr(value)
        raise ExperimentError(f"{name} is not one number: {what}", "run.metrics takes a mapping") from error


class Run:
    """A run in progress, as the experiment's function sees it."""

    def __init__(self, params: Params, sink: RunSink, progress: Progress) -> None:
        self.params = params
        self.progress = progress
        self.seed: int | None = getattr(params, "seed", None)
        self._sink = sink
        self._values: dict[str, float] = {}
        self._units: dict[str, str] = {}
        self._steps: dict[str, int] = {}  # how often each was recorded
        self._stepped: dict[str, bool] = {}
        self._constants: dict[str, float] = {}
        self._findings: dict[str, Finding] = {}
        self._files: set[str] = set()

    # Figures
    # -----------------------------------------------------------------------------------------------------

    def metric(self, name: str, value: Any, step: int | None = None, unit: str = "") -> None:
        """Record one figure; with `step` it has a history, without it is recorded once."""
        self._record([(name, value)], step, unit)

    def metrics(self, values: Mapping[str, Any], step: int | None = None, unit: str = "") -> None:
        """Record several figures at once."""
        self._record(list(values.items()), step, unit)

    def _record(self, values: list[tuple[str, Any]], step: int | None, unit: str) -> None:
        now = self._sink.now_ms()
        checked = [(self._metric_name(name, step), number(name, value)) for name, value in values]
        batch = []
        for name, value in checked:
            self._values[name] = value
            self._units[name] = unit or self._units.get(name, "")
            self._steps[name] = self._steps.get(name, 0) + 1
            self._stepped[name] = step is not None
            metric = Metric(name, value, self._units[name], self._steps[name])
            batch.append((metric, 0 if step is None else int(step), now))
        self._sink.metrics(batch)

    def _metric_name(self, name: str, step: int | None) -> str:
        if name in self._values:
            if step is None or not self._stepped[name]:
                raise ExperimentError(
                    f"metric {name!r} is recorded twice", "give every value of a history its step: step=i"
                )
            return name
        _check_figure_name(name, "metric")
        if name in self._constants:
            raise ExperimentError(f"{name!r} is a constant already", "give the metric another name")
        return name

    def constant(self, name: str, value: Any) -> None:
        """Declare a number that findings may cite and that was not measured: a limit, a published value."""
        _check_figure_name(name, "constant")
        if name in self._constants or name in self._values:
            raise ExperimentError(f"{name!r} is recorded twice", "give the constant another name")
        if name in type(self.params).model_fields:
            raise ExperimentError(f"{name!r} is a parameter already", f"cite it as {{{name}}}")
        self._constants[name] = number(name, value)

    # Files
    # -------------------------------------------------------------------------------------------------------

    def table(self, name: str, rows: Any, title: str = "") -> None:
        """Keep a table, given as a list of rows (mappings) or as a mapping of columns: CSV and JSON."""
        columns, cells = _table(name, rows)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[_csv_cell(cell) for cell in row] for row in cells])
        content = {
            "title": title or name,
            "columns": columns,
            "rows": [[_json(c) for c in row] for row in cells],
        }
        self._claim_file(f"tables/{name}", name)
        self._sink.write("table", f"tables/{name}.csv", text.getvalue().encode(), title or name)
        self._sink.write(
            "table",
            f"tables/{name}.json",
            (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode(),
            title or name,
        )

    def figure(self, name: str, fig: Any, title: str = "") -> None:
        """Keep a matplotlib figure as PNG and SVG, and close it."""
        if not hasattr(fig, "savefig"):
            raise ExperimentError(f"figure {name!r}: {type(fig).__name__} is no matplotlib figure", "pass plt.figure()")
        self._claim_file(f"figures/{name}", name)
        self._sink.figure(name, fig, title or name)

    def text(self, name: str, text: str) -> None:
        """Keep a text; a name without a suffix gets `.txt`."""
        file = name if "." in name else f"{name}.txt"
        self._claim_file(f"texts/{file}", name)
        self._sink.write("text", f"texts/{file}", text.encode(), name)

    def artifact(self, path: str | Path, name: str | None = None, title: str = "") -> None:
        """Keep a copy of a file."""
        source = Path(path)
        if not source.is_file():
            raise ExperimentError(f"artifact {str(path)!r} is no file", "write it before recording it")
        file = name or source.name
        self._claim_file(f"files/{file}", file)
        self._sink.copy(source, f"files/{file}", title or file)

    def _claim_file(self, file: str, name: str) -> None:
        if not FILE_NAME.fullmatch(name):
            raise ExperimentError(
                f"{name!r} cannot name a file", "use ASCII letters, digits, dots, hyphens and underscores"
            )
        if file.casefold() in self._files:  # some file systems hold a and A for one
            raise ExperimentError(f"{file} is recorded twice", "give it another name")
        self._files.add(file.casefold())

    # Progress
    # ----------------------------------------------------------------------------------------------------

    def track(self, iterable: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
        """Go through `iterable` while a progress bar shows how far it is and the time left."""
        if total is None:
            try:
                total = len(iterable)  # type: ignore[arg-type]
            except TypeError:
                total = None
        return self._tracked(iterable, self.progress.task(label, total))

    @staticmethod
    def _tracked(iterable: Iterable[T], advance: Callable[[int], None]) -> Iterator[T]:
        for one in iterable:
            yield one
            advance(1)

    # Findings
    # ----------------------------------------------------------------------------------------------------

    def finding(self, key: str, *, text: str, claim: str = "", when: str = "", unless: str = "") -> None:
        """State what the run came to, under a key that notes can link to.

        `when` and `unless` are predicates over the run's metrics: they support or refute `claim`. Every
        numeral of `text` comes from a placeholder: `{ratio:.2f}`. Figures have to be recorded before the
        finding that cites them.
        """
        if not isinstance(key, str) or not FINDING_KEY.fullmatch(key):
            raise ExperimentError(f"{key!r} cannot name a finding", "use a-z, 0-9 and hyphens, in parts joined by dots")
        if key in self._findings:
            raise ExperimentError(f"finding {key!r} is stated twice", "one finding a condition: give it its own key")
        if not text.strip():
            raise ExperimentError(f"finding {key!r} has no text", "say in a sentence what was found")
        if bool(claim.strip()) != bool(when.strip() or unless.strip()):
            raise ExperimentError(
                f"finding {key!r} has " + ("a claim that nothing decides" if claim.strip() else "no claim to decide"),
                "give claim together with when, unless or both; a how/what finding has none of them",
            )
        for predicate in (when, unless):
            if predicate.strip():
                predicates.parse(predicate)
        if numerals := templates.bare_numerals(text, ExperimentError):
            raise ExperimentError(
                f"finding {key!r}: the numeral in {numerals[0]!r} comes from no figure",
                'cite it: {name:.2f}, declared with run.constant("name", value) where it was not measured; '
                "a name (COCO-2017) starts with a letter, a formula stands in backticks",
            )
        finding = Finding(key, "", text, claim.strip(), when.strip(), unless.strip())
        self._findings[key] = self._decided(finding)
        self._sink.finding(self._findings[key])

    def _decided(self, finding: Finding) -> Finding:
        filled = templates.fill(finding.template, self._names(), _InFinding.of(finding.key))
        decision = predicates.verdict(finding.when, finding.unless, self._values)
        return replace(finding, text=filled.text, figures=filled.figures, verdict=decision.verdict)

    def _names(self) -> dict[str, Any]:
        return templates.namespace(self._values, values_of(self.params), self._constants)

    # For the runner
    # ----------------------------------------------------------------------------------------------

    def last_metrics(self) -> tuple[Metric, ...]:
        """The last value of every metric, in the order of their first recording."""
        return tuple(Metric(name, value, self._units[name], self._steps[name]) for name, value in self._values.items())

    def decided(self) -> tuple[Finding, ...]:
        """The findings, decided again with the final value of every metric."""
        return tuple(self._decided(finding) for finding in self._findings.values())

    def undecided(self) -> dict[str, str]:
        """Why each inconclusive finding is so, by its key."""
        reasons = {}
        for key, finding in self._findings.items():
            decision = predicates.verdict(finding.when, finding.unless, self._values)
            if decision.verdict == "inconclusive":
                reasons[key] = decision.reason
        return reasons

    def constants(self) -> dict[str, float]:
        return dict(self._constants)


class _InFinding(ExperimentError):
    """An error in a finding's text that names the finding."""

    key = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"finding {self.key!r}: {message}", hint)

    @classmethod
    def of(cls, key: str) -> type[_InFinding]:
        return type("FindingError", (cls,), {"key": key})


def _check_figure_name(name: Any, what: str) -> None:
    if (
        not isinstance(name, str)
        or not METRIC_NAME.fullmatch(name)
        or len(name) > LONGEST_NAME
        or name.endswith("-")
        or name in predicates.KEYWORDS
    ):
        raise ExperimentError(
            f"{name!r} cannot name a {what}",
            "use ASCII letters, digits, _ and -, in parts joined by dots, beginning with a letter: loss.mean",
        )


def _table(name: str, rows: Any) -> tuple[list[str], list[list[Any]]]:
    """The columns and the cells of a table in either form."""
    if isinstance(rows, Mapping):
        columns = [str(column) for column in rows]
        lists = [list(column) for column in rows.values()]
        if len({len(column) for column in lists}) > 1:
            lengths = ", ".join(f"{c} {len(v)}" for c, v in zip(columns, lists, strict=True))
            raise ExperimentError(f"table {name!r}: columns of unlike length: {lengths}", "give each the same number")
        return columns, [list(row) for row in zip(*lists, strict=True)]
    rows = list(rows)
    if not all(isinstance(row, Mapping) for row in rows):
        raise ExperimentError(f"table {name!r}: every row is a mapping", "for example [{'width': 8, 'loss': 0.1}]")
    columns = list(dict.fromkeys(str(column) for row in rows for column in row))
    return columns, [[row.get(column) for column in columns] for row in rows]


def _plain(cell: Any) -> Any:
    """A numpy scalar as the Python value that it stands for."""
    item = getattr(cell, "item", None)
    return item() if callable(item) and getattr(cell, "ndim", 0) == 0 else cell


def _json(cell: Any) -> Any:
    cell = _plain(cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        return templates.exact(cell)
    if cell is None or isinstance(cell, (bool, int, float, str)):
        return cell
    return str(cell)


def _csv_cell(cell: Any) -> Any:
    cell = _json(cell)
    return "" if cell is None else cell
