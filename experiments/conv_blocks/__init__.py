"""What do EfficientNet's three parts cost and do: MBConv, squeeze-and-excitation, stochastic depth?

    mbconv  MBConv beside a bottleneck and a plain block that are as large, in multiply-adds or in parameters:
            activations, time in fresh processes and interleaved visits, and where the time goes
    se      what squeeze-and-excitation has of EfficientNet-B0 (parameters, multiply-adds, time, by taking it out), and
            a task that tells when it is needed: two things farther apart than any place sees, and six networks
    depth   how many blocks stochastic depth leaves active, what dropping them for a whole batch saves and a mask for
            each sample costs in a step of training, and whether the two differ in accuracy

Random weights where time is measured; data is made in the run. `full` has every stage and stride, both allocators and
more seeds.

Metrics, by prefix (PLACE a stage and stride, GROUP a place and an allocator, BLOCK as in the table `blocks`):

    macs, parameters, activations.PLACE.BLOCK   of one pass of one image; activations: outputs of convolutions
    more.PLACE.BLOCK                 MBConv's activations over the block's
    off.PLACE.BLOCK, off.most        how far from MBConv's size a block is that should be as large
    time.GROUP.BLOCK, .lo, .hi, .n   MBConv's time over the block's: median over processes, order statistics
    bare.GROUP.BLOCK                 the same for MBConv without squeeze-and-excitation, at equal multiply-adds
    time.{se,batch,sample}           B0 with SE over without; a step with blocks dropped over one with all of them
    ms.GROUP.BLOCK, faults.GROUP.BLOCK  milliseconds and minor page faults of one pass
    unsettled.GROUP                  processes in which an arm came to no even pace while it was warmed up
    se.{parameters,macs,time}        shares of EfficientNet-B0
    accuracy.NETWORK, .lo, .hi, .n   on the far-cue task, over seeds; rate, size, reach: of the network
    active, active.expected          blocks of a step: measured in the trainings, closed form; b0: of EfficientNet-B0
    saves, costs                     shares of a step's time
    depth.MODE, delta                accuracy; batch less sample, paired by seed
    check.NAME                       distance to an independent reference (table `checks`)
"""

from __future__ import annotations

from studyctl.lab import Run, experiment, record_checks

from .parameters import ConvBlocks


@experiment(
    title="MBConv, squeeze-and-excitation, stochastic depth: cost and use",
    requires=["torch"],
    measures=["time"],
    presets={
        "quick": {
            "processes": 1,
            "warm": 0.1,
            "profile": False,
            "arms": ["plain", "se", "hidden"],
            "rates": [0.03],
            "cue_seeds": 1,
            "depth_steps": 15,
            "depth_seeds": 2,
        },
        "full": {
            "stages": [4, 2, 3, 5, 6],
            "strides": [1, 2],
            "allocators": ["pinned", "shipped"],
            "processes": 12,
            "rounds": 7,
            "rates": [0.03, 0.01, 0.003],
            "cue_steps": 400,
            "cue_seeds": 10,
            "depth_steps": 600,
            "depth_seeds": 20,
        },
    },
)
def conv_blocks(params: ConvBlocks, run: Run) -> None:
    """Check, count, time, train, draw, and state what was found."""
    # torch is an extra, and parameters can be shown without it.
    from . import figures, findings, measure

    out = measure.Results()
    with run.step("check"), measure.threads(params.threads):
        measure.prepare(params, out)
    if "mbconv" in params.parts:
        measure.count_blocks(run, out)
    if "se" in params.parts:
        measure.count_gates(run, out)
    with run.step("time"):
        measure.time_all(params, run, out)
    if "mbconv" in params.parts and params.profile:
        with run.step("profile"):
            measure.profile_blocks(params, run, out)
    if "se" in params.parts:
        with run.step("far cue"), measure.threads(params.threads):
            measure.train_far_cue(params, run, out)
    if "depth" in params.parts:
        with run.step("stochastic depth"), measure.threads(params.threads):
            measure.train_depth(params, run, out)
    record_checks(run, out.checks)
    if params.figures:
        with run.step("figures"):
            figures.draw(params, run, out)
    findings.state(params, run, out)
