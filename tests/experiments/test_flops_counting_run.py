"""A small run as a whole: what it records, and findings that its figures alone decide."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import experiments.flops_counting
from experiments.flops_counting import flops_counting
from experiments.flops_counting.parameters import FlopsCounting
from studyctl.core.predicates import verdict
from studyctl.lab import ExperimentError, Record, draft

ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {
    "models": ["mobilenet_v3_small"],
    "zoo": "mnasnet0_5",
    "timed": 4,
    "largest": 3,
    "rounds": 4,
    "threads": 1,
    "keras": False,
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Record:
    pytest.importorskip("torchvision", reason="needs the extra torch")
    return draft(flops_counting, folder=tmp_path_factory.mktemp("flops-counting"), **SMALL)


def test_parameters_are_read_without_the_extra() -> None:
    """`experiment show` and completion import the module."""
    code = (
        "import sys; sys.modules['torch'] = sys.modules['torchvision'] = None\n"
        "from experiments.flops_counting import flops_counting\n"
        "from experiments.flops_counting.parameters import FlopsCounting\n"
        "print(FlopsCounting().timed)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.stdout.strip(), done.returncode) == ("45", 0), done.stderr


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"own": "nets.py"}, "MODULE:FUNCTION"),
        ({"shape": [0, 3]}, "above 0"),
        ({"models": []}, "at least one"),
        ({"rounds": 1}, "rounds"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        draft(flops_counting, **wrong)
    assert FlopsCounting().own == ""


def test_every_condition_has_its_finding(small: Record) -> None:
    keys = {finding.key for finding in small.findings}
    assert {"counted", "counted.flop-counter-mode", "counted.rest.mobilenet-v3-small", "published"} <= keys
    assert {"published.efficientnet-b7", "published.torchvision", "published.timm", "latency"} <= keys
    assert {"latency.activations", "latency.parameters", "latency.together"} <= keys
    assert "counted.fused-attention" not in keys  # no attention in it
    values = {metric.name: metric.value for metric in small.metrics}
    for finding in small.findings:
        if finding.claim:
            assert finding.verdict == verdict(finding.when, finding.unless, values).verdict


def test_what_is_known_of_printed_figures(small: Record) -> None:
    assert small.finding("published.efficientnet-b0").verdict == "supported"
    assert small.finding("published.efficientnet-b4").verdict == "refuted"
    assert small.value("published.efficientnet-b4.error") == pytest.approx(0.046, abs=0.001)
    assert small.finding("published.torchvision").verdict == "supported"
    assert small.value("timm.macs-norms") == small.value("timm.networks") == 22
    assert small.finding("published.vgg-16").text.endswith("What would round to it: convolutions alone.")
    assert small.value("counter.explained") == 1
    assert small.value("zoo.agree") == small.value("zoo.weights") == 1


def test_each_verdict_could_have_been_another(small: Record) -> None:
    values = {metric.name: metric.value for metric in small.metrics}

    def decided(key: str, **changed: float) -> str:
        finding = small.finding(key)
        named = {name.replace("__", ".").replace("_", "-"): value for name, value in changed.items()}
        assert set(named) <= set(values)
        return verdict(finding.when, finding.unless, {**values, **named}).verdict

    assert decided("counted.flop-counter-mode", counter__torch__residual=2) == "refuted"
    assert decided("published.torchvision", zoo__disagree=1) == "refuted"
    assert decided("published.torchvision", zoo__unknown=1) == "inconclusive"
    assert decided("published.timm", timm__macs_norms=21) == "refuted"
    assert decided("published.efficientnet-b0", published__efficientnet_b0__off=6) == "refuted"
    band = small.finding("latency.band-all")
    for low, high, settled, expected in (
        (0.91, 0.99, 95, "supported"),
        (0.6, 0.8, 95, "refuted"),
        (0.6, 0.95, 95, "inconclusive"),
        (0.91, 0.99, 80, "inconclusive"),  # too much of it is noise
        (0.6, 0.8, 80, "inconclusive"),
    ):
        ends = {"band.all.macs.lo": low, "band.all.macs.hi": high, "band.all.settled": settled, "band.all.pairs": 100}
        assert verdict(band.when, band.unless, {**values, **ends}).verdict == expected


def test_what_was_not_measured_is_said(small: Record) -> None:
    notes = " ".join(small.provenance["notes"]) if "notes" in small.provenance else str(small.provenance)
    assert "tf.profiler: skipped, keras=false" in notes
    assert "detection models are not counted" in notes


def test_tables_and_figures_are_there(small: Record) -> None:
    kept = {artifact.path for artifact in small.artifacts}
    tables = ("checks", "operators", "layers", "parameters", "counters", "published", "timm", "zoo", "latency")
    assert {f"tables/{name}.json" for name in tables} <= kept
    assert {"figures/residuals.png", "figures/published.png", "figures/latency.png"} <= kept


def test_the_docstring_lists_every_kind_of_metric(small: Record) -> None:
    text = experiments.flops_counting.__doc__ or ""
    for metric in small.metrics:
        first, *rest = metric.name.split(".")
        assert first in text, metric.name
        assert rest[-1] in text or first in ("check", "timed") or rest[-1] in ("lo", "hi", "n") or len(rest) > 1


@pytest.mark.slow
def test_without_timing_and_with_a_model_of_one_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torchvision", reason="needs the extra torch")
    (tmp_path / "nets_of_mine.py").write_text("from torch import nn\n\n\ndef net():\n    return nn.Linear(12, 5)\n")
    monkeypatch.chdir(tmp_path)
    more = {"own": "nets_of_mine:net", "shape": [4, 12], "timed": 0, "figures": False}
    run = draft(flops_counting, folder=tmp_path / "run", **{**SMALL, **more})
    assert run.value("model.own.macs") == 240
    assert run.value("model.own.parameters") == 65
    assert any(file.path.endswith("nets_of_mine.py") and file.role == "data" for file in run.files)
    assert run.finding("counted.rest.own").text.startswith("0.000 G")
    assert not any(finding.key.startswith("latency") for finding in run.findings)
