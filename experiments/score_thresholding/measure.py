"""The parts of a run in their order: what each measures, and under which names it records it."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from studyctl.lab import Run, mean_interval, proportion_interval

from . import compare, grid, precision, scenes, synthetic
from .compare import Study
from .parameters import ScoreThresholding
from .rules import RULES
from .scenes import Array

WEIGHTS = Path(__file__).with_name("weights.npz")
LOSS_EVERY = 10  # steps of a training whose mean loss is one point of its history
SUMMED = ("differ",)  # over detectors; all else is averaged


@dataclass
class Results:
    """What was measured so far; a value of each detector, or of each draw of one."""

    studies: list[Study] = field(default_factory=list)
    timed: list[synthetic.Timed] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)


def study_of(params: ScoreThresholding, run: Run, number: int) -> Study:
    """A detector, kept or trained here, and what it says of test images of its own."""
    from . import detector

    seed = params.seed + number
    kept = number == 0 and not params.train
    parts = detector.load(WEIGHTS) if kept else _trained(params, run, number, seed)
    tested = scenes.generate(params.images, seed, 1)
    weights = precision.draws(params.images, params.resamples, seed)
    return Study(params, detector.run(parts, tested.pixels), tested, grid.level_sizes(), weights)


def _trained(params: ScoreThresholding, run: Run, number: int, seed: int) -> Any:
    from . import detector, training

    recent: list[dict[str, float]] = []

    def told(step: int, losses: dict[str, float]) -> None:
        recent.append(losses)
        if len(recent) == LOSS_EVERY or step + 1 == params.steps:
            means = {f"loss.s{number}.{part}": np.mean([one[part] for one in recent]) for part in training.PARTS}
            run.metrics(means, step=step + 1)
            recent.clear()

    with run.step("train"):
        given = scenes.generate(params.training_images, seed, 0)
        parts = training.train(given, params.steps, seed, told)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / (WEIGHTS.name if number == 0 else f"weights-{number}.npz")
        detector.save(parts, file)
        run.artifact(file)
        return detector.load(file)  # what is measured is what is kept


def measure(run: Run, study: Study) -> None:
    """Everything about one detector."""
    with run.step("rules"):
        compare.published(study, soft=True)
        differences(study)
        compare.best_class(study)
    with run.step("limits"):
        compare.budgets(study)
    with run.step("objectness"):
        compare.objectness(study)
    with run.step("heads"):
        compare.heads(study)
        compare.curves(study)


def differences(study: Study) -> None:
    """Rules that choose by other thresholds and limits, against RetinaNet's."""
    for name in ("detectron", "efficientdet"):
        compare.against(study, f"rule.{name}.gain", f"rule.{name}.ap", "rule.pairs.ap")
    compare.against(study, "rule.efficientdet.soft-gain", "rule.efficientdet.soft-ap", "rule.efficientdet.ap")
    compare.against(study, "rule.efficientdet-argmax.gain", "rule.efficientdet-argmax.ap", "rule.efficientdet.ap")


def record(params: ScoreThresholding, run: Run, out: Results) -> None:
    """Every figure with its interval: over images for one detector, over detectors for several."""
    first = out.studies[0]
    run.metrics(
        {
            "output.images": params.images,
            "output.objects": float(np.mean([len(one.scenes.label) for one in out.studies])),
            "output.anchors": float(sum(first.levels)),
            "output.pairs": float(sum(first.levels) * len(scenes.CLASSES)),
        }
    )
    for name in first.draws:
        _one(run, out, name, [study.draws[name] for study in out.studies])
    for name in first.counts:
        k, n = (sum(study.counts[name][i] for study in out.studies) for i in (0, 1))
        found = proportion_interval(k, n)
        _keep(run, out, name, k / n, found.lo, found.hi)
    _tables(run, out)


def _one(run: Run, out: Results, name: str, given: list[Array]) -> None:
    """One figure of all detectors. What was not drawn has no interval; one that is not known is NaN."""
    values = [float(one[0]) for one in given]
    whole = sum(values) if name.endswith(SUMMED) else sum(values) / len(values)
    if len(given[0]) == 1:
        _keep(run, out, name, whole)
    elif len(given) == 1:
        known = given[0][1:][~np.isnan(given[0][1:])]
        low, high = np.quantile(known, [0.025, 0.975]).tolist() if len(known) else (math.nan, math.nan)
        _keep(run, out, name, whole, low, high)
    else:
        found = mean_interval(values)
        _keep(run, out, name, whole, *(math.nan if end is None else end for end in (found.lo, found.hi)))


def _keep(run: Run, out: Results, name: str, value: float, low: float | None = None, high: float | None = None) -> None:
    found = {name: value}
    if low is not None and high is not None:
        found |= {f"{name}.lo": low, f"{name}.hi": high}
    run.metrics(found)
    out.values |= found


def _tables(run: Run, out: Results) -> None:
    values = out.values
    rows = []
    for name, rule in RULES.items():
        row: dict[str, Any] = {"rule": name, "head": rule.head, "code": rule.title}
        for what in ("candidates", "anchors", "second-labels", "multi-label", "detections", "ap", "calibration-error"):
            row[what] = values[f"rule.{name}.{what}"]
        rows.append(row | {"ap_lo": values.get(f"rule.{name}.ap.lo"), "ap_hi": values.get(f"rule.{name}.ap.hi")})
    run.table("rules", rows, "Every rule with its published threshold and limit")
    run.table("curves", curve_points(out), "AP at equal numbers of candidates per image")
    run.table("calibration", out.studies[0].bins, "Scores of detections and how many of them are true, by tenths")


def curve_points(out: Results) -> list[dict[str, Any]]:
    """The points of the main figure."""
    return [
        {"rule": name, "candidates": mark, "threshold": out.values[f"{at}.threshold"], "ap": out.values[f"{at}.ap"]}
        for name in compare.GATES
        for mark in compare.MARKS
        for at in [f"curve.{name}.m{mark:g}"]
        if f"{at}.ap" in out.values
    ]


def time_suppression(params: ScoreThresholding, run: Run, out: Results) -> None:
    """What choosing and NMS take on an output of RetinaNet's size."""
    from . import detector

    boxes, scores, levels = synthetic.made(params.width, params.height, params.seed)
    run.metrics({"synthetic.anchors": float(len(boxes)), "synthetic.pairs": float(scores.size)})
    run.metric("synthetic.above", float((scores > synthetic.THRESHOLD).mean()))
    with detector.threads():
        rounds = run.track(range(params.repeats), "timings")
        out.timed = synthetic.timed(boxes, scores, levels, rounds, params.nms_iou)
    for one in out.timed:
        name = f"synthetic.{one.way}"
        run.metric(f"{name}.candidates", one.candidates)
        run.metrics({f"{name}.choose": one.choose_ms, f"{name}.nms": one.nms_ms}, unit="ms")
    run.table("times", out.timed, "Choosing candidates and NMS, one thread, synthetic output")
