"""The parts of inference-timing: cells, the worker's models and clocks, kinds of operators, predictions."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.inference_timing import inference_timing
from experiments.inference_timing.cells import HAVE, PINNED, base, cells, glibc, groups, interventions
from experiments.inference_timing.parameters import InferenceTiming
from studyctl.lab import ExperimentError, draft

ROOT = Path(__file__).parents[2]


def test_parameters_are_read_without_the_extra() -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['torchvision'] = None\n"
        "from experiments.inference_timing import inference_timing\n"
        "from experiments.inference_timing.parameters import InferenceTiming\n"
        "print(InferenceTiming().processes)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.stdout.strip(), done.returncode) == ("6", 0), done.stderr


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"engines": ["tensorrt"]}, "does not know tensorrt"),
        ({"engines": []}, "has to name one"),
        ({"engines": ["graph"]}, "device=cuda"),
        ({"batches": []}, "name one at least"),
        ({"batches": [0]}, "above zero"),
        ({"allocators": ["jemalloc"]}, "jemalloc"),
        ({"pairs": 3}, "greater than or equal to 5"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        draft(inference_timing, **wrong)


@pytest.mark.skipif(not glibc(), reason="only glibc's malloc can be told to keep what it has")
def test_one_factor_differs_between_a_cell_and_its_neighbour() -> None:
    params = InferenceTiming()
    found = cells(params)
    assert [one.key for one in found] == [
        "nchw-shipped", "nchw-pinned", "channels-last-shipped", "channels-last-pinned", "folded-pinned", "tf-shipped",
        "xla-shipped",
    ]  # fmt: skip
    assert len(cells(InferenceTiming(crossed=True))) == 10
    on = base(found)
    assert (on.key, on.environment()) == ("channels-last-pinned", PINNED)
    assert found[0].environment() == {}
    changed = interventions(params, on)
    assert [one.key for one in changed] == [
        "folded-pinned-bn", "channels-last-pinned-se", "channels-last-pinned-swish", "channels-last-pinned-side224",
    ]  # fmt: skip
    assert {(one.allocator, one.dtype, one.batch, one.device) for one in changed} == {("pinned", "float32", 1, "cpu")}
    assert changed[1].task(params, 2)["arms"] == [
        {"model": "resnet50", "side": 224, "seed": 0, "without": [], "engine": "channels_last"},
        {"model": "efficientnet_b3", "side": 300, "seed": 0, "without": ["se"], "engine": "channels_last"},
    ]
    assert changed[1].task(params, 2)["seed"] != changed[1].task(params, 3)["seed"]


@pytest.mark.skipif(not glibc(), reason="only glibc's malloc can be told to keep what it has")
def test_cells_share_a_process_only_where_earlier_work_changes_nothing() -> None:
    params = InferenceTiming()
    found = cells(params)
    changed = [one for one in interventions(params, base(found)) if one.change != "bn"]
    together = groups([*found, *changed])
    assert [[one.key for one in each.cells] for each in together] == [
        ["nchw-shipped"],
        ["nchw-pinned", "channels-last-pinned", "folded-pinned", "channels-last-pinned-se",
         "channels-last-pinned-swish", "channels-last-pinned-side224"],
        ["channels-last-shipped"],
        ["tf-shipped", "xla-shipped"],
    ]  # fmt: skip
    task = together[1].task(params, 0)
    # What cells have in common is built once: ResNet-50 at 224 px in channels_last is an arm of four of them.
    assert len(task["arms"]) == 9 and len(task["pairs"]) == 6
    arms = [[task["arms"][at] for at in pair] for pair in task["pairs"]]
    assert arms == [one.arms(params) for one in together[1].cells]
    assert all(
        len(each.cells) == 1 for each in groups(cells(InferenceTiming(device="cuda", engines=["nchw", "graph"])))
    )


def test_a_gpu_has_no_allocator_to_choose() -> None:
    params = InferenceTiming(device="cuda", engines=["nchw", "graph"], dtypes=["float32", "float16"], batches=[1, 32])
    found = cells(params)
    assert len(found) == 8 and {one.allocator for one in found} == {"shipped"}
    assert len({one.key for one in found}) == 8


def test_a_prediction_finds_the_law_that_the_times_follow_and_can_fail() -> None:
    pytest.importorskip("torchvision", reason="needs the extra torch")
    from experiments.inference_timing.prediction import Model, predict

    rng = np.random.default_rng(3)
    sizes = [(int(rng.uniform(1e8, 5e9)), int(rng.uniform(1e6, 4e7))) for _ in range(12)]

    def model(macs: int, activations: int) -> Model:
        return Model(f"net-{macs}", 224, macs, activations, 0.002 + 3e-12 * macs + 4e-10 * activations)

    zoo = [model(*one) for one in sizes]
    a, b = model(4_000_000_000, 11_000_000), model(1_800_000_000, 60_000_000)
    told = predict(zoo, a, b, 2)
    assert told.ratio == pytest.approx(b.seconds / a.seconds, rel=1e-9)
    assert told.lo == pytest.approx(told.hi) and told.error < 1e-9
    alone = predict(zoo, a, b, 1)
    assert abs(alone.ratio - b.seconds / a.seconds) > 0.2 and alone.lo <= alone.ratio <= alone.hi


@pytest.mark.slow
def test_every_model_of_the_zoo_is_counted() -> None:
    pytest.importorskip("torchvision", reason="needs the extra torch")
    from experiments.inference_timing.prediction import SIDE, counted

    found = {name: counted(name, SIDE) for name in InferenceTiming().zoo}
    assert found["resnet18"].macs == 1_814_073_344  # torchvision's `Weights.meta` says 1.814
    assert all(one.macs > 1e8 and one.activations > 1e5 for one in found.values())


# -- the worker ------------------------------------------------------------------------------------------------------


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The worker's module, in this process, that warms up only as long as it must."""
    torch = pytest.importorskip("torch", reason="needs the extra torch")
    pytest.importorskip("torchvision", reason="needs the extra torch")
    from experiments.inference_timing import worker

    threads = torch.get_num_threads()
    monkeypatch.setattr(worker.clocks, "WARM_S", 0.01)
    monkeypatch.setattr(worker.clocks, "BLOCK_S", 0.001)
    yield worker
    torch.set_num_threads(threads)


def arm(model: str, side: int = 32, *without: str, engine: str = "channels_last") -> dict[str, Any]:
    return {"model": model, "side": side, "seed": 0, "without": list(without), "engine": engine}


def task(*arms: dict[str, Any], **more: Any) -> dict[str, Any]:
    plain = {
        "what": "pair", "device": "cpu", "dtype": "float32", "batch": 1, "threads": 1, "tf32": False, "turns": 5,
        "seed": 0, "arms": list(arms), "pairs": [[0, len(arms) - 1]],
    }  # fmt: skip
    return plain | more


def test_a_change_of_a_script_that_measures_is_a_change_of_the_experiment() -> None:
    from studyctl.config import find_workspace
    from studyctl.core.models import ExperimentSpec
    from studyctl.runner.closure import closure_of
    from studyctl.runner.discover import discover

    workspace = find_workspace(str(ROOT))
    for spec in discover(workspace):
        if isinstance(spec, ExperimentSpec) and spec.name in ("inference-timing", "conv-blocks", "activation-cost"):
            closure = closure_of(workspace, spec)
            folder = ROOT / "experiments" / spec.name.replace("-", "_")
            scripts = {path.relative_to(ROOT).as_posix() for path in folder.glob("worker*.py")}
            assert scripts and scripts <= set(closure.code) and not closure.gaps, spec.name
            if spec.name != "activation-cost":  # that one has clocks of its own
                assert "experiments/inference_timing/clocks.py" in closure.code


@pytest.mark.slow
def test_pairs_of_every_engine_take_turns(worker: Any) -> None:
    engines = ("nchw", "channels_last", "folded")
    arms = [arm(model, engine=engine) for engine in engines for model in ("resnet18", "efficientnet_b0")]
    found = worker.measure(task(*arms, pairs=[[0, 1], [2, 3], [4, 5], [2, 5]]))["pairs"]
    assert [[len(times) for times in one["times"]] for one in found] == [[5, 5]] * 4
    assert all(0 < second < 10 for one in found for times in one["times"] for second in times)
    json.dumps(found)


def test_onnx_runtime_computes_what_torch_does_or_says_what_is_missing(worker: Any) -> None:
    found = worker.measure(task(arm("resnet18", engine="onnx"), arm("squeezenet1_1", 64, engine="onnx")))["pairs"][0]
    if find_spec("onnxruntime") is None or find_spec("onnx") is None:
        assert "pip install onnx onnxruntime" in found["unavailable"]
    else:
        assert [len(times) for times in found["times"]] == [5, 5]


def test_an_arm_that_cannot_be_had_costs_its_pairs_only(worker: Any) -> None:
    arms = [arm("resnet18"), arm("no_such_net"), arm("squeezenet1_1", 64)]
    found = worker.measure(task(*arms, pairs=[[0, 1], [0, 2]]))["pairs"]
    assert found[0] == {"unavailable": "torchvision has no no_such_net"} and len(found[1]["times"][0]) == 5


def test_changes_change_what_they_say_and_nothing_else(worker: Any) -> None:
    from torch import nn

    def has(model: Any, kind: str) -> int:
        return sum(type(one).__name__ == kind for one in model.modules())

    plain = worker.build(arm("efficientnet_b0"))
    bare = worker.build(arm("efficientnet_b0", 32, "se"))
    relu = worker.build(arm("efficientnet_b0", 32, "swish"))
    assert has(plain, "SqueezeExcitation") == 16 and has(bare, "SqueezeExcitation") == 0
    # The gates have one swish each.
    assert has(plain, "SiLU") - has(bare, "SiLU") == 16 and has(bare, "Conv2d") == has(plain, "Conv2d") - 32
    assert has(relu, "SiLU") == 0 and has(relu, "ReLU") == has(plain, "SiLU")
    assert has(relu, "Conv2d") == has(plain, "Conv2d")
    folded = worker.folded(worker.build(arm("resnet18")))
    assert not any(isinstance(one, nn.BatchNorm2d) for one in folded.modules())


def test_what_other_arms_have_built_is_copied_and_left_as_it_was(worker: Any) -> None:
    made: dict[tuple[str, int], Any] = {}
    bare = worker.build(arm("efficientnet_b0", 32, "se"), made)
    plain, fresh = worker.build(arm("efficientnet_b0"), made), worker.build(arm("efficientnet_b0"))
    assert sum(one.numel() for one in bare.parameters()) < sum(one.numel() for one in plain.parameters())
    assert all((a == b).all() for a, b in zip(plain.parameters(), fresh.parameters(), strict=True))
    assert plain is not made["efficientnet_b0", 0]


def test_which_models_have_what_a_change_takes_away(worker: Any) -> None:
    from torch import nn
    from torchvision.ops.misc import SqueezeExcitation

    from experiments.flops_counting.building import build

    some = (
        "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_v2_s", "inception_v3", "maxvit_t",
        "mnasnet0_5", "mobilenet_v2", "mobilenet_v3_small", "regnet_x_400mf", "regnet_y_400mf", "resnext50_32x4d",
        "shufflenet_v2_x0_5", "squeezenet1_1", "swin_t", "vgg11_bn", "vit_b_16", "wide_resnet50_2",
    )  # fmt: skip
    for name in some:
        kinds = {type(one) for one in build(name).modules()}
        assert name.startswith(HAVE["se"]) == (SqueezeExcitation in kinds), name
        assert name.startswith(HAVE["swish"]) == (nn.SiLU in kinds), name


def test_folding_that_changes_what_is_computed_is_not_timed(worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def wrong(model: Any) -> Any:
        with torch.no_grad():
            model.fc.weight.mul_(1.1)
        return model

    monkeypatch.setattr(worker, "folded", wrong)
    found = worker.measure(task(arm("resnet18", engine="folded")))
    assert "something else" in found["pairs"][0]["unavailable"]


def test_without_a_gpu_its_cells_say_so(worker: Any) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    assert worker.measure(task(arm("resnet18", engine="graph"), device="cuda")) == {
        "unavailable": "torch sees no GPU here"
    }


@pytest.mark.parametrize(
    ("said", "told"), [("1980, 2619", {"sm": 1980.0, "memory": 2619.0}), ("[N/A], [N/A]", {}), (None, {})]
)
def test_the_clocks_of_a_gpu_are_read_where_something_tells_them(
    said: str | None, told: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.inference_timing import clocks

    def run(wanted: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        if said is None:
            raise FileNotFoundError(wanted[0])
        return subprocess.CompletedProcess(wanted, 0, stdout=f"{said}\n")

    monkeypatch.setattr(clocks.subprocess, "run", run)
    assert clocks.gpu_clocks() == told


def test_a_slower_arm_is_seen_as_slower(worker: Any) -> None:
    found = worker.measure(task(arm("resnet18", 32), arm("resnet18", 128), turns=7))["pairs"][0]
    a, b = (sorted(times)[3] for times in found["times"])
    assert b > 2 * a  # sixteen times the work


@pytest.mark.slow
def test_the_profile_finds_every_convolution(worker: Any) -> None:
    from experiments.inference_timing import anatomy

    found = worker.measure(task(arm("efficientnet_b0", 64), what="profile"))["profiles"][0]
    done = anatomy.work("efficientnet_b0", 64, 1)
    parts = {one.kind: one for one in anatomy.parts(found, done)}
    assert set(done) <= set(parts) and {anatomy.NORM, anatomy.ACTIVATION, anatomy.POOL} <= set(parts)
    assert all(parts[kind].seconds > 0 and parts[kind].rate > 0 for kind in done)
    assert 0 < anatomy.idle_share(list(parts.values())) < 1
    # 16 gates of two layers, one stem and a 1 x 1 or two in each of 16 blocks and the head.
    assert sum(macs for macs, _ in done.values()) > 20e6 and done[anatomy.DEPTHWISE][0] < done[anatomy.POINTWISE][0]


def test_operators_are_known_by_name_and_shape() -> None:
    pytest.importorskip("torchvision", reason="needs the extra torch")
    from experiments.inference_timing import anatomy

    def kind(op: str, *shapes: list[int]) -> str:
        return anatomy.kind_of(f"aten::{op}", list(shapes))

    assert kind("mkldnn_convolution", [1, 3, 64, 64], [32, 3, 3, 3]) == anatomy.KXK
    assert kind("mkldnn_convolution", [1, 32, 64, 64], [32, 1, 3, 3]) == anatomy.DEPTHWISE
    assert kind("conv2d", [1, 32, 64, 64], [16, 32, 1, 1]) == anatomy.POINTWISE
    assert kind("conv2d", [1, 32, 1, 1], [8, 32, 1, 1]) == anatomy.GATE
    assert kind("addmm", [1000], [1, 512]) == anatomy.LINEAR
    assert kind("native_batch_norm", [1, 8, 4, 4]) == anatomy.NORM
    assert kind("silu_", [1, 8, 4, 4]) == kind("relu_", [1]) == kind("hardtanh_", [1]) == anatomy.ACTIVATION
    assert kind("adaptive_avg_pool2d", [1, 8, 4, 4]) == kind("mean", [1, 8, 4, 4]) == anatomy.POOL
    assert kind("mul", [1]) == kind("add_", [1]) == anatomy.ELEMENTWISE
    assert kind("empty", [1]) == kind("matmul_backward", [1]) == anatomy.OTHER


@pytest.mark.slow
def test_a_fresh_process_answers(worker: Any) -> None:
    from experiments.inference_timing.timing import ask

    found = ask(task(arm("resnet18"), arm("efficientnet_b0")), PINNED if glibc() else {})
    assert len(found["pairs"][0]["times"][0]) == 5
    with pytest.raises(ExperimentError, match="resnet18"):
        ask(task(arm("resnet18", 0)))
    roofs = ask(task(arm("resnet18"), what="profile"))["machine"]
    assert roofs["peak"] > 1e8 and roofs["bandwidth"] > 1e7


@pytest.mark.slow
def test_a_fresh_process_of_tensorflow_answers() -> None:
    if find_spec("tensorflow") is None:  # not imported here: it leaves its settings in the environment
        pytest.skip("needs the extra keras")
    from experiments.inference_timing.timing import WORKER_TF, ask

    arms = [arm(model, 64, engine=engine) for engine in ("tf", "xla") for model in ("mobilenet_v2", "MobileNetV3Small")]
    arms.append(arm("no_such_net", 64, engine="tf"))
    found = ask(task(*arms, pairs=[[0, 1], [2, 3], [0, 4]], turns=5), {}, WORKER_TF)
    assert [len(one["times"][0]) for one in found["pairs"][:2]] == [5, 5]
    assert found["pairs"][2] == {"unavailable": "keras.applications has no no_such_net"}
