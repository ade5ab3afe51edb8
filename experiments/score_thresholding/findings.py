"""What the figures come to: a sentence for each question, and one finding a condition.

The wording of the sentences is chosen from the figures, so that none can contradict them; every numeral is a
placeholder.
"""

from __future__ import annotations

from studyctl.lab import Run

from .compare import YOLO_THRESHOLDS, named
from .measure import Results

# A difference of AP that is called one, and a share that is: choices, made here.
LITTLE = 0.005
FEW = 0.01
OFTEN = 0.05
AT = {"matched": "at as many candidates as RetinaNet's rule leaves", "few": "at few candidates"}


def state(run: Run, out: Results) -> None:
    """State every finding of the run."""
    run.constant("little", LITTLE)
    _retinanet(run, out)
    _best_class(run, out)
    _yolov3(run, out)
    _heads(run)


def spread(name: str, form: str = ".3f") -> str:
    """A figure with its interval."""
    return f"{{{name}:{form}}} [{{{name}.lo:{form}}}, {{{name}.hi:{form}}}]"


def _gains(run: Run, key: str, claim: str, name: str, text: str) -> None:
    run.finding(key, claim=claim, when=f"{name}.lo > {LITTLE}", unless=f"{name}.hi < {LITTLE}", text=text)


def _costs_little(run: Run, key: str, claim: str, gain: str, text: str) -> None:
    """The other way round: what the rule that is asked about would lose by not being the one with the gain."""
    run.finding(key, claim=claim, when=f"{gain}.hi < {LITTLE}", unless=f"{gain}.lo > {LITTLE}", text=text)


def _binding(out: Results) -> list[int]:
    """The limits that bind in any image."""
    return [k for k in out.studies[0].params.budgets if out.values[f"limit.k{k}.binds"] > 0]


def _retinanet(run: Run, out: Results) -> None:
    budgets = out.studies[0].params.budgets
    binding = _binding(out)
    here = "On this detector" if len(out.studies) == 1 else "On these detectors"
    for k in budgets:
        run.constant(f"limit_{k}", k)
    if binding:
        k = binding[-1]
        limit = f"the largest limit tried that binds at all is {{limit_{k}}}, in {{limit.k{k}.binds:.0%}} of images"
    else:
        limit = "no limit tried binds"
    run.finding(
        "retinanet",
        text="It has none: each (anchor, class) sigmoid > {threshold:g}, top {topk} per level, NMS at IoU {nms_iou:g}. "
        f"{here} that leaves {{rule.pairs.candidates:.1f}} of {{output.pairs:.0f}} pairs per image; {limit}.",
    )
    for k in budgets:
        name = f"limit.k{k}.binds"
        run.finding(
            f"retinanet.limit.k{k}",
            claim=f"with k={k} the limit of a level binds in more than one image of twenty",
            when=f"{name}.lo > {OFTEN}",
            unless=f"{name}.hi < {OFTEN}",
            text=f"More pairs than {{limit_{k}}} pass in a level of {spread(name, '.1%')} of images; at most "
            f"{{limit.most:.0f}} did. AP with that limit: {{limit.k{k}.pairs.ap:.3f}}.",
        )
    _gains(
        run,
        "retinanet.detectron",
        "a threshold of 0 on the coarsest level, as Detectron has it, gains half a point of AP or more",
        "rule.detectron.gain",
        f"It changes AP by {spread('rule.detectron.gain', '+.4f')} and leaves {{rule.detectron.candidates:.0f}} "
        "candidates per image instead of {rule.pairs.candidates:.0f}.",
    )
    _gains(
        run,
        "retinanet.efficientdet",
        "the best pairs without a threshold, as EfficientDet takes them, gain half a point of AP or more",
        "rule.efficientdet.gain",
        f"{{rule.efficientdet.candidates:.0f}} candidates per image change AP by "
        f"{spread('rule.efficientdet.gain', '+.4f')} under the same NMS; soft NMS then changes it by "
        f"{spread('rule.efficientdet.soft-gain', '+.4f')}.",
    )
    _gains(
        run,
        "retinanet.efficientdet-argmax",
        "without a threshold, the best class of every anchor is worth half a point of AP more than the best pairs",
        "rule.efficientdet-argmax.gain",
        f"It changes AP by {spread('rule.efficientdet-argmax.gain', '+.4f')}, with "
        "{rule.efficientdet-argmax.candidates:.0f} candidates per image.",
    )


def _best_class(run: Run, out: Results) -> None:
    v = out.values
    same = "Same anchors" if v["best-class.anchors-differ"] == 0 else "Not even the same anchors"
    # NaN where neither rule leaves anything.
    alike = not (v["best-class.detections-added"] > 0 or v["best-class.detections-lost"] > 0)
    then = "and the same detections" if alike else "not the same detections"
    run.finding(
        "best-class",
        text=f"{same} ({{best-class.anchors-differ:.0f}} differ), {then}: pairs add "
        "{best-class.pairs-add:.1f} candidates per image and "
        f"{spread('best-class.gain', '+.3f')} AP.",
    )
    run.finding(
        "best-class.detections",
        claim="the best class of each anchor gives the detections that pairs give",
        when=f"best-class.detections-added.hi < {FEW}",
        unless=f"best-class.detections-added.lo > {FEW}",
        text=f"{spread('best-class.detections-added', '.1%')} of the detections of pairs are of an anchor and class "
        "that the best class alone does not have; they find {best-class.true-added:.1%} of all objects at IoU one "
        "half. {rule.pairs.multi-label:.1%} of kept anchors have several classes.",
    )
    _costs_little(
        run,
        "best-class.ap",
        "thresholding the best class of each anchor costs less than half a point of AP",
        "best-class.gain",
        f"AP {{rule.pairs.ap:.3f}} with pairs, {{rule.max-class.ap:.3f}} with the best class of each anchor: "
        f"{spread('best-class.gain', '+.4f')}.",
    )
    for k in _binding(out):  # elsewhere it changes nothing
        name = f"limit.k{k}"
        _costs_little(
            run,
            f"best-class.limit.k{k}",
            f"with k={k}, where second labels may take the places of anchors, the best class of each costs less than "
            "half a point of AP",
            f"{name}.gain",
            f"With {{limit_{k}}} candidates a level, AP {{{name}.pairs.ap:.3f}} with pairs, "
            f"{{{name}.max-class.ap:.3f}} with the best class: {spread(f'{name}.gain', '+.4f')}.",
        )


def _yolov3(run: Run, out: Results) -> None:
    v = out.values
    low, high = named(YOLO_THRESHOLDS[0]), named(YOLO_THRESHOLDS[-1])
    for threshold in YOLO_THRESHOLDS:
        run.constant(named(threshold), threshold)
    decides = all(v[f"yolov3.{named(t)}.dropped.hi"] < FEW for t in YOLO_THRESHOLDS)
    lossless = all(v[f"yolov3.{named(t)}.differ"] == 0 for t in YOLO_THRESHOLDS)
    opening = "Objectness decides alone" if decides else "Objectness does not decide alone"
    alone = f"yolov3.{high}"
    filters = "a lossless pre-filter" if lossless else "no lossless pre-filter"
    run.finding(
        "yolov3",
        text=f"{opening}: at {{{high}:g}}, objectness x class drops {spread(f'{alone}.dropped', '.0%')} of the anchors "
        f"that it let pass; without that test and without class in the score, AP changes by "
        f"{spread(f'{alone}.alone.gain', '+.3f')} there and by {spread(f'yolov3.{low}.alone.gain', '+.3f')} at "
        f"{{{low}:g}}. It is {filters} ({{yolov3.{low}.differ:.0f}} and {{{alone}.differ:.0f}} pairs differ), which "
        f"spares the classes of {{yolov3.{low}.skipped:.0%}} and {{{alone}.skipped:.0%}} of anchors.",
    )
    for threshold in YOLO_THRESHOLDS:
        name = f"yolov3.{named(threshold)}"
        run.finding(
            f"yolov3.objectness-alone.{named(threshold)}",
            claim="objectness alone decides: the second test drops less than one anchor of a hundred that passed it",
            when=f"{name}.dropped.hi < {FEW}",
            unless=f"{name}.dropped.lo > {FEW}",
            text=f"At {{{named(threshold)}:g}}, {{{name}.passed:.1f}} anchors per image pass objectness, of which "
            f"objectness x class drops {spread(f'{name}.dropped', '.1%')}. Objectness as the only test and score has "
            f"AP {{{name}.alone.ap:.3f}}, darknet's rule {{{name}.ap:.3f}}: {spread(f'{name}.alone.gain', '+.3f')}.",
        )
    for threshold in YOLO_THRESHOLDS:
        name = f"yolov3.{named(threshold)}"
        run.finding(
            f"yolov3.pre-filter.{named(threshold)}",
            claim="it is a lossless pre-filter, and spares the classes of more than half of the anchors",
            when=f"{name}.differ < 1 and {name}.skipped.lo > 0.5",
            unless=f"{name}.differ >= 1 or {name}.skipped.hi < 0.5",
            text=f"At {{{named(threshold)}:g}}, {{{name}.differ:.0f}} pairs of all images differ without it, as has to "
            f"be: no class score exceeds one. What is measured is that {spread(f'{name}.skipped', '.1%')} of anchors "
            "need no look at their classes.",
        )
    run.finding(
        "yolov3.pre-filter.strict",
        claim="a pre-filter far above the threshold that decides costs less than half a point of AP",
        when=f"yolov3.strict.gain.lo > -{LITTLE}",
        unless=f"yolov3.strict.gain.hi < -{LITTLE}",
        text=f"Objectness > {{{high}:g}} before objectness x class > {{{low}:g}} changes AP by "
        f"{spread('yolov3.strict.gain', '+.3f')}.",
    )
    for prefix, where in AT.items():
        at = f"{prefix}.objectness-alone"
        run.finding(
            f"yolov3.objectness-alone.{prefix}",
            claim=f"{where}, ranking by objectness alone costs less than half a point of AP",
            when=f"{at}.gain.lo > -{LITTLE}",
            unless=f"{at}.gain.hi < -{LITTLE}",
            text=f"With {{{at}.candidates:.1f}} candidates per image, AP {{{at}.ap:.3f}} by objectness alone, "
            f"{{{prefix}.darknet.ap:.3f}} by objectness x class: {spread(f'{at}.gain', '+.3f')}.",
        )


def _heads(run: Run) -> None:
    for key, claim, name, first, second in (
        ("objectness", "objectness x class reaches half a point of AP more than independent classes",
         "darknet", "darknet", "pairs"),
        ("centerness", "class and centerness reach half a point of AP more than independent classes",
         "fcos", "fcos", "pairs"),
        ("ranking", "ranking by class x centerness gains half a point of AP over class alone, of the same head",
         "centerness", "fcos", "class-alone"),
        ("sqrt", "testing sqrt(class x centerness) gains half a point of AP over testing class alone",
         "fcos-sqrt", "fcos-sqrt", "fcos"),
    ):  # fmt: skip
        for prefix, where in AT.items():
            gain = f"{prefix}.{name}.gain"
            text = (
                f"At {{{prefix}.{first}.candidates:.1f}} candidates per image, AP {{{prefix}.{first}.ap:.3f}} against "
                f"{{{prefix}.{second}.ap:.3f}}: {spread(gain, '+.4f')}."
            )
            _gains(run, f"heads.{key}.{prefix}", f"{where}, {claim}", gain, text)
