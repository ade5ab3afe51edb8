"""Every call of the author's interface, as authors write it: checked by mypy --strict, and run as a draft."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from pydantic import BaseModel, Field

from studyctl.lab import (
    Check,
    Comparison,
    Estimate,
    ExperimentError,
    Finding,
    InputError,
    Metric,
    Params,
    Record,
    Run,
    StudyctlError,
    bootstrap_interval,
    compare,
    draft,
    experiment,
    looks,
    mean_interval,
    median_interval,
    outliers,
    param,
    process_ratio,
    proportion_interval,
    ratio_interval,
    record_checks,
    recording,
    require_checks,
    spread,
    three_way,
    why_not,
)


class Optimizer(BaseModel):
    steps: int = 3


class Everything(Params):
    """Parameters of every kind, in both spellings."""

    anchor: float = param(373, "side of the anchor", unit="px", gt=0, le=1000)
    dtype: Literal["float32", "float16"] = param("float32", "how numbers are held")
    sizes: list[int] = param([1, 2], min_length=1, max_length=9)
    name: str = param("exp", pattern="[a-z]+")
    clip: float | None = param(None, "none clips nothing", ge=0)
    rounds: int = param(4, multiple_of=2, lt=100)
    rate: float = Field(default=0.5, gt=0, description="the long spelling")
    optimizer: Optimizer = Optimizer()
    seed: int = 0


@dataclass
class Row:
    width: int
    loss: float


class Pair(NamedTuple):
    width: int
    loss: float


def rows() -> Iterator[dict[str, float]]:
    yield {"width": 8.0, "loss": 0.1}


@experiment(
    title="Everything", requires=["numpy"], data=(), measures=["time"], presets={"quick": {"rounds": 2}, "full": {}}
)
def everything(params: Everything, run: Run) -> None:
    seed: int | None = run.seed
    with run.step("measure") as step:
        for number in run.track(range(params.rounds), "rounds"):
            half: int = number // 2
            run.metric("loss", 1 / (number + 1), step=number, unit="nat")
            run.metrics({"half": half, "double": np.float64(number) * 2}, step=number)
        assert step.name == "measure"
    for _ in run.track(rows(), "rows", total=1):
        pass

    @run.step("work")
    def work(by: int) -> int:
        return by * 2

    doubled: int = work(2)
    run.metric("doubled", doubled)
    run.metric("exact", Decimal("0.5"))
    run.metric("array", np.array(3))
    run.metric("bound", math.inf)
    run.constant("limit", params.anchor)
    run.table("dicts", [{"width": 8, "loss": 0.1}, {"width": 16}], title="Rows")
    run.table("columns", {"width": [8, 16], "loss": np.array([0.1, 0.2])})
    run.table("objects", [Row(8, 0.1)])
    run.table("tuples", [Pair(8, 0.1)])
    run.table("iterator", rows())
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    run.figure("figure", figure, title="A figure")
    run.text("note", "text")
    run.artifact(Path(__file__), name="source.py", title="This")
    run.artifact(__file__)
    path: Path = run.data(Path(__file__))
    if not path.read_text("utf-8"):
        raise InputError(f"{path}: nothing in it", "write something")
    instrument: list[Check] = [Check("half", 1 / 2, 0.5, 0, "a closed form")]
    require_checks(instrument)
    record_checks(run, instrument)
    run.finding(
        "loss", text="{loss:.2f} at {anchor}", claim="it is small", when="loss < 1 and doubled > 3", unless="loss >= 1"
    )
    statistics(run)
    run.finding("summary", text="With {dtype} and seed {seed}.")
    if seed is None:
        raise ExperimentError("no seed", "give one")


def statistics(run: Run) -> None:
    """Intervals and a comparison, from figures that an experiment may have."""
    ratios: list[float] = [process_ratio([(1.0, 1.1 + at / 100), (1.0, 1.2)]) for at in range(6)]
    found: Comparison = compare(ratios, margin=0.02, plan=(6, 12), unstable=[spread([1.0, 1.1]) > 0.25] * 6)
    run.metrics(found.metrics("slowdown"))
    estimates: list[Estimate] = [
        found.ratio,
        ratio_interval(ratios),
        mean_interval(ratios),
        median_interval(np.array(ratios).tolist(), confidence=0.9),
        proportion_interval(3, 16),
        bootstrap_interval([(1, 2.0)] * 10, lambda rows: sum(b / a for a, b in rows), seed=0, resamples=100),
    ]
    for at, one in enumerate(estimates):
        run.metrics(one.metrics(f"estimate.{at}"))
    run.metric("planned", looks()[-1].samples + outliers(ratios))
    run.text("why", f"{three_way(found.ratio)} {why_not(found.ratio)}")


def check() -> Record:
    """A draft, and what a test reads of it."""
    record: Record = draft(everything, preset="quick", folder=None, anchor=10)
    finding: Finding = record.finding("loss")
    metrics: tuple[Metric, ...] = record.metrics
    value: float = record.value("loss")
    assert finding.verdict == "supported" and metrics and value < 1
    return record


def record_a_script() -> None:
    """A script's recordings; drafts, so that nothing is kept."""
    arguments = argparse.Namespace(rate=0.1)
    with recording("everything-else", title="T", params=vars(arguments), seed=1, draft=True, quiet=True) as run:
        run.metric("a", 1)
    with recording("declared", params=Everything(), data=[], measures=["time"], draft=True, quiet=True) as other:
        other.finding("f", text="x")
    try:
        with recording("nowhere", workspace=Path("nowhere")):
            pass
    except StudyctlError as error:
        print(error.message, error.hint)
