"""How long does one network take beside another, under which conditions, and why?

EfficientNet-B3 at 300 pixels and ResNet-50 at 224, or any two models of torchvision (for TensorFlow alone, of
keras.applications), timed as a verdict needs it: in fresh processes, interleaved pairs, one ratio a process, in rounds
over all cells. A cell holds engine, memory allocator, dtype, batch and device fixed. Random weights: what is timed
does not depend on what was learned.

    ratio   the answer; `ratio.CELL`: the one is faster than the other by more than the margin
    cpu     the claim that the second is faster on a processor, cell by cell
    gpu     the claim that the first is faster on a GPU; a run on a processor says nothing of it
    why     what interventions move the ratio to (batch norm folded, without squeeze-and-excitation, ReLU for swish,
            equal resolution), and what was predicted from FLOPs and activations, fitted on other models only

Engines: torch in NCHW, channels_last, with batch norm folded; TensorFlow's graph and the same compiled by XLA, with the
networks of keras.applications (extra `keras`; skipped with its reason where that is missing). `full` adds batches of 4
and 16, every engine under every allocator, torch.compile (needs a C++ compiler) and ONNX Runtime (needs the packages
onnx and onnxruntime); what is missing is skipped with its reason.
On a GPU (`-p device=cuda`): eager and CUDA graph, timed between CUDA events; this path was not tried on a GPU.

Metrics, by prefix (CELL as in the table `cells`; ARM is a or b; CHANGE is bn, se, swish or sideN):

    ratio.CELL, .lo, .hi, .n      time of b over time of a: the median over processes and the order statistics that hold
                                  it; .look, .smallest_gap: which planned look decided, what it could have told
    ratio.CELL.unsteady           processes in which a model's times scattered by more than a quarter
    ratio.CELL.unsettled          processes in which a model never came to an even pace while it was warmed up
    clock.CELL.{sm,memory}        MHz of the GPU when its pairs were done
    CELL.process                  each process's ratio
    ms.CELL.ARM, faults.CELL.ARM  milliseconds and minor page faults of one pass
    effect.CHANGE, .lo, .hi, .n   the ratio with a change over the ratio without, within each round
    moved.CHANGE                  the ratio with the change
    roof.{gflops,gbytes}          the best matrix product and copy of this machine
    launched.ARM, idle.ARM        operators of one pass; share of the time in those that multiply nothing
    gmacs.ARM                     multiply-adds of one pass, billions
    predicted.{flops,activations} the ratio as told by other models; .lo, .hi: one of them left out; .error: their own
"""

from __future__ import annotations

from studyctl.lab import Run, experiment

from .parameters import InferenceTiming


@experiment(
    title="Inference time: which of two networks is faster, where, and why",
    requires=["torch"],
    measures=["time"],
    presets={
        "quick": {
            "engines": ["channels_last"],
            "allocators": ["shipped"],
            "changes": [],
            "zoo": [],
            "processes": 2,
            "pairs": 5,
        },
        "full": {
            "engines": ["nchw", "channels_last", "folded", "tf", "xla", "compiled", "onnx"],
            "crossed": True,
            "batches": [1, 4, 16],
            "equal_sides": [224, 640],
            "extend": True,
        },
    },
)
def inference_timing(params: InferenceTiming, run: Run) -> None:
    """Time all cells in rounds, profile, predict, draw, and state what was found."""
    from . import figures, findings, measure

    for key, number in measure.constants(params).items():
        run.constant(key, number)
    with run.step("pairs"):
        out = measure.time_pairs(params, run)
    with run.step("profile"):
        measure.explain(params, run, out)
    with run.step("prediction"):
        measure.predict(params, run, out)
    if params.figures:
        with run.step("figures"):
            run.figure("forest", figures.forest(params, out), "Ratio of the two networks' times, a row per cell")
            if out.effects:
                run.figure("ablation", figures.ablation(params, out), "What interventions do to the ratio")
            if out.parts and out.roofs:
                run.figure(
                    "roofline", figures.roofline(params, out), "Rates below the machine's roofs, and where time goes"
                )
            if out.predicted:
                run.figure("prediction", figures.prediction(params, out), "The ratio, predicted and observed")
    findings.state(params, run, out)
