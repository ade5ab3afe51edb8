"""One fresh process of a timing: reads a task as JSON on stdin, measures, writes what it measured as JSON on stdout.

It is run as a script and imports nothing of the workspace, so that a process has done nothing before but load torch:
earlier work in a process changes what is timed later (its allocator's pools, its thread pools, its caches).

Tasks, by `what`:

    pair      pairs of models, interleaved: times of one pass of each in seconds, page faults, whether they warmed up
    zoo       other models, each by itself, in rounds: what a prediction is fitted on
    profile   models under torch's profiler, every operator with its shapes and its own time; and the machine's roofs:
              single-precision matrix product and copy, at the same number of threads
"""

from __future__ import annotations

import copy
import importlib
import io
import random
import statistics
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torchvision import models
from torchvision.ops.misc import SqueezeExcitation

PEAK_SIDE, COPY_FLOATS = 1536, 16_000_000


if __package__:
    from . import clocks
else:  # a script is in no package: what lies beside it is found by its plain name, for this one import only
    sys.path.insert(0, str(Path(__file__).parent))
    clocks = importlib.import_module("clocks")
    del sys.path[0]
Unavailable, block, warm, faults = clocks.Unavailable, clocks.block, clocks.warm, clocks.faults


# -- models ------------------------------------------------------------------------------------------------------------


def build(arm: dict[str, Any], made: dict[tuple[str, int], nn.Module] | None = None) -> nn.Module:
    """A torchvision model with the random weights that it begins its training with, in inference, changed as told.

    `made` holds what other arms of the process have built: it is copied rather than built again.
    """
    key = arm["model"], arm["seed"]
    model = _built(arm) if made is None or key not in made else copy.deepcopy(made[key])
    if made is not None:
        made.setdefault(key, copy.deepcopy(model))
    for changed in arm["without"]:
        CHANGES[changed](model)
    return model


def _built(arm: dict[str, Any]) -> nn.Module:
    if arm["model"] not in models.list_models():
        raise Unavailable(f"torchvision has no {arm['model']}")
    torch.manual_seed(arm["seed"])
    model = models.get_model(arm["model"], weights=None).eval()
    if arm["model"].startswith(("googlenet", "inception")):
        model.aux_logits = False
    return model


def _replace(model: nn.Module, old: type[nn.Module], make: Callable[[], nn.Module]) -> int:
    found = 0
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, old):
                setattr(module, name, make())
                found += 1
    return found


def _without_se(model: nn.Module) -> None:
    _replace(model, SqueezeExcitation, nn.Identity)


def _without_swish(model: nn.Module) -> None:
    _replace(model, nn.SiLU, lambda: nn.ReLU(inplace=True))


CHANGES: dict[str, Callable[[nn.Module], None]] = {"se": _without_se, "swish": _without_swish}


def folded(model: nn.Module) -> nn.Module:
    """The same function with every batch norm folded into the convolution before it.

    Source: torch.fx.experimental.optimization.fuse, which is what torch recommends for inference on a processor.
    """
    from torch.fx.experimental.optimization import fuse

    return fuse(model)  # type: ignore[no-any-return,unused-ignore]


def prepared(
    arm: dict[str, Any], task: dict[str, Any], made: dict[tuple[str, int], nn.Module] | None = None
) -> Callable[[], Any]:
    """One pass of a model as a function, in the engine that it names."""
    model = build(arm, made)
    device, dtype = torch.device(task["device"]), getattr(torch, task["dtype"])
    generator = torch.Generator().manual_seed(arm["seed"])
    images = torch.randn(task["batch"], 3, arm["side"], arm["side"], generator=generator)
    if arm["engine"] == "folded":
        before = model(images[:1])
        model = folded(model)
        after = model(images[:1])
        scale = float(before.abs().max()) or 1.0
        if not float((before - after).abs().max()) <= 1e-3 * scale:
            raise Unavailable(f"{arm['model']} computes something else once its batch norms are folded")
    if arm["engine"] == "onnx":
        return _onnx(model, images, arm["model"], task)
    model, images = model.to(device, dtype), images.to(device, dtype)
    if arm["engine"] != "nchw":
        model, images = model.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    if arm["engine"] == "compiled":
        model = torch.compile(model)
    out = model(images)
    if not bool(torch.isfinite(out).all()) or float(out.float().std()) == 0:
        raise Unavailable(f"{arm['model']} gives values that are not finite, or all alike, with random weights")
    if arm["engine"] == "graph":
        return _graph(model, images)

    def one() -> Any:
        with torch.inference_mode():  # not around all: what is made in it can't be folded
            return model(images)

    return one


def _onnx(model: nn.Module, images: torch.Tensor, name: str, task: dict[str, Any]) -> Callable[[], Any]:
    """The model in ONNX Runtime, on a processor. Source: its documentation, "Thread management"."""
    if task["dtype"] != "float32" or task["device"] != "cpu":
        raise Unavailable("ONNX Runtime is timed in float32 on a processor only")
    try:
        import onnx  # noqa: F401  # the export needs it
        import onnxruntime
    except ImportError:
        raise Unavailable("ONNX Runtime is not installed: python -m pip install onnx onnxruntime") from None
    exported = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # this way of exporting is the older one, and needs no further package
        torch.onnx.export(model, (images,), exported, dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = task["threads"], 1
    session = onnxruntime.InferenceSession(exported.getvalue(), options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: images.numpy()}
    found, wanted = torch.from_numpy(session.run(None, feed)[0]), model(images)
    if not float((found - wanted).abs().max()) <= 1e-3 * (float(wanted.abs().max()) or 1.0):
        raise Unavailable(f"{name} computes something else in ONNX Runtime")
    return lambda: session.run(None, feed)


def _graph(model: nn.Module, images: torch.Tensor) -> Callable[[], Any]:
    """The pass as a CUDA graph: one launch. Source: PyTorch's documentation, "CUDA semantics", CUDA Graphs."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            model(images)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        model(images)
    replay: Callable[[], Any] = graph.replay
    return replay


# -- tasks -------------------------------------------------------------------------------------------------------------


def pair(task: dict[str, Any]) -> dict[str, Any]:
    """Pairs of arms that take turns (`clocks.pairs`)."""
    # With two arms each model comes once, and nothing is kept that the allocator would have to go round.
    made: dict[tuple[str, int], nn.Module] | None = {} if len(task["arms"]) > 2 else None

    def prepare(arm: dict[str, Any]) -> Callable[[], Any]:
        try:
            return prepared(arm, task, made)
        except Unavailable:
            raise
        except Exception as problem:  # a compiler that is missing, an operator that a device lacks
            if arm["engine"] not in ("compiled", "graph", "onnx"):
                raise
            said = str(problem).strip().splitlines()[0]
            raise Unavailable(f"{type(problem).__name__}: {said}"[:200]) from None

    found: dict[str, Any] = clocks.pairs(task, prepare)
    return found


def zoo(task: dict[str, Any]) -> dict[str, Any]:
    """Several models, visited in rounds, each in a random order."""
    runs = [(arm["name"], prepared(arm, task)) for arm in task["arms"]]
    order = random.Random(task["seed"])
    times: dict[str, list[float]] = {name: [] for name, _ in runs}
    for _ in range(task["turns"]):
        for name, run in order.sample(runs, len(runs)):
            run()
            first = block(run, 1, task["device"])
            times[name].append(block(run, max(1, int(-(-clocks.BLOCK_S // first))), task["device"]))
    return {"times": {name: statistics.median(each) for name, each in times.items()}}


def profile(task: dict[str, Any]) -> dict[str, Any]:
    """For each arm: what each operator of one pass takes by itself, the median over passes; and the roofs."""
    return {"profiles": [_profiled(arm, task) for arm in task["arms"]], "machine": machine()}


def _profiled(arm: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiler

    run = prepared(arm, task)
    passes = max(task["turns"], 5)
    for _ in range(3):
        run()
    with profiler(activities=[ProfilerActivity.CPU], record_shapes=True) as seen:
        for _ in range(passes):
            run()
    rows = [
        {
            "op": event.key,
            "shapes": event.input_shapes,
            "calls": event.count / passes,
            "seconds": event.self_cpu_time_total / 1e6 / passes,
        }
        for event in seen.key_averages(group_by_input_shape=True)
    ]
    # Operators that call no other do the work.
    kernels = sum(1 for event in seen.events() if event.name.startswith("aten::") and not event.cpu_children)
    return {"rows": rows, "launched": kernels / passes}


def machine() -> dict[str, float]:
    """The best of many: a single-precision matrix product in flop/s, a copy in bytes/s (read and written)."""
    a, b = torch.randn(PEAK_SIDE, PEAK_SIDE), torch.randn(PEAK_SIDE, PEAK_SIDE)
    out = torch.empty(PEAK_SIDE, PEAK_SIDE)
    source, target = torch.randn(COPY_FLOATS), torch.empty(COPY_FLOATS)
    product = [block(lambda: torch.mm(a, b, out=out), 1, "cpu") for _ in range(8)]
    copied = [block(lambda: target.copy_(source), 1, "cpu") for _ in range(8)]
    return {"peak": 2 * PEAK_SIDE**3 / min(product), "bandwidth": 2 * 4 * COPY_FLOATS / min(copied)}


TASKS = {"pair": pair, "zoo": zoo, "profile": profile}


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """What a task comes to, or why it cannot be done here."""
    torch.set_num_threads(task["threads"])
    if task["device"] == "cuda":
        if not torch.cuda.is_available():
            return {"unavailable": "torch sees no GPU here"}
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = bool(task["tf32"])
    try:
        with torch.no_grad():
            return TASKS[task["what"]](task)
    except Unavailable as why:
        return {"unavailable": str(why)}


if __name__ == "__main__":
    clocks.serve(measure)
