"""What timing processes do alike: serve one task, warm up, time blocks, count page faults, let pairs take turns.

It imports nothing of the workspace and no framework, so that the workers of several frameworks share it and a fresh
process has done nothing before but load the one that it times.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

BLOCK_S = 0.010  # a timed block takes at least this long
WARM_S, WARM_PASSES, WARM_MOST_S, WARM_AGREE = 1.0, 3, 30.0, 0.05

Pass = Callable[[], Any]


class Unavailable(Exception):
    """This cannot be measured here; the message says why."""


def serve(measure: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Do the task that comes as JSON on stdin, answer it on stdout, and end the process there and then.

    Taking a framework down takes a second of every process, and nothing that it would do is wanted.
    """
    task = json.load(sys.stdin)
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not get into the answer
    json.dump(measure(task), out)
    out.flush()
    os._exit(0)


def block(run: Pass, passes: int, device: str) -> float:
    """Seconds of one pass, over a block of them; on a GPU between two events, with nothing pending before or after."""
    if device == "cuda":
        import torch

        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        torch.cuda.synchronize()
        begin.record()
        for _ in range(passes):
            run()
        end.record()
        torch.cuda.synchronize()
        return float(begin.elapsed_time(end)) / 1000 / passes
    start = time.perf_counter()
    for _ in range(passes):
        run()
    return (time.perf_counter() - start) / passes


def warm(run: Pass, device: str, least: float | None = None) -> dict[str, Any]:
    """Until two blocks in a row agree, for a second (or `least`), three passes; how many passes then make a block."""
    least = WARM_S if least is None else least
    begun, passes, done = time.perf_counter(), 1, 0
    before = block(run, passes, device)
    while True:
        passes = max(1, min(10_000, round(max(BLOCK_S, least / 8) / before)))
        now = statistics.median(block(run, 1, device) for _ in range(passes))
        done += passes
        spent = time.perf_counter() - begun
        agree = abs(now - before) <= WARM_AGREE * before
        before = now
        if spent >= WARM_MOST_S or (spent >= least and done >= WARM_PASSES and agree):
            return {"passes": max(1, int(-(-BLOCK_S // now))), "seconds": spent, "settled": bool(agree)}


def faults() -> int:
    """Minor page faults of this process so far; -1 where the platform does not tell."""
    try:
        import resource
    except ImportError:
        return -1
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def gpu_clocks() -> dict[str, float]:
    """MHz at which the GPU runs right now, `sm` and `memory`; nothing where nvidia-smi is not there to tell."""
    wanted = ["nvidia-smi", "--query-gpu=clocks.sm,clocks.mem", "--format=csv,noheader,nounits", "--id=0"]
    try:
        said = subprocess.run(wanted, capture_output=True, text=True, timeout=20, check=True).stdout
        sm, memory = (float(one) for one in said.split(","))
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}
    return {"sm": sm, "memory": memory}


def pairs(task: dict[str, Any], prepare: Callable[[dict[str, Any]], Pass]) -> dict[str, Any]:
    """Every pair of arms of a task, interleaved: in each turn all pairs in a random order, each pair's arms in another.

    `task["pairs"]` holds pairs of indices into `task["arms"]`, each of which is built and warmed up once, in a random
    order. The answer has, for each pair, `times` (seconds of one pass, of either arm), `faults` (of one pass), whether
    both arms had `settled` when they were warm, and on a GPU the `clocks` after the last turn; or why the pair is
    `unavailable`.
    """
    order, device, arms = random.Random(task["seed"]), task["device"], task["arms"]
    runs: dict[int, Pass] = {}
    warmed: dict[int, dict[str, Any]] = {}
    missing: dict[int, str] = {}
    for at in order.sample(range(len(arms)), len(arms)):
        try:
            runs[at] = prepare(arms[at])
            warmed[at] = warm(runs[at], device)
        except Unavailable as why:
            missing[at] = str(why)
    timed = [tuple(each) for each in task["pairs"]]
    here = [each for each in range(len(timed)) if not set(timed[each]) & set(missing)]
    times: dict[int, tuple[list[float], list[float]]] = {each: ([], []) for each in here}
    faulted: dict[int, list[int]] = {each: [0, 0] for each in here}
    for _ in range(task["turns"]):
        for each in order.sample(here, len(here)):
            for side in order.sample((0, 1), 2):
                arm = timed[each][side]
                before = faults()
                times[each][side].append(block(runs[arm], warmed[arm]["passes"], device))
                faulted[each][side] += faults() - before
    clocks = gpu_clocks() if device == "cuda" else {}
    answers: list[dict[str, Any]] = []
    for each, (a, b) in enumerate(timed):
        if each not in times:
            answers.append({"unavailable": missing.get(a) or missing[b]})
            continue
        passes = [task["turns"] * warmed[arm]["passes"] for arm in (a, b)]
        answers.append(
            {
                "times": list(times[each]),
                "faults": [count / number for count, number in zip(faulted[each], passes, strict=True)],
                "settled": warmed[a]["settled"] and warmed[b]["settled"],
                "clocks": clocks,
            }
        )
    return {"pairs": answers}
