"""The rules of assignment once more: one box, one anchor at a time, in plain Python and without numpy's help.

They share nothing with `rules` and `grids` but the published numbers, and every run holds the two against each other.
"""

from __future__ import annotations

import math
import statistics
import struct
from collections.abc import Callable

Box = tuple[float, float, float, float]
Anchor = tuple[float, float, float, float]  # centre x, centre y, width, height

NINE = ((10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (156, 198), (373, 326))
NINE_V4 = ((12, 16), (19, 36), (40, 28), (36, 75), (76, 55), (72, 146), (142, 110), (192, 243), (459, 401))


def iou(box: Box, anchor: Anchor) -> float:
    x1, y1 = anchor[0] - anchor[2] / 2, anchor[1] - anchor[3] / 2
    x2, y2 = anchor[0] + anchor[2] / 2, anchor[1] + anchor[3] / 2
    w = min(box[2], x2) - max(box[0], x1)
    h = min(box[3], y2) - max(box[1], y1)
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (anchor[2] * anchor[3] + (box[2] - box[0]) * (box[3] - box[1]) - w * h)


def single(value: float) -> float:
    """The nearest number of single precision."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def single_iou(box: Box, anchor: Anchor) -> float:
    """The same, every step rounded to single precision: which anchors tie depends on it."""
    if abs(anchor[0] - (box[0] + box[2]) / 2) > (anchor[2] + box[2] - box[0]) / 2 + 1:
        return 0.0  # apart by more than rounding: most anchors are
    if abs(anchor[1] - (box[1] + box[3]) / 2) > (anchor[3] + box[3] - box[1]) / 2 + 1:
        return 0.0
    bx1, by1, bx2, by2 = map(single, box)
    half_w, half_h = single(anchor[2] / 2), single(anchor[3] / 2)
    x1, x2 = single(anchor[0] - half_w), single(anchor[0] + half_w)
    y1, y2 = single(anchor[1] - half_h), single(anchor[1] + half_h)
    w, h = single(min(bx2, x2) - max(bx1, x1)), single(min(by2, y2) - max(by1, y1))
    if w <= 0 or h <= 0:
        return 0.0
    inter = single(w * h)
    area, own = single(single(bx2 - bx1) * single(by2 - by1)), single(single(x2 - x1) * single(y2 - y1))
    return single(inter / single(single(area + own) - inter))


def shape_iou(w: float, h: float, aw: float, ah: float) -> float:
    inter = min(w, aw) * min(h, ah)
    return inter / (w * h + aw * ah - inter)


def anchors_of(rule: str, side: int) -> list[list[Anchor]]:
    """The anchors of a detector, a list for each level."""
    if rule == "ssd":
        return _priors()
    levels: list[list[Anchor]] = []
    for stride in (8, 16, 32, 64, 128):
        if rule == "retinanet":
            shapes = [
                (4 * stride * 2 ** (o / 3) / math.sqrt(r), 4 * stride * 2 ** (o / 3) * math.sqrt(r))
                for o in range(3)
                for r in (0.5, 1, 2)
            ]
        elif rule == "efficientdet":
            shapes = [
                (4 * stride * 2 ** (o / 3) * w, 4 * stride * 2 ** (o / 3) * h)
                for o in range(3)
                for w, h in ((1.0, 1.0), (1.4, 0.7), (0.7, 1.4))
            ]
        else:
            shapes = [(8.0 * stride, 8.0 * stride)]
        shift = 0.0 if rule == "retinanet" else stride / 2
        n = -(-side // stride)
        levels.append(
            [(x * stride + shift, y * stride + shift, *s) for y in range(n) for x in range(n) for s in shapes]
        )
    return levels


def _priors() -> list[list[Anchor]]:
    low, high = (21, 45, 99, 153, 207, 261), (45, 99, 153, 207, 261, 315)
    ratios = ([2], [2, 3], [2, 3], [2, 3], [2], [2])
    levels: list[list[Anchor]] = []
    for k, (n, step) in enumerate(((38, 8), (19, 16), (10, 32), (5, 64), (3, 100), (1, 300))):
        shapes = [(low[k], low[k]), (math.sqrt(low[k] * high[k]), math.sqrt(low[k] * high[k]))]
        for r in ratios[k]:
            shapes += [(low[k] * math.sqrt(r), low[k] / math.sqrt(r)), (low[k] / math.sqrt(r), low[k] * math.sqrt(r))]
        levels.append(
            [
                (min((x + 0.5) * step, 300), min((y + 0.5) * step, 300), min(w, 300), min(h, 300))
                for y in range(n)
                for x in range(n)
                for w, h in shapes
            ]
        )
    return levels


def _overlaps(rule: str, boxes: list[Box], side: int) -> list[list[float]]:
    """For every anchor its IoU with each box."""
    return [[single_iou(box, anchor) for box in boxes] for level in anchors_of(rule, side) for anchor in level]


def retinanet(boxes: list[Box], extent: tuple[float, float], side: int) -> list[int]:
    count = [0] * len(boxes)
    overlaps = _overlaps("retinanet", boxes, side)
    best = [max(row[j] for row in overlaps) for j in range(len(boxes))]
    for row in overlaps:
        forced = any(row[j] == best[j] > 0 for j in range(len(boxes)))
        if max(row) >= 0.5 or forced:
            count[row.index(max(row))] += 1
    return count


def efficientdet(boxes: list[Box], extent: tuple[float, float], side: int) -> list[int]:
    return _forced(_overlaps("efficientdet", boxes, side), len(boxes), last_wins=False)


def ssd(boxes: list[Box], extent: tuple[float, float], side: int) -> list[int]:
    fx, fy = 300 / extent[0], 300 / extent[1]
    warped = [(x1 * fx, y1 * fy, x2 * fx, y2 * fy) for x1, y1, x2, y2 in boxes]
    return _forced(_overlaps("ssd", warped, side), len(boxes), last_wins=True)


def _forced(overlaps: list[list[float]], boxes: int, *, last_wins: bool) -> list[int]:
    owner = [row.index(max(row)) if max(row) >= 0.5 else None for row in overlaps]
    forced: set[int] = set()
    for j in range(boxes):
        column = [row[j] for row in overlaps]
        anchor = column.index(max(column))
        if last_wins or anchor not in forced:
            owner[anchor] = j
        forced.add(anchor)
    return [owner.count(j) for j in range(boxes)]


def atss(boxes: list[Box], extent: tuple[float, float], side: int) -> list[int]:
    levels = anchors_of("atss", side)
    claims: dict[tuple[int, int], list[tuple[float, int]]] = {}
    for j, box in enumerate(boxes):
        cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        candidates = []
        for number, level in enumerate(levels):
            ranked = sorted(range(len(level)), key=lambda i: (math.hypot(level[i][0] - cx, level[i][1] - cy), i))
            candidates += [(number, i) for i in ranked[:9]]
        values = [iou(box, levels[number][i]) for number, i in candidates]
        threshold = statistics.mean(values) + statistics.stdev(values)
        for (number, i), value in zip(candidates, values, strict=True):
            x, y = levels[number][i][:2]
            if value >= threshold and min(x - box[0], y - box[1], box[2] - x, box[3] - y) > 0.01:
                claims.setdefault((number, i), []).append((value, -j))
    count = [0] * len(boxes)
    for claim in claims.values():
        count[-max(claim)[1]] += 1
    return count


def fcos(boxes: list[Box], extent: tuple[float, float], side: int) -> list[int]:
    count = [0] * len(boxes)
    ranges = ((-1, 64), (64, 128), (128, 256), (256, 512), (512, math.inf))
    for stride, (low, high) in zip((8, 16, 32, 64, 128), ranges, strict=True):
        n = -(-side // stride)
        for x, y in ((i * stride + stride / 2, j * stride + stride / 2) for j in range(n) for i in range(n)):
            claims = []
            for j, (x1, y1, x2, y2) in enumerate(boxes):
                cx, cy, reach = (x1 + x2) / 2, (y1 + y2) / 2, 1.5 * stride
                within = max(x1, cx - reach) < x < min(x2, cx + reach) and max(y1, cy - reach) < y < min(y2, cy + reach)
                if within and low <= max(x - x1, y - y1, x2 - x, y2 - y) <= high:
                    claims.append(((x2 - x1) * (y2 - y1), j))
            if claims:
                count[min(claims)[1]] += 1
    return count


def yolov3(boxes: list[Box], extent: tuple[float, float], side: int) -> list[int]:
    slots: dict[tuple[int, int, int], int] = {}
    for j, (x1, y1, x2, y2) in enumerate(boxes):
        values = [shape_iou(x2 - x1, y2 - y1, *anchor) for anchor in NINE]
        best = values.index(max(values))
        stride = (8, 16, 32)[best // 3]
        slots[best, int((x1 + x2) / 2 / stride), int((y1 + y2) / 2 / stride)] = j
    return [list(slots.values()).count(j) for j in range(len(boxes))]


def yolov4(boxes: list[Box], extent: tuple[float, float], side: int) -> list[int]:
    count = []
    for x1, y1, x2, y2 in boxes:
        values = [shape_iou(x2 - x1, y2 - y1, *anchor) for anchor in NINE_V4]
        best = values.index(max(values))
        count.append(sum(i == best or value > 0.213 for i, value in enumerate(values)))
    return count


def yolov5(boxes: list[Box], extent: tuple[float, float], side: int) -> list[int]:
    count = []
    for x1, y1, x2, y2 in boxes:
        w, h, found = x2 - x1, y2 - y1, 0
        for i, (aw, ah) in enumerate(NINE):
            if max(w / aw, aw / w, h / ah, ah / h) >= 4:
                continue
            stride = (8, 16, 32)[i // 3]
            found += 1
            for centre in ((x1 + x2) / 2 / stride, (y1 + y2) / 2 / stride):
                found += centre % 1 < 0.5 and centre > 1
                found += -centre % 1 < 0.5 and side / stride - centre > 1
        count.append(found)
    return count


Reference = Callable[[list[Box], tuple[float, float], int], list[int]]
REFERENCES: dict[str, Reference] = {
    "yolov3": yolov3,
    "yolov4": yolov4,
    "yolov5": yolov5,
    "retinanet": retinanet,
    "efficientdet": efficientdet,
    "ssd": ssd,
    "atss": atss,
    "fcos": fcos,
}
