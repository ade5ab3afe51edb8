"""Runs as a whole: what they record, findings that the figures alone decide, files as people have them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments.anchor_usage
from experiments.anchor_usage import anchor_usage, boxes, coco, grids
from experiments.anchor_usage.findings import listed
from experiments.anchor_usage.reference import shape_iou
from experiments.anchor_usage.rules import RULES, TITLES
from studyctl.core.predicates import verdict
from studyctl.lab import ExperimentError, Finding, InputError, Record, draft

SMALL: dict[str, Any] = {
    "images": 20,
    "fit_boxes": [30, 100],
    "unseen_boxes": 200,
    "fits": 3,
    "restarts": 1,
    "generations": 5,
    "figures": False,
}
IMAGE = {"id": 1, "width": 640, "height": 480}


def box(x: float, y: float, w: float, h: float, **more: Any) -> dict[str, Any]:
    return {"image_id": 1, "bbox": [x, y, w, h], **more}


def written(folder: Path, annotations: list[Any], images: list[Any] | None = None) -> str:
    file = folder / "boxes.json"
    file.write_text(json.dumps({"images": [IMAGE] if images is None else images, "annotations": annotations}))
    return str(file)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, Path]:
    folder = tmp_path_factory.mktemp("anchor-usage")
    return draft(anchor_usage, "quick", folder=folder, images=40, generations=20), folder


@pytest.fixture(scope="module")
def values(quick: tuple[Record, Path]) -> dict[str, float]:
    return {metric.name: metric.value for metric in quick[0].metrics}


@pytest.fixture(scope="module")
def findings(quick: tuple[Record, Path]) -> dict[str, Finding]:
    return {finding.key: finding for finding in quick[0].findings}


def test_every_condition_has_its_finding(findings: dict[str, Finding]) -> None:
    wanted = {f"anchors.small.{rule}" for rule in RULES}
    wanted |= {f"sizes.{size}.{rule}" for size in ("medium", "large") for rule in RULES}
    wanted |= {f"anchors.fit.{one}" for one in ("kmeans-mean", "kmeans-median", "autoanchor", "shifted")}
    wanted |= {f"fitting.n{n}" for n in (30, 300, 3000)}
    assert set(findings) == wanted | {"anchors"}
    assert findings["anchors"].verdict is None
    assert all(one.verdict for key, one in findings.items() if key != "anchors")


def test_every_metric_a_predicate_reads_is_recorded(quick: tuple[Record, Path], values: dict[str, float]) -> None:
    for finding in quick[0].findings:
        if finding.when or finding.unless:
            assert finding.verdict == verdict(finding.when, finding.unless, values).verdict


def test_each_verdict_could_have_been_another(findings: dict[str, Finding], values: dict[str, float]) -> None:
    for key, finding in findings.items():
        if key == "anchors":
            continue
        names = {word for word in f"{finding.when} {finding.unless}".split() if "." in word and word in values}
        assert names, key
        said = {
            verdict(finding.when, finding.unless, {**values, **dict.fromkeys(names, value)}).verdict
            for value in (-1.0, 1.0)
        }
        assert said == {"supported", "refuted"}, key


def test_the_answer_names_the_worst_and_the_best(findings: dict[str, Finding], values: dict[str, float]) -> None:
    shares = {rule: values[f"rule.{rule}.small.unassigned"] for rule in RULES}
    text = findings["anchors"].text
    assert text.startswith("Rule")
    assert f"{max(shares.values()):.1%} of small objects" in text and f" {min(shares.values()):.1%}; " in text
    for rule, share in shares.items():
        named = TITLES[rule] in text.split(";")[0]
        assert not named or share in (max(shares.values()), min(shares.values()))
    assert "IoU on unseen boxes" in text and "generated objects" in text
    assert len(text.split()) <= 65


def test_what_the_field_knows_comes_out(values: dict[str, float]) -> None:
    assert values["rule.yolov3.all.positives"] <= 1.0
    assert values["rule.atss.small.unassigned"] > values["rule.yolov5.small.unassigned"]
    assert values["rule.efficientdet.small.positives"] < values["rule.efficientdet.medium.positives"] / 4
    assert values["fit.n30.kmeans-median.gap"] > values["fit.n3000.kmeans-median.gap"]
    assert all(value <= 0.01 for name, value in values.items() if name.startswith("check."))
    low = {name.removesuffix(".lo") for name in values if name.endswith(".lo")}
    assert all(values[f"{name}.lo"] <= values[name] <= values[f"{name}.hi"] for name in low)


def test_the_docstring_lists_every_kind_of_metric(values: dict[str, float]) -> None:
    listed = {line.split(".")[0].strip() for line in (experiments.anchor_usage.__doc__ or "").splitlines()}
    assert {name.split(".")[0] for name in values} <= listed


def test_tables_figures_and_checks_are_kept(quick: tuple[Record, Path], values: dict[str, float]) -> None:
    record, folder = quick
    kept = {artifact.path for artifact in record.artifacts}
    tables = ("rules", "by-size", "shapes", "fits", "anchors", "checks")
    assert {f"tables/{name}.csv" for name in tables} | {"figures/rules.png", "figures/fits.png"} <= kept
    checks = json.loads((folder / "artifacts/tables/checks.json").read_text())["rows"]
    assert len(checks) == sum(name.startswith("check.") for name in values) >= len(RULES) + 10


@pytest.mark.slow
def test_the_same_seed_gives_the_same_figures() -> None:
    first, second, other = (draft(anchor_usage, **SMALL, seed=seed) for seed in (0, 0, 1))
    values = [[(m.name, repr(m.value)) for m in run.metrics] for run in (first, second, other)]
    assert values[0] == values[1] != values[2]


def test_a_file_is_measured_as_documented(tmp_path: Path) -> None:
    """Average best IoU, share above a half and recall, worked out from the file in plain Python."""
    rng = np.random.default_rng(3)
    images = [{"id": 7 * i, "width": int(w), "height": 500} for i, w in enumerate(rng.integers(300, 1500, 12))]
    records = []
    for number in range(150):
        w, h = np.exp(rng.uniform(1, 5.5, 2))
        at = {"image_id": images[number % 11]["id"], "iscrowd": int(number % 13 == 0), "area": float(w * h / 2)}
        records.append({**at, "id": number, "bbox": [float(rng.uniform(-3, 90)), 4.5, float(w), float(h)]})
    file = written(tmp_path, records, images)
    run = draft(anchor_usage, folder=tmp_path / "run", **{**SMALL, "annotations": file})
    values = {metric.name: metric.value for metric in run.metrics}

    scale = {one["id"]: 640 / max(one["width"], one["height"]) for one in images}
    kept = [one for one in records if not one["iscrowd"]]
    assert values["objects.count"] == len(kept) and values["objects.crowds"] == len(records) - len(kept)
    assert values["objects.images"] == 12
    for space, factor in (("shape", scale), ("original", dict.fromkeys(scale, 1.0))):
        best, small = [], []
        for one in kept:
            w, h = (side * factor[one["image_id"]] for side in one["bbox"][2:])
            best.append(max(shape_iou(w, h, a, b) for a, b in grids.YOLOV3.tolist()))
            if one["area"] < 1024:
                small.append(best[-1])
        assert values[f"{space}.yolov3.iou"] == pytest.approx(sum(best) / len(best))
        assert values[f"{space}.yolov3.half"] == pytest.approx(sum(b >= 0.5 for b in best) / len(best))
        assert values[f"{space}.yolov3.small.iou"] == pytest.approx(sum(small) / len(small))
    assert values["fit.n30.kmeans-mean.unseen"] > 0 and "fit.n100.kmeans-mean.unseen" not in values
    answer = next(one for one in run.findings if one.key == "anchors")
    assert "the file's objects" in answer.text
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert [(Path(one.path).name, one.role, one.digest) for one in run.files] == [
        ("boxes.json", "data", f"sha256:{digest}")
    ]


@pytest.mark.parametrize(
    "records",
    [
        [box(10, 10, 300, 200)],  # one object, of one size
        [box(-700, -700, 20, 20), box(2000, 2000, 20, 20)],  # outside the image
        [box(10, 10, 1e-3, 1e-3), box(0, 0, 640, 480)],
        [box(10, 10, 20, 20)] * 40,
    ],
)
def test_files_of_any_kind_are_measured(tmp_path: Path, records: list[Any]) -> None:
    run = draft(anchor_usage, **{**SMALL, "figures": True, "annotations": written(tmp_path, records)})
    assert run.state == "finished"
    assert next(one for one in run.findings if one.key == "anchors").text


@pytest.mark.parametrize(
    ("annotations", "images", "message"),
    [
        ([box(1, 1, 0, 5, id=9)], None, r"annotations\[0\] \(id 9\): a box of width 0 and height 5"),
        ([box(1, 1, 4, -5)], None, r"annotations\[0\]: a box of width 4 and height -5"),
        ([box(1, 1, float("nan"), 5)], None, r"annotations\[0\]: bbox is \[1, 1, nan, 5\]"),
        ([{"image_id": 1, "bbox": [1, 1, 5]}], None, r"annotations\[0\]: bbox is \[1, 1, 5\]"),
        ([{"image_id": 1}], None, r"annotations\[0\]: bbox is missing"),
        ([{"bbox": [1, 1, 5, 5]}], None, r"annotations\[0\]: image_id is missing"),
        ([{**box(1, 1, 5, 5), "image_id": 2}], None, r"annotations\[0\]: image_id 2 is no image of the file"),
        ([box(1, 1, 5, 5, area=-1)], None, r"annotations\[0\]: area is -1"),
        ([box(1, 1, 5, 5, iscrowd=2)], None, r"annotations\[0\]: iscrowd is 2"),
        ([box(1, 1, 5, 5, iscrowd=1)], None, "no objects in it"),
        ([3], None, r"annotations\[0\] is 3, and no record"),
        ([box(1, 1, 5, 5)], [{"id": 1, "width": 0, "height": 4}], r"images\[0\]: width is 0"),
        ([box(1, 1, 5, 5)], [{"id": 1, "height": 4}], r"images\[0\]: width is missing"),
        ([box(1, 1, 5, 5)], [IMAGE, IMAGE], r"images\[1\]: id 1 stands twice"),
    ],
)
def test_a_wrong_record_is_named(tmp_path: Path, annotations: list[Any], images: Any, message: str) -> None:
    file = written(tmp_path, annotations, images)
    with pytest.raises(InputError, match=message) as caught:
        coco.read(Path(file), skip_degenerate=False)
    assert "boxes.json" in str(caught.value) and caught.value.hint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[]", "no 'images'"),
        (b'{"images": 3}', "'images' is no list"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "boxes.json"
    file.write_bytes(content)
    for path, said in ((file, message), (tmp_path, "is a folder")):
        with pytest.raises(InputError, match=said):
            coco.read(path, skip_degenerate=False)


def test_a_missing_file_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.json: no such file"):
        draft(anchor_usage, folder=tmp_path, annotations=str(tmp_path / "none.json"))
    assert not (tmp_path / "metrics.jsonl").exists()


def test_degenerate_boxes_can_be_left_out(tmp_path: Path) -> None:
    file = written(tmp_path, [box(1, 1, 0, 5), box(1, 1, 30, 50)])
    run = draft(anchor_usage, **SMALL, annotations=file, degenerate="skip")
    assert {m.name: m.value for m in run.metrics}["objects.skipped"] == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"side": 100}, "side = 100"),
        ({"fit_boxes": [300, 100]}, "each larger than the one before"),
        ({"fit_boxes": []}, "whole numbers from 10"),
        ({"fits": 1}, "fits = 1"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        draft(anchor_usage, **wrong)


def test_words_are_listed_as_a_person_does() -> None:
    assert [listed(words) for words in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]


def test_generated_boxes_are_those_that_are_described() -> None:
    assert sum(boxes.COCO_SHARES) == 99.0 and len(boxes.SIDES) == len(boxes.SIZES)
