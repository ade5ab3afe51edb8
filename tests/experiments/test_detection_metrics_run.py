"""A person's own files in three formats, what is wrong with them, and a quick run as a whole."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import experiments.detection_metrics
from experiments.detection_metrics import detection_metrics
from experiments.detection_metrics.reading import read
from experiments.detection_metrics.rules import RULES
from studyctl.core.predicates import verdict
from studyctl.lab import ExperimentError, InputError, Record, draft


def coco_files(folder: Path, change: Callable[[Any, Any], None] = lambda truth, found: None) -> tuple[Path, Path]:
    truth = {
        "images": [{"id": 7}, {"id": 3}],
        "categories": [{"id": 18, "name": "dog"}, {"id": 1, "name": "person"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 18, "bbox": [0, 0, 100, 100], "area": 6000, "iscrowd": 0},
            {"id": 2, "image_id": 7, "category_id": 18, "bbox": [30, 0, 100, 100], "area": 7000, "iscrowd": 0},
            {"id": 3, "image_id": 3, "category_id": 1, "bbox": [5, 5, 20, 20], "area": 300, "iscrowd": 0},
        ],
    }
    found = [
        {"image_id": 7, "category_id": 18, "bbox": [0, 0, 100, 100], "score": 0.9},
        {"image_id": 7, "category_id": 18, "bbox": [5, 0, 100, 100], "score": 0.8},
    ]
    change(truth, found)
    paths = folder / "instances.json", folder / "results.json"
    for path, document in zip(paths, (truth, found), strict=True):
        path.write_text(json.dumps(document))
    return paths


def voc_files(folder: Path, detection: str = "a 0.9 1 1 10 5") -> tuple[Path, Path]:
    paths = folder / "Annotations", folder / "Main"
    for path in paths:
        path.mkdir()
    boxes = "".join(f"<{n}>{v}</{n}>" for n, v in zip(("xmin", "ymin", "xmax", "ymax"), (1, 1, 10, 10), strict=True))
    (paths[0] / "a.xml").write_text(
        f"<annotation><object><name>potted_plant</name><difficult>0</difficult><bndbox>{boxes}</bndbox></object>"
        f"<object><name>dog</name><difficult>1</difficult><bndbox>{boxes}</bndbox></object></annotation>"
    )
    (paths[1] / "comp3_det_test_potted_plant.txt").write_text(detection + "\n")
    return paths


def text_files(folder: Path, detection: str = "dog 0.9 10 10 20 20") -> tuple[Path, Path]:
    paths = folder / "groundtruths", folder / "detections"
    for path in paths:
        path.mkdir()
    (paths[0] / "1.txt").write_text("dog 10 10 20 20\ndog 100 10 20 20 difficult\n")
    (paths[1] / "1.txt").write_text(detection + "\n")
    return paths


def run_on(paths: tuple[Path, Path], **more: Any) -> Record:
    pytest.importorskip("faster_coco_eval", reason="needs the extra detection")
    return draft(detection_metrics, truth=str(paths[0]), detections=str(paths[1]), **more)


def test_coco_s_files(tmp_path: Path) -> None:
    run = run_on(coco_files(tmp_path))
    # person is missed: a mean over two classes. VOC's second dog takes the first one again.
    assert run.value("given.voc10") == 0.25
    assert run.value("given.coco.ap50") == pytest.approx(0.5)
    assert run.value("given.class.dog.voc10") == 0.5
    assert run.value("given.class.person.ap") == 0.0
    assert run.value("given.coco.ap_s") == 0.0
    assert run.value("input.objects") == 3
    assert "VOC10 0.250" in run.finding("difference").text
    assert "VOC10 0.250" in run.finding("difference.given").text
    kept = {artifact.path for artifact in run.artifacts}
    assert sorted(Path(one.path).name for one in run.files) == ["instances.json", "results.json"]
    assert {"tables/classes.json", "tables/rule-sets.json", "figures/shares.png"} <= kept


def test_voc_s_files(tmp_path: Path) -> None:
    paths = voc_files(tmp_path)
    assert run_on(paths, format="voc").value("given.voc07") == pytest.approx(1.0)  # at exactly .5, dog is difficult
    assert run_on(paths, format="voc", boundary="python").value("given.voc07") == 0.0
    assert run_on(paths, format="voc", voc_iou=0.6).value("given.voc10") == 0.0


def test_plain_text(tmp_path: Path) -> None:
    run = run_on(text_files(tmp_path), format="text")
    assert run.value("given.voc10") == 1.0
    assert run.value("given.coco.ap") == pytest.approx(51 / 101)  # the difficult dog counts


def test_a_class_is_named_as_it_can_be_cited(tmp_path: Path) -> None:
    def korean(truth: Any, found: Any) -> None:
        truth["categories"] = [{"id": 18, "name": "강아지"}, {"id": 1, "name": "traffic light"}]

    run = run_on(coco_files(tmp_path, korean))
    assert run.value("given.class.traffic-light.ap") == 0.0
    assert run.value("given.class.class-1.voc10") == 0.5  # classes are in the order of their ids


def wrong_coco(place: str, key: str, value: Any, index: int = 1) -> Callable[[Any, Any], None]:
    def change(truth: Any, found: Any) -> None:
        record = found[index] if place == "results" else truth["annotations"][index]
        if value is ...:
            del record[key]
        else:
            record[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (wrong_coco("results", "image_id", 99), r"results.json: results\[1\]: unknown image 99"),
        (wrong_coco("results", "category_id", 2), r"results.json: results\[1\]: unknown class 2"),
        (wrong_coco("results", "score", math.nan), r"results.json: results\[1\]: score is nan"),
        (wrong_coco("results", "score", "0.9"), r"results\[1\]: score '0.9' is no number"),
        (wrong_coco("results", "score", 10**400), r"results\[1\]: score 1000000"),
        (wrong_coco("results", "score", "high"), r"results\[1\]: score 'high' is no number"),
        (wrong_coco("results", "bbox", [0, 0, -5, 5]), r"results\[1\]: negative width -5"),
        (wrong_coco("results", "bbox", [0, 0, 5]), r"results\[1\]: the box \[0, 0, 5\] has not four numbers"),
        (wrong_coco("results", "score", ...), r"results\[1\]: field 'score' is missing"),
        (wrong_coco("annotations", "area", ...), r"instances.json: annotations\[1\]: field 'area' is missing"),
        (wrong_coco("annotations", "image_id", 4), r"annotations\[1\]: unknown image_id 4"),
        (wrong_coco("annotations", "id", 1), r"annotations\[1\]: id 1 is no id, or there twice"),
        (wrong_coco("annotations", "bbox", [0, 0, 5, math.inf]), r"annotations\[1\]: height is inf"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_record(
    tmp_path: Path, change: Callable[[Any, Any], None], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(*coco_files(tmp_path, change), "coco", skip=False)


@pytest.mark.parametrize(
    ("files", "kind", "line", "message"),
    [
        (voc_files, "voc", "b 0.9 1 1 5 5", r"comp3_det_test_potted_plant.txt:1: unknown image 'b'"),
        (voc_files, "voc", "a nan 1 1 5 5", r":1: score is nan"),
        (voc_files, "voc", "a 0.9 5 1 1 5", r":1: negative width -4"),
        (voc_files, "voc", "a 0.9 1 1 5", r":1: 5 fields"),
        (text_files, "text", "cat 0.9 1 1 5 5", r"1.txt:1: unknown class 'cat'"),
        (text_files, "text", "dog 0.9 1 1 5 -5", r"1.txt:1: negative height -5"),
        (text_files, "text", "dog 0.9 1 1 5 x", r"1.txt:1: height 'x' is no number"),
    ],
)
def test_lines_are_named_too(tmp_path: Path, files: Any, kind: str, line: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(*files(tmp_path, line), kind, skip=False)


def test_what_the_truth_lacks_can_be_skipped(tmp_path: Path) -> None:
    paths = text_files(tmp_path, "cat 0.9 1 1 5 5\ndog 0.9 10 10 20 20")
    _, found, skipped = read(*paths, "text", skip=True)
    assert (found.score.size, skipped) == (1, 1)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        run_on((tmp_path / "a", tmp_path / "b"))
    truth, found = coco_files(tmp_path)
    truth.write_text('{"images": [')
    with pytest.raises(InputError, match=r"instances.json:1: no JSON"):
        read(truth, found, "coco", skip=False)
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path, found, "coco", skip=False)
    other = tmp_path / "other"
    other.mkdir()
    (other / "readme.md").write_text("no detections")
    objects, _ = voc_files(other)
    with pytest.raises(InputError, match=r"no \*\.txt in this folder"):
        read(objects, other, "voc", skip=False)
    with pytest.raises(InputError, match=r"no \*\.xml in this folder"):
        read(other, other, "voc", skip=False)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"truth": "a.json"}, "given together"),
        ({"noise": [0.1, 0.2]}, "four numbers"),
        ({"voc_iou": 0}, "voc_iou"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        draft(detection_metrics, **wrong)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Record:
    pytest.importorskip("faster_coco_eval", reason="needs the extra detection")
    return draft(detection_metrics, "quick", folder=tmp_path_factory.mktemp("quick"))


def test_every_noise_has_its_finding(quick: Record) -> None:
    levels = ("sharp", "good", "fair", "loose")
    keys = {f"difference.{name}" for name in (*levels, "points")} | {"small-objects"}
    keys |= {f"difference.ap50.{name}" for name in levels}
    assert {finding.key for finding in quick.findings} == keys | {"difference"}
    values = {metric.name: metric.value for metric in quick.metrics}
    for finding in quick.findings:
        if finding.key != "difference":
            assert finding.verdict == verdict(finding.when, finding.unless, values).verdict
    # Each could have come out otherwise.
    sharp = quick.finding("difference.sharp")
    other = {**values, "sharp.share.iou-range.lo": 0.1, "sharp.share.iou-range.hi": 0.3}
    assert verdict(sharp.when, sharp.unless, other).verdict == "refuted"
    points = quick.finding("difference.points")
    assert verdict(points.when, points.unless, {**values, "points.largest": 0.9}).verdict == "refuted"


def test_shares_add_up_and_their_ranges_hold_them(quick: Record) -> None:
    for name in ("sharp", "good", "fair", "loose"):
        for year in ("share", "share07"):
            assert sum(quick.value(f"{name}.{year}.{rule}") for rule in RULES) == pytest.approx(1.0)
            for rule in RULES:
                at = f"{name}.{year}.{rule}"
                assert quick.value(f"{at}.lo") - 1e-12 <= quick.value(at) <= quick.value(f"{at}.hi") + 1e-12
        assert quick.value(f"check.{name}") < 1e-9


def test_the_docstring_lists_every_kind_of_metric(quick: Record) -> None:
    text = experiments.detection_metrics.__doc__ or ""
    for metric in quick.metrics:
        first, *rest = metric.name.split(".")
        assert first in text and rest[0] in text, metric.name
