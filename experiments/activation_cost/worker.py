"""One fresh process of a timing: reads a task as JSON on stdin, measures, writes what it measured as JSON on stdout.

It is run as a script and imports nothing of the workspace, so that a process has done nothing before but load torch.
The checks import the same operators from here.

Tasks, by `what`:

    operators   every activation forward and backward on tensors of one size and dtype, in rounds of random order
    network     one network with swish, with relu and with nothing in its place, in rounds of random order; then with
                swish under torch's profiler: the share of its operators' own time that is swish's
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

BLOCK_S = 0.010  # a timed block takes at least this long
WARM_S, WARM_CALLS, WARM_MOST_S, WARM_AGREE = 1.0, 3, 15.0, 0.05  # the seconds are for all arms together

Call = Callable[[], Any]


# -- operators ---------------------------------------------------------------------------------------------------------


@dataclass
class Buffers:
    """All tensors of a process, made once: no call allocates, but where its comment says so."""

    x: torch.Tensor
    grad: torch.Tensor  # of the output
    sigmoid: torch.Tensor  # of x, as forward has left it
    out: torch.Tensor
    first: torch.Tensor  # between steps
    second: torch.Tensor


def buffers(elements: int, dtype: str, seed: int) -> Buffers:
    """Standard normal inputs and gradients."""
    generator = torch.Generator().manual_seed(seed)
    x, grad = (torch.randn(elements, generator=generator).to(getattr(torch, dtype)) for _ in range(2))
    out, first, second = (torch.zeros_like(x) for _ in range(3))  # zeros: every page is there before it is timed
    return Buffers(x, grad, torch.sigmoid(x), out, first, second)


def forward(b: Buffers) -> dict[str, Call]:
    """Every activation into `out`, and a copy as the floor: it too reads one tensor and writes one."""

    def unfused() -> None:
        torch.sigmoid(b.x, out=b.first)
        torch.mul(b.x, b.first, out=b.out)

    functions = torch._C._nn  # what torch.nn.functional calls; that has no `out`
    return {
        "floor": lambda: b.out.copy_(b.x),
        "relu": lambda: torch.clamp_min(b.x, 0, out=b.out),  # what aten::relu is on a processor
        "swish": lambda: functions.silu(b.x, out=b.out),
        "unfused": unfused,
        "hard-swish": lambda: functions.hardswish(b.x, out=b.out),
        "gelu": lambda: functions.gelu(b.x, out=b.out),
    }


def backward(b: Buffers) -> dict[str, Call]:
    """The gradient of the input into `out`, as autograd has it computed; the floor reads two tensors and writes one."""
    ops = torch.ops.aten

    def unfused() -> None:  # of the product by each factor, through the sigmoid, and their sum
        torch.mul(b.grad, b.sigmoid, out=b.out)
        torch.mul(b.grad, b.x, out=b.first)
        ops.sigmoid_backward.grad_input(b.first, b.sigmoid, grad_input=b.second)
        b.out.add_(b.second)

    def hard_swish() -> None:  # has no variant with an output: it allocates one, which the allocator has kept
        b.first = ops.hardswish_backward.default(b.grad, b.x)

    return {
        "floor": lambda: torch.mul(b.grad, b.x, out=b.out),
        "relu": lambda: ops.threshold_backward.grad_input(b.grad, b.x, 0, grad_input=b.out),
        "swish": lambda: ops.silu_backward.grad_input(b.grad, b.x, grad_input=b.out),
        "unfused": unfused,
        "hard-swish": hard_swish,
        "gelu": lambda: ops.gelu_backward.grad_input(b.grad, b.x, grad_input=b.out),
    }


# -- networks ----------------------------------------------------------------------------------------------------------


def network(name: str, seed: int, place: str) -> nn.Module:
    """A torchvision model with the weights that it begins its training with, and what stands in swish's place."""
    from torchvision import models

    torch.manual_seed(seed)
    model: nn.Module = models.get_model(name, weights=None)
    makes: dict[str, Callable[[], nn.Module]] = {"relu": lambda: nn.ReLU(inplace=True), "none": nn.Identity}
    found = 0
    for module in list(model.modules()):
        for child_name, child in list(module.named_children()):
            if isinstance(child, nn.SiLU):
                found += 1
                if place in makes:
                    setattr(module, child_name, makes[place]())
    if not found:
        raise ValueError(f"{name} has no swish")
    return model


def settled(model: nn.Module, images: torch.Tensor) -> nn.Module:
    """Its batch norms know the images, so that values stay of order one whatever stands between: none is denormal."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    model.train()(images)
    model.eval()
    out = model(images)
    if not bool(torch.isfinite(out).all()) or float(out.std()) == 0:
        raise ValueError("the network gives values that are not finite, or all alike")
    return model


def passes(task: dict[str, Any]) -> dict[str, Call]:
    """One pass of the network for inference, channels_last, a function for each thing in swish's place."""
    generator = torch.Generator().manual_seed(task["seed"])
    images = torch.randn(1, 3, task["side"], task["side"], generator=generator)
    images = images.to(memory_format=torch.channels_last)

    def one(place: str) -> Call:
        model = settled(network(task["network"], task["seed"], place), images)
        model = model.to(memory_format=torch.channels_last)
        return lambda: model(images)

    return {place: one(place) for place in ("swish", "relu", "none")}


# -- clocks ------------------------------------------------------------------------------------------------------------


def block(run: Call, calls: int) -> float:
    """Seconds of one call, over a block of them."""
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) / calls


def warm(run: Call, share: float) -> tuple[int, bool]:
    """Until two blocks in a row agree, for its share of a second and three calls at least.

    How many calls make a block, and whether they ever agreed.
    """
    begun, done, before = time.perf_counter(), 1, block(run, 1)
    while True:
        calls = max(1, min(100_000, int(-(-BLOCK_S // before))))
        now = statistics.median(block(run, calls) for _ in range(3))
        done += 3 * calls
        spent = time.perf_counter() - begun
        agree = abs(now - before) <= WARM_AGREE * before
        before = now
        if spent >= share * WARM_MOST_S or (spent >= share * WARM_S and done >= WARM_CALLS and agree):
            return max(1, int(-(-BLOCK_S // now))), agree


def faults() -> int:
    """Minor page faults of this process so far; -1 where the platform does not tell."""
    try:
        import resource
    except ImportError:
        return -1
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def rounds(arms: dict[str, Call], task: dict[str, Any]) -> dict[str, Any]:
    """Every arm once a round, in a random order: seconds of one call, a block's mean, and page faults of one call."""
    # They share one thread pool, clock and set of tensors, so they share the time to warm up too.
    warmed = {name: warm(run, 1 / len(arms)) for name, run in arms.items()}
    calls = {name: number for name, (number, _) in warmed.items()}
    order = random.Random(task["order"])
    times: dict[str, list[float]] = {name: [] for name in arms}
    faulted = dict.fromkeys(arms, 0)
    for _ in range(task["pairs"]):
        for name in order.sample(list(arms), len(arms)):
            arms[name]()  # what the arm before has left in the caches is not this one's
            before = faults()
            times[name].append(block(arms[name], calls[name]))
            faulted[name] += faults() - before
    return {
        "times": times,
        "faults": {name: faulted[name] / (task["pairs"] * calls[name]) for name in arms},
        "settled": all(agreed for _, agreed in warmed.values()),
    }


# -- tasks -------------------------------------------------------------------------------------------------------------


def operators(task: dict[str, Any]) -> dict[str, Any]:
    b = buffers(task["elements"], task["dtype"], task["seed"])
    arms = {f"forward.{name}": run for name, run in forward(b).items()}
    arms |= {f"backward.{name}": run for name, run in backward(b).items()}
    return rounds(arms, task)


def whole(task: dict[str, Any]) -> dict[str, Any]:
    arms = passes(task)
    return rounds(arms, task) | {"share": share(arms["swish"], task["pairs"])}


def share(run: Call, times: int) -> float:
    """Of swish in the own time of all operators, as the profiler sees it."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiler

    with profiler(activities=[ProfilerActivity.CPU]) as seen:
        for _ in range(times):
            run()
    spent = {event.key: event.self_cpu_time_total for event in seen.key_averages()}
    swish = sum(time for key, time in spent.items() if key in ("aten::silu", "aten::silu_"))
    return float(swish / sum(spent.values()))


TASKS = {"operators": operators, "network": whole}


def main() -> None:
    task = json.load(sys.stdin)
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not get into the answer
    torch.set_num_threads(task["threads"])
    with torch.inference_mode():
        found = TASKS[task["what"]](task)
    json.dump(found, out)


if __name__ == "__main__":
    main()
