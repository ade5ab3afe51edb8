"""The figures of a run. Colours are Okabe and Ito's, which colour-blind readers can tell apart; labels are ASCII."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from studyctl.lab import Run

from . import profilers
from .concordance import PREDICTORS
from .counting import Count
from .formulas import ACTIVATION, BATCH_NORM, ELEMENTWISE, KINDS, MAC_KINDS, NORM, OTHER, POOL, SOFTMAX
from .measure import Results, agrees

BIAS = "bias"
COLOURS = {
    BIAS: "#999999",
    BATCH_NORM: "#0072B2",
    NORM: "#56B4E9",
    ACTIVATION: "#D55E00",
    POOL: "#F0E442",
    ELEMENTWISE: "#009E73",
    SOFTMAX: "#CC79A7",
    OTHER: "#000000",
}
HATCHES = {NORM: "//", POOL: "..", ELEMENTWISE: "\\\\", SOFTMAX: "xx"}
BAND_TITLES = {"1-2": "1-2x", "2-4": "2-4x", "4-8": "4-8x", "8-up": "8x and more", "all": "all"}
STYLES = {
    "macs": ("#0072B2", "o", "multiply-adds"),
    "activations": ("#D55E00", "s", "activations"),
    "parameters": ("#666666", "^", "parameters"),
    "together": ("#009E73", "D", "multiply-adds and activations, fitted on other families"),
}


def draw(run: Run, out: Results, threads: int) -> None:
    """Every figure that there are numbers for."""
    run.figure("residuals", residuals(out), "What counters have beside multiply-adds, and what is left out by all")
    if out.figures:
        run.figure("published", published_figure(out), "Printed figures and our multiply-adds")
    if out.timed:
        run.figure("latency", latency_figure(out, threads), "Time against multiply-adds, and which figure orders pairs")


def residuals(out: Results) -> Figure:
    """Left: each counter's figure over our multiply-adds. Right: what is no multiply-add, by kind."""
    counts = dict(out.counts)
    for one in out.profiles:  # networks that only one counter was run on
        if one.model not in counts:
            counts[one.model] = out.known.of(one.model, profilers.TWIN_SIDE)
    names = list(counts)
    fig = Figure(figsize=(11.5, 1.9 + 0.55 * len(names)))
    left, right = fig.subplots(1, 2, sharey=True, width_ratios=(1.0, 1.25))
    fig.subplots_adjust(left=0.13, right=0.985, top=0.9, bottom=1.25 / fig.get_figheight(), wspace=0.06)
    places = np.arange(len(names))[::-1]
    _ratios(left, out, names, places)
    _rest(right, counts, names, places)
    left.set_yticks(places, names)
    return fig


def _ratios(ax: Axes, out: Results, names: list[str], places: np.ndarray) -> None:
    marks = {
        profilers.TORCH: ("o", "#0072B2"),
        profilers.TORCH_CPU: ("X", "#D55E00"),
        profilers.FVCORE: ("s", "#009E73"),
        profilers.KERAS: ("^", "#CC79A7"),
        profilers.XLA: ("D", "#E69F00"),
    }
    for counter, (marker, colour) in marks.items():
        of = {one.model: one for one in out.profiles if one.counter == counter}
        found = [
            (of[name].total / of[name].macs, place) for name, place in zip(names, places, strict=True) if name in of
        ]
        if found:
            x, y = zip(*found, strict=True)
            fill = "none" if counter == profilers.XLA else "full"  # it may stand on another's mark
            ax.plot(x, y, linestyle="", marker=marker, color=colour, markersize=8, fillstyle=fill, label=counter)
            for ratio, place in found:
                if counter == profilers.XLA:
                    side, far = ("left", 0.03) if ratio > 2 else ("right", -0.03)
                    ax.text(ratio + far, place, f"{ratio:.3f}", ha=side, va="center", fontsize=8, color=colour)
                else:
                    height = -0.42 if counter == profilers.KERAS else 0.2
                    ax.text(ratio, place + height, f"{ratio:.3f}", ha="center", fontsize=8, color=colour)
    for at in (1.0, 2.0):
        ax.axvline(at, color="#333333", linewidth=0.9, linestyle=":")
    low, high = ax.get_xlim()
    ax.set_xlim(min(0.6, low), max(2.15, high + 0.14))
    ax.set_xlabel("counter's figure / multiply-adds")
    ax.set_title("One or two for a multiply-add, and what is missed", fontsize=10.5)
    ax.grid(True, axis="x", color="#DDDDDD", linewidth=0.6)
    _legend_below(ax, 2)


def _legend_below(ax: Axes, columns: int) -> None:
    """At the lower edge of the figure, whatever its height."""
    box = ax.get_position()
    ax.legend(
        loc="lower center", bbox_to_anchor=((box.x0 + box.x1) / 2, 0.0), bbox_transform=ax.figure.transFigure,
        ncols=columns, fontsize=8.5, frameon=False,
    )  # fmt: skip


def _rest(ax: Axes, counts: dict[str, Count], names: list[str], places: np.ndarray) -> None:
    """Stacked bars: single operations that are no multiply-add, in per cent of two for each multiply-add."""
    shown = [kind for kind in (BIAS, *KINDS) if kind in COLOURS]
    left = np.zeros(len(names))
    for kind in shown:
        values = np.array([100 * _single(counts[name], kind) / (2 * max(1, counts[name].macs)) for name in names])
        if values.max() > 0.005:
            ax.barh(
                places, values, left=left, height=0.6, color=COLOURS[kind], hatch=HATCHES.get(kind, ""),
                edgecolor="white", linewidth=0.5, label=kind,
            )  # fmt: skip
        left += values
    for place, total in zip(places, left, strict=True):
        ax.text(total, place, f"  {total:.1f} %", va="center", fontsize=9)
    ax.set_xlim(0, 1.15 * max(1.0, left.max()))
    ax.set_xlabel("single operations, % of two for each multiply-add")
    ax.set_title("What is left out: everything that is no multiply-add", fontsize=10.5)
    ax.grid(True, axis="x", color="#DDDDDD", linewidth=0.6)
    ax.set_axisbelow(True)
    _legend_below(ax, 4)


def _single(counted: Count, kind: str) -> int:
    if kind == BIAS:
        return counted.total("bias")
    # What attention does beside its products is its softmax.
    more = counted.total("flops", *MAC_KINDS) if kind == SOFTMAX else 0
    return counted.total("flops", kind) + more


def published_figure(out: Results) -> Figure:
    """How far our count is from each printed figure, and what its last digit leaves open."""
    rows = out.figures[::-1]
    fig = Figure(figsize=(8.5, 1.4 + 0.29 * len(rows)))
    ax = fig.subplots()
    fig.subplots_adjust(left=0.3, right=0.97, top=0.93, bottom=0.75 / fig.get_figheight())
    for place, (figure, counted) in enumerate(rows):
        ours = counted.macs / 1e6
        off, half = 100 * (ours / figure.millions - 1), 100 * figure.half / figure.millions
        good = agrees(figure, ours)
        ax.plot([-half, half], [place, place], color="#999999", linewidth=6, alpha=0.45, solid_capstyle="butt")
        ax.plot(off, place, marker="o" if good else "D", color="#0072B2" if good else "#D55E00", markersize=6.5)
        ax.text(off + (0.35 if off >= 0 else -0.35), place, f"{off:+.1f}", va="center",
                ha="left" if off >= 0 else "right", fontsize=8)  # fmt: skip
    ax.axvline(0, color="#333333", linewidth=0.9)
    ax.set_yticks(range(len(rows)), [f"{f.title}, {f.millions:g} M" for f, _ in rows], fontsize=8.5)
    low, high = ax.get_xlim()
    ax.set_xlim(low - 1.5, high + 1.5)
    ax.set_xlabel("our multiply-adds less the printed figure, %")
    agreed = ax.plot([], [], linestyle="", marker="o", color="#0072B2", label="rounds to it")[0]
    not_agreed = ax.plot([], [], linestyle="", marker="D", color="#D55E00", label="does not")[0]
    open_ = ax.plot([], [], color="#999999", linewidth=6, alpha=0.45, label="what its last digit leaves open")[0]
    ax.legend(handles=[agreed, not_agreed, open_], fontsize=8.5, loc="lower left", framealpha=0.9)
    ax.set_title("Printed FLOPS are multiply-adds: twice of them would be +100 %", fontsize=10.5)
    ax.grid(True, axis="x", color="#DDDDDD", linewidth=0.6)
    return fig


def latency_figure(out: Results, threads: int) -> Figure:
    """Left: time against multiply-adds. Right: how often each figure names the faster of two."""
    fig = Figure(figsize=(12, 5.6))
    left, right = fig.subplots(1, 2, width_ratios=(1.5, 1.0))
    fig.subplots_adjust(left=0.065, right=0.985, top=0.91, bottom=0.11, wspace=0.17)
    _scatter(left, out, threads)
    _bands(right, out)
    return fig


def _scatter(ax: Axes, out: Results, threads: int) -> None:
    gmacs = np.array([one.macs / 1e9 for one in out.timed])
    ms = np.array([one.ms for one in out.timed])
    edges = 2.0 ** np.arange(np.floor(np.log2(gmacs.min())), np.ceil(np.log2(gmacs.max())) + 1)
    for at, (low, high) in enumerate(itertools.pairwise(edges)):
        if at % 2 == 0:
            ax.axvspan(low, high, color="#EEEEEE", zorder=0)
    middle = float(np.median(ms / gmacs))
    ends = np.array([gmacs.min() / 1.3, gmacs.max() * 1.3])
    ax.plot(ends, middle * ends, color="#333333", linewidth=1.0, linestyle="--", label=f"{middle:.2g} ms per GMAC")
    look = _looks([one.family for one in out.timed])
    for name, (colour, marker) in look.items():
        of = [at for at, one in enumerate(out.timed) if one.family == name]
        ax.plot(gmacs[of], ms[of], linestyle="", marker=marker, color=colour, markersize=6.5, label=name,
                markeredgecolor="white", markeredgewidth=0.5)  # fmt: skip
    rates = ms / gmacs
    for at in (int(rates.argmax()), int(rates.argmin())):
        right = gmacs[at] > np.sqrt(ends[0] * ends[1])
        ax.annotate(
            f"{out.timed[at].name}: {rates[at]:.3g} ms per GMAC", (gmacs[at], ms[at]), textcoords="offset points",
            xytext=(-6 if right else 6, -13), ha="right" if right else "left", fontsize=8,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )  # fmt: skip
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set_xlim(*ends)
    _plain(ax.xaxis, edges)
    ax.set_ylim(ms.min() / 2, ms.max() * 2)
    _plain(ax.yaxis, [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000])
    ax.set_xlabel("G multiply-adds (each grey or white band is a factor of two)")
    ax.set_ylabel("ms for one picture")
    ax.set_title(f"Time against multiply-adds, batch 1, {threads} threads", fontsize=10.5)
    ax.legend(fontsize=7.5, ncols=2, loc="upper left", framealpha=0.9)


def _looks(families: list[str]) -> dict[str, tuple[str, str]]:
    """A colour and a marker for each family: seven colours, then the next marker."""
    colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9"]
    names = [name for name, _ in Counter(families).most_common()]
    return {name: (colours[at % 7], "osD^vP"[at // 7 % 6]) for at, name in enumerate(names)}


def _bands(ax: Axes, out: Results) -> None:
    shown = [band for band in out.bands if band.settled]
    for offset, predictor in zip((-0.27, -0.09, 0.09, 0.27), PREDICTORS, strict=True):
        colour, marker, label = STYLES[predictor]
        for at, band in enumerate(shown):
            one = band.shares[predictor]
            if one.lo is not None and one.hi is not None:
                ax.plot([at + offset] * 2, [100 * one.lo, 100 * one.hi], color=colour, linewidth=1.6)
        ax.plot(
            [at + offset for at in range(len(shown))], [100 * band.shares[predictor].value for band in shown],
            linestyle="", marker=marker, color=colour, markersize=7, label=label,
        )  # fmt: skip
    ax.axhline(50, color="#333333", linewidth=0.9, linestyle=":", label="a coin")
    ax.set_xticks(
        range(len(shown)), [f"{BAND_TITLES[band.name]}\n{band.settled} of {band.pairs}" for band in shown], fontsize=8.5
    )
    ax.set_ylim(0, 102)
    ax.set_xlabel("ratio of multiply-adds; pairs with a settled order, of all")
    ax.set_ylabel("pairs in which it names the faster one, %")
    ax.set_title("Which figure orders a pair (95 % over families)", fontsize=10.5)
    ax.grid(True, axis="y", color="#DDDDDD", linewidth=0.6)
    ax.legend(fontsize=8, loc="lower right", framealpha=0.9)


def _plain(axis: Any, ticks: Any) -> None:
    axis.set_major_locator(FixedLocator(list(ticks)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.4g}"))
