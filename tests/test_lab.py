"""What an author imports, and a draft of an experiment as they write it."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import pytest
from pydantic import Field

from studyctl import lab
from studyctl.lab import ExperimentError, Params, Run, draft, experiment


class Decay(Params):
    rate: float = Field(0.5, gt=0)
    dtype: Literal["float32", "float16"] = "float32"
    seed: int = 0


@experiment(title="Decay", presets={"quick": {"rate": 0.25}})
def decay(params: Decay, run: Run) -> None:
    """A whole experiment in a few lines."""
    values = []
    for step in run.track(range(4), "steps"):
        values.append(np.float32(params.rate) ** step)
        run.metric("value", values[-1], step=step)
    run.metric("noise", np.random.default_rng(run.seed).normal())
    run.metric("global_noise", np.random.normal())
    figure, axes = plt.subplots()
    axes.plot(values)
    run.figure("decay", figure, title="Decay by step")
    run.table("values", {"step": range(4), "value": values})
    run.finding(
        "decay", claim="it decays", when="value < 0.2", unless="value >= 1", text="down to {value:.3f} at {rate}"
    )


def test_everything_promised_can_be_imported() -> None:
    assert all(hasattr(lab, name) for name in lab.__all__)


def test_a_draft(tmp_path: Path) -> None:
    run = draft(decay, preset="quick", folder=tmp_path)
    assert (run.experiment, run.state, run.preset, run.changed) == ("decay", "finished", "quick", ())
    assert run.params == {"rate": 0.25, "dtype": "float32", "seed": 0}
    assert run.findings[0].verdict == "supported"
    assert run.findings[0].text == "down to 0.016 at 0.25"
    assert [a.path for a in run.artifacts] == [
        "figures/decay.png",
        "figures/decay.svg",
        "tables/values.csv",
        "tables/values.json",
    ]
    assert all((tmp_path / "artifacts" / a.path).stat().st_size == a.size for a in run.artifacts)
    assert plt.get_fignums() == []
    assert run.value("value") == 0.25**3
    assert run.finding("decay") is run.findings[0]
    with pytest.raises(KeyError, match="no metric 'valu'; there are value, noise"):
        run.value("valu")
    with pytest.raises(KeyError, match="no finding 'fall'; there are decay"):
        run.finding("fall")
    assert not (tmp_path / "run.json").exists()


def test_the_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    first, second = (draft(decay, folder=tmp_path / name) for name in ("a", "b"))
    assert first.metrics == second.metrics
    # The figures too, byte for byte.
    assert first.artifacts == second.artifacts
    other = draft(decay, folder=tmp_path / "c", seed=1)
    assert other.changed == ("seed",)
    assert [m.value for m in other.metrics[1:]] != [m.value for m in first.metrics[1:]]


def test_a_draft_refuses_what_a_run_refuses(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="rate = -1"):
        draft(decay, folder=tmp_path, rate=-1)
    with pytest.raises(ExperimentError, match="no parameter 'rat'"):
        draft(decay, folder=tmp_path, rat=1)
    with pytest.raises(ExperimentError, match="is no experiment"):
        draft(test_a_draft)


def wrong_count(params: Decay) -> None: ...


def wrong_type(params: dict[str, int], run: Run) -> None: ...


def wrong_name(params: Nowhere, run: Run) -> None: ...  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("function", "said"),
    [(wrong_count, "takes 1 arguments"), (wrong_type, "not annotated with a class"), (wrong_name, "Nowhere")],
)
def test_a_signature_that_cannot_be_called(function: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=said):
        draft(experiment(title="T")(function), folder=tmp_path)  # type: ignore[type-var]


@experiment(title="Returns")
def returns(params: Decay, run: Run) -> None:
    return {"loss": 1}  # type: ignore[return-value]


def test_a_draft_says_what_a_run_says(tmp_path: Path) -> None:
    assert draft(returns, folder=tmp_path).provenance["warnings"] == [
        "its function returned a dict, which is recorded nowhere: run.metrics(…)"
    ]


def test_an_experiment_that_fails_leaves_no_file_open(tmp_path: Path) -> None:
    @experiment(title="Fails")
    def fails(params: Decay, run: Run) -> None:
        run.metric("value", 1.0)
        raise KeyError("nothing")

    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with pytest.raises(KeyError, match="nothing"):
            draft(fails, folder=tmp_path)
        gc.collect()
    assert '"value": 1.0' in (tmp_path / "metrics.jsonl").read_text()
