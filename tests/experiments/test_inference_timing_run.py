"""A run of inference-timing as a whole, on processes that answer what they are told to: verdicts and sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studyctl.core.predicates import verdict
from studyctl.lab import ExperimentError, Record, draft

# Time of b over a, by engine and allocator, and what changes make of it.
RATIOS = {
    ("graph", "shipped"): 1.6,
    ("nchw", "shipped"): 1.35,
    ("nchw", "pinned"): 1.01,
    ("channels_last", "shipped"): 1.15,
    ("channels_last", "pinned"): 0.82,
    ("tf", "shipped"): 1.3,
    ("xla", "shipped"): 9.0,
}
CHANGED = {"se": 0.9, "swish": 1.0, "side": 0.85}
# So far do processes differ.
NOISE = (0.98, 1.0, 1.01, 0.99, 1.02, 1.0)


def answering(task: dict[str, Any], environment: dict[str, str] | None = None, scatter: float = 0.0) -> dict[str, Any]:
    """A machine on which times are known."""
    if task["what"] == "zoo":
        from experiments.inference_timing.prediction import SIDE, counted

        counts = {arm["name"]: counted(arm["model"], SIDE) for arm in task["arms"]}
        return {"times": {name: 1e-3 + 6e-12 * one.macs for name, one in counts.items()}}
    if task["what"] == "profile":
        shapes = [[1, 32, 28, 28], [32, 32, 3, 3]]
        rows = [
            {"op": "aten::mkldnn_convolution", "shapes": shapes, "calls": 3.0, "seconds": 0.006},
            {"op": "aten::silu_", "shapes": [[1, 32, 28, 28]], "calls": 3.0, "seconds": 0.002},
        ]
        return {
            "profiles": [{"rows": rows, "launched": 6.0}] * len(task["arms"]),
            "machine": {"peak": 80e9, "bandwidth": 12e9},
        }
    return {"pairs": [_pair(task, environment, scatter, *(task["arms"][at] for at in pair)) for pair in task["pairs"]]}


def _pair(
    task: dict[str, Any], environment: dict[str, str] | None, scatter: float, a: dict[str, Any], b: dict[str, Any]
) -> dict[str, Any]:
    assert a["engine"] == b["engine"]
    ratio = RATIOS[a["engine"], "pinned" if "MALLOC_MMAP_MAX_" in (environment or {}) else "shipped"]
    if b["without"]:
        ratio *= CHANGED[b["without"][0]]
    elif a["side"] == b["side"]:
        ratio *= CHANGED["side"]
    ratio *= NOISE[task["seed"] // 1000 % len(NOISE)]
    spread = [1 + scatter * (-1) ** turn for turn in range(task["turns"])]
    first = task["seed"] < 1000
    return {
        "times": [[0.03 * one for one in spread], [0.03 * ratio * one for one in spread]],
        "faults": [0.0, 0.0 if environment else 6297.0],
        "settled": not (first and a["engine"] == "nchw"),
        "clocks": {"sm": 1980.0 if first else 1755.0, "memory": 2619.0} if task["device"] == "cuda" else {},
    }


SMALL: dict[str, Any] = {
    "engines": ["nchw", "channels_last"],
    "changes": ["se", "swish", "resolution"],
    "zoo": ["squeezenet1_1", "mnasnet0_5", "mobilenet_v2", "resnet18", "shufflenet_v2_x1_0"],
}


def made(monkeypatch: pytest.MonkeyPatch, folder: Path, scatter: float = 0.0, **more: Any) -> Record:
    pytest.importorskip("torchvision", reason="needs the extra torch")
    from experiments.inference_timing import cells, inference_timing, measure, timing

    def ask(task: dict[str, Any], environment: dict[str, str] | None = None, worker: Any = None) -> dict[str, Any]:
        assert (worker is not None) == (task["arms"][0]["engine"] in ("tf", "xla"))
        return answering(task, environment, scatter)

    monkeypatch.setattr(timing, "ask", ask)
    monkeypatch.setattr(measure, "ask", ask)
    monkeypatch.setattr(cells, "glibc", lambda: True)
    return draft(inference_timing, folder=folder, **SMALL | more)


def said(run: Record) -> dict[str, Any]:
    return {one.key: one for one in run.findings}


@pytest.mark.slow
def test_where_cells_disagree_the_answer_names_the_factor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = made(monkeypatch, tmp_path)
    found = said(run)
    verdicts = {key: one.verdict for key, one in found.items() if key.startswith(("ratio.", "cpu."))}
    assert verdicts == {
        "ratio.nchw-shipped": "supported", "ratio.nchw-pinned": "inconclusive",
        "ratio.channels-last-shipped": "supported", "ratio.channels-last-pinned": "refuted",
        "cpu.nchw-shipped": "refuted", "cpu.nchw-pinned": "refuted",
        "cpu.channels-last-shipped": "refuted", "cpu.channels-last-pinned": "supported",
    }  # fmt: skip
    assert "depends on engine and allocator" in found["ratio"].text
    assert "Whether efficientnet_b3 is faster depends on engine and allocator" in found["cpu"].text
    assert "takes 0.82 [0.80, 0.84] times as long" in found["ratio"].text
    assert found["gpu"].verdict == "inconclusive" and "No GPU evidence yet" in found["gpu"].text
    # Every verdict follows from what was recorded.
    figures = {metric.name: metric.value for metric in run.metrics}
    for one in run.findings:
        if one.verdict is not None:
            assert verdict(one.when, one.unless, figures).verdict == one.verdict, one.key


def test_a_gpu_answers_its_own_claim_with_its_clocks_and_says_nothing_of_a_processor(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = made(monkeypatch, tmp_path, device="cuda", engines=["nchw", "graph"], changes=[], zoo=[])
    found = said(run)
    assert [one.verdict for key, one in found.items() if key.startswith("gpu.")] == ["supported"] * 2
    assert found["cpu"].verdict == "inconclusive" and "No CPU evidence yet" in found["cpu"].text
    figures = {one.name: one for one in run.metrics}
    assert (figures["clock.graph-shipped.sm"].value, figures["clock.graph-shipped.sm"].unit) == (1755.0, "MHz")


@pytest.mark.slow
def test_a_network_that_never_came_to_an_even_pace_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = made(monkeypatch, tmp_path)
    found, figures = said(run), {one.name: one.value for one in run.metrics}
    assert figures["ratio.nchw-shipped.unsettled"] == 1 and figures["ratio.channels-last-shipped.unsettled"] == 0
    assert "Not warm: in 1 of 6 processes" in found["ratio.nchw-shipped"].text
    assert "Not warm" not in found["ratio.channels-last-shipped"].text


@pytest.mark.slow
def test_interventions_are_ratios_within_a_round(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = said(made(monkeypatch, tmp_path))
    assert {key: found[f"why.{key}"].verdict for key in ("se", "swish", "side224")} == {
        "se": "supported", "swish": "refuted", "side224": "supported",
    }  # fmt: skip
    assert "From 0.82" in found["why"].text and "without SE moves it to 0.74" in found["why"].text
    # What these machine's processes have in common falls out.
    assert "0.900 [0.900, 0.900]" in found["why.se"].text


@pytest.mark.slow
def test_a_prediction_from_flops_fails_where_times_follow_something_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = said(made(monkeypatch, tmp_path))
    # These models' times follow their FLOPs, and the two that are asked about do not.
    assert found["why.prediction.flops"].verdict == "refuted"
    assert found["why.prediction.activations"].verdict == "refuted"


@pytest.mark.slow
def test_times_that_scatter_decide_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = said(made(monkeypatch, tmp_path, scatter=0.4))
    assert {one.verdict for key, one in found.items() if key.startswith(("ratio.", "cpu."))} == {"inconclusive"}
    assert "Unsteady" in found["ratio.nchw-shipped"].text and "Open whether" in found["cpu"].text


def test_few_processes_give_a_ratio_and_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = said(made(monkeypatch, tmp_path, processes=2, zoo=[], changes=[]))
    assert {one.verdict for one in found.values() if one.verdict} == {"inconclusive"}
    assert "no interval" in found["ratio"].text and "why" not in found


def test_the_extension_is_made_for_what_is_open_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = made(monkeypatch, tmp_path, extend=True, zoo=[], changes=[])
    numbers = {metric.name: metric.value for metric in run.metrics}
    assert numbers["ratio.nchw-shipped.n"] == 6 and numbers["ratio.nchw-pinned.n"] == 12


def test_what_cannot_be_timed_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("torchvision", reason="needs the extra torch")
    from experiments.inference_timing import inference_timing, timing

    def nothing(task: dict[str, Any], environment: dict[str, str] | None = None, worker: Any = None) -> dict[str, Any]:
        return {"unavailable": "torch sees no GPU here"}

    monkeypatch.setattr(timing, "ask", nothing)
    with pytest.raises(ExperimentError, match="torch sees no GPU here"):
        draft(inference_timing, folder=tmp_path, device="cuda", engines=["channels_last"])


def test_without_tensorflow_its_cells_name_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from experiments.inference_timing import timing

    monkeypatch.setattr(timing, "tensorflow_here", lambda: False)
    run = made(monkeypatch, tmp_path, engines=["channels_last", "tf"], zoo=[], changes=[])
    assert "ratio.tf-shipped" not in said(run) and "ratio.channels-last-shipped" in said(run)
    assert any(".[keras]" in path.read_text("utf-8") for path in tmp_path.rglob("*.csv"))


@pytest.mark.slow
def test_tensorflow_stands_beside_torch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from experiments.inference_timing import timing

    monkeypatch.setattr(timing, "tensorflow_here", lambda: True)
    run = made(monkeypatch, tmp_path, engines=["channels_last", "tf", "xla"], zoo=[], changes=[])
    found = said(run)
    assert found["cpu.xla-shipped"].verdict == "refuted" and found["cpu.channels-last-pinned"].verdict == "supported"
    assert "depends on engine" in found["cpu"].text and "9.00" in found["ratio"].text
    assert "with TensorFlow XLA" in found["ratio"].text
