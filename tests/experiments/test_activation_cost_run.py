"""Training of activation-cost, and its runs as a whole on processes that answer what they are told to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments.activation_cost
from experiments.activation_cost.parameters import ActivationCost
from studyctl.core.predicates import verdict
from studyctl.lab import Record, draft

pytestmark = pytest.mark.usefixtures("torch_loaded")
pytest.importorskip("sklearn", reason="its digits are what is trained on")

# Time over relu's: in cache, and where memory is the limit.
CACHED = {"floor": 0.9, "relu": 1.0, "swish": 3.0, "unfused": 4.0, "hard-swish": 1.2, "gelu": 4.0}
BOUND = {"floor": 0.98, "relu": 1.0, "swish": 1.04, "unfused": 2.5, "hard-swish": 1.0, "gelu": 3.0}
NETWORK = {"swish": 10.0, "relu": 8.0, "none": 7.8}
# So far do processes differ, in what swish takes.
NOISE = (0.98, 1.0, 1.01, 0.99, 1.02, 1.0)
SMALL: dict[str, Any] = {"sizes": [256, 65536], "dtypes": ["float32"], "network": "efficientnet_b0", "side": 64}
SMALL |= {"epochs": 1, "seeds": 3, "tunings": 1, "gains": [1.4], "rates": [0.1]}


def answering(task: dict[str, Any], bound: dict[str, float], scatter: float) -> dict[str, Any]:
    """A machine on which times are known."""
    noise = NOISE[task["order"] // 1000 % len(NOISE)]
    if task["what"] == "network":
        arms = dict(NETWORK)
    else:
        arms = CACHED if task["elements"] * 4 <= 256 * 1024 else bound
        arms = {f"{way}.{name}": value for way in ("forward", "backward") for name, value in arms.items()}
    spread = [1 + scatter * (-1) ** at for at in range(task["pairs"])]
    times = {
        name: [1e-6 * value * (noise if name.endswith("swish") else 1) * one for one in spread]
        for name, value in arms.items()
    }
    return {"times": times, "faults": dict.fromkeys(arms, 0.0), "settled": True, "share": 0.15}


def made(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    known: bool = True,
    scatter: float = 0.0,
    bound: dict[str, float] | None = None,
    right: float = 0.0,
    **more: Any,
) -> Record:
    from experiments.activation_cost import activation_cost, caches, gains, timing, training
    from experiments.activation_cost.caches import Cache

    usual = training.right

    def better(model: Any, images: Any) -> Any:
        hits = usual(model, images)
        count = int(abs(right) * len(hits))
        if right and (model.act is training.FUNCTIONS["swish"]) == (right > 0):
            hits = np.ones_like(hits)
        elif right:
            hits = np.ones_like(hits)
            hits[:count] = False
        return hits

    some = [Cache("L1", 48 << 10, 2), Cache("L2", 1 << 20, 2), Cache("L3", 32 << 20, 1)] if known else []
    monkeypatch.setattr(caches, "read", lambda: some)
    monkeypatch.setattr(timing, "ask", lambda task, environment, worker: answering(task, bound or BOUND, scatter))
    monkeypatch.setattr(gains.training, "right", better)
    return draft(activation_cost, folder=folder, **SMALL | more)


def said(run: Record) -> dict[str, Any]:
    return {one.key: one for one in run.findings}


def test_the_question_has_its_answer_and_each_condition_its_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = made(monkeypatch, tmp_path)
    found = said(run)
    assert {name: one.verdict for name, one in found.items() if one.verdict and not name.startswith("gain")} == {
        "cost.cached": "supported", "cost.cached-backward": "supported", "cost.memory-bound": "supported",
        "cost.memory-bound-backward": "supported", "cost.unfused": "supported", "cost.floor": "supported",
        "cost.hard-swish": "supported", "cost.kept": "supported", "cost.share": "supported",
    }  # fmt: skip
    assert found["cost"].text.startswith(
        "In cache (256 KiB, float32) swish takes 3.00 [2.94, 3.06] times as long as relu forward, memory-bound "
        "(65536 KiB) 1.04 [1.02, 1.06]; swish instead of relu is 20.0% [18.4%, 21.6%] of efficientnet_b0's time"
    )
    # Every verdict follows from what was recorded.
    figures = {metric.name: metric.value for metric in run.metrics}
    for one in run.findings:
        if one.verdict is not None:
            assert verdict(one.when, one.unless, figures).verdict == one.verdict, one.key
    kept = {artifact.path for artifact in run.artifacts}
    assert {f"figures/{name}.png" for name in ("ratio-by-size", "gain")} <= kept
    assert {f"tables/{name}.csv" for name in ("operators", "samples", "network", "kept", "tuning", "checks")} <= kept
    text = experiments.activation_cost.__doc__ or ""
    for metric in run.metrics:
        first = metric.name.split(".")[0]
        assert first in ("forward", "backward") or re.search(rf"\b{first}\b", text), metric.name


@pytest.mark.slow
def test_the_words_follow_what_was_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slower = {"floor": 1.0, "relu": 1.25, "swish": 1.6, "unfused": 1.6, "hard-swish": 1.3, "gelu": 3.0}
    found = said(made(monkeypatch, tmp_path, known=False, bound=slower, right=0.05, network=""))
    assert {found[f"cost.{name}"].verdict for name in ("memory-bound", "floor")} == {"refuted"}
    assert found["cost.unfused"].verdict == "inconclusive"
    assert "not known to be in cache" in found["cost"].text and "memory-bound" not in found["cost"].text
    assert found["gain.norm-depth3"].verdict == "supported" and "it trains better" in found["cost"].text
    # Between alike and unlike nothing is decided.
    between = slower | {"relu": 1.15, "swish": 1.15 * 1.15}
    found = said(made(monkeypatch, tmp_path / "b", bound=between, right=-0.05, network=""))
    assert {found[f"cost.{name}"].verdict for name in ("memory-bound", "floor")} == {"inconclusive"}
    assert found["gain.norm-depth3"].verdict == "refuted" and "it trains worse" in found["cost"].text
    assert "cost.share" not in found and "efficientnet" not in found["cost"].text


@pytest.mark.slow
def test_times_that_scatter_or_are_few_decide_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def timed(found: dict[str, Any]) -> set[str]:
        return {one.verdict for key, one in found.items() if key.startswith("cost.") and key != "cost.kept"}

    found = said(made(monkeypatch, tmp_path, scatter=0.4, network=""))
    assert timed(found) == {"inconclusive"} and "3.06] (unsteady)" in found["cost"].text
    few = said(made(monkeypatch, tmp_path / "b", processes=2, network=""))
    assert timed(few) == {"inconclusive"} and "(2 processes: no interval)" in few["cost"].text


# -- training ----------------------------------------------------------------------------------------------------------


def test_no_image_is_in_two_parts() -> None:
    from experiments.activation_cost.digits import split

    parts = split(0)
    all_of_them = [place for part in parts.places for place in part]
    assert sorted(all_of_them) == list(range(1797))
    assert [len(part.y) for part in (parts.train, parts.validation, parts.test)] == [len(one) for one in parts.places]
    assert abs(float(parts.train.x.mean())) < 1e-5 and split(0).places == parts.places != split(1).places


def test_what_is_chosen_by_is_never_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.activation_cost import gains, training
    from experiments.activation_cost.digits import split

    seen: list[tuple[str, int, int]] = []

    class Silent:
        def track(self, items: Any, label: str) -> Any:
            return items

    def loss(model: Any, images: Any) -> float:
        seen.append(("loss", len(images.y), 0))
        return 1.0 if model.rate != 0.3 else 0.5

    def trained(setting: Any, images: Any, seed: int) -> Any:
        seen.append(("trained", len(images.y), seed))
        return setting

    monkeypatch.setattr(training, "loss", loss)
    monkeypatch.setattr(training, "trained", trained)
    monkeypatch.setattr(training, "right", lambda model, images: np.arange(len(images.y)) % 2 == 0)
    found, tried = gains.train(ActivationCost(seeds=3, tunings=2), Silent())  # type: ignore[arg-type]
    parts = split(0)
    assert {size for what, size, _ in seen if what == "loss"} == {len(parts.validation.y)}
    assert {size for what, size, _ in seen if what == "trained"} == {len(parts.train.y)}
    seeds = [seed for what, _, seed in seen if what == "trained"]
    assert not set(seeds[:-6]) & set(seeds[-6:]) and seeds[-6:] == [seed for seed in seeds[-6::2] for _ in range(2)]
    assert len(tried) == 2 * 3 * 4 and {one.rate for one in found[0].chosen.values()} == {0.3}


def test_pairs_differ_in_the_activation_alone() -> None:
    import torch

    from experiments.activation_cost import training
    from experiments.activation_cost.digits import split

    def setting(name: str, gain: float = 1.4) -> training.Setting:
        return training.Setting(name, 2, "batch", gain, 0.1, 1)

    relu, swish = (training.built(setting(name), 7).state_dict() for name in ("relu", "swish"))
    assert all(torch.equal(relu[key], swish[key]) for key in relu)
    wide = training.built(setting("relu", 2.8), 7)
    assert torch.allclose(wide.state_dict()["stem.0.weight"], 2 * relu["stem.0.weight"])
    # The gain is the deviation of what a layer gives, times that of its input's root mean square.
    layer = training.built(training.Setting("relu", 1, "none", 1.4, 0.1, 1), 7).blocks[0][0]
    out = layer(torch.randn(64, training.WIDTH, 8, 8))[:, :, 1:-1, 1:-1]
    assert float(out.detach().std()) == pytest.approx(1.4, rel=0.15)
    parts = split(0)
    one, again = (training.trained(setting("swish"), parts.train, 3) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.state_dict().values(), again.state_dict().values(), strict=True))


def test_an_interval_over_seeds_and_images_holds_what_it_should() -> None:
    from experiments.activation_cost.gains import crossed_interval

    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        rows, columns = rng.normal(0, 1, (10, 1)), rng.normal(0, 3, (1, 60))
        found = crossed_interval(2 + rows + columns + rng.normal(0, 2, (10, 60)))
        assert found.lo is not None and found.hi is not None and found.lo < found.value < found.hi
        held += found.lo < 2 < found.hi
    assert held >= 185
