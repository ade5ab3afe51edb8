"""A person's own ground truth and detections: COCO's JSON, VOC's XML and detection files, plain text.

What is wrong is named with its file and record before anything is measured; the metrics would not notice it.
"""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from studyctl.lab import InputError

from .boxes import Array, Detections, Truth, from_corners, from_sizes


def wrong(place: str, what: str, then: str) -> InputError:
    """What is wrong, where, and what to do."""
    return InputError(f"{place}: {what}", then)


class Gathered:
    """Objects and detections as they are read."""

    def __init__(self, skip: bool) -> None:
        self.skip, self.skipped = skip, 0
        self.images: dict[Any, int] = {}
        self.labels: dict[Any, int] = {}
        self.objects: list[tuple[int, int, float, bool, bool]] = []
        self.found: list[tuple[int, int, float]] = []
        self.object_boxes: list[list[float]] = []
        self.found_boxes: list[list[float]] = []

    def known(self, place: str, image: Any, label: Any) -> bool:
        """Whether image and class are the truth's; a detection of others is refused, or skipped where told to."""
        for value, names, kind in ((image, self.images, "image"), (label, self.labels, "class")):
            if not isinstance(value, (int, str)) or value not in names:
                if not self.skip:
                    raise wrong(place, f"unknown {kind} {value!r}", "leave it out, or take -p unknown=skip")
                self.skipped += 1
                return False
        return True

    def done(self, *, corners: bool) -> tuple[Truth, Detections]:
        make = from_corners if corners else from_sizes
        kinds: tuple[type, ...] = (int, int, float, bool, bool)
        columns: list[Array] = [np.array([row[i] for row in self.objects], kind) for i, kind in enumerate(kinds)]
        image, label, area, crowd, difficult = columns
        truth = Truth(
            [str(n) for n in self.images], [str(n) for n in self.labels], image, label, *make(self.object_boxes),
            area, crowd, difficult,
        )  # fmt: skip
        parts: list[Array] = [np.array([row[i] for row in self.found], kind) for i, kind in enumerate(kinds[:3])]
        return truth, Detections(parts[0], parts[1], parts[2], *make(self.found_boxes))


def number(place: str, name: str, value: Any, *, text: bool = True) -> float:
    """A finite number, of JSON or, with `text`, of the words of a line."""
    then = "a detection has a score" if name == "score" else "every box has four numbers"
    try:
        found = float(value) if isinstance(value, str) and text else value
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            raise ValueError
        found = float(found)
    except (ValueError, OverflowError):  # an integer beyond what a float can hold
        raise wrong(place, f"{name} {value!r:.60} is no number", then) from None
    if not math.isfinite(found):
        raise wrong(place, f"{name} is {found}", "only finite numbers can be compared: mend it, or leave it out")
    return found


def box(place: str, values: Any, names: tuple[str, ...], *, text: bool = True) -> list[float]:
    """Four numbers, of a box whose sides are not negative."""
    if not isinstance(values, list) or len(values) != 4:
        raise wrong(place, f"the box {values!r} has not four numbers", f"it is {', '.join(names)}")
    given = [number(place, name, value, text=text) for name, value in zip(names, values, strict=True)]
    sides = given[2:] if "width" in names else [given[2] - given[0], given[3] - given[1]]
    for side, value in zip(("width", "height"), sides, strict=True):
        if value < 0:
            raise wrong(place, f"negative {side} {value:g}", f"a box is {', '.join(names)}; mend it, or leave it out")
    return given


SIZES, CORNERS = ("left", "top", "width", "height"), ("xmin", "ymin", "xmax", "ymax")


def read(truth: Path, detections: Path, kind: str, *, skip: bool) -> tuple[Truth, Detections, int]:
    """Both, and how many detections were skipped."""
    into = Gathered(skip)
    {"coco": _coco, "voc": _voc, "text": _text}[kind](truth, detections, into)
    if not into.objects:
        raise wrong(str(truth), "no object in it", "experiment show detection-metrics says what each format is")
    return *into.done(corners=kind == "voc"), into.skipped


def _files(path: Path, pattern: str) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.glob(pattern) if one.is_file())
    if not found:
        raise wrong(str(path), f"no {pattern} in this folder", "experiment show detection-metrics says what it holds")
    return found


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    for n, line in enumerate(_content(path).splitlines(), 1):
        if line.strip():
            yield f"{path}:{n}", line.split()


def _content(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise wrong(str(path), "is not UTF-8 text", "save it as UTF-8") from None


def _json(path: Path) -> Any:
    if path.is_dir():
        raise wrong(str(path), "is a folder", "format=coco takes two JSON files; voc and text take folders")
    try:
        return json.loads(_content(path))
    except json.JSONDecodeError as error:
        raise wrong(
            f"{path}:{error.lineno}", f"no JSON: {error.msg}", "see experiment show detection-metrics"
        ) from None


def _field(place: str, record: Any, name: str) -> Any:
    if not isinstance(record, dict):
        raise wrong(place, "is no object with fields", "see cocodataset.org: the format of data, and of results")
    if name not in record:
        raise wrong(place, f"field {name!r} is missing", "COCO's format requires it")
    return record[name]


def _records(path: Path, document: Any, name: str) -> Iterator[tuple[str, Any]]:
    records = _field(str(path), document, name)
    if not isinstance(records, list):
        raise wrong(str(path), f"{name} is no list", "see cocodataset.org: the format of data")
    for n, record in enumerate(records):
        yield f"{path}: {name}[{n}]", record


def _coco(truth: Path, detections: Path, into: Gathered) -> None:
    """Images and classes in the order of their ids, as pycocotools takes them."""
    document = _json(truth)
    tables = {}
    for name in ("images", "categories"):
        ids: dict[Any, str] = {}
        for place, record in _records(truth, document, name):
            key = _field(place, record, "id")
            if not isinstance(key, (int, str)) or key in ids:
                raise wrong(place, f"id {key!r} is no id, or there twice", "every one has an id of its own")
            ids[key] = str(record.get("name", key)) if name == "categories" else str(key)
        try:
            tables[name] = {key: ids[key] for key in sorted(ids)}
        except TypeError:
            raise wrong(str(truth), f"ids of {name} are numbers and texts", "use one kind") from None
    into.images = {key: n for n, key in enumerate(tables["images"])}
    into.labels = {key: n for n, key in enumerate(tables["categories"])}
    seen: set[Any] = set()
    for place, record in _records(truth, document, "annotations"):
        image, label = (_field(place, record, name) for name in ("image_id", "category_id"))
        for value, known, kind in ((image, into.images, "image_id"), (label, into.labels, "category_id")):
            if not isinstance(value, (int, str)) or value not in known:
                raise wrong(place, f"unknown {kind} {value!r}", "it has to be among the images and categories")
        key = record.get("id", place)
        if not isinstance(key, (int, str)) or key in seen:
            raise wrong(place, f"id {key!r} is no id, or there twice", "every annotation has an id of its own")
        seen.add(key)
        into.object_boxes.append(box(place, _field(place, record, "bbox"), SIZES, text=False))
        area = number(place, "area", _field(place, record, "area"), text=False)
        if area < 0:
            raise wrong(place, f"negative area {area:g}", "it is the area of the mask, in pixels")
        # `ignore` counts under VOC's rules alone: COCOeval._prepare overwrites it by iscrowd.
        crowd, skip = bool(record.get("iscrowd", 0)), bool(record.get("difficult", record.get("ignore", 0)))
        into.objects.append((into.images[image], into.labels[label], area, crowd, skip))
    results = _json(detections)
    for place, record in _records(detections, {"results": results}, "results"):
        image, label, score = (_field(place, record, name) for name in ("image_id", "category_id", "score"))
        value = number(place, "score", score, text=False)
        given = box(place, _field(place, record, "bbox"), SIZES, text=False)
        if into.known(place, image, label):
            into.found.append((into.images[image], into.labels[label], value))
            into.found_boxes.append(given)
    into.labels = {name if list(tables["categories"].values()).count(name) == 1 else f"{name} ({key})": n
                   for n, (key, name) in enumerate(tables["categories"].items())}  # fmt: skip


def _voc(truth: Path, detections: Path, into: Gathered) -> None:
    for path in _files(truth, "*.xml"):
        try:
            root = ET.fromstring(_content(path))
        except ET.ParseError as error:
            raise wrong(str(path), f"no XML: {error}", "format=voc takes a folder of VOC's annotations") from None
        image = into.images.setdefault(path.stem, len(into.images))
        for n, one in enumerate(root.findall("object")):
            place = f"{path}: object[{n}]"
            texts = {name: one.findtext(name) for name in ("name", *(f"bndbox/{c}" for c in CORNERS))}
            for name, text in texts.items():
                if not text or not text.strip():
                    raise wrong(place, f"field {name!r} is missing", "an object has a name and a bndbox")
            given = box(place, [texts[f"bndbox/{c}"] for c in CORNERS], CORNERS)
            label = into.labels.setdefault(str(texts["name"]).strip(), len(into.labels))
            area = (given[2] - given[0]) * (given[3] - given[1])
            difficult = (one.findtext("difficult") or "0").strip() not in ("0", "")
            into.objects.append((image, label, area, False, difficult))
            into.object_boxes.append(given)
    for path in _files(detections, "*.txt"):
        # comp3_det_test_CLASS.txt, or CLASS.txt; the name of a class may hold a _ itself.
        name = max(
            (k for k in into.labels if path.stem == k or path.stem.endswith(f"_{k}")),
            key=len,
            default=path.stem.rpartition("_")[2],
        )
        for place, words in _lines(path):
            if len(words) != 6:
                raise wrong(place, f"{len(words)} fields", "a line is: image score xmin ymin xmax ymax")
            score, given = number(place, "score", words[1]), box(place, words[2:], CORNERS)
            if into.known(place, words[0], name):
                into.found.append((into.images[words[0]], into.labels[name], score))
                into.found_boxes.append(given)


def _text(truth: Path, detections: Path, into: Gathered) -> None:
    alone = truth.is_file() and detections.is_file()  # two files are of one image
    for path in _files(truth, "*.txt"):
        image = into.images.setdefault("image" if alone else path.stem, len(into.images))
        for place, words in _lines(path):
            if len(words) not in (5, 6) or (len(words) == 6 and words[5] not in ("0", "1", "difficult")):
                raise wrong(
                    place, f"no object: {' '.join(words)}", "a line is: class left top width height [difficult]"
                )
            given = box(place, words[1:5], SIZES)
            label = into.labels.setdefault(words[0], len(into.labels))
            into.objects.append((image, label, given[2] * given[3], False, len(words) == 6 and words[5] != "0"))
            into.object_boxes.append(given)
    for path in _files(detections, "*.txt"):
        name = "image" if alone else path.stem
        for place, words in _lines(path):
            if len(words) != 6:
                raise wrong(place, f"{len(words)} fields", "a line is: class score left top width height")
            score, given = number(place, "score", words[1]), box(place, words[2:], SIZES)
            if into.known(place, name, words[0]):
                into.found.append((into.images[name], into.labels[words[0]], score))
                into.found_boxes.append(given)
