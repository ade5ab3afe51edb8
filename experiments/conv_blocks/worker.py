"""One fresh process of a timing: reads a task as JSON on stdin, measures, writes what it measured as JSON on stdout.

Tasks, by `what`:

    arms      several arms, visited in rounds, each round in a random order: times of one pass of each, page faults
    profile   each arm under torch's profiler: every operator with its shapes and its own time

An arm is a block (`blocks.Spec`) or a network of torchvision in inference, or a step of training (forward and
backward) of the network with stochastic depth. Clocks and warming are those of inference-timing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from experiments.conv_blocks import blocks, depth
from experiments.inference_timing import clocks
from experiments.inference_timing import worker as networks

# Steps of training in a timed block: which blocks survive differs from step to step.
STEPS = 12
PROFILES = 5


def prepared(arm: dict[str, Any], task: dict[str, Any]) -> tuple[Callable[[], Any], int]:
    """One pass of an arm as a function, and how many at least make a timed block."""
    torch.manual_seed(task["seed"])
    if "depth" in arm:
        return _step(**arm["depth"]), STEPS
    if "block" in arm:
        spec = blocks.Spec(**arm["block"])
        model, shape = blocks.build(spec), (task["batch"], spec.width, spec.side, spec.side)
    else:
        model = networks.build({"model": arm["model"], "seed": 0, "without": arm["without"]})
        shape = (task["batch"], 3, arm["side"], arm["side"])
    model = model.to(memory_format=torch.channels_last)
    given = torch.randn(shape).to(memory_format=torch.channels_last)

    def one() -> Any:
        with torch.inference_mode():
            return model(given)

    out = one()
    if not bool(torch.isfinite(out).all()):
        raise ValueError(f"{arm['model']} gives values that are not finite with random weights")
    return one, 1


def _step(blocks: int, last: float, mode: str, seed: int) -> Callable[[], Any]:
    net = depth.network(blocks, last, mode, seed).train()
    pixels, labels = depth.images(depth.BATCH, seed, seed)

    def one() -> None:
        net.zero_grad()
        nn.functional.cross_entropy(net(pixels), labels).backward()

    return one


def arms(task: dict[str, Any]) -> dict[str, Any]:
    """All arms in rounds, each round in a random order."""
    made = [prepared(arm, task) for arm in task["arms"]]
    warmed = [clocks.warm(run, "cpu", task["warm"]) for run, _ in made]
    passes = [max(least, one["passes"]) for (_, least), one in zip(made, warmed, strict=True)]
    order = random.Random(task["seed"])
    times: list[list[float]] = [[] for _ in made]
    faulted = [0] * len(made)
    for _ in range(task["rounds"]):
        for at in order.sample(range(len(made)), len(made)):
            before = clocks.faults()
            times[at].append(clocks.block(made[at][0], passes[at], "cpu"))
            faulted[at] += clocks.faults() - before
    faults = [count / (task["rounds"] * number) for count, number in zip(faulted, passes, strict=True)]
    return {"times": times, "faults": faults, "settled": [one["settled"] for one in warmed]}


def profile(task: dict[str, Any]) -> dict[str, Any]:
    """By arm and profile: what each operator of one pass takes by itself, with the shapes of its inputs."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiler

    found = []
    for arm in task["arms"]:
        run, _ = prepared(arm, task)
        passes = clocks.warm(run, "cpu", task["warm"])["passes"]
        profiles = []
        for _ in range(PROFILES):
            with profiler(activities=[ProfilerActivity.CPU], record_shapes=True) as seen:
                for _ in range(passes):
                    run()
            profiles.append(
                [
                    {"op": event.key, "shapes": event.input_shapes, "seconds": event.self_cpu_time_total / 1e6 / passes}
                    for event in seen.key_averages(group_by_input_shape=True)
                ]
            )
        found.append(profiles)
    return {"rows": found}


TASKS = {"arms": arms, "profile": profile}


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """What a task comes to."""
    torch.set_num_threads(task["threads"])
    return TASKS[task["what"]](task)


if __name__ == "__main__":
    clocks.serve(measure)
