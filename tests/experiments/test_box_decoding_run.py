"""A quick run as a whole: what it records, and findings that the figures alone decide."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

import experiments.box_decoding
from experiments.box_decoding import box_decoding
from experiments.box_decoding.conclusions import IN_USE, SIGMOID, listed
from experiments.box_decoding.conditions import CONDITIONS
from experiments.box_decoding.losses import LOSSES
from experiments.box_decoding.methods import METHODS
from studyctl.core.predicates import verdict
from studyctl.lab import ExperimentError, Finding, Record, draft

SMALL: dict[str, Any] = {
    "boxes": 200,
    "noise_samples": 1_000,
    "rates": 3,
    "seeds": 4,
    "steps": 30,
    "adam": False,
    "figures": "none",
}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, Path]:
    folder = tmp_path_factory.mktemp("box-decoding")
    return draft(box_decoding, "quick", folder=folder), folder


@pytest.fixture(scope="module")
def values(quick: tuple[Record, Path]) -> dict[str, float]:
    return {metric.name: metric.value for metric in quick[0].metrics}


@pytest.fixture(scope="module")
def findings(quick: tuple[Record, Path]) -> dict[str, Finding]:
    return {finding.key: finding for finding in quick[0].findings}


def test_every_condition_has_its_finding(findings: dict[str, Finding]) -> None:
    wanted = {f"width-stability.{loss}" for loss in LOSSES}
    wanted |= {f"overflow.{dtype}" for dtype in ("float32", "float16", "bfloat16")}
    wanted |= {f"width-stability.{one}" for one in ("float16", "bfloat16", "clamping")}
    wanted |= {f"width-stability.giou.{one}" for one in CONDITIONS}
    wanted |= {f"decoders.{one}" for one in ("round-trip", "noise", "best-iou", "best-iou.giou")}
    wanted |= {f"decoders.price.{one}" for one in ("squared-sigmoid", "distribution")}
    assert set(findings) == wanted | {"width-stability", "clamp-order", "decoders"}
    for key in ("width-stability", "decoders"):
        assert findings[key].verdict is None
    assert all(f.verdict for key, f in findings.items() if key not in ("width-stability", "decoders"))


def test_every_metric_a_predicate_reads_is_recorded(quick: tuple[Record, Path], values: dict[str, float]) -> None:
    for finding in quick[0].findings:
        if finding.when or finding.unless:
            assert finding.verdict == verdict(finding.when, finding.unless, values).verdict


def test_each_verdict_could_have_been_another(findings: dict[str, Finding], values: dict[str, float]) -> None:
    changed: dict[str, dict[str, float]] = {
        "width-stability.decoded-l2": {
            "threshold.sgd.decoded-l2.linear.lo": 1.5,
            "threshold.sgd.decoded-l2.linear.hi": 2.0,
        },
        "width-stability.giou": {
            f"threshold.sgd.giou.{rival}.{end}": 0.5 for rival in ("linear", "squared-sigmoid") for end in ("lo", "hi")
        },
        **{
            f"width-stability.giou.{name}": {
                f"threshold.sgd.{name}.{rival}.{end}": 0.5
                for rival in ("linear", "squared-sigmoid")
                for end in ("lo", "hi")
            }
            for name in CONDITIONS
        },
        "decoders.price.squared-sigmoid": {f"price.squared-sigmoid.edge.{end}": 0.1 for end in ("lo", "hi")},
        "decoders.price.distribution": {"price.yolov8.lost": 0.2},
        "width-stability.clamping": {"clamping.giou.rescued.lo": 0.6, "clamping.giou.rescued.hi": 0.9},
        "width-stability.float16": {
            **{f"narrow.float16.pixels.{d}.failed": 0 for d in ("squared-sigmoid", "linear")},
            **{f"narrow.float16.pixels.{d}.failed.hi": 0.3 for d in ("squared-sigmoid", "linear")},
        },
        "overflow.float16": {"reach.safe": 6.0},
        "overflow.bfloat16": {"reach.safe": 90.0},
        "clamp-order": {f"clamp-order.{dtype}.after.nan_gradients": 0 for dtype in ("float32", "float16", "bfloat16")},
        "decoders.round-trip": {"roundtrip.bfloat16.worst": 0.001},
        "decoders.noise": {f"noise.squared-sigmoid.small.{end}": 0.7 for end in ("lo", "hi")},
        "decoders.best-iou": {"spread.difference.lo": -0.05, "spread.difference.hi": -0.01},
        "decoders.best-iou.giou": {
            "spread.sigmoid-less-exp.lo": 0.01,
            "spread.sigmoid-less-exp.hi": 0.02,
        },
    }
    for key, figures in changed.items():
        assert set(figures) <= set(values), key
        finding = findings[key]
        other = verdict(finding.when, finding.unless, {**values, **figures}).verdict
        assert {finding.verdict, other} & {"supported", "refuted"}, key
        assert other != finding.verdict, key


def test_the_conclusion_says_what_the_verdicts_say(findings: dict[str, Finding]) -> None:
    verdicts = {findings[f"width-stability.{loss}"].verdict for loss in IN_USE}
    text = findings["width-stability"].text
    if "supported" not in verdicts:
        assert text.startswith("No: " if verdicts == {"refuted"} else "Not")
    else:
        assert text.startswith("Yes" if verdicts == {"supported"} else "It depends")
    squared = findings["width-stability.decoded-l2"].verdict == "supported"
    assert ("L2 on the decoded size (" in text) == squared
    assert "px, any decoder) do break" in text


def test_texts_fit_a_page_of_a_terminal(findings: dict[str, Finding]) -> None:
    for key, finding in findings.items():
        words = len(finding.text.replace(SIGMOID, "sigmoid").split())
        assert words <= (65 if finding.verdict is None else 40), key
        assert len(finding.claim.replace(SIGMOID, "sigmoid").split()) <= 16, key


def test_words_are_listed_as_a_person_does() -> None:
    assert [listed(words) for words in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]


def test_the_docstring_lists_every_kind_of_metric(values: dict[str, float]) -> None:
    listed = {
        line.split(".")[0].strip() for line in (experiments.box_decoding.__doc__ or "").splitlines() if "." in line
    }
    assert {name.split(".")[0] for name in values} <= listed


def test_what_the_field_knows_comes_out(findings: dict[str, Finding], values: dict[str, float]) -> None:
    assert findings["width-stability.log-l2"].verdict == "refuted"
    assert findings["width-stability.decoded-l2"].verdict == "supported"
    assert findings["width-stability.clamping"].verdict == "refuted"
    assert "(an area, with every decoder)" in findings["overflow.float16"].text
    assert "with every decoder" not in findings["overflow.float32"].text
    assert values["limit.float16.area_px.most"] < 256 < 640
    assert values["clamping.all.nonfinite"] >= values["clamping.all.dead"] > 0
    assert values["range.yolov5.upper"] == 4.0
    assert math.isinf(values["range.efficientdet.upper"])


def test_tables_figures_and_checks_are_kept(quick: tuple[Record, Path], values: dict[str, float]) -> None:
    record, folder = quick
    kept = {artifact.path for artifact in record.artifacts}
    assert {f"tables/{name}.json" for name in ("decoders", "limits", "training", "noise", "checks")} <= kept
    assert "figures/training.png" in kept
    table = json.loads((folder / "artifacts/tables/decoders.json").read_text())
    assert len(table["rows"]) == len(METHODS)
    checks = json.loads((folder / "artifacts/tables/checks.json").read_text())["rows"]
    assert len(checks) == sum(name.startswith("check.") for name in values) > 50


def test_the_same_seed_gives_the_same_figures() -> None:
    first, second = (draft(box_decoding, **SMALL) for _ in range(2))
    assert [(m.name, repr(m.value)) for m in first.metrics] == [(m.name, repr(m.value)) for m in second.metrics]
    other = draft(box_decoding, **SMALL, seed=1)
    assert {m.name: m.value for m in other.metrics} != {m.name: m.value for m in first.metrics}


@pytest.mark.slow
@pytest.mark.parametrize(
    "extreme",
    [
        {"anchor": 1.0, "target": 4096.0, "image": 256.0, "mismatch": 10.0},
        {"anchor": 4096.0, "target": 1.0, "image": 8192.0, "mismatch": 1.01, "tolerance": 0.9},
        {"rate_low": 1e-9, "rate_high": 1e-8, "noise_loss": 0.5, "noise_size": 120.0, "bin_spread": 3.0},
        {"rate_low": 100.0, "rate_high": 10_000.0, "momentum": 0.0, "noise_loss": 0.02, "noise_size": 20.0},
        {"figures": "all", "adam": True, "tolerance": 1e-6},
        {"factorial": True, "clip": 1e-6, "warm_up": 0.99},
    ],
)
def test_every_parameter_may_go_to_its_bounds(extreme: dict[str, Any]) -> None:
    record = draft(box_decoding, **{**SMALL, **extreme})
    assert record.state == "finished"
    assert next(f for f in record.findings if f.key == "width-stability").text


def test_the_full_factorial_counts_every_condition(tmp_path: Path) -> None:
    record = draft(box_decoding, folder=tmp_path, **{**SMALL, "factorial": True, "steps": 20})
    values = {metric.name: metric.value for metric in record.metrics}
    # SGD, three losses, four guards, three number formats.
    assert values["factorial.all.conditions"] == 36
    for loss in LOSSES:
        assert values[f"factorial.{loss}.conditions"] == 12
        assert values[f"factorial.{loss}.first"] + values[f"factorial.{loss}.later"] <= 12
    rows = json.loads((tmp_path / "artifacts/tables/factorial.json").read_text())["rows"]
    assert len({tuple(row[:5]) for row in rows}) == len(rows) == 36 * 4
    finding = record.finding("width-stability.factorial")
    more = {**values, "factorial.all.first": 19.0}
    assert verdict(finding.when, finding.unless, more).verdict == "supported"
    assert verdict(finding.when, finding.unless, {**values, "factorial.all.first": 18.0}).verdict == "refuted"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"anchor": 0.0}, "anchor = 0.0"),
        ({"seeds": 1}, "seeds = 1"),
        ({"anker": 3}, "no parameter 'anker'"),
        ({"rate_low": 2.0, "rate_high": 1.0}, "rate_high = 1.0"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        draft(box_decoding, **wrong)
