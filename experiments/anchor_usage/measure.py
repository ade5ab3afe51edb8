"""The parts of a run in their order: what each measures, and under which names it records it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from studyctl.lab import Run, record_checks

from . import assignment, boxes, checks, coco, fits, grids
from .assignment import Assigned, Bin, Outcome
from .boxes import SIZES, Array, Objects
from .fitting import METHODS, score
from .parameters import AnchorUsage
from .rules import TITLES

# Shapes that are scored as they were published. SSD's stand in an image warped to a square, and are scored there.
PUBLISHED: dict[str, Array] = {"yolov2": grids.YOLOV2, "yolov3": grids.YOLOV3, "yolov4": grids.YOLOV4}
CHECK_SCENES = 4


@dataclass
class Results:
    """What was measured so far."""

    objects: Objects
    from_file: bool
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    bins: list[Bin] = field(default_factory=list)
    scored: list[fits.Scored] = field(default_factory=list)
    fitted_on: list[int] = field(default_factory=list)  # numbers of boxes

    @property
    def sizes(self) -> list[str]:
        """The sizes of which there are objects."""
        return [size for size in SIZES if any(key[1] == size for key in self.outcomes)]

    @property
    def shifted(self) -> bool:
        """Whether a shifted mixture could be drawn."""
        return bool(self.scored) and not any(np.isnan(one.shifted) for one in self.scored)


def load(params: AnchorUsage, run: Run) -> Results:
    """The objects: generated, or of a file."""
    if not params.annotations:
        objects = boxes.generate(params.images, params.side, params.seed, 0)
        _describe(run, objects)
        return Results(objects, False)
    file = coco.read(run.data(params.annotations), skip_degenerate=params.degenerate == "skip")
    objects = boxes.resized(file.corners, file.area, file.image, file.extent, params.side)
    _describe(run, objects)
    run.metrics({"objects.crowds": file.crowds, "objects.skipped": file.skipped})
    return Results(objects, True)


def _describe(run: Run, objects: Objects) -> None:
    run.metrics({"objects.count": objects.count, "objects.images": objects.images})
    share = np.bincount(objects.size, minlength=len(SIZES)) / objects.count
    run.metrics({f"objects.{size}": value for size, value in zip(SIZES, share, strict=True)})


def check_instrument(params: AnchorUsage, run: Run) -> None:
    """Refuse to measure with rules that differ from their plain form."""
    record_checks(run, checks.instrument(params.seed, CHECK_SCENES))


def score_shapes(params: AnchorUsage, run: Run, out: Results) -> None:
    """How well published anchors fit all objects by shape, resized to the input and in pixels of their images."""
    objects, side = out.objects, params.side
    shapes = PUBLISHED | {
        "retinanet": grids.retinanet(side, side).shapes,
        "efficientdet": grids.efficientdet(side, side).shapes,
        "atss": grids.squares(side, side).shapes,
    }
    warped = objects.sides * (grids.SSD_SIDE / objects.extent[objects.image])
    spaces = {"shape": objects.sides, "original": objects.original_sides}
    rows: list[dict[str, Any]] = []
    for space, sides in spaces.items():
        scored = {name: (sides, anchors) for name, anchors in shapes.items()}
        if space == "shape":
            scored["ssd"] = (warped, grids.ssd().shapes)
        for name, (wh, anchors) in scored.items():
            row: dict[str, Any] = {"pixels": space, "anchors": name, "shapes": len(anchors)}
            whole = score(wh, anchors)
            figures = {"iou": whole.iou, "half": whole.half, "recall": whole.recall}
            for number, size in enumerate(SIZES):
                if (objects.size == number).any():
                    figures[f"{size}.iou"] = score(wh[objects.size == number], anchors).iou
            run.metrics({f"{space}.{name}.{figure}": value for figure, value in figures.items()})
            rows.append(row | figures)
    run.table("shapes", rows, "Published anchors by shape alone: average best IoU, share >= 0.5, best possible recall")


def assign(params: AnchorUsage, run: Run, out: Results) -> list[Assigned]:
    """Every rule on every image."""
    assigned = assignment.assign(out.objects, params.side, run.track(range(out.objects.images), "images"))
    out.outcomes = assignment.outcomes(out.objects, assigned, params.seed)
    out.bins = assignment.by_size(out.objects, assigned)
    rows: list[dict[str, Any]] = []
    for (rule, size), one in out.outcomes.items():
        name = f"rule.{rule}.{size}"
        run.metrics({f"{name}.objects": one.objects, f"{name}.without": one.without})
        for figure, estimate in (("positives", one.positives), ("unassigned", one.unassigned)):
            run.metrics(
                {f"{name}.{figure}": estimate.value, f"{name}.{figure}.lo": estimate.lo or 0.0}
                | {f"{name}.{figure}.hi": estimate.hi or 0.0}
            )
        rows.append(
            {"rule": TITLES[rule], "size": size, "objects": one.objects, "without": one.without}
            | {"unassigned": one.unassigned.value, "lo": one.unassigned.lo, "hi": one.unassigned.hi}
            | {"positives": one.positives.value}
        )
    run.table("rules", rows, "Positives per object and objects without one, by rule and size")
    run.table("by-size", out.bins, "Positives per object by its size")
    for rule_found in assigned:
        if len(rule_found.offsets):
            found = np.quantile(rule_found.offsets, list(assignment.QUANTILES.values()))
            run.metrics({f"offset.{rule_found.rule}.{q}": v for q, v in zip(assignment.QUANTILES, found, strict=True)})
    return assigned


def fit(params: AnchorUsage, run: Run, out: Results) -> None:
    """Anchors fitted on n boxes and scored on others."""
    draw = fits.sampler(params, out.objects if out.from_file else None)
    samples = [draw(repeat) for repeat in range(params.fits)]
    if any(not len(one.fitted) or not len(one.unseen) for one in samples):
        run.note("too few images with objects to fit on one half and score on the other: no anchors were fitted")
        return
    out.fitted_on = fits.sizes_of(params, samples)
    steps = [(n, repeat) for n in out.fitted_on for repeat in range(params.fits)]
    out.scored = fits.fit_all(params, samples, run.track(steps, "fits"))
    rows: list[dict[str, Any]] = []
    for n in out.fitted_on:
        for method in METHODS:
            for figure, estimate in fits.summary(out.scored, method, n).items():
                run.metrics(estimate.metrics(f"fit.n{n}.{method}.{figure}"))
                rows.append(
                    {"boxes": n, "method": method, "figure": figure, "value": estimate.value}
                    | {"lo": estimate.lo, "hi": estimate.hi}
                )
    published = np.mean([[one.published, one.published_shifted] for one in out.scored], axis=0)
    run.metrics(
        {"fit.published.unseen": published[0]} | ({"fit.published.shifted": published[1]} if out.shifted else {})
    )
    run.table("fits", rows, "Fitted anchors on the boxes of the fit, on unseen boxes, on a shifted mixture")
    anchors = [
        {"method": one.method, "boxes": one.n, "repeat": one.repeat, "width": w, "height": h}
        for one in out.scored
        for w, h in one.anchors.tolist()
    ]
    run.table("anchors", anchors, "The fitted anchors, pixels of the input")
