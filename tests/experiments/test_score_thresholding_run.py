"""Runs as a whole: what they record, findings that the figures alone decide, a training that is kept."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments.score_thresholding
from experiments.score_thresholding import compare, measure, score_thresholding
from experiments.score_thresholding.rules import RULES
from studyctl.core.predicates import verdict
from studyctl.lab import ExperimentError, Finding, Record, draft

ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {
    "images": 20,
    "budgets": [5, 1000],
    "resamples": 100,
    "width": 256,
    "height": 128,
    "repeats": 1,
    "training_images": 16,
    "steps": 12,
}


@pytest.fixture(scope="module")
def quick(torch_loaded: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, Path]:
    folder = tmp_path_factory.mktemp("score-thresholding")
    return draft(score_thresholding, "quick", folder=folder, details=True), folder


@pytest.fixture(scope="module")
def values(quick: tuple[Record, Path]) -> dict[str, float]:
    return {metric.name: metric.value for metric in quick[0].metrics}


@pytest.fixture(scope="module")
def findings(quick: tuple[Record, Path]) -> dict[str, Finding]:
    return {finding.key: finding for finding in quick[0].findings}


def test_every_condition_has_its_finding(findings: dict[str, Finding]) -> None:
    marks = [compare.named(t) for t in compare.YOLO_THRESHOLDS]
    wanted = {f"retinanet.{one}" for one in ("detectron", "efficientdet", "efficientdet-argmax")}
    wanted |= {f"retinanet.limit.k{k}" for k in (10, 100, 1000)}
    wanted |= {f"best-class.limit.k{k}" for k in (10, 100)}  # no image has a thousand pairs in a level
    wanted |= {"best-class.detections", "best-class.ap", "yolov3.pre-filter.strict"}
    wanted |= {f"yolov3.{part}.{mark}" for part in ("objectness-alone", "pre-filter") for mark in marks}
    for at in ("matched", "few"):
        wanted |= {f"heads.{one}.{at}" for one in ("objectness", "centerness", "ranking", "sqrt")}
        wanted |= {f"yolov3.objectness-alone.{at}"}
    answers = {"retinanet", "best-class", "yolov3"}
    assert set(findings) == wanted | answers
    assert all((one.verdict is None) == (key in answers) for key, one in findings.items())


def test_every_verdict_follows_from_recorded_figures(findings: dict[str, Finding], values: dict[str, float]) -> None:
    for key, finding in findings.items():
        if not finding.when:
            continue
        assert finding.verdict == verdict(finding.when, finding.unless, values).verdict
        names = {word for word in f"{finding.when} {finding.unless}".split() if "." in word and word in values}
        assert names, key
        said = {
            verdict(finding.when, finding.unless, {**values, **dict.fromkeys(names, value)}).verdict
            for value in (-1.0, 0.9, 1.0)
        }
        assert {"supported", "refuted"} <= said, key


def test_the_sentences_say_what_was_measured(findings: dict[str, Finding], values: dict[str, float]) -> None:
    first = findings["retinanet"].text
    assert first.startswith(
        "It has none: each (anchor, class) sigmoid > 0.05, top 1000 per level, NMS at IoU 0.5. On this detector that "
        f"leaves {values['rule.pairs.candidates']:.1f} of 9072 pairs per image"
    )
    second = findings["best-class"].text
    assert second.startswith("Same anchors (0 differ), not the same detections: pairs add ")
    assert f"{values['best-class.pairs-add']:.1f} candidates per image" in second
    assert f"{values['best-class.gain']:+.3f}" in second
    third = findings["yolov3"].text
    assert "a lossless pre-filter (0 and 0 pairs differ)" in third
    assert f"{values['yolov3.t0-5.dropped']:.0%}" in third
    for text in (first, second, third):
        assert len(text.split()) <= 75


def test_the_figures_belong_together(values: dict[str, float]) -> None:
    low = {name.removesuffix(".lo") for name in values if name.endswith(".lo")}
    assert low and all(values[f"{name}.lo"] <= values[f"{name}.hi"] for name in low)
    pairs, best = values["rule.pairs.candidates"], values["rule.max-class.candidates"]
    assert values["best-class.pairs-add"] == pytest.approx(pairs - best) == values["rule.pairs.second-labels"]
    assert values["best-class.gain"] == pytest.approx(values["rule.pairs.ap"] - values["rule.max-class.ap"])
    assert values["rule.max-class.multi-label"] == 0 < values["rule.pairs.multi-label"] < 1
    assert values["rule.efficientdet.candidates"] == 5000 and values["rule.efficientdet-argmax.candidates"] == 1512
    assert values["rule.detectron.candidates"] > pairs and values["rule.detectron.candidates"] <= 9072
    for rule in ("darknet", "fcos", "fcos-sqrt", "class-alone", "objectness-alone"):
        assert values[f"matched.{rule}.candidates"] == pytest.approx(pairs, rel=0.01)
    assert values["rule.fcos.candidates"] == values["rule.class-alone.candidates"]
    assert values["limit.k10.binds"] >= values["limit.k100.binds"] >= values["limit.k1000.binds"]
    assert (values["limit.most"] > 1000) == (values["limit.k1000.binds"] > 0)
    thresholds = [values[f"curve.pairs.m{mark:g}.threshold"] for mark in compare.MARKS]
    assert thresholds == sorted(thresholds, reverse=True)
    assert values["rule.pairs.ap"] > 0.3  # the kept weights are of a detector that has learnt something
    assert all(value <= 1e-12 for name, value in values.items() if name.startswith("check."))


def test_the_docstring_lists_every_kind_of_metric(values: dict[str, float]) -> None:
    text = experiments.score_thresholding.__doc__ or ""
    for name in values:
        if name.startswith("check."):
            continue
        first, *_, last = re.sub(r"\.(lo|hi)$", "", name).split(".")
        assert f"{first}." in text and last in text, name


def test_tables_figures_and_checks_are_kept(quick: tuple[Record, Path], values: dict[str, float]) -> None:
    record, folder = quick
    kept = {artifact.path for artifact in record.artifacts}
    figures = {f"figures/{name}.png" for name in ("ap-by-candidates", "limits", "calibration")}
    assert {f"tables/{name}.csv" for name in ("rules", "curves", "calibration", "times", "checks")} | figures <= kept
    assert not any("weights" in path for path in kept)
    rows = json.loads((folder / "artifacts/tables/checks.json").read_text())["rows"]
    assert len(rows) == sum(name.startswith("check.") for name in values) >= 8
    rules = json.loads((folder / "artifacts/tables/rules.json").read_text())
    assert [row[rules["columns"].index("rule")] for row in rules["rows"]] == list(RULES)


@pytest.mark.slow
@pytest.mark.usefixtures("torch_loaded")
def test_a_training_is_recorded_and_its_weights_are_kept(tmp_path: Path) -> None:
    import torch

    from experiments.score_thresholding import detector, scenes

    threads = torch.get_num_threads()
    run = draft(score_thresholding, folder=tmp_path, **SMALL, train=True, seeds=2)
    assert torch.get_num_threads() == threads
    values = {metric.name: metric.value for metric in run.metrics}
    assert {metric.steps for metric in run.metrics if metric.name.startswith("loss.")} == {2}
    assert values["loss.s1.classes"] != values["loss.s0.classes"]
    paths = sorted(path.name for path in (tmp_path / "artifacts").rglob("*.npz"))
    assert paths == ["weights-1.npz", "weights.npz"]
    kept = detector.load(next((tmp_path / "artifacts").rglob("weights.npz")))
    out = detector.run(kept, scenes.generate(4, 0, 1).pixels)
    assert out.boxes.shape == (4, 1512, 4) and np.isfinite(out.logits).all()
    # Over detectors there is an interval of two values, and none of what has no draws.
    assert values["rule.pairs.ap.lo"] <= values["rule.pairs.ap"] <= values["rule.pairs.ap.hi"]
    assert "curve.pairs.m3.ap.lo" not in values
    assert "0 differ" in run.finding("best-class").text
    assert "On these detectors that leaves" in run.finding("retinanet").text


@pytest.mark.slow
@pytest.mark.usefixtures("torch_loaded")
def test_training_lowers_every_loss() -> None:
    from experiments.score_thresholding import scenes, training

    told: list[dict[str, float]] = []
    training.train(scenes.generate(16, 0, 0), 40, 0, lambda step, losses: told.append(losses))
    for part in ("boxes", "classes", "objectness", "conditional", "centred"):
        assert np.mean([one[part] for one in told[-5:]]) < np.mean([one[part] for one in told[:5]]), part
    assert set(told[0]) == set(training.PARTS)


@pytest.mark.slow
@pytest.mark.usefixtures("torch_loaded")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"threshold": 0.999}, "Same anchors (0 differ), and the same detections: pairs add 0.0"),
        ({"threshold": 0.005, "topk": 3}, "Not even the same anchors ("),
    ],
)
def test_the_words_follow_the_figures(more: dict[str, Any], said: str) -> None:
    run = draft(score_thresholding, **{**SMALL, **more})
    assert run.finding("best-class").text.startswith(said)
    assert f"sigmoid > {more['threshold']}" in run.finding("retinanet").text


@pytest.mark.usefixtures("torch_loaded")
def test_an_instrument_that_is_wrong_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.score_thresholding import rules

    wrong = compare.RULES["pairs"].rule

    def forgetful(scores: Any, threshold: float, k: int, levels: Any) -> Any:
        found = wrong(scores, threshold, k, levels)
        return rules.Candidates(found.anchor[:-1], found.label[:-1], found.score[:-1])

    monkeypatch.setattr(rules, "pairs", forgetful)
    with pytest.raises(ExperimentError, match="torchvision"):
        draft(score_thresholding, **SMALL)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"budgets": [100, 10]}, "each larger than the one before"),
        ({"budgets": []}, "whole numbers from 1"),
        ({"threshold": 0}, "threshold = 0"),
        ({"images": 5}, "images = 5"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        draft(score_thresholding, **wrong)


def test_the_weights_are_small_enough_for_git() -> None:
    assert 100_000 < measure.WEIGHTS.stat().st_size < 5_000_000


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="the extra torch is installed here")
def test_without_the_extra_it_says_how_to_install_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "studyctl", "--workspace", str(ROOT), "run", "score-thresholding", "--draft"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.returncode == 9 and not done.stdout
    assert "score-thresholding needs" in done.stderr and "python -m pip install" in done.stderr
