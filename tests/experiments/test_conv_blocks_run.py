"""Runs of conv-blocks as a whole, on processes that answer what they are told to: verdicts and sentences."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import experiments.conv_blocks
from studyctl.core.predicates import verdict
from studyctl.lab import Record, draft

pytestmark = pytest.mark.usefixtures("torch_loaded")

# Seconds of one pass of every arm.
SECONDS = {
    "mbconv": 1.3e-3,
    "bare": 1.1e-3,
    "macs-bottleneck": 1e-3,
    "macs-plain": 1.3e-3,
    "parameters-bottleneck": 1.6e-3,
    "parameters-plain": 1e-3,
    "efficientnet_b0": 10e-3,
    "step-none": 20e-3,
    "step-batch": 15e-3,
    "step-sample": 22e-3,
}
# So far do processes differ, in what MBConv takes.
NOISE = (0.97, 1.0, 1.01, 0.99, 1.04, 1.0)
ACCURACY = {"plain": 0.5, "se": 0.99, "hidden": 0.98, "local": 0.52, "wider": 0.49, "deeper": 0.5}
SMALL: dict[str, Any] = {"stages": [6], "rounds": 5, "cue_seeds": 3, "depth_seeds": 4, "depth_steps": 2, "blocks": 2}


def answering(task: dict[str, Any], environment: Any = None, worker: Any = None, scatter: float = 0.0) -> Any:
    """A machine on which times are known."""
    if task["what"] == "profile":
        shapes = [[1, 32, 28, 28], [32, 32, 3, 3]]
        row = {"op": "aten::mkldnn_convolution", "shapes": shapes, "seconds": 1e-3}
        act = {"op": "aten::silu_", "shapes": [[1]], "seconds": 1e-4}
        return {"rows": [[[row, act], [row, act]] for _ in task["arms"]]}
    noise = NOISE[task["seed"] // 1000 % len(NOISE)]
    spread = [1 + scatter * (-1) ** at for at in range(task["rounds"])]
    times = []
    for arm in task["arms"]:
        one = SECONDS[arm["model"]]
        one *= noise if arm["model"] == "mbconv" else 1
        one *= 0.8 if arm.get("without") else 1
        times.append([one * each for each in spread])
    return {"times": times, "faults": [0.0] * len(times), "settled": [True] * len(times)}


def made(monkeypatch: pytest.MonkeyPatch, folder: Path, scatter: float = 0.0, **more: Any) -> Record:
    from experiments.conv_blocks import conv_blocks, depth, gating, timing

    def ask(task: dict[str, Any], environment: Any = None, worker: Any = None) -> Any:
        return answering(task, scatter=scatter)

    def cue_trained(arm: str, rate: float, steps: int, seed: int) -> gating.Trained:
        value = more_accuracy.get(arm, ACCURACY[arm]) + 0.005 * (seed % 3)
        return gating.Trained(value - (rate > 0.02), value)

    trained = depth.train

    def depth_trained(blocks: int, last: float, mode: str, steps: int, seed: int) -> depth.Trained:
        found = trained(blocks, last, mode, steps, seed)
        value = {"none": 0.95, "batch": 0.9, "sample": 0.905}[mode] + (0.002 if mode == "batch" else 0.001) * seed
        return depth.Trained(value, found.active, found.drawn)

    more_accuracy: dict[str, float] = more.pop("accuracy", {})
    monkeypatch.setattr(timing, "ask", ask)
    monkeypatch.setattr(gating, "train", cue_trained)
    monkeypatch.setattr(depth, "train", depth_trained)
    monkeypatch.setattr(depth, "HELD", 16)
    return draft(conv_blocks, folder=folder, **SMALL | more)


def said(run: Record) -> dict[str, Any]:
    return {one.key: one for one in run.findings}


def test_each_question_has_its_answer_and_each_condition_its_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = made(monkeypatch, tmp_path)
    found = said(run)
    key = next(one for one in found if one.endswith(".macs-plain")).removesuffix(".macs-plain")
    assert {name: one.verdict for name, one in found.items() if one.verdict} == {
        f"{key}.macs-bottleneck": "supported", f"{key}.macs-plain": "inconclusive",
        f"{key}.parameters-bottleneck": "refuted", f"{key}.parameters-plain": "supported",
        "se.plain": "supported", "se.se": "supported", "se.hidden": "supported", "se.local": "supported",
        "se.wider": "supported", "se.deeper": "supported", "se.time": "supported",
        "depth.saves": "supported", "depth.costs": "supported", "depth.accuracy": "supported",
    }  # fmt: skip
    assert re.match(
        r"At equal MACs MBConv has \d\.\d times the activations and takes 1\.30 \[1\.26, 1\.35\] times the time",
        found["mbconv"].text,
    )
    assert "1.00 [0.97, 1.04] times (open which is faster) those of two plain" in found["mbconv"].text
    assert "20.0% [20.0%, 20.0%] of its time; needed where" in found["se"].text
    assert "but a hidden layer after pooling does as well: 0.9" in found["se"].text
    assert (
        "batch-skip saves 25% [25%, 25%] of a step's time, per-sample costs 10% [10%, 10%] more" in found["depth"].text
    )
    assert "(no difference that counts)" in found["depth"].text
    assert "without SE 1.10 [1.10, 1.10]" in found[f"{key}.macs-bottleneck"].text
    # Every verdict follows from what was recorded.
    figures = {metric.name: metric.value for metric in run.metrics}
    for one in run.findings:
        if one.verdict is not None:
            assert verdict(one.when, one.unless, figures).verdict == one.verdict, one.key
    assert figures["se.parameters"] == pytest.approx(0.12, abs=0.002)
    assert figures["se.macs"] == pytest.approx(0.0016, abs=0.0001)


@pytest.mark.slow
def test_the_words_follow_what_was_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = said(made(monkeypatch, tmp_path, accuracy={"hidden": 0.5}, parts=["se"], processes=6))
    assert found["se.hidden"].verdict == "refuted" and "does not do as well: 0.5" in found["se"].text
    assert set(found) == {"se", "se.what", "se.time", *(f"se.{arm}" for arm in ACCURACY)}
    found = said(made(monkeypatch, tmp_path / "b", accuracy={"plain": 0.97}, parts=["se"], processes=6))
    assert found["se.plain"].verdict == "refuted" and "open whether it is needed" in found["se"].text


def test_several_places_are_named_by_their_range(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = said(made(monkeypatch, tmp_path, parts=["mbconv"], stages=[6, 5], strides=[1, 2]))
    assert "Over all places and allocators, at equal MACs: from 1.30" in found["mbconv"].text
    assert sum(key.startswith("mbconv.stage") for key in found) == 2 * 2 * 4


@pytest.mark.slow
def test_times_that_scatter_decide_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = said(made(monkeypatch, tmp_path, scatter=0.4, parts=["mbconv", "depth"]))
    timed = [
        one for key, one in found.items() if key.startswith("mbconv.stage") or key in ("depth.saves", "depth.costs")
    ]
    assert len(timed) == 6 and {one.verdict for one in timed} == {"inconclusive"}
    assert found["mbconv"].text.count("open which is faster") == 4


@pytest.mark.slow
def test_few_processes_give_figures_and_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = said(made(monkeypatch, tmp_path, processes=2, cue_seeds=1))
    assert {one.verdict for key, one in found.items() if one.verdict and key != "depth.accuracy"} == {"inconclusive"}
    assert "Too few processes for an interval" in found["mbconv"].text and "Too few" in found["depth"].text


@pytest.mark.slow
def test_figures_tables_and_the_docstring_are_complete(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = made(monkeypatch, tmp_path)
    kept = {artifact.path for artifact in run.artifacts}
    assert {f"figures/{name}.png" for name in ("blocks", "profile", "far-cue", "stochastic-depth")} <= kept
    assert {f"tables/{name}.csv" for name in ("blocks", "samples", "profile", "far-cue", "checks")} <= kept
    text = experiments.conv_blocks.__doc__ or ""
    for metric in run.metrics:
        first = metric.name.split(".")[0]
        assert re.search(rf"\b{first}\b", text), metric.name
