"""The counter by hand, operator by operator; against torch's own, fvcore and torchvision's published figures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra torch")
pytest.importorskip("torchvision", reason="needs the extra torch")

from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

from experiments.flops_counting import (  # noqa: E402
    building,
    checks,
    concordance,
    keras_profile,
    latency,
    profilers,
    published,
    xla_cost,
    zoo,
)
from experiments.flops_counting.counting import Count, count  # noqa: E402
from experiments.flops_counting.formulas import ATTENTION, BATCH_NORM, CONV, DEPTHWISE, LINEAR, POOL  # noqa: E402
from experiments.flops_counting.latency import Timed  # noqa: E402
from experiments.flops_counting.measure import fitting, with_norms  # noqa: E402
from studyctl.lab import Check, ExperimentError, require_checks  # noqa: E402


class Calls(nn.Module):  # type: ignore[misc]  # torch is not typed
    """A model of one function."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def forward(self, *inputs: Any) -> Any:
        return self.function(*inputs)


def of(function: Any, *shapes: tuple[int, ...], device: str = "meta") -> Count:
    return count(Calls(function), *(torch.ones(shape, device=device) for shape in shapes))


@pytest.mark.parametrize(
    ("layer", "shape", "macs", "bias"),
    [
        (nn.Conv2d(3, 8, 3, padding=1), (1, 3, 10, 10), 8 * 100 * 27, 800),
        (nn.Conv2d(3, 8, 3, stride=2, bias=False), (2, 3, 11, 11), 2 * 8 * 25 * 27, 0),
        (nn.Conv2d(8, 8, 5, padding=2, groups=8, bias=False), (1, 8, 6, 6), 8 * 36 * 25, 0),
        (nn.Conv1d(4, 6, 3, dilation=2), (1, 4, 9), 6 * 5 * 12, 30),
        (nn.ConvTranspose2d(3, 5, 2, stride=2, bias=False), (1, 3, 4, 4), 3 * 16 * 5 * 4, 0),
        (nn.Linear(7, 3), (4, 7), 4 * 7 * 3, 12),
        (nn.Linear(7, 3, bias=False), (2, 4, 7), 8 * 7 * 3, 0),
    ],
)
def test_multiply_adds_of_layers(layer: Any, shape: tuple[int, ...], macs: int, bias: int) -> None:
    found = count(layer, torch.ones(shape))
    assert (found.macs, found.total("bias")) == (macs, bias)
    assert count(layer.to("meta"), torch.ones(shape, device="meta")).macs == macs


def test_other_arithmetic() -> None:
    assert of(torch.relu, (2, 3)).total("flops") == 6
    assert of(lambda x: torch.relu_(x + x), (2, 3)).total("flops") == 12
    assert of(lambda x: functional.max_pool2d(x, 3, 2), (1, 2, 7, 7)).total("flops") == 9 * 2 * 9
    assert of(lambda x: functional.adaptive_avg_pool2d(x, 1), (1, 2, 7, 7)).total("flops", POOL) == 98
    assert of(lambda x: x.softmax(-1), (4, 5)).total("flops") == 100
    assert of(lambda x: x.transpose(0, 1).reshape(-1)[2:].clone(), (4, 5)).ops == []
    norm = count(nn.BatchNorm2d(4).to("meta"), torch.ones((1, 4, 3, 3), device="meta"))
    assert norm.total("flops", BATCH_NORM) == 72
    assert count(nn.LayerNorm(6).to("meta"), torch.ones((5, 6), device="meta")).total("flops") == 8 * 30


def test_attention_is_the_same_in_one_kernel() -> None:
    shapes = ((2, 3, 5, 8), (2, 3, 7, 8), (2, 3, 7, 4))
    macs = 2 * 3 * 5 * 7 * (8 + 4)
    for device in ("meta", "cpu"):
        found = of(functional.scaled_dot_product_attention, *shapes, device=device)
        assert found.total("macs", ATTENTION) == macs, device
    assert of(torch.bmm, (2, 3, 4), (2, 4, 5)).macs == 2 * 3 * 4 * 5
    assert of(lambda a, b: torch.einsum("nij,njk->nik", a, b), (2, 3, 4), (2, 4, 5)).macs == 2 * 3 * 4 * 5


def test_what_no_formula_knows_is_named_and_not_guessed() -> None:
    found = of(lambda x: torch.lgamma(x @ x), (3, 3))
    assert found.macs == 27
    assert list(found.unknown) == ["lgamma"]


def test_a_failing_forward_leaves_no_hooks() -> None:
    layer = nn.Linear(2, 2)
    with pytest.raises(RuntimeError):
        count(layer, torch.ones(3, 3))
    assert not layer._forward_pre_hooks and not layer._forward_hooks


# Not on the page of facts that this was written from; multiply-adds and parameters of torchvision's own tables.
@pytest.mark.parametrize("pattern", ["squeezenet*", "shufflenet_v2_x1_0", "regnet_y_400mf", "raft_small", "lraspp*"])
def test_torchvision_s_figures(pattern: str) -> None:
    found = [entry for group, name in zoo.names(pattern) for entry in zoo.entries(group, name, zoo.Counts())]
    assert found
    for entry in found:
        assert entry.agrees, (entry.model, entry.weights, entry.counted.macs, entry.published)
        assert not entry.counted.unknown


@pytest.mark.parametrize(
    ("name", "shape"),
    [("vit_h_14", (1, 3, 518, 518)), ("r3d_18", (1, 3, 16, 112, 112)), ("mnasnet_a1", (1, 3, 224, 224))],
)
def test_any_model_comes_with_an_input_of_its_size(name: str, shape: tuple[int, ...]) -> None:
    model, inputs = zoo.prepared(name)
    assert tuple(inputs[0].shape) == shape
    assert count(building.shaped(model), *(one.to("meta") for one in inputs)).macs > 0


@pytest.mark.parametrize("name", ["fasterrcnn_resnet50_fpn", "quantized_resnet50"])
def test_a_model_that_cannot_be_counted_says_why(name: str) -> None:
    with pytest.raises(ExperimentError, match=f"{name} cannot be counted"):
        zoo.prepared(name)


def test_a_zoo_without_models_is_refused() -> None:
    with pytest.raises(ExperimentError, match="no model of torchvision"):
        zoo.names("nothing*")
    with pytest.raises(ExperimentError, match="no model 'resnet5'"):
        building.build("resnet5")


def test_parameters_are_told_by_their_operator() -> None:
    counts = zoo.Counts()
    net = counts.of("efficientnet_b0", 224)
    assert sum(net.owned.values()) == net.parameters == 5_288_548
    assert net.owned[LINEAR] == 1_281_000
    assert net.owned[BATCH_NORM] == 42_016
    assert net.total("macs", CONV) + net.total("macs", DEPTHWISE) + 1_280_000 == net.macs
    assert 0.0016 < net.gate_macs / net.macs < 0.0017
    # An auxiliary head has parameters and does not run; a transformer's projections run within its attention.
    assert counts.of("inception_v3", 299).owned["not run"] == 3_326_696
    assert "not run" not in counts.of("vit_b_32", 224).owned


def test_layers_and_operators_add_up() -> None:
    found = zoo.Counts().of("mobilenet_v3_small", 224)
    for rows in (found.by_layer(), found.by_operator()):
        for what in ("macs", "bias", "flops", "outputs"):
            assert sum(row[what] for row in rows) == found.total(what)
    assert found.by_operator()[0]["operator"] == "convolution"


def test_flop_counter_mode_is_explained_to_the_last_one() -> None:
    model = building.shaped(building.build("swin_t"))
    picture = torch.ones((1, 3, 224, 224), device="meta")
    counted = count(model, picture)
    found = profilers.torch_profile("swin_t", model, counted, picture)
    assert found.residual == 0
    assert found.total == 2 * counted.macs
    assert found.explained == 1
    # It would show: one convolution that we had not seen.
    ops = [op for op in counted.ops if op.name != "convolution"]
    other = profilers.torch_profile("swin_t", model, Count(ops, counted.parameters), picture)
    assert other.residual > 0
    assert other.explained < 1


@pytest.mark.slow
def test_attention_that_flop_counter_mode_misses() -> None:
    model = building.filled(building.build("vit_b_32"), torch.Generator().manual_seed(0))
    picture = torch.zeros(1, 3, 224, 224)
    counted = count(model, picture)
    assert counted.macs == zoo.Counts().of("vit_b_32", 224).macs
    found = profilers.torch_profile("vit_b_32", model, counted, picture)
    assert found.residual == 0
    assert found.parts["attention not counted"] < 0
    assert found.total == 2 * (counted.macs + found.parts["attention not counted"])


@pytest.mark.parametrize("name", ["efficientnet_b0", "swin_t", "vit_b_32"])
def test_fvcore_is_explained_to_the_last_one(name: str) -> None:
    pytest.importorskip("fvcore", reason="compares with fvcore where it is installed")
    model = building.filled(building.build(name), torch.Generator().manual_seed(0))
    picture = torch.zeros(1, 3, 224, 224)
    found = profilers.fvcore_profile(name, model, count(model, picture), picture)
    assert found.lines and found.residual == 0
    assert found.total == pytest.approx(found.macs + sum(found.parts.values()))


@pytest.mark.slow
def test_tf_profiler_is_explained_to_the_last_one() -> None:
    if not keras_profile.installed():  # importing it would change the environment of this process
        pytest.skip("compares with tf.profiler where TensorFlow is installed")
    counted = zoo.Counts().of("mobilenet_v1", 224)
    found = profilers.keras_profile("mobilenet_v1", counted)
    assert found.residual == 0
    assert found.total == 2 * counted.macs + sum(n for cause, n in found.parts.items() if cause != "2 x")
    assert {"batch norm", "pooling", "bias", "softmax"} <= set(found.parts)


@pytest.mark.parametrize(
    ("kind", "inputs", "output", "taps", "flops"),
    [
        ("AddV2", [[1, 4, 4, 8], [8]], [1, 4, 4, 8], 0, 128),
        ("Rsqrt", [[8]], [8], 0, 16),
        ("Mean", [[1, 7, 7, 8], [2]], [1, 8], 0, 392),
        ("MaxPool", [[1, 8, 8, 2]], [1, 4, 4, 2], 9, 288),
        ("Relu", [[1, 4, 4, 8]], [1, 4, 4, 8], 0, 0),
        ("Conv2D", [[1, 4, 4, 8], [3, 3, 8, 8]], [1, 4, 4, 8], 0, 0),  # held against our own count instead
    ],
)
def test_the_rules_of_tf_profiler(kind: str, inputs: list[list[int]], output: list[int], taps: int, flops: int) -> None:
    assert keras_profile._rule(kind, inputs, output, taps) == flops


@pytest.mark.slow
def test_xla_is_explained_to_the_last_one() -> None:
    if missing := xla_cost.missing():  # importing it would change the environment of this process
        pytest.skip(f"compares with XLA's cost analysis where {missing} is installed")
    counted = zoo.Counts().of("mobilenet_v1", 224)
    found, apart = profilers.xla_profile("mobilenet_v1", counted)
    assert found.residual == 0 and apart < xla_cost.APART
    assert found.total == 2 * counted.macs + sum(n for cause, n in found.parts.items() if cause != "2 x")
    assert found.parts["padding"] < 0


CONVOLUTION = {
    "dimension_numbers": ((0, 3, 1, 2), (3, 2, 0, 1), (0, 3, 1, 2)),
    "window_strides": (1, 1),
    "rhs_dilation": (1, 1),
    "padding": ((1, 1), (1, 1)),
}


@pytest.mark.parametrize(
    ("name", "inputs", "output", "about", "flops"),
    [
        ("add", [(1, 4, 4, 8), (8,)], (1, 4, 4, 8), {}, 128),
        ("logistic", [(2, 8)], (2, 8), {}, 48),
        ("rsqrt", [(8,)], (8,), {}, 0),
        ("reduce_sum", [(1, 7, 7, 8)], (1, 8), {}, 384),
        ("reduce_window_max", [(1, 9, 9, 2)], (1, 4, 4, 2), {"window_dimensions": (1, 3, 3, 1)}, 256),
        ("dot_general", [(2, 5), (5, 3)], (2, 3), {"dimension_numbers": (((1,), (0,)), ((), ()))}, 60),
        # 16 places with 9 taps, of which 12 places at the edge lose 3 and the corners 2 more: 100 are on the image.
        ("conv_general_dilated", [(1, 4, 4, 8), (3, 3, 8, 6)], (1, 4, 4, 6), CONVOLUTION, 2 * 100 * 8 * 6),
    ],
)
def test_the_rules_of_xla(
    name: str, inputs: list[tuple[int, ...]], output: tuple[int, ...], about: dict[str, Any], flops: int
) -> None:
    assert xla_cost.rule(name, inputs, output, about) == flops


def test_taps_on_padding_are_told_from_the_others() -> None:
    inside, whole = xla_cost.multiply_adds([(1, 4, 4, 8), (3, 3, 8, 6)], (1, 4, 4, 6), CONVOLUTION)
    assert (inside, whole) == (100 * 48, 144 * 48)
    # By a plain loop: strides, a wider kernel with gaps, unequal padding.
    about = CONVOLUTION | {"window_strides": (2, 1), "rhs_dilation": (1, 2), "padding": ((0, 1), (3, 2))}
    rows = sum(2 * place + tap < 5 for place in range(2) for tap in range(3))
    columns = sum(0 <= place + 2 * tap - 3 < 7 for place in range(8) for tap in range(3))
    assert xla_cost.multiply_adds([(2, 5, 7, 1), (3, 3, 1, 4)], (2, 2, 8, 4), about)[0] == 2 * rows * columns * 4


@pytest.mark.slow
def test_a_network_that_keras_has_not_is_an_error() -> None:
    with pytest.raises(ExperimentError, match="profiler on NoNet"):
        keras_profile.profile("NoNet", 224)
    with pytest.raises(ExperimentError, match="cost analysis of NoNet"):
        xla_cost.profile("NoNet", 224)


def test_timm_s_table() -> None:
    counts = zoo.Counts()
    for name in ("resnext50_32x4d", "mnasnet_050", "convnext_tiny", "mobilenetv1_100", "semnasnet_100"):
        row = next(one for one in published.BENCHMARKS if one.name == name)
        found = counts.of(row.model, row.side)
        assert found.parameters / 1e6 == pytest.approx(row.parameters, abs=0.005)
        assert found.activations / 1e6 == pytest.approx(row.activations, abs=0.005)
        assert with_norms(found) / 1e9 == pytest.approx(row.gmacs, abs=0.005)


def test_the_paper_s_resnet_and_torchvision_s() -> None:
    counts = zoo.Counts()
    first, second = counts.of("resnet50_v1", 224), counts.of("resnet50", 224)
    assert first.parameters == second.parameters == 25_557_032
    assert (first.macs, second.macs) == (3_857_973_248, 4_089_184_256)


def test_rounding_and_what_would_fit() -> None:
    vgg = next(one for one in published.FIGURES if one.key == "vgg-16")
    assert (vgg.millions, vgg.half) == (15_300, 50)
    assert fitting(vgg, zoo.Counts().of("vgg16", 224)) == ["convolutions alone"]
    mnasnet = next(one for one in published.FIGURES if one.key == "mnasnet-a1-table")
    assert mnasnet.half == pytest.approx(0.05)
    assert len({one.key for one in published.FIGURES}) == len(published.FIGURES)


def test_the_instrument_is_checked_before_it_is_used() -> None:
    found = checks.instrument(0)
    require_checks(found)
    assert {one.name.partition(".")[0] for one in found} >= {"taps", "attention", "layers", "torch", "parameters"}
    wrong = Check("taps.plain", 9, 8, 0, "a loop")
    with pytest.raises(ExperimentError, match="9 is not 8"):
        require_checks([wrong])


def test_models_that_compute_with_ranges_keep_them() -> None:
    model = building.filled(building.build("swin_t"), torch.Generator().manual_seed(0))
    index = next(value for name, value in model.named_buffers() if name.endswith("relative_position_index"))
    assert index.unique().numel() == 169
    with torch.no_grad():
        made = model(torch.ones(1, 3, 224, 224))
    assert torch.isfinite(made).all() and made.std() > 0
    assert building.build("regnet_x_400mf")(torch.ones((1, 3, 64, 64), device="meta")).shape == (1, 1000)


def test_a_model_of_one_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_nets.py").write_text(
        "from torch import nn\n\n\ndef net():\n    return nn.Sequential(nn.Flatten(), nn.Linear(12, 5))\n\n\n"
        "def number():\n    return 3\n"
    )
    monkeypatch.chdir(tmp_path)
    model = building.shaped(building.own_model("my_nets:net"))
    assert count(model, torch.ones((1, 3, 2, 2), device="meta")).macs == 60
    for name, message in {
        "my_nets:other": "no 'other'",
        "no_nets:net": "No module named",
        "my_nets:number": "returns int",
    }.items():
        with pytest.raises(ExperimentError, match=message):
            building.own_model(name)


def timed(name: str, family: str, macs: float, seconds: list[float], activations: float = 1.0) -> Timed:
    return Timed(name, family, int(macs), int(activations), int(macs), seconds)


def zoo_of(exponent: float, families: int = 12) -> list[Timed]:
    """Two models of each family whose time is a power of their multiply-adds."""
    found = []
    for number in range(2 * families):
        macs = 1e8 * 1.2**number
        found.append(timed(f"m{number}", f"f{number // 2}", macs, [1e-12 * macs**exponent] * 4, 1e6 / (number + 1)))
    return found


@pytest.mark.slow
def test_concordance_of_what_is_known() -> None:
    pairs = concordance.Pairs(zoo_of(1.0))
    found = {name: concordance.band(pairs, name, low, high, 0) for name, low, high in concordance.BANDS}
    assert found["all"].pairs == found["all"].settled == 24 * 23 // 2
    assert sum(found[name].pairs for name, _, _ in concordance.BANDS[:-1]) == found["all"].pairs
    for one in found.values():
        assert one.shares["macs"].value == 1.0
        assert one.shares["activations"].value == 0.0  # falls where time rises
        assert one.gains["activations"].value == -1.0
    assert found["all"].shares["macs"].lo == 1.0
    assert pairs.error("macs") < 1e-9
    turned = concordance.band(concordance.Pairs(zoo_of(-1.0)), "all", 1.0, math.inf, 0)
    assert turned.shares["macs"].value == 0.0


def test_only_settled_pairs_count() -> None:
    models = [timed("a", "f", 1e9, [1.0, 2.0, 1.0, 2.0]), timed("b", "g", 1.5e9, [2.0, 1.0, 2.0, 1.0])]
    models.append(timed("c", "h", 3e9, [5.0, 5.0, 5.0, 5.0]))
    one = concordance.band(concordance.Pairs(models), "all", 1.0, math.inf, 0)
    assert (one.pairs, one.settled) == (3, 2)
    assert one.shares["macs"].value == 1.0


def test_families_are_drawn_whole() -> None:
    """One family of many models that all agree is still one witness."""
    models = zoo_of(1.0, 11)
    models += [timed(f"x{n}", "large", 1e8 * 1.01**n, [1e-3 / 1.01**n] * 4) for n in range(30)]
    one = concordance.band(concordance.Pairs(models), "all", 1.0, math.inf, 0)
    share = one.shares["macs"]
    assert share.lo is not None and share.hi is not None
    assert share.lo < share.value < share.hi
    assert share.hi - share.lo > 0.3


def test_models_are_chosen_evenly_and_as_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [Timed(f"m{n}", "f", n, 1, 1_000_000) for n in range(1, 101)]
    kept, left = latency.chosen(found, 10)
    assert ([kept[0].macs, kept[-1].macs], len(kept), left) == ([1, 100], 10, 0)

    class Little:
        available = 17_000_000  # half of it holds two of a million parameters

    monkeypatch.setattr(latency.psutil, "virtual_memory", Little)
    kept, left = latency.chosen(found, 10)
    assert (len(kept), left) == (2, 8)


def test_every_model_of_the_zoo_has_a_family() -> None:
    names = [name for group, name in zoo.names("*") if group == "classification"]
    assert {zoo.family(name) for name in names} <= set(zoo.FAMILIES)
    assert zoo.family("wide_resnet50_2") == "wide_resnet"
    assert zoo.family("efficientnet_v2_s") == "efficientnet_v2"
