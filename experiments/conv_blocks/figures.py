"""The figures of a run. Colours are Okabe and Ito's, which colour-blind readers can tell apart; labels are ASCII."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from experiments.inference_timing import anatomy
from studyctl.lab import Run

from . import depth
from .blocks import BOTTLENECK, MBCONV, PLAIN
from .findings import SOLVED
from .gating import TITLES
from .matching import BARE
from .measure import Results
from .parameters import ConvBlocks

COLOURS = {MBCONV: "#D55E00", BOTTLENECK: "#0072B2", PLAIN: "#009E73"}
GREY = "#666666"
SHADES = ("#0072B2", "#56B4E9", "#D55E00", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#999999", "#444444", "#BBBBBB")


def draw(params: ConvBlocks, run: Run, out: Results) -> None:
    """Every figure that there is something for."""
    if out.groups:
        run.figure("blocks", blocks(out), "Activations and time of blocks as large as MBConv")
        if out.profiles:
            run.figure("profile", profile(out), "Where the time of each block goes")
    if out.accuracy:
        run.figure("far-cue", far_cue(params, out), "Accuracy on the far-cue task, a dot for each seed")
    if out.trained and out.steps is not None:
        run.figure("stochastic-depth", survival(params, out), "Survival of each block, and the time of a step")


def _kind(arm: str) -> str:
    return arm.rpartition("-")[2]


def _relative(ax: Any, at: int, samples: list[float], span: tuple[float, float] | None, colour: str) -> float:
    """A bar at the median of ratios, its interval, and a dot for each process; how high it all reaches."""
    middle = float(np.median(samples))
    ax.bar(at, middle, color=colour, width=0.8)
    if span is not None:
        ax.plot([at, at], span, color="#000000", linewidth=1.6)
    ax.plot([at] * len(samples), samples, "o", color="#000000", markersize=3, alpha=0.5)
    return max(*samples, middle, *(span or (0.0,)))


def blocks(out: Results) -> Figure:
    """MACs, parameters, activations and time over MBConv's, at equal MACs above and at equal parameters below."""
    group = out.groups[0]
    assert group.place is not None
    counts = out.counts[group.place.key]
    fig = Figure(figsize=(10.5, 6.0))
    axes = fig.subplots(2, 4)
    fig.subplots_adjust(left=0.07, right=0.985, top=0.86, bottom=0.08, wspace=0.28, hspace=0.35)
    for row, equal in enumerate(("macs", "parameters")):
        arms = [MBCONV, f"{equal}-{BOTTLENECK}", f"{equal}-{PLAIN}"]
        columns: list[tuple[str, list[float]]] = [
            ("MACs, M", [counts[arm].macs / 1e6 for arm in arms]),
            ("parameters, k", [counts[arm].parameters / 1e3 for arm in arms]),
            ("activations, k", [counts[arm].conv_outputs / 1e3 for arm in arms]),
        ]
        for ax, (title, values) in zip(axes[row], columns, strict=False):
            ax.bar(range(3), values, color=[COLOURS[_kind(arm)] for arm in arms], width=0.7)
            for at, value in enumerate(values):
                ax.annotate(f"{value:.3g}", (at, value), xytext=(0, 4), textcoords="offset points", ha="center",
                            fontsize=9)  # fmt: skip
            ax.set_ylim(0, 1.18 * max(values))
            ax.set_title(title, fontsize=10)
        ax = axes[row][3]
        top = 0.0
        for at, arm in enumerate(arms):
            ratios = group.ratios(arm, MBCONV)
            found = out.compared.get(f"time.{group.key}.{arm}")
            span = None
            if found is not None and found.ratio.lo is not None and found.ratio.hi is not None:
                span = (1 / found.ratio.hi, 1 / found.ratio.lo)
            top = max(top, _relative(ax, at, ratios, span, COLOURS[_kind(arm)]))
            ax.annotate(f"{1000 * group.seconds(arm):.2f}\nms", (at, 0), xytext=(0, 4), textcoords="offset points",
                        ha="center", fontsize=7.5, color="#FFFFFF", fontweight="bold")  # fmt: skip
        ax.axhline(1, color="#000000", linewidth=0.8, linestyle="--")
        ax.set_ylim(0, 1.1 * top)
        ax.set_title("time over MBConv's", fontsize=10)
        for ax in axes[row]:
            ax.set_xticks(range(3), ["MBConv", "bottleneck", "plain"], fontsize=8)
            ax.spines[["top", "right"]].set_visible(False)
        axes[row][0].set_ylabel(f"at equal {'MACs' if equal == 'macs' else equal}", fontsize=10)
    fig.suptitle(
        f"one block; MBConv: {group.place.title}; allocator {group.allocator}. Time: dots are fresh processes, "
        "lines intervals of the median",
        fontsize=10,
    )
    return fig


def profile(out: Results) -> Figure:
    """Time by kind of operator, stacked, a bar for each block."""
    arms = list(out.profiles)
    kinds = [kind for kind in anatomy.KINDS if any(kind in found for found in out.profiles.values())]
    fig = Figure(figsize=(9.5, 0.9 + 0.55 * len(arms)))
    ax = fig.subplots()
    fig.subplots_adjust(left=0.22, right=0.72, top=0.97, bottom=0.55 / fig.get_figheight())
    left = np.zeros(len(arms))
    for kind, colour in zip(kinds, SHADES, strict=False):
        values = np.array([1000 * out.profiles[arm].get(kind, 0.0) for arm in arms])
        ax.barh(range(len(arms)), values, left=left, color=colour, label=kind, height=0.65)
        left += values
    names = {arm: f"{_kind(arm)}, equal {arm.partition('-')[0]}" for arm in arms}
    names |= {MBCONV: "MBConv", BARE: "MBConv without SE"}
    ax.set_yticks(range(len(arms)), [names[arm].replace("macs", "MACs") for arm in arms], fontsize=9)
    ax.invert_yaxis()
    ax.set_xlabel("ms of a pass, under the profiler", fontsize=9)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8.5, frameon=False)
    return fig


def far_cue(params: ConvBlocks, out: Results) -> Figure:
    """A row for each network: seeds as dots, mean and interval, and what a sum gets at best."""
    arms = [arm for arm in params.arms if arm in out.accuracy]
    fig = Figure(figsize=(8.4, 1.4 + 0.45 * len(arms)))
    ax = fig.subplots()
    fig.subplots_adjust(left=0.42, right=0.92, top=1 - 0.45 / fig.get_figheight(), bottom=0.6 / fig.get_figheight())
    for at, arm in enumerate(arms):
        values = out.accuracy[arm]
        name = f"accuracy.{arm}"
        low, high = out.figures.get(f"{name}.lo"), out.figures.get(f"{name}.hi")
        colour = COLOURS[BOTTLENECK] if arm in ("se", "hidden") else GREY
        if low is not None and high is not None:
            ax.plot([low, high], [at, at], color=colour, linewidth=2)
        spread = np.linspace(-0.16, 0.16, len(values)) if len(values) > 1 else [0.0]
        ax.plot(values, at + np.asarray(spread), "o", color=colour, markersize=4, alpha=0.7)
        ax.annotate(f"{out.figures[name]:.2f}", (1.0, at), xycoords=("axes fraction", "data"), xytext=(6, 0),
                    textcoords="offset points", va="center", fontsize=9)  # fmt: skip
    ax.axvline(0.75, color="#000000", linestyle="--", linewidth=1)
    ax.annotate("best sum", (0.75, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3), ha="center",
                textcoords="offset points", fontsize=8.5)  # fmt: skip
    ax.axvline(SOLVED, color="#BBBBBB", linewidth=1)
    ax.annotate("solved", (SOLVED, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3), ha="center",
                textcoords="offset points", fontsize=8.5, color=GREY)  # fmt: skip
    labels = [
        f"{TITLES[arm]}\n{out.figures[f'size.{arm}']:.0f} parameters, sees {out.figures[f'reach.{arm}']:.0f} px"
        for arm in arms
    ]
    ax.set_yticks(range(len(arms)), labels, fontsize=8.5)
    ax.set_ylim(len(arms) - 0.5, -0.5)
    ax.set_xlim(min(0.3, *(min(one) for one in out.accuracy.values())) - 0.02, 1.02)
    ax.set_xlabel("accuracy on unseen images; dots: seeds; lines: 95 % interval of the mean", fontsize=9)
    ax.grid(True, axis="x", color="#E5E5E5", linewidth=0.6)
    return fig


def survival(params: ConvBlocks, out: Results) -> Figure:
    """How often each block was active beside the closed form, and what a step takes."""
    assert out.steps is not None
    fig = Figure(figsize=(9.6, 4.2))
    left, right = fig.subplots(1, 2, width_ratios=(1.6, 1))
    fig.subplots_adjust(left=0.08, right=0.985, top=0.9, bottom=0.14, wspace=0.3)
    numbers = np.arange(1, params.blocks + 1)
    left.plot(numbers, depth.linear(params.blocks, params.survival), "-", color="#000000", linewidth=1.2,
              label="closed form: 1 - l/L (1 - p_L)")  # fmt: skip
    values = [one.value for one in out.survival]
    spans: list[Any] = [
        [one.value - (one.lo or 0.0) for one in out.survival],
        [(one.hi or 1.0) - one.value for one in out.survival],
    ]
    left.errorbar(numbers, values, yerr=spans, fmt="o", color=COLOURS[BOTTLENECK], markersize=4, capsize=2,
                  label="measured, whole batch, 95 % interval")  # fmt: skip
    left.set_xlabel("block")
    left.set_ylabel("share of steps in which it was active")
    left.set_ylim(0, 1.05)
    left.set_xticks(numbers if len(numbers) <= 20 else numbers[:: max(1, len(numbers) // 12)])
    left.set_title(
        f"{out.figures['active']:.2f} of {params.blocks} active, expected {out.figures['active.expected']:.2f}",
        fontsize=10,
    )
    left.legend(fontsize=8.5, frameon=False, loc="lower left")
    left.grid(True, color="#E5E5E5", linewidth=0.6)
    names = {"none": "every block", "batch": "dropped for\nthe batch", "sample": "mask for\neach sample"}
    top = 0.0
    for at, mode in enumerate(depth.MODES):
        found = out.compared.get(f"time.{mode}")
        span = None
        if found is not None and found.ratio.lo is not None and found.ratio.hi is not None:
            span = (found.ratio.lo, found.ratio.hi)
        colour = (GREY, COLOURS[PLAIN], COLOURS[MBCONV])[at]
        top = max(top, _relative(right, at, out.steps.ratios(mode, "none"), span, colour))
        right.annotate(f"{1000 * out.steps.seconds(mode):.1f} ms", (at, 0), xytext=(0, 5), textcoords="offset points",
                       ha="center", fontsize=9.5, color="#FFFFFF", fontweight="bold")  # fmt: skip
    right.axhline(1, color="#000000", linewidth=0.8, linestyle="--")
    right.set_ylim(0, 1.1 * top)
    right.set_xticks(range(3), [names[mode] for mode in depth.MODES], fontsize=9)
    right.set_ylabel("time of a step (forward, backward),\nover that with every block")
    right.set_title("dots: fresh processes", fontsize=10)
    right.spines[["top", "right"]].set_visible(False)
    return fig
