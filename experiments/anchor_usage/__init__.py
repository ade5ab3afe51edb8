"""How do detectors make and use their anchors, and which objects are left without one?

Anchors are looked at in three ways, each with findings of its own:

    anchors         the answer; `anchors.small.RULE`: small objects that a rule leaves without a positive;
                    `anchors.fit.METHOD`: what fitting gains on unseen boxes
    sizes           the same of medium and large objects
    fitting         by how much the boxes that anchors were fitted on overstate their fit

Eight rules of assignment (YOLOv3, v4, v5, RetinaNet, EfficientDet, SSD, ATSS, FCOS) get the same objects on the same
input; SimOTA and Hungarian matching need predictions and are described in `rules`, not measured. Anchors are fitted by
k-means under 1 - IoU (means and medians) and by YOLOv5's AutoAnchor. The objects are generated, of which only the
shares of sizes follow COCO (`boxes`), or those of any COCO-format file: `-p annotations=FILE` (`coco`: crowds are left
out, boxes are not clipped, degenerate boxes are refused).

Detectors were published for other inputs than this common one (SSD for 300, RetinaNet for 800 pixels): `-p side=…`.

Metrics, by prefix (RULE and SIZE as in the tables; METHOD is kmeans-mean, kmeans-median or autoanchor):

    objects.{count,images,small,medium,large,crowds,skipped}  what was assigned, shares of sizes, what was left out
    shape.ANCHORS.{iou,half,recall,SIZE.iou}    published anchors and all objects by shape alone: average best IoU,
                                                share of IoU >= 0.5, best possible recall (ratio < 4); pixels of the
                                                input
    original.ANCHORS.{iou,half,recall,SIZE.iou} the same in pixels of the images, not resized
    rule.RULE.SIZE.{objects,without,unassigned,positives}  objects, those without a positive, their share, positives
                                                per object; `.lo` and `.hi`: 95 % over images
    offset.RULE.{q50,q95,q99}                   quantiles of max |ln(side / anchor's side)| over positives: the targets
                                                of a detector that regresses logarithms
    fit.published.{unseen,shifted}              average best IoU of YOLOv3's nine
    fit.nN.METHOD.{seen,unseen,shifted,half,recall,gap,gain,shifted-gain}  anchors fitted on N boxes: average best IoU
                                                there, on unseen boxes, on a shifted mixture; gap = seen - unseen,
                                                gain = unseen - published; `.lo` and `.hi`: 95 % over fits
    check.NAME                                  distance to an independent reference (table `checks`)
"""

from __future__ import annotations

from studyctl.lab import Run, experiment

from . import figures, findings, measure
from .parameters import AnchorUsage


@experiment(
    title="Anchors: how they are made, and whom they are given to",
    presets={
        "quick": {
            "images": 60,
            "fit_boxes": [30, 300, 3000],
            "unseen_boxes": 3000,
            "fits": 3,
            "restarts": 1,
            "generations": 200,
        },
        "full": {
            "images": 3000,
            "unseen_boxes": 50_000,
            "fits": 20,
            "restarts": 30,
        },
    },
)
def anchor_usage(params: AnchorUsage, run: Run) -> None:
    """Check the instrument, take the objects, assign, fit, draw, and state what was found."""
    out = measure.load(params, run)
    with run.step("check"):
        measure.check_instrument(params, run)
    with run.step("shapes"):
        measure.score_shapes(params, run, out)
    with run.step("rules"):
        measure.assign(params, run, out)
    with run.step("fits"):
        measure.fit(params, run, out)
    if params.figures:
        with run.step("figures"):
            run.figure(
                "rules", figures.rules_figure(out, params.side), "Positives per object against its size, by rule"
            )
            if out.scored:
                run.figure(
                    "fits", figures.fits_figure(out, params.k), "Fitted anchors on seen, unseen and shifted boxes"
                )
    findings.state(run, out)
