"""How much slower than relu is swish, where, and does it train better?

relu, swish as one operator and as x * sigmoid(x), hard-swish and gelu, forward and backward, on tensors from within the
first cache to beyond the last, with outputs that are there beforehand and an allocator that keeps its pages: what is
timed is the operator, not page faults. Beside them a floor that moves the same bytes: a copy forward, a product
backward. Then the share of a whole network's time, by putting relu (or nothing) in swish's place, what autograd keeps
for backward, and small residual networks on handwritten digits (scikit-learn's), gain of the initialisation and
learning rate tuned for each activation on images that are not the test's.

    cost    the answer; `cost.cached`, `cost.memory-bound` (and `-backward`), `cost.unfused`, `cost.hard-swish`,
            `cost.share`, `cost.kept`; `cost.floor`: is memory the limit where it is said to be
    gain    does swish train better than relu; `gain.CONDITION`: cell by cell

A process times one tensor size; six processes of each take turns, arms interleaved. `full` has more sizes, float16,
every dtype at every size, and trains other depths, without batch norm, and with one gain for all activations; that
takes hours.

Metrics, by prefix (WAY is forward or backward; CELL is a dtype and a size; ACT is swish, unfused, hard-swish or gelu):

    WAY.CELL.ACT, .lo, .hi, .n        time over relu's: the median over processes and what holds it
    WAY.CELL.ACT.unsteady             processes in which a time scattered by more than a quarter
    WAY.CELL.fused, .lo, .hi, .n      time of x * sigmoid(x) over that of the one operator
    floor.WAY.CELL.ACT, .lo, .hi, .n  time over the floor's, relu too
    us.WAY.CELL.ACT                   microseconds of a call, relu and the floor too
    faults.CELL, unsettled.CELL       most minor page faults of a call, over the arms of a cell; processes that never
                                      warmed up to times that agree
    cache.NAME                        bytes of a cache, as Linux tells them; size.{cached,bound}: the two sizes cited
    ms.network.{swish,relu,none}      milliseconds of a pass of the network
    network.{relu,none}, .lo, ...     time with swish over the time with relu, or with nothing, in its place
    share.{relu,none}, .lo, .hi       the share of the time with swish that goes with it
    share.profile                     the share that a profiler ascribes to swish, median over processes
    kept.ACT, between.ACT             tensors that autograd keeps for backward: alone, and more between two layers
    kept.network.{swish,relu}         MiB that it keeps for one image in a whole network in training
    gain.CONDITION.ACT, .lo, .hi, .n  accuracy minus relu's, percentage points; the interval is over seeds and images
    accuracy.CONDITION.ACT            per cent of the test images, mean over seeds
    tuned.CONDITION.ACT.{gain,rate}   what was chosen on the validation images
    check.NAME                        distance to an independent reference (table `checks`)
"""

from __future__ import annotations

from studyctl.lab import Run, experiment, record_checks

from .parameters import ActivationCost


@experiment(
    title="Activations: what swish costs beside relu, and whether it trains better",
    requires=["torch"],
    measures=["time"],
    presets={
        "quick": {
            "sizes": [256, 65536],
            "dtypes": ["float32"],
            "processes": 1,
            "pairs": 5,
            "network": "efficientnet_b0",
            "side": 128,
            "epochs": 2,
            "seeds": 3,
            "tunings": 1,
            "gains": [1.4],
            "rates": [0.1],
        },
        "full": {
            "sizes": [8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 65536, 131072],
            "dtypes": ["float32", "bfloat16", "float16"],
            "every_size": True,
            "activations": ["swish", "hard-swish", "gelu"],
            "depths": [3, 1, 6],
            "norms": ["batch", "none"],
            "starts": ["tuned", "he"],
            "epochs": 20,
            "seeds": 40,
        },
    },
)
def activation_cost(params: ActivationCost, run: Run) -> None:
    """Check the operators, time them, remove them from a network, train with them, draw, and state what was found."""
    from . import checks, figures, findings, measure

    measure.require_swish(params)
    with run.step("check"):
        record_checks(run, checks.instrument(params.seed))
    with run.step("operators"):
        out = measure.time_operators(params, run)
    if params.network:
        with run.step("network"):
            measure.time_network(params, run, out)
    with run.step("kept for backward"):
        measure.count_kept(params, run, out)
    with run.step("train"):
        measure.train(params, run, out)
    with run.step("figures"):
        run.figure(
            "ratio-by-size", figures.by_size(params, out), "Time over relu's and over the floor's, by tensor size"
        )
        run.figure("gain", figures.gains(params, out), "Accuracy minus relu's, by seed")
    findings.state(params, run, out)
