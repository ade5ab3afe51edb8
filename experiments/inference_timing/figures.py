"""The figures of a run. Colours are Okabe and Ito's, which colour-blind readers can tell apart; labels are ASCII."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from . import anatomy
from .findings import NAMES
from .measure import Results
from .parameters import InferenceTiming
from .timing import Timed

A_COLOUR, B_COLOUR, GREY = "#0072B2", "#D55E00", "#666666"
MARKERS = dict(zip(anatomy.KINDS, "sDo^vPXd<*", strict=True))


def _middle(one: Timed) -> tuple[float, float | None, float | None]:
    ratio = one.compared.ratio if one.compared else None
    return one.ratio, ratio.lo if ratio else None, ratio.hi if ratio else None


def forest(params: InferenceTiming, out: Results) -> Figure:
    """A row for each cell: every process as a dot, the median and its interval, a line at one."""
    rows = [(one.cell.title, one) for one in out.timed if not one.unavailable]
    rows += [(f"base, {effect.title}", effect.timed) for effect in out.effects if effect.timed not in out.timed]
    fig = Figure(figsize=(9.0, 1.3 + 0.42 * len(rows)))
    ax = fig.subplots()
    fig.subplots_adjust(left=0.42, right=0.9, top=1 - 0.5 / fig.get_figheight(), bottom=0.62 / fig.get_figheight())
    for at, (title, one) in enumerate(rows):
        value, low, high = _middle(one)
        colour = GREY if title.startswith("base") else "#000000"
        ax.plot(one.ratios, [at] * len(one.ratios), "o", color=colour, markersize=3, alpha=0.45)
        if low is not None and high is not None:
            ax.plot([low, high], [at, at], color=colour, linewidth=2)
        ax.plot([value], [at], "D", color=colour, markersize=6)
        steady = "" if not (one.compared and one.compared.unstable) else "  unsteady"
        ax.annotate(
            f"{value:.2f}{steady}", (1.0, at), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=9,
        )  # fmt: skip
    ax.axvline(1.0, color="#000000", linewidth=1, linestyle="--")
    ax.set_xscale("log")
    span = [ratio for _, one in rows for ratio in one.ratios]
    ticks = _ticks(min(*span, 1) / 1.1, max(*span, 1) * 1.1)
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_yticks(range(len(rows)), [title for title, _ in rows], fontsize=9)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel(
        f"time of {params.b} at {params.b_side} px over {params.a} at {params.a_side} px: "
        f"left of 1 {params.b} is faster",
        fontsize=9,
    )
    ax.grid(True, axis="x", color="#DDDDDD", linewidth=0.6)
    ax.set_title("dots: fresh processes; diamonds and bars: median and interval", fontsize=10)
    return fig


def _ticks(low: float, high: float) -> list[float]:
    """Ratios to mark on a logarithmic axis between two: one first, then those that have room beside the others."""
    room = 0.055 * np.log(high / low)
    found: list[float] = []
    for tick in (1, 0.5, 2, 0.7, 5, 10, 0.1, 0.2, 20, 50, 1.4, 3, 0.8, 1.2, 0.6, 0.9, 1.1, 1.6):
        if low <= tick <= high and all(abs(np.log(tick / other)) > room for other in found):
            found.append(tick)
    return sorted(found)


def ablation(params: InferenceTiming, out: Results) -> Figure:
    """What each intervention does to the ratio, each from the base by itself."""
    assert out.base is not None
    fig = Figure(figsize=(8.0, 1.5 + 0.5 * len(out.effects)))
    ax = fig.subplots()
    fig.subplots_adjust(left=0.24, right=0.88, top=1 - 0.5 / fig.get_figheight(), bottom=0.62 / fig.get_figheight())
    start = _middle(out.base)[0]
    ax.axvline(start, color="#000000", linewidth=1.2)
    ax.annotate(f"base {start:.2f}", (start, -0.55), ha="center", va="bottom", fontsize=9, annotation_clip=False)
    for at, effect in enumerate(out.effects):
        ratio = effect.compared.ratio if effect.compared else None
        end = start * ratio.value if ratio else effect.timed.ratio
        colour = B_COLOUR if end > start else A_COLOUR
        ax.barh(at, end - start, left=start, height=0.5, color=colour, alpha=0.75)
        if ratio and ratio.lo is not None and ratio.hi is not None:
            ax.plot([start * ratio.lo, start * ratio.hi], [at, at], color="#000000", linewidth=1.5)
        ax.annotate(
            f"{end:.2f}", (1.0, at), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
            va="center", fontsize=9,
        )  # fmt: skip
    ax.set_yticks(range(len(out.effects)), [effect.title for effect in out.effects], fontsize=9)
    ax.set_ylim(len(out.effects) - 0.4, -0.6)
    ax.set_xlabel(f"time of {params.b} over {params.a}; lines: interval of the change within rounds", fontsize=9)
    ax.grid(True, axis="x", color="#DDDDDD", linewidth=0.6)
    return fig


def roofline(params: InferenceTiming, out: Results) -> Figure:
    """Rate of each kind of operator that multiplies, against its intensity, below the machine's measured roofs."""
    assert out.roofs is not None
    peak, bandwidth = out.roofs
    fig = Figure(figsize=(8.0, 5.0))
    left, right = fig.subplots(1, 2, width_ratios=(1.25, 1))
    fig.subplots_adjust(left=0.09, right=0.985, top=0.9, bottom=0.2, wspace=0.5)
    points = [one for found in out.parts.values() for one in found if one.flops and one.seconds]
    intensities = [one.intensity for one in points]
    reach = min(0.5, *intensities), max(300.0, *intensities) * 1.3
    line = np.geomspace(reach[0], reach[1], 100)
    left.plot(line, np.minimum(peak, line * bandwidth) / 1e9, color="#000000", linewidth=1.4)
    for arm, colour in (("a", A_COLOUR), ("b", B_COLOUR)):
        for one in out.parts.get(arm, []):
            if one.flops and one.seconds:
                left.plot(one.intensity, one.rate / 1e9, MARKERS[one.kind], color=colour, markersize=8, alpha=0.85)
    left.set_xscale("log")
    left.set_yscale("log")
    left.set_xlabel("flop per byte (inputs, weights, outputs once)", fontsize=9)
    left.set_ylabel("GFLOP/s")
    left.set_title(f"roofs measured: {peak / 1e9:.0f} GFLOP/s, {bandwidth / 1e9:.1f} GB/s", fontsize=10)
    left.grid(True, which="both", color="#E5E5E5", linewidth=0.5)
    kinds = [kind for kind in anatomy.KINDS if any(one.kind == kind for found in out.parts.values() for one in found)]
    for at, kind in enumerate(kinds):
        for arm, colour, shift in (("a", A_COLOUR, -0.2), ("b", B_COLOUR, 0.2)):
            spent = sum(one.seconds for one in out.parts.get(arm, []) if one.kind == kind)
            right.barh(at + shift, 1000 * spent, height=0.38, color=colour)
    right.set_yticks(range(len(kinds)), kinds, fontsize=8.5)
    right.invert_yaxis()
    right.set_xlabel("ms of a pass, under the profiler", fontsize=9)
    right.grid(True, axis="x", color="#E5E5E5", linewidth=0.5)
    used = [kind for kind in anatomy.MAC_KINDS if any(one.kind == kind for one in points)]
    marks = [left.plot([], [], MARKERS[kind], color="#888888", label=kind, markersize=7)[0] for kind in used]
    arms = [
        left.plot([], [], "-", color=c, label=n, linewidth=5)[0]
        for n, c in ((params.a, A_COLOUR), (params.b, B_COLOUR))
    ]
    fig.legend(handles=[*arms, *marks], loc="lower center", ncols=7, fontsize=8.5, frameon=False)
    return fig


def prediction(params: InferenceTiming, out: Results) -> Figure:
    """Predicted against observed: the fitted models' times on the left, the ratio that was to be told on the right."""
    fig = Figure(figsize=(8.6, 4.4))
    left, right = fig.subplots(1, 2, width_ratios=(1.3, 1))
    fig.subplots_adjust(left=0.09, right=0.985, top=0.9, bottom=0.14, wspace=0.45)
    colours = {"flops": A_COLOUR, "activations": B_COLOUR}
    marks = {"flops": "s", "activations": "o"}
    seconds = np.array([one.seconds for one in out.zoo])
    for name, found in out.predicted.items():
        told = np.array([found.times[one.name] for one in out.zoo])
        shown = told > 0
        left.plot(
            1000 * seconds[shown], 1000 * told[shown], marks[name], color=colours[name], alpha=0.8,
            label=f"{NAMES[name]}: {found.error:.0%} off in the median",
        )  # fmt: skip
    reach = np.array([seconds.min() * 0.7, seconds.max() * 1.4]) * 1000
    left.plot(reach, reach, color="#000000", linewidth=1)
    left.set_xscale("log")
    left.set_yscale("log")
    for axis in (left.xaxis, left.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_locator(NullLocator())
    left.set_xlabel("measured, ms")
    left.set_ylabel("fitted, ms")
    left.set_title(f"{len(out.zoo)} other models", fontsize=10)
    left.legend(fontsize=8.5, frameon=False)
    left.grid(True, color="#E5E5E5", linewidth=0.5)
    assert out.base is not None
    value, low, high = _middle(out.base)
    rows = [("observed", value, low, high, "#000000")]
    rows += [(NAMES[name], one.ratio, one.lo, one.hi, colours[name]) for name, one in out.predicted.items()]
    for at, (_, middle, below, above, colour) in enumerate(rows):
        if below is not None and above is not None:
            right.plot([below, above], [at, at], color=colour, linewidth=2)
        right.plot([middle], [at], "D", color=colour, markersize=7)
        right.annotate(
            f"{middle:.2f}", (middle, at), xytext=(0, 8), textcoords="offset points", ha="center", fontsize=9
        )
    right.set_yticks(range(len(rows)), [row[0].replace(" and ", "\nand ") for row in rows], fontsize=9)
    right.set_ylim(len(rows) - 0.5, -0.6)
    right.set_xlim(0, 1.12 * max(1.0, *(row[3] or row[1] for row in rows)))
    right.axvline(1, color="#000000", linewidth=1, linestyle="--")
    right.set_xlabel(f"{params.b} over {params.a}", fontsize=9)
    right.grid(True, axis="x", color="#E5E5E5", linewidth=0.5)
    return fig
