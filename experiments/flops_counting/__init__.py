"""Which operations do FLOPS count, what do published figures count, and do they predict latency?

A model's forward pass is counted by the operators that it dispatches, on tensors that have a shape and no data. Three
questions, each with findings of its own:

    counted     what is counted, by us and by other counters; `counted.rest.MODEL`: what is no multiply-add
    published   whether printed figures are multiply-adds: of papers, of torchvision's whole zoo, of timm's tables
    latency     whether multiply-adds name the faster of two networks, by how far apart they are

Any model of torchvision but detectors can be counted (`-p 'models=["resnet18","swin_t"]'`), and one of your own
(`-p own=MODULE:FUNCTION`, with `-p 'shape=[1,3,224,224]'`). No weights are fetched. torch's FlopCounterMode is always
compared; tf.profiler on Keras' networks with the extra `keras`; fvcore, and XLA's cost analysis of those networks by
jax, where they are installed (no extra has them).

Timing depends on the machine: one picture at a time, NCHW, the allocator as shipped, all models in one process.

Metrics, by prefix (MODEL as torchvision names it, or own; a KIND is convolution, linear, attention, batch-norm, ...):

    model.MODEL.{macs,gmacs,bias,other,macs.KIND,other.KIND}  multiply-adds, additions of biases, other arithmetic
    model.MODEL.{parameters,activations,conv-outputs}   activations: outputs of convolutions and matrix products;
                                                        conv-outputs: of convolutions alone (the RegNet paper's)
    model.MODEL.{rest,gates,unknown}        single operations that are no multiply-add, their share; share of
                                            multiply-adds in squeeze-and-excitation; calls that no formula knows
    counter.COUNTER.MODEL.{total,ratio,residual,explained}  torch, torch-cpu, fvcore, keras or xla: its figure, over our
                                            multiply-adds; what no rule explains, and the share that is
    counter.xla.{apart,MODEL.apart}         share by which XLA's figure of a whole network is from its operators' sum
    counter.COUNTER.{models,least,most,residual,explained}  over models; counter.explained: over all
    published.NETWORK.{printed,macs,error,off,half}  in millions; half of the last digit printed
    published.{figures,agree,furthest,nearest-to-twice}
    zoo.{models,weights,agree,disagree,off,parameters-differ,unknown}  torchvision's Weights.meta
    timm.{networks,parameters,activations,macs,macs-norms}  how many of timm's figures agree to the last digit
    timed.{models,families,rounds,faults,unsteady,range}  unsteady: share of models whose times scatter; range: of ms
                                            per GMAC
    timed.ms.MODEL                          median time of one picture
    band.BAND.{pairs,macs,activations,parameters,together,RIVAL.gain,settled}  pairs by the ratio of multiply-adds (1-2,
                                            2-4, 4-8, 8-up, all): how often a figure names the faster one; its gain over
                                            multiply-adds; pairs that two halves of the measurement order alike
    fit.{macs,together}.error               median error of times predicted from other families
    check.NAME                              distance to an independent reference (table `checks`)
"""

from __future__ import annotations

from studyctl.lab import Run, experiment

from .parameters import FlopsCounting


@experiment(
    title="FLOPs: what they count, and whether they predict latency",
    requires=["torch"],
    measures=["time"],
    presets={
        "quick": {
            "models": ["mobilenet_v3_small", "vit_b_32"],
            "zoo": "mobilenet*",
            "keras": False,
            "timed": 12,
            "largest": 10,
            "rounds": 4,
        },
        "full": {"timed": 100, "largest": 100, "rounds": 21, "seconds": 3600},
    },
)
def flops_counting(params: FlopsCounting, run: Run) -> None:
    """Check the counter, count, compare, time, draw, and state what was found."""
    # torch is an extra, and parameters can be shown without it.
    from . import figures, findings, measure

    out = measure.Results()
    with run.step("check"):
        measure.check_instrument(params, run)
    with run.step("count"):
        measure.count_models(params, run, out)
    with run.step("counters"):
        measure.profile(params, run, out)
    with run.step("published"):
        measure.compare_published(run, out)
    with run.step("zoo"):
        measure.compare_zoo(params, run, out)
    if params.timed:
        with run.step("latency"):
            measure.time_models(params, run, out)
    if params.figures:
        with run.step("figures"):
            figures.draw(run, out, params.threads)
    findings.state(run, out)
