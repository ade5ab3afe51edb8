"""XLA's cost analysis of Keras' networks, in a process of its own: Keras computes with jax there.

XLA tells one figure for a whole graph. So each operator of the network (of its jaxpr) is given to XLA by itself as
well, and held against its rule: 2 for a multiply-add of a convolution or a matrix product, but for the taps that fall
on padding; 1 for an output of an addition, a multiplication, a maximum and the like; 3 for a sigmoid; one less than
their inputs for an output of a sum, a maximum or a pooling window; nothing for exponentials and roots, which it counts
apart. Weights are arguments: XLA folds constants that change nothing, such as the zeros that a bias begins with.

This file runs as a script, `xla_cost.py NETWORK SIDE`, and prints what it found as JSON.
Source: the documentation of jax.stages, `Lowered.cost_analysis`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

PRODUCTS = ("conv_general_dilated", "dot_general")
# What it has for an output of these.
EACH_OUTPUT = {**dict.fromkeys(("add", "sub", "mul", "div", "max", "min", "neg"), 1), "logistic": 3}
REDUCED = ("reduce_sum", "reduce_max")
WINDOWS = ("reduce_window_max", "reduce_window_sum")
# How far the figure of a whole graph may be from the sum of its operators: it is a number of 24 bits, to which each
# operator is added, and constants of the preprocessing that change nothing are folded.
APART = 1e-3


def missing() -> str:
    """What has to be installed for it; nothing where all is there."""
    return " ".join(name for name in ("keras", "jax") if importlib.util.find_spec(name) is None)


def profile(network: str, side: int) -> dict[str, Any]:
    """What XLA has for a network of keras.applications: by operator, measured and explained, and for the whole."""
    from .processes import answer  # not above: as a script, this file is in no package

    environment = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    return answer(__file__, f"XLA's cost analysis of {network}", network, side, environment=environment)


def rule(name: str, inputs: list[tuple[int, ...]], output: tuple[int, ...], about: Mapping[str, Any]) -> int:
    """What XLA has for one operator, from its shapes; `about` holds the parameters of the primitive."""
    made = math.prod(output)
    if name in EACH_OUTPUT:
        return EACH_OUTPUT[name] * made
    if name in REDUCED:
        return math.prod(inputs[0]) - made
    if name in WINDOWS:
        window: tuple[int, ...] = about["window_dimensions"]
        return (math.prod(window) - 1) * made
    if name == "dot_general":
        summed: tuple[int, ...] = about["dimension_numbers"][0][0]
        return 2 * made * math.prod(inputs[0][at] for at in summed)
    return 2 * multiply_adds(inputs, output, about)[0] if name == "conv_general_dilated" else 0


def multiply_adds(inputs: list[tuple[int, ...]], output: tuple[int, ...], about: Mapping[str, Any]) -> tuple[int, int]:
    """Of a convolution: those with a value of the image, and all, the taps on padding among them."""
    image, kernel, made = about["dimension_numbers"]  # of each: batch (or channels out), channels, then the places
    inside = whole = 1
    for at, (stride, spread, (before, _)) in enumerate(
        zip(about["window_strides"], about["rhs_dilation"], about["padding"], strict=True)
    ):
        size, taps, places = inputs[0][image[2 + at]], inputs[1][kernel[2 + at]], output[made[2 + at]]
        whole *= places * taps
        inside *= sum(0 <= at * stride + tap * spread - before < size for at in range(places) for tap in range(taps))
    each = inputs[0][image[0]] * inputs[1][kernel[1]] * output[made[1]]
    return inside * each, whole * each


# -- in a process of its own -------------------------------------------------------------------------------------------


def _profiled(network: str, side: int) -> dict[str, Any]:
    import jax
    import keras

    model = getattr(keras.applications, network)(weights=None, input_shape=(side, side, 3))
    given = (
        [variable.value for variable in model.trainable_variables],
        [variable.value for variable in model.non_trainable_variables],
        jax.ShapeDtypeStruct((1, side, side, 3), "float32"),
    )

    def scores(weights: Any, others: Any, picture: Any) -> Any:
        return model.stateless_call(weights, others, picture, training=False)[0]

    whole = jax.jit(scores).lower(*given).cost_analysis()
    graph = jax.make_jaxpr(scores)(*given).jaxpr
    measured: dict[str, float] = {}
    explained: dict[str, int] = {}
    padding = 0
    known: dict[str, float] = {}
    for one in _operators(graph, set(graph.invars)):
        name, shapes = one.primitive.name, [tuple(each.aval.shape) for each in one.invars]
        key = f"{name} {one.params} {[each.aval for each in one.invars]}"
        if key not in known:
            known[key] = _alone(one)
        output = tuple(one.outvars[0].aval.shape)
        measured[name] = measured.get(name, 0.0) + known[key]
        explained[name] = explained.get(name, 0) + rule(name, shapes, output, one.params)
        if name == "conv_general_dilated":
            inside, taps = multiply_adds(shapes, output, one.params)
            padding += taps - inside
    counted = [name for name in measured if measured[name] or explained[name]]
    return {
        "whole": float(whole["flops"]),
        "measured": {name: measured[name] for name in counted},
        "explained": {name: explained[name] for name in counted},
        "padding": padding,
        "parameters": model.count_params(),
    }


def _operators(graph: Any, live: set[Any]) -> Iterator[Any]:
    """Every equation that depends on what the network is given, those of functions that it calls among them."""
    from jax.extend.core import Literal

    for one in graph.eqns:
        depends = [not isinstance(each, Literal) and each in live for each in one.invars]
        if not any(depends):
            continue
        live.update(one.outvars)
        called = one.params.get("jaxpr", one.params.get("call_jaxpr"))
        if called is None:
            yield one
            continue
        inner = getattr(called, "jaxpr", called)
        yield from _operators(inner, {each for each, yes in zip(inner.invars, depends, strict=True) if yes})


def _alone(one: Any) -> float:
    """What XLA has for a graph of this operator alone."""
    import jax

    given = [jax.ShapeDtypeStruct(each.aval.shape, each.aval.dtype) for each in one.invars]
    cost = jax.jit(lambda *values: one.primitive.bind(*values, **one.params)).lower(*given).cost_analysis()
    return float((cost or {}).get("flops", 0.0))


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        answer = _profiled(sys.argv[1], int(sys.argv[2]))
    sys.stdout.write(json.dumps(answer) + "\n")
