"""Which detection finds which object, by VOC's rule and by COCO's, for all thresholds at once.

Written from the rules of the two reference codes, whose names are given at each function; nothing is copied.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .boxes import Array, Detections, Truth

THRESHOLDS = np.linspace(0.5, 0.95, 10)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every detection beside every object of its image and class; sorted by detection, then by object."""

    det: Array
    obj: Array
    iou: Array
    share: Array  # intersection over the detection's own area: what COCO takes for a crowd


def pairs(truth: Truth, found: Detections, *, plus_one: bool) -> Pairs:
    """IoU as VOCevaldet.m has it (inclusive pixels, one more at each end) or as bbIou of COCO's maskApi.c."""
    classes = max(len(truth.labels), 1)
    where = truth.image * classes + truth.label
    order = np.argsort(where, kind="stable")
    mine = found.image * classes + found.label
    first = np.searchsorted(where[order], mine, "left")
    count = np.searchsorted(where[order], mine, "right") - first
    det = np.repeat(np.arange(mine.size), count)
    inside = np.arange(det.size) - np.repeat(np.cumsum(count) - count, count)
    obj = order[np.repeat(first, count) + inside]
    a, b, more = found.corners[det], truth.corners[obj], float(plus_one)
    sides = np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]) + more
    common = np.where((sides > 0).all(axis=1), sides[:, 0] * sides[:, 1], 0.0)
    if plus_one:
        own, other = (np.prod(c[:, 2:] - c[:, :2] + more, axis=1) for c in (a, b))
    else:
        own, other = found.size[det].prod(axis=1), truth.size[obj].prod(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        iou, share = np.nan_to_num(common / (own + other - common)), np.nan_to_num(common / own)
    return Pairs(det, obj, iou, share)


def match_voc(
    near: Pairs, dets: int, ignored: Array, crowd: Array, thresholds: Array, *, strict: bool
) -> tuple[Array, Array]:
    """True and ignored detections, each (threshold, detection).

    `VOCevaldet.m`: each detection takes the object of highest overlap, the first among equals, found already or not;
    of those that took the same object, the first by score is true and the others are false. Whoever takes an ignored
    object counts as neither. `strict` compares with >, as voc_eval.py of py-faster-rcnn does.
    """
    overlap = np.where(crowd[near.obj], near.share, near.iou)
    order = np.lexsort((near.obj, -overlap, near.det))
    det, obj, best = near.det[order], near.obj[order], overlap[order]
    head = np.r_[True, det[1:] != det[:-1]] if det.size else np.zeros(0, bool)
    det, obj, best = det[head], obj[head], best[head]  # falling score within each class
    hits, dropped = (np.zeros((thresholds.size, dets), bool) for _ in range(2))
    for t, threshold in enumerate(thresholds):
        over = (best > threshold if strict else best >= threshold) & (best > 0)
        skip = ignored[obj]
        dropped[t, det[over & skip]] = True
        taken, who = obj[over & ~skip], det[over & ~skip]
        _, earliest = np.unique(taken, return_index=True)
        hits[t, who[earliest]] = True
    return hits, dropped


def match_coco(
    near: Pairs, dets: int, ignored: Array, crowd: Array, thresholds: Array, *, strict: bool
) -> tuple[Array, Array]:
    """True and ignored detections, each (threshold, detection).

    `COCOeval.evaluateImg`: by falling score, each detection takes the best object that is still free, the last among
    equals; ignored objects only where no other will do, a crowd again and again. An overlap as high as
    min(threshold, 1 - 1e-10) will do.

    Detections of one rank are settled together: those of different images or classes never compete.
    """
    overlap = np.where(crowd[near.obj], near.share, near.iou)
    limits = np.minimum(thresholds, 1 - 1e-10)
    hits, dropped = (np.zeros((thresholds.size, dets), bool) for _ in range(2))
    keep = overlap >= limits.min()
    det, obj, overlap = near.det[keep], near.obj[keep], overlap[keep]
    if not det.size:
        return hits, dropped
    who, start, count = np.unique(det, return_index=True, return_counts=True)
    rank = _ranks(who, start, count, obj)
    free = np.ones((thresholds.size, ignored.size), bool)
    for level in range(int(rank.max()) + 1):
        chosen = np.flatnonzero(rank == level)
        slots = np.arange(int(count[chosen].max()))
        index = np.minimum(start[chosen, None] + slots, det.size - 1)
        there = slots < count[chosen, None]
        o, v = obj[index], overlap[index]
        enough = v > limits[:, None, None] if strict else v >= limits[:, None, None]
        ok = there & enough & (free[:, o] | crowd[o])
        # One that counts before any that is ignored; an overlap is at most 1.
        value = np.where(ok, v + 2.0 * ~ignored[o], -1.0)
        last = value.shape[2] - 1 - value[:, :, ::-1].argmax(axis=2)
        taken = np.take_along_axis(value, last[:, :, None], axis=2)[:, :, 0] >= 0
        t, d = np.nonzero(taken)
        target = o[d, last[t, d]]
        free[t, target] = False
        hits[t, who[chosen[d]]] = ~ignored[target]
        dropped[t, who[chosen[d]]] = ignored[target]
    return hits, dropped


def _ranks(who: Array, start: Array, count: Array, obj: Array) -> Array:
    """The place of each detection among those that can take an object in common with it.

    Objects that share a detection share an image and a class, so the smallest object that is reached from one stands
    for its neighbourhood.
    """
    root = np.arange(int(obj.max()) + 1)
    det = np.repeat(np.arange(who.size), count)
    while True:
        low = np.minimum.reduceat(root[obj], start)
        new = root.copy()
        np.minimum.at(new, obj, low[det])
        if (new == root).all():
            break
        root = new
    order = np.argsort(low, kind="stable")  # `who` rises, and with it the score falls
    place = np.arange(who.size)
    head = np.r_[True, low[order][1:] != low[order][:-1]]
    rank = np.empty(who.size, int)
    rank[order] = place - np.maximum.accumulate(np.where(head, place, 0))
    return rank
