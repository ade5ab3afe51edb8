"""What each dispatched operator costs: multiply-adds, bias additions, and other arithmetic.

A *multiply-add* (MAC) is one product that is added to a sum: convolutions, matrix products, attention. All taps of a
kernel count, those that fall on padding too, as every published figure has it. A *bias* is one addition per output.
*Other arithmetic* are single operations:

- batch norm in inference: 2 per element (a scale and a shift; 4 where statistics are computed), layer and group norm:
  8 (mean 1, variance 3, normalising 2, affine 2);
- softmax: 5 per element (maximum, subtraction, exp, sum, division);
- pooling: one per element of the window; adaptive pooling and reductions: one per element of the input;
- any other elementwise operator, activations too: one per element of the output, whatever exp or a division costs;
- interpolation: 7 per output when bilinear; nearest moves only.

An operator that only moves, views or makes data is free. One that is in neither list is not guessed: it is counted as
*unknown*, and named in the run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

# The kinds of operators, as tables and figures group them.
CONV, DEPTHWISE, LINEAR, ATTENTION = "convolution", "depthwise convolution", "linear", "attention"
BATCH_NORM, NORM, ACTIVATION, POOL = "batch norm", "other norm", "activation", "pooling"
ELEMENTWISE, SOFTMAX, OTHER, UNKNOWN = "add, multiply", "softmax", "other arithmetic", "unknown"
MAC_KINDS = (CONV, DEPTHWISE, LINEAR, ATTENTION)
KINDS = (*MAC_KINDS, BATCH_NORM, NORM, ACTIVATION, POOL, ELEMENTWISE, SOFTMAX, OTHER, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one call."""

    kind: str
    macs: int = 0
    bias: int = 0
    flops: int = 0
    outputs: int = 0  # elements that a convolution or a matrix product makes


Arguments = tuple[Any, ...]
Formula = Callable[[Arguments, dict[str, Any], Any], Cost]


def _numel(value: Any) -> int:
    return int(prod(value.shape))


def _first(out: Any) -> Any:
    return out[0] if isinstance(out, (tuple, list)) else out


def _convolution(args: Arguments, kwargs: dict[str, Any], out: Any) -> Cost:
    image, weight, bias = args[:3]
    transposed, groups = bool(args[6]), int(args[8])
    # A transposed convolution takes every input to a window of outputs, any other a window of inputs to every output.
    macs = _numel(image if transposed else out) * int(prod(weight.shape[1:]))
    depthwise = groups > 1 and groups == image.shape[1]
    made = _numel(out)
    return Cost(DEPTHWISE if depthwise else CONV, macs, made if bias is not None else 0, 0, made)


def _product(first: int, kind: str, *, bias: bool) -> Formula:
    """A matrix product whose left factor is argument `first`: every element of the result sums over its last axis."""

    def cost(args: Arguments, kwargs: dict[str, Any], out: Any) -> Cost:
        made = _numel(out)
        return Cost(kind, made * int(args[first].shape[-1]), made if bias else 0, 0, made)

    return cost


def _linear(args: Arguments, kwargs: dict[str, Any], out: Any) -> Cost:
    made = _numel(out)
    bias = args[2] if len(args) > 2 else kwargs.get("bias")
    return Cost(LINEAR, made * int(args[0].shape[-1]), made if bias is not None else 0, 0, made)


def _scaled_dot_product(args: Arguments, kwargs: dict[str, Any], out: Any) -> Cost:
    query, key, value = args[:3]
    scores = int(prod(query.shape[:-1])) * int(key.shape[-2])
    depth, width = int(query.shape[-1]), int(value.shape[-1])
    # Scores, their scaling and softmax, and the mean of the values.
    return Cost(ATTENTION, scores * (depth + width), 0, 6 * scores, scores + _numel(_first(out)))


def _native_attention(args: Arguments, kwargs: dict[str, Any], out: Any) -> Cost:
    """The whole of nn.MultiheadAttention in one kernel: both projections and what is between them."""
    query, width, heads = args[0], int(args[3]), int(args[4])
    batch, length = int(query.shape[0]), int(query.shape[1])
    tokens = batch * length
    scores = batch * heads * length * length
    macs = 4 * tokens * width * width + 2 * scores * (width // heads)
    return Cost(ATTENTION, macs, 4 * tokens * width, 6 * scores, 5 * tokens * width + scores)


def _per_output(kind: str, each: int = 1) -> Formula:
    return lambda args, kwargs, out: Cost(kind, flops=each * _numel(_first(out)))


def _per_input(kind: str, each: int = 1) -> Formula:
    return lambda args, kwargs, out: Cost(kind, flops=each * _numel(args[0]))


def _batch_norm(training: int | None) -> Formula:
    """`training`: where that argument stands; None where the operator is the one of inference."""

    def cost(args: Arguments, kwargs: dict[str, Any], out: Any) -> Cost:
        counted = 4 if training is not None and bool(args[training]) else 0
        return Cost(BATCH_NORM, flops=(2 + counted) * _numel(args[0]))

    return cost


def _affine_norm(weight: int) -> Formula:
    """A norm that computes its statistics; `weight`: where its scale stands."""
    return lambda args, kwargs, out: Cost(NORM, flops=(6 + 2 * (args[weight] is not None)) * _numel(args[0]))


def _window(args: Arguments, kwargs: dict[str, Any], out: Any) -> Cost:
    kernel = args[1]
    sides = list(kernel) if isinstance(kernel, (list, tuple)) else [kernel]
    axes = len(args[0].shape) - 2
    taps = int(prod(sides if len(sides) > 1 else sides * axes))
    return Cost(POOL, flops=taps * _numel(_first(out)))


def _mean(args: Arguments, kwargs: dict[str, Any], out: Any) -> Cost:
    """A mean over space is a pooling, under whatever name."""
    axes = args[1] if len(args) > 1 else None
    spatial = axes is not None and len(args[0].shape) >= 4 and len(list(axes)) >= 2
    return Cost(POOL if spatial else OTHER, flops=_numel(args[0]))


def _table() -> dict[str, Formula]:
    table: dict[str, Formula] = {
        "convolution": _convolution,
        "_convolution": _convolution,
        "mm": _product(0, LINEAR, bias=False),
        "mv": _product(0, LINEAR, bias=False),
        "addmm": _product(1, LINEAR, bias=True),
        "addmv": _product(1, LINEAR, bias=True),
        "linear": _linear,
        "bmm": _product(0, ATTENTION, bias=False),
        "baddbmm": _product(1, ATTENTION, bias=True),
        "_native_multi_head_attention": _native_attention,
        "native_batch_norm": _batch_norm(5),
        "cudnn_batch_norm": _batch_norm(5),
        "_native_batch_norm_legit": _batch_norm(5),
        "_native_batch_norm_legit_no_training": _batch_norm(None),
        "native_layer_norm": _affine_norm(2),
        "native_group_norm": _affine_norm(1),
        "mean": _mean,
        "linalg_vector_norm": _per_input(OTHER, 2),
        "upsample_bilinear2d": _per_output(OTHER, 7),
        "grid_sampler_2d": _per_output(OTHER, 7),
    }
    attention = ("flash_attention", "flash_attention_for_cpu", "efficient_attention", "cudnn_attention")
    for name in (*attention, "fused_attention_overrideable", "attention_math"):
        table[f"_scaled_dot_product_{name}"] = _scaled_dot_product
    table["scaled_dot_product_attention"] = _scaled_dot_product
    for name in ("_softmax", "_safe_softmax", "_log_softmax"):
        table[name] = _per_output(SOFTMAX, 5)
    for name in ("max_pool2d_with_indices", "max_pool2d", "max_pool3d_with_indices", "avg_pool2d", "avg_pool3d"):
        table[name] = _window
    for name in ("_adaptive_avg_pool2d", "_adaptive_avg_pool3d", "adaptive_max_pool2d"):
        table[name] = _per_input(POOL)
    for name in ACTIVATIONS:
        table[name] = _per_output(ACTIVATION)
    for name in ELEMENTWISES:
        table[name] = _per_output(ELEMENTWISE)
    for name in OTHERS:
        table[name] = _per_output(OTHER)
    for name in ("sum", "amax", "amin", "max", "min", "argmax", "cumsum", "prod"):
        table[name] = _per_input(OTHER)
    return table


ACTIVATIONS = (
    *("relu", "silu", "gelu", "hardswish", "hardsigmoid", "hardtanh", "sigmoid", "tanh", "elu", "leaky_relu"),
    *("softplus", "mish", "_prelu_kernel", "selu", "celu", "log_sigmoid_forward"),
)
ELEMENTWISES = ("add", "sub", "rsub", "mul", "div", "neg", "addcmul")
OTHERS = (
    *("exp", "log", "sqrt", "rsqrt", "pow", "abs", "sin", "cos", "clamp", "clamp_min", "clamp_max", "maximum"),
    *("minimum", "eq", "ne", "lt", "le", "gt", "ge", "logical_not", "logical_and", "where", "floor", "round"),
    *("reciprocal", "erf", "square", "floor_divide", "remainder", "bitwise_not", "bitwise_and", "log2"),
)
# These make, move or view data.
_FREE = """
    view _unsafe_view reshape expand t transpose permute slice select unsqueeze squeeze alias as_strided split
    split_with_sizes chunk unbind detach movedim diagonal unfold broadcast_tensors
    clone copy _to_copy cat stack index _unsafe_index index_select gather roll flip repeat scatter index_put embedding
    constant_pad_nd reflection_pad2d masked_fill tril triu im2col pixel_shuffle pixel_unshuffle channel_shuffle
    native_channel_shuffle upsample_nearest2d dropout native_dropout resize
    empty empty_like empty_strided new_empty new_zeros new_ones new_full zeros ones full full_like zeros_like ones_like
    zero fill arange linspace scalar_tensor lift_fresh rand randn randint bernoulli _local_scalar_dense _assert_async
"""
FREE = frozenset(_FREE.split())
TABLE = _table()


def cost(name: str, args: Arguments, kwargs: dict[str, Any], out: Any) -> Cost | None:
    """Of one call of an operator, by its name without namespace and overload; None where it is free."""
    # An operator in place (`relu_`) costs what it costs out of place.
    plain = name[:-1] if name.endswith("_") and not name.startswith("__") and name[:-1] in TABLE else name
    if plain in TABLE:
        return TABLE[plain](args, kwargs, out)
    if name in FREE or name.removesuffix("_") in FREE:
        return None
    return Cost(UNKNOWN)
