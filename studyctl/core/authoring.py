"""What the author of an experiment holds: the handle through which a run records its figures.

Everything that an author gets wrong is refused where they wrote it, with an ExperimentError: a name that
cannot be cited, a value that is no number, a finding whose text carries a numeral of its own. The handle
decides and remembers; writing is the sink's.
"""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, SupportsFloat, TypeVar

from studyctl.core import predicates, templates
from studyctl.core.models import Finding, Metric
from studyctl.core.params import Params, values_of
from studyctl.core.ports import Progress, RunSink
from studyctl.core.steps import Step, Steps
from studyctl.core.tabular import JSON_CELLS, Rows, table_of
from studyctl.errors import ExperimentError

METRIC_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
FINDING_KEY = re.compile(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9][a-z0-9-]*)*")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# MLflow takes 250 characters.
LONGEST_NAME = 200
LONGEST_UNIT = 30
LARGEST_STEP = 2**63 - 1  # of a column in MLflow

T = TypeVar("T")


def number(name: str, value: Any) -> float:
    """One number, from Python, numpy, torch and the like; ExperimentError for anything else."""
    if type(value) is float:  # nearly always, and in a hot loop
        return value
    if isinstance(value, (str, bytes, complex)) or value is None:
        raise ExperimentError(f"{name} = {value!r} is no number", "record texts with run.text")
    shape = getattr(value, "shape", None)
    try:
        # An array of one element is one number, which numpy is about to refuse to turn into a float.
        return float(value.item() if shape and math.prod(shape) == 1 else value)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        what = f"an array of shape {tuple(shape)}" if shape else repr(value)
        hint = "seconds: value.total_seconds()" if hasattr(value, "total_seconds") else "run.metrics takes a mapping"
        raise ExperimentError(f"{name} is not one number: {what}", hint) from error


def whole_step(name: str, step: Any) -> int:
    """A step of a history; ExperimentError for what counts nothing."""
    if type(step) is int and -LARGEST_STEP <= step <= LARGEST_STEP:
        return step
    if not isinstance(step, bool):
        try:
            whole = int(step)
            if whole == step and abs(whole) <= LARGEST_STEP:
                return whole
        except (TypeError, ValueError, OverflowError):
            pass  # NaN, infinity, a text
    raise ExperimentError(f"metric {name!r}: step {step!r} is no whole number", "count the steps: step=i")


class Run:
    """A run in progress, as the experiment's function sees it."""

    def __init__(self, params: Params, sink: RunSink, progress: Progress) -> None:
        self.params = params
        self.progress = progress
        self.seed: int | None = getattr(params, "seed", None)
        self._sink = sink
        self._over = False
        self._parts = Steps(sink.seconds, progress)
        self._values: dict[str, float] = {}
        self._units: dict[str, str] = {}
        self._steps: dict[str, int] = {}  # how often each was recorded
        self._stepped: dict[str, bool] = {}
        self._constants: dict[str, float] = {}
        self._findings: dict[str, Finding] = {}
        self._files: set[str] = set()
        self._notes: list[str] = []

    # Figures
    # -----------------------------------------------------------------------------------------------------

    def metric(self, name: str, value: SupportsFloat, step: int | None = None, unit: str = "") -> None:
        """Record one figure; with `step` it has a history, without it is recorded once.

        `value` is one number of Python, numpy, torch or the like; NaN and infinity are recorded as themselves.
        """
        self._record([(name, value)], step, unit)

    def metrics(self, values: Mapping[str, SupportsFloat], step: int | None = None, unit: str = "") -> None:
        """Record several figures at once: all of them, or none where one is refused."""
        if not isinstance(values, Mapping):
            raise ExperimentError(
                f"run.metrics takes a mapping of names to numbers, not {values!r:.60}", "{'loss': 0.1, 'accuracy': 0.9}"
            )
        self._record(list(values.items()), step, unit)

    def _record(self, values: list[tuple[str, Any]], step: int | None, unit: str) -> None:
        self._refuse_when_over()
        if unit != "" and (not isinstance(unit, str) or len(unit) > LONGEST_UNIT or not unit.isprintable()):
            raise ExperimentError(f"{unit!r} cannot be a unit", f"a short text, for example ms; {LONGEST_UNIT} at most")
        now = self._sink.now_ms()
        checked = [(self._metric_name(name, step), number(name, value)) for name, value in values]
        at = 0 if step is None or not checked else whole_step(checked[0][0], step)
        recorded = []
        for name, value in checked:
            self._values[name] = value
            self._units[name] = unit or self._units.get(name, "")
            self._steps[name] = self._steps.get(name, 0) + 1
            self._stepped[name] = step is not None
            recorded.append(Metric(name, value, self._units[name], self._steps[name]))
        self._sink.metrics([(metric, at, now) for metric in recorded])
        self.progress.metrics(recorded)

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

    def constant(self, name: str, value: SupportsFloat) -> None:
        """Declare a number that findings may cite and that was not measured: a limit, a published value."""
        self._refuse_when_over()
        _check_figure_name(name, "constant")
        if name in self._constants or name in self._values:
            raise ExperimentError(f"{name!r} is recorded twice", "give the constant another name")
        if name in values_of(self.params):
            raise ExperimentError(f"{name!r} is a parameter already", f"cite it as {{{name}}}")
        self._constants[name] = number(name, value)

    # Files
    # -------------------------------------------------------------------------------------------------------

    def table(self, name: str, rows: Rows, title: str = "") -> None:
        """Keep a table, as CSV and JSON.

        `rows` is a list of rows (mappings, dataclasses, named tuples), a mapping of columns, or a data frame. A key
        that some rows lack is an empty cell there. A very large table is kept as CSV alone.
        """
        table = table_of(name, rows)
        self._claim_file(f"tables/{name}", name)
        self._sink.write("table", f"tables/{name}.csv", table.as_csv(), title or name)
        if table.size <= JSON_CELLS:
            self._sink.write("table", f"tables/{name}.json", table.as_json(title or name), title or name)
        else:
            self.note(f"table {name} has {table.size:,} cells: it is kept as CSV alone")

    def figure(self, name: str, fig: Any, title: str = "") -> None:
        """Keep a matplotlib figure as PNG and SVG, and close it; axes, and what seaborn returns, stand for theirs."""
        self._claim_file(f"figures/{name}", name)
        self._sink.figure(name, _matplotlib_figure(name, fig), title or name)

    def text(self, name: str, text: str) -> None:
        """Keep a text; a name without a suffix gets `.txt`."""
        if not isinstance(text, str):
            hint = "decode it, or write a file: run.artifact" if isinstance(text, bytes) else "str(…) makes it one"
            raise ExperimentError(f"text {name!r}: {type(text).__name__} is no text", hint)
        file = f"{name}" if "." in str(name) else f"{name}.txt"
        self._claim_file(f"texts/{file}", name)
        self._sink.write("text", f"texts/{file}", text.encode("utf-8", "backslashreplace"), name)

    def artifact(self, path: str | os.PathLike[str], name: str | None = None, title: str = "") -> None:
        """Keep a copy of a file."""
        source = Path(path)
        if source.is_dir():
            raise ExperimentError(f"artifact {str(path)!r} is a folder", "record its files, or shutil.make_archive")
        if not source.is_file():
            raise ExperimentError(f"artifact {str(path)!r} is no file", "write it before recording it")
        file = name or source.name
        self._claim_file(f"files/{file}", file)
        self._sink.copy(source, f"files/{file}", title or file)

    def _claim_file(self, file: str, name: str) -> None:
        self._refuse_when_over()
        if not isinstance(name, str) or not FILE_NAME.fullmatch(name):
            raise ExperimentError(
                f"{name!r} cannot name a file", "use ASCII letters, digits, dots, hyphens and underscores"
            )
        if file.casefold() in self._files:  # some file systems hold a and A for one
            raise ExperimentError(f"{file} is recorded twice", "give it another name")
        self._files.add(file.casefold())

    def data(self, path: str | os.PathLike[str]) -> Path:
        """The file, or folder, that a parameter names, to be read: it is part of what the run rests on.

        Call it before reading. Its content is digested as that of declared data is, so that an answer says when it
        changed. A relative path starts where studyctl is called, or else at the workspace. InputError where there is
        nothing to read.
        """
        self._refuse_when_over()
        if not isinstance(path, (str, os.PathLike)) or isinstance(path, bytes):
            raise ExperimentError(f"run.data takes a path, not {path!r:.60}", 'run.data("boxes.json")')
        return self._sink.data(str(os.fspath(path)))

    # Progress
    # ----------------------------------------------------------------------------------------------------

    def track(self, iterable: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
        """Go through `iterable` while a progress bar shows how far it is and the time left."""
        if not isinstance(iterable, Iterable) and not hasattr(iterable, "__getitem__"):
            raise ExperimentError(
                f"run.track goes through a collection, not {iterable!r:.60}", "run.track(range(n), …)"
            )
        if total is None:
            try:
                total = len(iterable)  # type: ignore[arg-type]
            except TypeError:
                total = None
        return self._tracked(iterable, self.progress.task(str(label), total))

    @staticmethod
    def _tracked(iterable: Iterable[T], advance: Callable[[int], None]) -> Iterator[T]:
        try:
            for one in iterable:
                yield one
                advance(1)
        finally:
            advance(0)  # a loop that was left is over, too

    def step(self, name: str) -> Step:
        """A named part of the run: `with run.step("train"):`, or `@run.step("train")` above a function.

        It is shown while it goes on, how long it took is kept with the run, and an error says in which it came up.
        Steps may stand within each other; one that is entered again adds to its time.
        """
        return self._parts.step(name)

    # Findings
    # ----------------------------------------------------------------------------------------------------

    def finding(self, key: str, *, text: str, claim: str = "", when: str = "", unless: str = "") -> None:
        """State what the run came to, under a key that notes can link to.

        `when` and `unless` are predicates over the run's metrics: they support or refute `claim`. Every
        numeral of `text` comes from a placeholder: `{ratio:.2f}`. Figures have to be recorded before the
        finding that cites them.
        """
        self._refuse_when_over()
        if not isinstance(key, str) or not FINDING_KEY.fullmatch(key):
            raise ExperimentError(f"{key!r} cannot name a finding", "use a-z, 0-9 and hyphens, in parts joined by dots")
        if key in self._findings:
            raise ExperimentError(f"finding {key!r} is stated twice", "one finding a condition: give it its own key")
        for name, given in (("text", text), ("claim", claim), ("when", when), ("unless", unless)):
            if not isinstance(given, str):
                hint = f'predicates are texts: {name}="ratio > 1"' if name in ("when", "unless") else "write a sentence"
                raise ExperimentError(f"finding {key!r}: {name} is {given!r:.60}, and no text", hint)
        if not text.strip():
            raise ExperimentError(f"finding {key!r} has no text", "say in a sentence what was found")
        if bool(claim.strip()) != bool(when.strip() or unless.strip()):
            raise ExperimentError(
                f"finding {key!r} has " + ("a claim that nothing decides" if claim.strip() else "no claim to decide"),
                "give claim together with when, unless or both; a how/what finding has none of them",
            )
        for predicate in (when, unless):
            if predicate.strip():
                self._check_names(key, predicates.parse(predicate).names)
        if numerals := templates.bare_numerals(text, ExperimentError):
            raise ExperimentError(
                f"finding {key!r}: the numeral in {numerals[0]!r} comes from no figure",
                'cite it: {name:.2f}, declared with run.constant("name", value) where it was not measured; '
                "a name (COCO-2017) starts with a letter, a formula stands in backticks",
            )
        finding = Finding(key, "", text, claim.strip(), when.strip(), unless.strip())
        self._findings[key] = self._decided(finding)
        self._sink.finding(self._findings[key])

    def _check_names(self, key: str, names: Iterable[str]) -> None:
        """A predicate compares metrics, which may be recorded later; what can never become one is refused at once."""
        for name in names:
            what = "a constant" if name in self._constants else "a parameter"
            if name not in self._values and (name in self._constants or name in values_of(self.params)):
                raise ExperimentError(
                    f"finding {key!r}: its predicate names {name}, {what}, and predicates compare metrics",
                    "write its value into the predicate, or record the difference: run.metric(…)",
                )

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
                reasons[key] = decision.reason + self._near(finding)
        return reasons

    def _near(self, finding: Finding) -> str:
        """What a predicate's author may have meant by a name that was never recorded."""
        names = [n for p in (finding.when, finding.unless) if p for n in predicates.parse(p).names]
        unknown = next((name for name in names if name not in self._values), "")
        near = difflib.get_close_matches(unknown, self._values, n=1)
        return f"; did you mean {near[0]}?" if near else ""

    def steps(self) -> list[dict[str, Any]]:
        """The named parts of the run with their seconds: name, seconds, depth, times."""
        return self._parts.recorded()

    def note(self, text: str) -> None:
        """Remember what a person should know of the run."""
        self._notes.append(text)

    def notes(self) -> list[str]:
        """What was recorded otherwise than its author may expect, for people."""
        return list(self._notes)

    def returned(self, value: Any) -> None:
        """What the experiment's function returned, which should be nothing."""
        if value is not None:
            self.note(f"its function returned a {type(value).__name__}, which is recorded nowhere: run.metrics(…)")

    def close(self) -> None:
        """Nothing is recorded from here on."""
        self._over = True

    def _refuse_when_over(self) -> None:
        if self._over:
            raise ExperimentError("the run is over, and records nothing any more", "record it within the run")

    def constants(self) -> dict[str, float]:
        return dict(self._constants)


def _matplotlib_figure(name: str, fig: Any) -> Any:
    """The figure behind what plotting returns: itself, axes, a grid of seaborn's."""
    for one in (fig, getattr(fig, "figure", None)):
        # A seaborn grid can save itself as well, but only its figure can be closed.
        if hasattr(one, "savefig") and hasattr(one, "get_size_inches"):
            return one
    if hasattr(fig, "write_html") and hasattr(fig, "to_plotly_json"):
        raise ExperimentError(
            f"figure {name!r}: a figure of plotly's is none of matplotlib's",
            f'keep it as a file: fig.write_html("{name}.html"), then run.artifact("{name}.html")',
        )
    if isinstance(fig, (list, tuple)) or getattr(fig, "ndim", 0) > 0:
        hint = "fig, axes = plt.subplots() gives both: pass the first"
    else:
        hint = "fig, axes = plt.subplots(); …; run.figure(NAME, fig)"
    raise ExperimentError(f"figure {name!r}: {type(fig).__name__} is no matplotlib figure", hint)


class _InFinding(ExperimentError):
    """An error in a finding's text that names the finding."""

    key = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"finding {self.key!r}: {message}", hint)

    @classmethod
    def of(cls, key: str) -> type[_InFinding]:
        # Whoever meets it is to read the name that they can catch.
        return type(ExperimentError.__name__, (cls,), {"key": key, "__module__": ExperimentError.__module__})


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
