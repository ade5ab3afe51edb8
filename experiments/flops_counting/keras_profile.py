"""tf.profiler on Keras' networks, in a process of its own: TensorFlow and torch do not share one.

The profiler walks the frozen graph of inference. It has 2 for a multiply-add of a convolution or a matrix product (the
taps of padding among them), 1 for an element of a bias, an addition, a subtraction, a multiplication, a division or a
maximum, 2 of a reciprocal root, 5 of a softmax, 1 for an element that a mean reads, 1 for each tap of max pooling. It
has nothing for ReLU, sigmoid and the like. Batch norm is not fused there: it is a multiplication and an addition for an
element, and a few operations for a channel.

This file runs as a script, `keras_profile.py NETWORK SIDE`, and prints what it found as JSON.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import math
import sys
from typing import Any

# Operators that are multiply-adds, and what the profiler has for an element of others.
MULTIPLY_ADDS = ("Conv2D", "DepthwiseConv2dNative", "MatMul")
EACH_OUTPUT = {
    **dict.fromkeys(("BiasAdd", "AddV2", "Add", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Square", "Neg"), 1),
    "Rsqrt": 2,
    "Softmax": 5,
}


def installed() -> bool:
    """Whether TensorFlow can be imported; it is in no extra that this experiment requires."""
    return importlib.util.find_spec("tensorflow") is not None and importlib.util.find_spec("keras") is not None


def profile(network: str, side: int) -> dict[str, Any]:
    """What the profiler has for a network of keras.applications: by operator, measured and explained, and by cause."""
    from .processes import answer  # not above: as a script, this file is in no package

    environment = {"CUDA_VISIBLE_DEVICES": "", "KERAS_BACKEND": "tensorflow"}
    return answer(__file__, f"tf.profiler on {network}", network, side, environment=environment)


def _main(network: str, side: int) -> None:
    with contextlib.redirect_stdout(sys.stderr):
        found = _profiled(network, side)
    sys.stdout.write(json.dumps(found) + "\n")


def _profiled(network: str, side: int) -> dict[str, Any]:
    import keras
    import tensorflow as tf
    from tensorflow.python.framework import convert_to_constants

    model = getattr(keras.applications, network)(weights=None, input_shape=(side, side, 3))
    picture = tf.TensorSpec((1, side, side, 3), tf.float32)
    function = tf.function(lambda x: model(x, training=False)).get_concrete_function(picture)
    _, graph_def = convert_to_constants.convert_variables_to_constants_v2_as_graph(function)
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(graph_def, name="")
        v1 = tf.compat.v1.profiler
        options = v1.ProfileOptionBuilder(v1.ProfileOptionBuilder.float_operation()).with_empty_output().build()
        root = v1.profile(graph, options=options, cmd="op")
        measured: dict[str, int] = {}
        _walk(root, measured)
        operators = [
            (op.type, op.name, [_shape(one) for one in op.inputs], _shape(op.outputs[0]), _taps(op))
            for op in graph.get_operations()
            if op.outputs
        ]
    explained: dict[str, int] = {}
    causes: dict[str, int] = {}
    for kind, name, inputs, output, taps in operators:
        flops = _rule(kind, inputs, output, taps)
        if flops:
            explained[kind] = explained.get(kind, 0) + flops
            cause = _cause(kind, name)
            causes[cause] = causes.get(cause, 0) + flops
    return {"measured": measured, "explained": explained, "causes": causes, "parameters": model.count_params()}


def _walk(node: Any, into: dict[str, int]) -> None:
    if node.float_ops:
        into[node.name] = into.get(node.name, 0) + int(node.float_ops)
    for child in node.children:
        _walk(child, into)


def _shape(tensor: Any) -> list[int]:
    dims = tensor.shape.as_list() if tensor.shape.rank is not None else []
    return [int(one) for one in dims if one is not None]


def _taps(op: Any) -> int:
    return math.prod(op.get_attr("ksize")) if op.type == "MaxPool" else 0


def _rule(kind: str, inputs: list[list[int]], output: list[int], taps: int) -> int:
    """What the profiler has for one operator, from its shapes; multiply-adds are held against our own count instead."""
    made = math.prod(output)
    if kind in EACH_OUTPUT:
        return EACH_OUTPUT[kind] * made
    if kind == "Mean":
        return math.prod(inputs[0])
    return taps * made


def _cause(kind: str, name: str) -> str:
    if "batchnorm" in name.lower():
        return "batch norm"
    if kind in ("Mean", "MaxPool"):
        return "pooling"
    return {"BiasAdd": "bias", "Softmax": "softmax"}.get(kind, "add, multiply")


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
