"""How do detectors with and without objectness turn scores into detections, and does it matter which way?

The code paths of RetinaNet, Detectron, EfficientDet, YOLOv3 and FCOS (`rules`) are compared on the output of one small
detector (`detector`) that was trained once on made-up images (`scenes`) and whose weights are kept beside this file. It
has three heads of scores: independent classes, objectness and a class given an object, class and centerness. Rules are
compared on identical output within a head, heads at as many candidates per image. Boxes and NMS are the same
everywhere, so that what differs is how scores are made and cut.

    retinanet    the answer about its threshold; `retinanet.limit.kK`, `retinanet.detectron`, `retinanet.efficientdet*`
    best-class   the best class of an anchor against pairs; `best-class.limit.kK` where a limit binds
    yolov3       what objectness decides: `yolov3.objectness-alone.*`, `yolov3.pre-filter.*`
    heads        the three heads at as many candidates, RetinaNet's number (`matched`) and few; `heads.ranking.*`,
                 `heads.sqrt.*`: what centerness is good for

`studyctl run score-thresholding -p train=true` trains the detector again (a few minutes on one thread), records its
losses and keeps its weights as the artifact `weights.npz`; copied over the file beside this one, it is what later runs
use. `full` has five detectors, the first with the kept weights. With one, intervals are over images (paired bootstrap);
with several, over detectors (Student's t).

Metrics, by prefix (RULE, K, T as in the tables):

    output.{images,objects,anchors,pairs}       what was compared
    rule.RULE.{candidates,anchors,second-labels,detections}  per image, with the rule's published threshold and limit;
                                                second-labels: candidates beyond the first of an anchor
    rule.RULE.{ap,gain,multi-label,calibration-error}  AP (COCO), its distance from RetinaNet's or the plainer rule's,
                                                share of kept anchors with several classes, mean distance of scores
                                                from the share of true detections; efficientdet.soft-ap and
                                                soft-gain: soft NMS
    best-class.{anchors-differ,pairs-add,detections-added,detections-lost,true-added,gain}  pairs beside the best class
                                                of each anchor: anchors that only one keeps, candidates more, detections
                                                that only one has, objects found by those, AP
    limit.kK.{binds,pairs.ap,max-class.ap,gain} share of images with more pairs in a level than K, AP with that limit
    limit.most                                  pairs above the threshold in the fullest level of all images
    yolov3.tT.{passed,dropped,skipped,differ,ap,alone.ap,alone.gain}  anchors that pass objectness at T, the share of
                                                them that the second test drops, share of anchors whose classes need no
                                                look, pairs that change without the first test, AP, AP by objectness
    yolov3.strict.{ap,gain}                     objectness > .5 before a product > .005
    matched.RULE.{ap,gain,candidates,threshold} at as many candidates as RetinaNet's rule leaves; few.RULE: at ten per
                                                image; the gain is over pairs or the other rule of the head
    curve.RULE.mM.{ap,threshold}                at M candidates per image
    synthetic.{anchors,pairs,above}, synthetic.WAY.{candidates,choose,nms}  an output of RetinaNet's size; milliseconds
    loss.sN.PART                                losses of a training, detector N
    check.NAME                                  distance to an independent reference (table `checks`)
"""

from __future__ import annotations

from studyctl.lab import Run, experiment, record_checks

from . import measure
from .parameters import ScoreThresholding


@experiment(
    title="Score thresholds: pairs, best class, objectness, centerness",
    requires=["torch"],
    data=["experiments/score_thresholding/weights.npz"],
    presets={
        "quick": {
            "images": 30,
            "budgets": [10, 100, 1000],
            "resamples": 100,
            "width": 336,
            "height": 224,
            "repeats": 3,
            "details": False,
        },
        "full": {"images": 1000, "seeds": 5, "repeats": 20},
    },
)
def score_thresholding(params: ScoreThresholding, run: Run) -> None:
    """Take a detector's output, check the instrument, apply every rule, draw, and state what was found."""
    from . import checks, figures, findings

    out = measure.Results()
    for number in run.track(range(params.seeds), "detectors"):
        with run.step("output"):
            study = measure.study_of(params, run, number)
        out.studies.append(study)
        measure.measure(run, study)
        if number == 0:
            with run.step("check"):
                record_checks(run, checks.instrument(study))
    measure.record(params, run, out)
    with run.step("time"):
        measure.time_suppression(params, run, out)
    with run.step("figures"):
        run.figure("ap-by-candidates", figures.curves_figure(out), "AP against candidates per image, by rule")
        if params.details:
            run.figure("limits", figures.limits_figure(params, out), "Where a limit binds, and what NMS costs")
            run.figure("calibration", figures.calibration_figure(out), "How true scores are")
    findings.state(run, out)
