"""The parts of activation-cost: formulas, what is timed, caches, what autograd keeps, the process that times."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.activation_cost import activation_cost, caches
from experiments.activation_cost.caches import Cache
from experiments.activation_cost.parameters import ActivationCost
from studyctl.lab import ExperimentError, InputError, draft, require_checks

ROOT = Path(__file__).parents[2]
KIB = 1024


def test_parameters_are_read_without_the_extra() -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['torchvision'] = sys.modules['sklearn'] = None\n"
        "from experiments.activation_cost import activation_cost\n"
        "from experiments.activation_cost.parameters import ActivationCost\n"
        "print(ActivationCost().processes)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.stdout.strip(), done.returncode) == ("6", 0), done.stderr


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sizes": [8]}, "two sizes"),
        ({"sizes": [0, 8]}, "from 1 on"),
        ({"dtypes": ["float64"]}, "does not know float64"),
        ({"dtypes": []}, "has to name one"),
        ({"activations": ["gelu"]}, "swish, which is what is asked about"),
        ({"rates": [0.0]}, "above zero"),
        ({"seeds": 2}, "greater than or equal to 3"),
    ],
)
def test_a_wrong_parameter_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        draft(activation_cost, **wrong)


# -- caches ------------------------------------------------------------------------------------------------------------


def cache(root: Path, cpu: int, index: int, **values: str) -> None:
    folder = root / f"cpu{cpu}" / "cache" / f"index{index}"
    folder.mkdir(parents=True)
    for name, value in values.items():
        (folder / name).write_text(f"{value}\n")


@pytest.mark.parametrize(("network", "message"), [("resnet18", "has no swish"), ("resnet99", "no model 'resnet99'")])
def test_a_network_that_cannot_be_timed_is_refused_before_anything_is(network: str, message: str) -> None:
    pytest.importorskip("torchvision", reason="needs the extra torch")
    with pytest.raises(InputError, match=message):
        draft(activation_cost, network=network)


def test_caches_are_read_as_linux_tells_them(tmp_path: Path) -> None:
    for cpu in (0, 1):
        cache(tmp_path, cpu, 0, type="Data", level="1", size="48K", shared_cpu_list=str(cpu))
        cache(tmp_path, cpu, 1, type="Instruction", level="1", size="32K", shared_cpu_list=str(cpu))
        cache(tmp_path, cpu, 2, type="Unified", level="2", size="1024K", shared_cpu_list=str(cpu))
        cache(tmp_path, cpu, 3, type="Unified", level="3", size="32M", shared_cpu_list="0-1")
    cache(tmp_path, 0, 4, type="Unified", level="4")  # one that does not tell its size
    found = caches.read(tmp_path)
    assert found == [Cache("L1", 48 * KIB, 2), Cache("L2", KIB * KIB, 2), Cache("L3", 32 * KIB * KIB, 1)]
    assert caches.read(tmp_path / "none") == []
    # A tensor and an output of its size fill it; of two cores' caches two threads use both, but share a small one.
    assert [one.tensor(1) for one in found] == [24 * KIB, 512 * KIB, 16 * KIB * KIB]
    assert [one.tensor(2) for one in found] == [24 * KIB, KIB * KIB, 16 * KIB * KIB]


def test_the_sizes_that_are_cited_are_well_within_a_cache_and_well_beyond_all() -> None:
    some = [Cache("L1", 48 * KIB, 2), Cache("L2", KIB * KIB, 2), Cache("L3", 32 * KIB * KIB, 1)]
    sizes = [16 * KIB, 256 * KIB, 2048 * KIB, 65536 * KIB]
    found = caches.cited(sizes, some, 1)
    assert (found.cached, found.bound, found.known, found.beyond) == (256 * KIB, 65536 * KIB, True, True)
    found = caches.cited(sizes[:3], some, 1)
    assert (found.bound, found.beyond) == (2048 * KIB, False)
    found = caches.cited(sizes[2:], some, 1)
    assert (found.cached, found.known) == (2048 * KIB, False)
    found = caches.cited(sizes, [], 1)
    assert (found.cached, found.known, found.beyond) == (256 * KIB, False, False)


# -- formulas and operators --------------------------------------------------------------------------------------------


def test_slopes_are_those_of_the_values() -> None:
    from experiments.activation_cost import formulas

    x = np.linspace(-6, 6, 2401)
    x = x[(np.abs(np.abs(x) - 3) > 1e-3) & (np.abs(x) > 1e-3)]
    for name, value in formulas.VALUES.items():
        between = (value(x + 1e-5) - value(x - 1e-5)) / 2e-5
        assert np.abs(between - formulas.SLOPES[name](x)).max() < 1e-8, name
    assert formulas.VALUES["swish"](np.array([0.0, 1.0])) == pytest.approx([0.0, 0.7310585786300049], abs=1e-15)
    assert formulas.VALUES["gelu"](np.array([1.0])) == pytest.approx([0.8413447460685429], abs=1e-15)
    assert formulas.VALUES["hard-swish"](np.array([-4.0, 1.0, 4.0])) == pytest.approx([0.0, 2 / 3, 4.0])


@pytest.mark.usefixtures("torch_loaded")
def test_the_instrument_passes_its_checks_and_notices_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.activation_cost import checks, formulas, functional, worker

    found = checks.instrument(0)
    require_checks(found)
    assert len(found) == 3 * (5 * 4 + 1)

    def failing() -> set[str]:
        return {one.name for one in checks.instrument(0) if not one.passed}

    with monkeypatch.context() as changed:  # gelu's other formula
        import torch

        changed.setitem(functional.FUNCTIONS, "gelu", lambda x: torch.nn.functional.gelu(x, approximate="tanh"))
        assert "float32.gelu.value" in failing() and "float32.swish.value" not in failing()
    with monkeypatch.context() as changed:
        changed.setitem(formulas.SLOPES, "swish", lambda x: 1.001 * formulas.SLOPES["unfused"](x))
        assert "float32.swish.gradient" in failing()
    usual = worker.backward

    def other(b: Any) -> Any:
        return usual(b) | {"relu": usual(b)["swish"]}

    with monkeypatch.context() as changed:
        changed.setattr(worker, "backward", other)
        assert "float32.relu.timed-gradient" in failing()


@pytest.mark.usefixtures("torch_loaded")
def test_what_autograd_keeps_is_counted() -> None:
    from experiments.activation_cost import functional

    assert {name: functional.alone(name) for name in functional.FUNCTIONS} == {
        "relu": 1, "swish": 1, "unfused": 2, "hard-swish": 1, "gelu": 1,
    }  # fmt: skip
    # relu keeps its result, which the next layer keeps anyway; swish keeps its input too.
    between = {name: functional.between(name) for name in functional.FUNCTIONS}
    assert between == {"relu": 0, "swish": 1, "unfused": 2, "hard-swish": 1, "gelu": 1}
    kept = {place: functional.of_network("efficientnet_b0", 0, 64, place) for place in ("swish", "relu")}
    assert kept["swish"] > 1.2 * kept["relu"] > 0


# -- the worker --------------------------------------------------------------------------------------------------------


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch, torch_loaded: None) -> Any:
    """The worker's module, in this process, that warms up only as long as it must."""
    import torch

    from experiments.activation_cost import worker

    threads = torch.get_num_threads()
    monkeypatch.setattr(worker, "WARM_S", 0.01)
    monkeypatch.setattr(worker, "WARM_MOST_S", 0.5)
    monkeypatch.setattr(worker, "BLOCK_S", 0.001)
    yield worker
    torch.set_num_threads(threads)


@pytest.mark.slow
def test_operators_are_timed_in_every_dtype_both_ways(worker: Any) -> None:
    for dtype in ("float32", "bfloat16", "float16"):
        task = {"what": "operators", "dtype": dtype, "elements": 512, "pairs": 5, "seed": 0, "order": 1}
        found = worker.operators(task)
        assert len(found["times"]) == 12 and all(len(times) == 5 for times in found["times"].values())
        assert all(0 < one < 1 for times in found["times"].values() for one in times)
        json.dumps(found)


@pytest.mark.slow
def test_a_network_is_timed_with_swish_with_relu_and_with_nothing(worker: Any) -> None:
    import torch

    task = {"network": "efficientnet_b0", "side": 64, "pairs": 5, "seed": 0, "order": 1}
    with torch.inference_mode():
        found = worker.whole(task)
    assert set(found["times"]) == {"swish", "relu", "none"} and 0 < found["share"] < 1

    def has(place: str, kind: str) -> int:
        return sum(type(one).__name__ == kind for one in worker.network("efficientnet_b0", 0, place).modules())

    swish = has("swish", "SiLU")
    assert swish > 0 and has("relu", "SiLU") == has("none", "SiLU") == 0
    assert has("relu", "ReLU") == has("none", "Identity") == swish
    with pytest.raises(ValueError, match="has no swish"):
        worker.network("resnet18", 0, "relu")


@pytest.mark.slow
@pytest.mark.usefixtures("torch_loaded")
def test_a_fresh_process_answers_and_one_that_cannot_ends_the_run() -> None:
    from experiments.activation_cost import timing

    params = ActivationCost(processes=1, side=64, network="resnet18")
    found = timing.ask(timing.cell(params, "bfloat16", 16 * KIB).task | {"order": 0}, worker=timing.WORKER)
    assert len(found["times"]["forward.swish"]) == params.pairs
    with pytest.raises(ExperimentError, match="has no swish"):
        timing.ask(timing.network(params).task | {"order": 0}, worker=timing.WORKER)
