"""Reading a COCO-format annotation file: what counts as an object, and what is refused.

`images` (id, width, height) and `annotations` (image_id, bbox = x, y, width, height; optional `area`, `iscrowd`) are
read, nothing else. Crowds (`iscrowd` = 1) are no objects and are left out, as they are in training with torchvision,
detectron2 and YOLOv5. Boxes are taken as they stand: not clipped to the image, not rounded. `area` decides what is
small, as in COCO's evaluation (there it is the mask's); a record without one gets width times height. Images without
objects count as images.

A box without a positive width and height is refused with its record, or left out and counted (`degenerate=skip`).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studyctl.lab import InputError

from .boxes import Array

LAYOUT = "a COCO-format file has lists `images` (id, width, height) and `annotations` (image_id, bbox)"


@dataclass(frozen=True, slots=True)
class Annotations:
    """The objects of a file in pixels of their images, and what was left out."""

    corners: Array
    area: Array
    image: Array
    extent: Array
    crowds: int
    skipped: int


def read(path: Path, *, skip_degenerate: bool) -> Annotations:
    """The objects of an annotation file."""
    if path.is_dir():
        raise InputError(f"{path}: is a folder", "-p annotations=FILE names a file to read")
    try:
        value = json.loads(path.read_bytes())
    except (UnicodeDecodeError, ValueError, RecursionError) as problem:
        raise InputError(f"{path}: not JSON: {problem}", LAYOUT) from None
    images = _records(path, value, "images")
    records = _records(path, value, "annotations")
    number: dict[Any, int] = {}
    extent = np.zeros((len(images), 2))
    for row, image in enumerate(images):
        where = f"{path}: images[{row}]"
        key = _key(where, image, "id")
        if key in number:
            raise InputError(f"{where}: id {key!r} stands twice", "every image has an id of its own")
        number[key] = row
        for axis, name in enumerate(("width", "height")):
            extent[row, axis] = _number(where, image, name, positive=True)
    return _objects(path, records, number, extent, skip_degenerate)


def _objects(
    path: Path, records: list[dict[str, Any]], number: dict[Any, int], extent: Array, skip: bool
) -> Annotations:
    corners: list[tuple[float, float, float, float]] = []
    area: list[float] = []
    image: list[int] = []
    crowds = skipped = 0
    for row, record in enumerate(records):
        where = f"{path}: annotations[{row}]" + (f" (id {record['id']!r})" if "id" in record else "")
        key = _key(where, record, "image_id")
        if key not in number:
            raise InputError(
                f"{where}: image_id {key!r} is no image of the file", "add the image, or take the annotation out"
            )
        crowd = record.get("iscrowd", 0)
        if crowd not in (0, 1):
            raise InputError(f"{where}: iscrowd is {crowd!r:.40}", "it is 0 or 1")
        if crowd:
            crowds += 1
            continue
        x, y, width, height = _box(where, record)
        if width <= 0 or height <= 0:
            if not skip:
                raise InputError(
                    f"{where}: a box of width {width:g} and height {height:g}",
                    "mend it, or leave such boxes out: -p degenerate=skip",
                )
            skipped += 1
            continue
        corners.append((x, y, x + width, y + height))
        area.append(width * height if record.get("area") is None else _number(where, record, "area", positive=False))
        image.append(number[key])
    if not corners:
        raise InputError(f"{path}: no objects in it", "crowds and degenerate boxes do not count; take another file")
    order = np.argsort(np.array(image), kind="stable")
    return Annotations(
        np.array(corners)[order],
        np.array(area)[order],
        np.array(image)[order],
        extent,
        crowds,
        skipped,
    )


def _records(path: Path, value: Any, name: str) -> list[dict[str, Any]]:
    if not isinstance(value, dict) or name not in value:
        raise InputError(f"{path}: no {name!r} in it", LAYOUT)
    found = value[name]
    if not isinstance(found, list):
        raise InputError(f"{path}: {name!r} is no list", LAYOUT)
    for row, record in enumerate(found):
        if not isinstance(record, dict):
            raise InputError(f"{path}: {name}[{row}] is {record!r:.40}, and no record", LAYOUT)
    return found


def _key(where: str, record: dict[str, Any], name: str) -> int | str:
    found = record.get(name)
    if isinstance(found, bool) or not isinstance(found, (int, str)):
        what = "is missing" if name not in record else f"is {found!r:.40}"
        raise InputError(f"{where}: {name} {what}", f"{name} is a whole number or a text")
    return found


def _number(where: str, record: dict[str, Any], name: str, *, positive: bool) -> float:
    found: Any = record.get(name)
    if _is_number(found) and (found > 0 if positive else found >= 0):
        return float(found)
    what = "is missing" if name not in record else f"is {found!r:.40}"
    raise InputError(f"{where}: {name} {what}", f"{name} is a {'positive number' if positive else 'number from 0 on'}")


def _box(where: str, record: dict[str, Any]) -> tuple[float, float, float, float]:
    found = record.get("bbox")
    if isinstance(found, list) and len(found) == 4 and all(_is_number(one) for one in found):
        return (float(found[0]), float(found[1]), float(found[2]), float(found[3]))
    what = "is missing" if "bbox" not in record else f"is {found!r:.60}"
    raise InputError(f"{where}: bbox {what}", "bbox is [x, y, width, height], four finite numbers")


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond what a float can hold
        return False
