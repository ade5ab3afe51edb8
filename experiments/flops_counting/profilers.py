"""Other counters, run on the same models, and what explains each of their figures operator by operator.

- **FlopCounterMode** (torch) has 2 for a multiply-add of a convolution, a matrix product and attention, and nothing
  else. Which operators it sees depends on the device: the attention of nn.MultiheadAttention is one kernel on the
  processor, `_native_multi_head_attention`, which it has no formula for.
- **fvcore** has 1 for a multiply-add, 2 for an element of an affine batch norm (1 without), 5 of a layer norm (4),
  1 for an element that adaptive pooling reads, 4 for an output of bilinear interpolation. It traces the model, so it
  needs tensors with data.

- **tf.profiler**, on Keras' networks of the same kind: `keras_profile`. **XLA's cost analysis** of them: `xla_cost`.

A *residual* is what a counter has for an operator, less what its rule makes of our own count. An operator whose
residual is not zero is not understood.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections import Counter
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from . import keras_profile as keras
from . import xla_cost as xla
from .counting import Count, Op
from .formulas import BATCH_NORM, NORM


@dataclass(frozen=True, slots=True)
class Line:
    """One operator of one counter on one model."""

    counter: str
    model: str
    operator: str
    rule: str
    measured: float
    explained: float

    @property
    def residual(self) -> float:
        return self.measured - self.explained


@dataclass(frozen=True, slots=True)
class Profile:
    """A counter's figure of a model, operator by operator, beside our multiply-adds of the same pass."""

    counter: str
    model: str
    lines: list[Line]
    macs: int
    parts: dict[str, float]  # what makes the counter's figure differ from our multiply-adds, by cause

    @property
    def total(self) -> float:
        return sum(one.measured for one in self.lines)

    @property
    def residual(self) -> float:
        """What no rule explains, whatever its sign."""
        return sum(abs(one.residual) for one in self.lines)

    @property
    def explained(self) -> float:
        """The share of the difference from our multiply-adds that named causes account for."""
        spread = sum(abs(value) for value in self.parts.values())
        return 1.0 if spread + self.residual == 0 else spread / (spread + self.residual)


TORCH, TORCH_CPU, FVCORE, KERAS = "FlopCounterMode", "FlopCounterMode, processor", "fvcore", "tf.profiler"
XLA = "XLA cost analysis"
ACTIVATIONS = ("max", "min", "logistic")  # ReLU, ReLU6 and sigmoid, as XLA sees them
XLA_RULES = {
    **{name: f"{number} an output" for name, number in xla.EACH_OUTPUT.items()},
    **dict.fromkeys(xla.REDUCED, "inputs less outputs"),
    **dict.fromkeys(xla.WINDOWS, "1 less than its taps an output"),
}
# Networks that Keras has as well, layer by layer: its ResNet50 is the paper's.
TWINS = {"resnet50_v1": "ResNet50", "mobilenet_v1": "MobileNet", "efficientnet_b0": "EfficientNetB0"}
TWIN_SIDE = 224

XLA_CAUSES = {**dict.fromkeys((*xla.REDUCED, *xla.WINDOWS), "pooling"), **dict.fromkeys(ACTIVATIONS, "activation")}


def torch_profile(name: str, model: nn.Module, counted: Count, *inputs: Any, on: str = TORCH) -> Profile:
    """FlopCounterMode on the pass that was counted."""
    with torch.no_grad(), FlopCounterMode(display=False) as mode:
        model(*inputs)
    found = {str(op).removeprefix("aten."): float(n) for op, n in mode.get_flop_counts()["Global"].items()}
    ours: Counter[str] = Counter()
    for op in counted.ops:
        if op.cost.macs:
            ours[op.name] += op.cost.macs
    parts: dict[str, float] = {"2 x": float(sum(ours[key] for key in found))}
    lines = [Line(on, name, key, "2 x multiply-adds", n, 2.0 * ours[key]) for key, n in found.items()]
    for missing in ours.keys() - found.keys():
        lines.append(Line(on, name, missing, "not counted", 0.0, 0.0))
        parts["attention not counted"] = parts.get("attention not counted", 0.0) - ours[missing]
    return Profile(on, name, lines, counted.macs, parts)


def has_fvcore() -> bool:
    """Whether it can be imported; it is in no extra."""
    return importlib.util.find_spec("fvcore") is not None


def fvcore_profile(name: str, model: nn.Module, counted: Count, *inputs: Any) -> Profile:
    """fvcore on a model with data; `counted` is our count of the same pass, on tensors with data."""
    with torch.no_grad(), warnings.catch_warnings():
        # Of its imports and of the tracer: constants, and that scripting and tracing are deprecated.
        warnings.simplefilter("ignore")
        from fvcore.nn import FlopCountAnalysis

        analysis = FlopCountAnalysis(model, inputs)
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        found = {str(key): float(n) for key, n in analysis.by_operator().items()}
    explained: Counter[str] = Counter()
    rules: dict[str, str] = {}
    parts: Counter[str] = Counter()
    for op in counted.ops:
        traced, rule, flops, cause = _fvcore_rule(op)
        if traced:
            explained[traced] += flops
            rules[traced] = rule
        if cause:
            parts[cause] += flops if flops else -op.cost.macs
    lines = [
        Line(FVCORE, name, key, rules.get(key, "no rule"), found.get(key, 0.0), float(explained[key]))
        for key in sorted(found.keys() | explained.keys())
    ]
    return Profile(FVCORE, name, lines, counted.macs, {key: float(value) for key, value in parts.items()})


TRACED = {"convolution": "conv", "addmm": "linear", "mm": "linear", "bmm": "matmul"}


def _fvcore_rule(op: Op) -> tuple[str, str, int, str]:
    """The operator that fvcore's trace shows, the rule, what it makes of this call, and why it is no multiply-add."""
    if op.name in TRACED:
        return TRACED[op.name], "1 x multiply-adds", op.cost.macs, ""
    if op.cost.kind == BATCH_NORM:
        return "batch_norm", "2 an element (1 without affine)", (2 if op.affine else 1) * op.inputs, "batch norm"
    if op.cost.kind == NORM:
        name = "layer_norm" if "layer" in op.name else "group_norm"
        return name, "5 an element (4 without affine)", (5 if op.affine else 4) * op.inputs, "other norm"
    if op.adaptive or op.name == "_adaptive_avg_pool2d":
        return "adaptive_avg_pool2d", "1 an element of the input", op.inputs, "pooling"
    if op.name == "upsample_bilinear2d":
        return "upsample_bilinear2d", "4 an output", 4 * (op.cost.flops // 7), "interpolation"
    if op.cost.macs:
        return "", "not counted", 0, "attention not counted"
    return "", "", 0, ""


def keras_profile(name: str, counted: Count) -> Profile:
    """tf.profiler on Keras' twin of a network; its multiply-adds are held against our count of the other."""
    found = keras.profile(TWINS[name], TWIN_SIDE)
    measured, explained = dict(found["measured"]), found["explained"]
    products = [measured.pop(key, 0) for key in keras.MULTIPLY_ADDS]
    lines = [
        Line(KERAS, name, ", ".join(keras.MULTIPLY_ADDS), "2 x multiply-adds", float(sum(products)), 2.0 * counted.macs)
    ]
    for key in sorted(measured.keys() | explained.keys()):
        rule = f"{keras.EACH_OUTPUT[key]} an output" if key in keras.EACH_OUTPUT else "1 an input, or a tap"
        lines.append(Line(KERAS, name, key, rule, float(measured.get(key, 0)), float(explained.get(key, 0))))
    parts = {"2 x": float(counted.macs)} | {key: float(value) for key, value in found["causes"].items()}
    return Profile(KERAS, name, lines, counted.macs, parts)


def xla_profile(name: str, counted: Count) -> tuple[Profile, float]:
    """XLA's cost analysis of Keras' twin of a network, and the share by which its figure of the whole is apart.

    Its multiply-adds are held against our count of the other, less the taps on padding.
    """
    found = xla.profile(TWINS[name], TWIN_SIDE)
    measured, explained = dict(found["measured"]), found["explained"]
    products = sum(measured.pop(key, 0.0) for key in xla.PRODUCTS)
    lines = [
        Line(
            XLA, name, ", ".join(xla.PRODUCTS), "2 x multiply-adds, none on padding", products,
            2.0 * (counted.macs - found["padding"]),
        )
    ]  # fmt: skip
    parts = {"2 x": float(counted.macs), "padding": -2.0 * found["padding"]}
    for key in sorted(measured.keys() | explained.keys() - set(xla.PRODUCTS)):
        lines.append(Line(XLA, name, key, XLA_RULES.get(key, "no rule"), measured.get(key, 0.0), float(explained[key])))
        cause = XLA_CAUSES.get(key, "add, multiply")
        parts[cause] = parts.get(cause, 0.0) + explained[key]
    made = Profile(XLA, name, lines, counted.macs, parts)
    return made, abs(found["whole"] / made.total - 1)
