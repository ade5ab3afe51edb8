"""The parts of conv-blocks: blocks of equal size, the far-cue task, stochastic depth, the process that times."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.conv_blocks import conv_blocks
from experiments.conv_blocks.parameters import STAGES, ConvBlocks
from studyctl.config import find_workspace
from studyctl.core.models import ExperimentSpec
from studyctl.errors import MissingExtraError
from studyctl.lab import ExperimentError, draft, require_checks
from studyctl.runner.discover import discover
from studyctl.runner.requires import check_requires

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("torch_loaded")


def test_parameters_are_read_without_the_extra() -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['torchvision'] = None\n"
        "from experiments.conv_blocks import conv_blocks\n"
        "from experiments.conv_blocks.parameters import ConvBlocks\n"
        "print(ConvBlocks().processes)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.stdout.strip(), done.returncode) == ("6", 0), done.stderr


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = next(one for one in discover(find_workspace(str(ROOT))) if one.name == "conv-blocks")
    assert isinstance(spec, ExperimentSpec)

    def version(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    with pytest.raises(MissingExtraError, match="conv-blocks needs the extra 'torch'") as missing:
        check_requires(spec.name, spec.requires)
    assert missing.value.exit_code == 9 and 'pip install "studyctl[torch]"' in (missing.value.hint or "")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"parts": []}, "has to name one"),
        ({"parts": ["mbconv7"]}, "does not know mbconv7"),
        ({"stages": [1]}, "2, 3, 4, 5, 6"),
        ({"strides": [3]}, "1, 2"),
        ({"arms": ["plain", "se"]}, "plain, se and hidden"),
        ({"rates": [0.0]}, "above zero"),
        ({"survival": 0}, "greater than 0"),
        ({"stages": [2], "tolerance": 1e-6}, "tolerance"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        draft(conv_blocks, **wrong)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    from experiments.conv_blocks import measure

    with measure.threads(1):
        yield


# -- blocks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("stage", STAGES)
def test_blocks_are_as_large_as_mbconv(stage: int, stride: int) -> None:
    from experiments.conv_blocks.checks import sizes
    from experiments.conv_blocks.matching import place

    found = place(stage, stride, ConvBlocks().tolerance)
    assert len(found.others) == 4
    for (equal, kind), spec in found.others.items():
        assert getattr(spec, equal) == pytest.approx(getattr(found.mbconv, equal), rel=0.02)
        assert spec.inner == pytest.approx(spec.width / (4 if kind == "bottleneck" else 1), abs=1.5)
    require_checks(sizes([found]))


def test_the_size_of_a_block_is_what_its_definition_says() -> None:
    from experiments.conv_blocks.blocks import Spec

    # B0's fourth stage by hand: 1 x 1 up and down, depthwise 3 x 3, gates of 20 at one place.
    spec = Spec("mbconv", 80, 480, 3, 1, 14)
    assert spec.macs == 196 * (2 * 80 * 480 + 9 * 480) + 2 * 480 * 20
    assert spec.parameters == 2 * 80 * 480 + 9 * 480 + 2 * 480 * 20 + 480 + 20 + 2 * (480 + 480 + 80)


def test_our_blocks_are_torchvisions() -> None:
    from experiments.conv_blocks.checks import torchvisions

    found = torchvisions(0)
    require_checks(found)
    assert len(found) == 3 * 8 and {one.name.split(".")[1][:6] for one in found} == {"mbconv", "bottle", "plain-"}


def test_another_squeeze_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.conv_blocks import blocks, checks

    monkeypatch.setattr(blocks, "SE_RATIO", 0.5)
    with pytest.raises((ExperimentError, RuntimeError)):
        require_checks(checks.torchvisions(0))


def test_a_gate_that_does_not_pool_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from torch import nn

    from experiments.conv_blocks import checks
    from experiments.conv_blocks.blocks import Gate

    plain = Gate.__init__

    def broken(self: Any, filters: int, reduced: int, pooled: bool = True) -> None:
        plain(self, filters, reduced, pooled)
        self.squeeze = nn.Identity()

    monkeypatch.setattr(Gate, "__init__", broken)
    with pytest.raises(ExperimentError, match=r"same\.mbconv"):
        require_checks(checks.torchvisions(0))
    with pytest.raises(ExperimentError, match=r"cue\.se\.sees"):
        require_checks(checks.far_cue(["se"], 0))


# -- the far cue -------------------------------------------------------------------------------------------------------


def test_neither_texture_nor_spot_alone_says_anything() -> None:
    from experiments.conv_blocks import cue

    shown = cue.images(4000, 5)
    spot = shown.pixels[:, 0, :, -cue.PART :].sum((1, 2)) > 0
    part = shown.pixels[:, 0, :, : cue.PART]
    upright = part.diff(dim=2).abs().sum((1, 2)) > part.diff(dim=1).abs().sum((1, 2))
    label = shown.labels > 0
    for one in (spot, upright):
        assert abs(float((one == label).double().mean()) - 0.5) < 0.04
    assert float(((spot ^ upright) != label).double().mean()) > 0.97  # upright stripes are texture 0
    assert cue.best_sum() == 0.75


def test_only_a_gate_over_all_places_sees_both() -> None:
    from experiments.conv_blocks import checks, gating
    from experiments.conv_blocks.parameters import ARMS

    require_checks(checks.far_cue(ARMS, 3))
    sizes = {arm: gating.network(arm, 0).size for arm in ARMS}
    assert sizes["local"] == sizes["se"] and abs(sizes["hidden"] / sizes["se"] - 1) < 0.01
    assert sizes["wider"] > 1.5 * sizes["se"] and sizes["deeper"] > 2 * sizes["se"]


def test_a_receptive_field_that_spans_the_gap_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.conv_blocks import checks, gating

    monkeypatch.setattr(gating, "DEEPER", 16)
    found = {one.name: one for one in checks.far_cue(["deeper"], 0)}
    assert not found["cue.deeper.reach"].passed and not found["cue.deeper.sees"].passed


def test_a_training_is_the_same_twice() -> None:
    from experiments.conv_blocks import gating

    first = gating.train("se", 0.01, 3, 1)
    assert first == gating.train("se", 0.01, 3, 1) and 0 <= first.test <= 1


@pytest.mark.slow
def test_the_task_is_learned_with_squeeze_and_with_a_hidden_layer_and_not_without() -> None:
    from experiments.conv_blocks import gating

    assert min(gating.train(arm, 0.01, 120, 4).test for arm in ("se", "hidden")) > 0.95
    assert max(gating.train(arm, 0.01, 120, 4).test for arm in ("plain", "local")) < 0.8


# -- stochastic depth --------------------------------------------------------------------------------------------------


def test_rules_are_the_published_ones() -> None:
    from experiments.conv_blocks import checks, depth

    require_checks(checks.masks(18, 0.5, 0))
    assert depth.linear_expected(18, 0.5) == 13.25
    # ResNet-110 of the paper: about 40 of 54 blocks.
    assert depth.linear_expected(54, 0.5) == pytest.approx(40, abs=0.5)
    skips, own = checks.network_rule()
    assert (sum(skips), len(skips)) == (9, 16) and sum(own) == pytest.approx(9 - 0.2 * sum(
        at for at, skip in enumerate(skips) if skip) / 16)  # fmt: skip


def test_what_a_mask_drops_is_counted_and_only_in_training() -> None:
    import torch

    from experiments.conv_blocks.depth import WIDTH, Dropped

    torch.manual_seed(0)
    image = torch.rand(64, WIDTH, 4, 4)
    block = Dropped(0.25, "sample").train()
    out = block(image)
    same = int(sum(torch.equal(a, b) for a, b in zip(out, image, strict=True)))
    assert block.drawn == 64 and block.active == 64 - same and 4 < block.active < 30
    whole = Dropped(0.5, "batch").train()
    kept = [torch.equal(whole(image), image) for _ in range(40)]
    assert whole.drawn == 40 and whole.active == kept.count(False) and 5 < whole.active < 35
    block.eval()(image)
    assert block.drawn == 64


def test_active_blocks_that_do_not_follow_the_rule_are_noticed() -> None:
    from experiments.conv_blocks.checks import survived

    require_checks(survived("batch", [75, 50], [100, 100], [0.75, 0.5]))
    with pytest.raises(ExperimentError, match=r"depth\.active\.batch"):
        require_checks(survived("batch", [100, 100], [100, 100], [0.75, 0.5]))


def test_modes_begin_alike_and_see_the_same() -> None:
    import torch

    from experiments.conv_blocks import depth

    weights = [torch.cat([p.flatten() for p in depth.network(3, 0.5, mode, 7).parameters()]) for mode in depth.MODES]
    assert torch.equal(weights[0], weights[1]) and torch.equal(weights[0], weights[2])
    found = depth.train(3, 0.5, "batch", 2, 0)
    assert found == depth.train(3, 0.5, "batch", 2, 0) and found.drawn == [2, 2, 2]


# -- the process -------------------------------------------------------------------------------------------------------


def test_every_kind_of_arm_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.conv_blocks import timing, worker
    from experiments.conv_blocks.matching import place
    from experiments.inference_timing import worker as clocks

    monkeypatch.setattr(clocks.clocks, "BLOCK_S", 0.001)
    monkeypatch.setattr(timing, "NETWORK_SIDE", 32)
    params = ConvBlocks(stages=[6], rounds=5, warm=0, threads=1, blocks=2)
    groups = [
        *timing.block_groups(params, [place(6, 1, 0.02)]), timing.se_group(params), timing.depth_group(params)
    ]  # fmt: skip
    for group in groups:
        found = worker.measure(json.loads(json.dumps(group.task(params, 0))))
        assert [len(times) for times in found["times"]] == [5] * len(group.arms)
        assert all(0 < one < 10 for times in found["times"] for one in times)
        json.dumps(found)
    rows = worker.measure(groups[0].task(params, 0) | {"what": "profile"})["rows"]
    assert len(rows) == 6 and all(any("conv" in row["op"] for row in one[0]) for one in rows)


@pytest.mark.slow
def test_a_fresh_process_answers() -> None:
    from experiments.conv_blocks import timing

    params = ConvBlocks(rounds=5, warm=0, processes=1)
    group = timing.depth_group(params)
    from experiments.inference_timing.timing import ask

    found = ask(group.task(params, 0), group.environment(), timing.WORKER)
    assert len(found["times"]) == 3
