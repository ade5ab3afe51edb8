"""What a type checker tells an author before anything runs: one mistake a line, marked with mypy's name for it."""

from __future__ import annotations

from studyctl.lab import Params, Run, experiment, param, recording


class Wrong(Params):
    count: int = param("three")  # error: assignment
    rate: float = param(0.5, gt="zero")  # error: arg-type


@experiment("title")  # error: call-arg
def positional(params: Wrong, run: Run) -> None: ...


@experiment(title="T", measure=["time"])  # error: call-arg
def misspelt(params: Wrong, run: Run) -> None:
    run.metric("loss", "high")  # error: arg-type
    run.metric("loss", None)  # error: arg-type
    run.metric("loss", 1.0, step="one")  # error: arg-type
    run.metrics([("loss", 1.0)])  # error: arg-type
    run.table("t", 3)  # error: arg-type
    run.text("t", b"bytes")  # error: arg-type
    run.track(5, "steps")  # error: arg-type
    run.finding("f", "text")  # error: call-arg
    run.finding("f", text="t", when=True)  # error: arg-type
    run.step(3)  # error: arg-type
    run.metrik("loss", 1.0)  # error: attr-defined
    print(params.cuont)  # error: attr-defined


with recording("x", param={"a": 1}) as run:  # error: call-arg
    pass
