"""The figures of a run. Colours are Okabe and Ito's, which colour-blind readers can tell apart; labels are ASCII."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from .arithmetic import NARROW, Array
from .limits import OVERLAP_LOSSES, SCANNED, Runaway, Usable
from .noise import Response
from .sensitivity import MAPS, relative_slopes, slopes

COLOURS = {
    "exp": "#0072B2",
    "exp-sides": "#56B4E9",
    "clamped-exp": "#56B4E9",
    "squared-sigmoid": "#D55E00",
    "linear": "#009E73",
    "relu": "#009E73",
    "relu-sides": "#009E73",
    "square": "#CC79A7",
    "sigmoid": "#E69F00",
    "distribution": "#000000",
}
DASHES = {"exp-sides": "--", "relu": "--", "relu-sides": "--", "square": "-.", "sigmoid": ":", "distribution": "-"}
CAUSE_COLOURS = {"side": "#0072B2", "area": "#D55E00", "precision": "#666666", "none": "#FFFFFF"}
LABELS = {
    "exp": "exp(t)",
    "exp-sides": "exp(t), two sides",
    "clamped-exp": "clamped exp",
    "squared-sigmoid": "(2 sigma(t))^2",
    "linear": "linear",
    "relu": "max(t, 0)",
    "relu-sides": "max(t, 0), two sides",
    "square": "t^2",
    "sigmoid": "sigma(t)",
    "distribution": "distribution (DFL)",
}
SMALLEST_SHOWN = 28.0  # pixels, of a runaway prediction
LOSS_LABELS = {"log-l2": "log L2", "decoded-l2": "decoded L2", "giou": "GIoU", "iou": "IoU"}
OPTIMIZER_LABELS = {"sgd": "SGD with momentum", "adam": "Adam"}


def limits_figure(
    runaways: Sequence[Runaway],
    usables: Sequence[Usable],
    *,
    target: float,
    image: float,
    mismatch: float,
    tolerance: float,
) -> Figure:
    """Left: box sizes that a format can train. Right: what goes wrong first when a prediction runs away."""
    fig = Figure(figsize=(11.0, 6.0))
    # Places are given instead of worked out: a layout engine costs more than the drawing.
    left, right = fig.subplots(1, 2, width_ratios=(1.0, 1.4))
    fig.subplots_adjust(left=0.07, right=0.94, top=0.95, bottom=0.15, wspace=0.27)
    _usable_panel(left, [u for u in usables if u.decoder == "exp"], image, mismatch, tolerance)
    _runaway_panel(right, runaways, target, tolerance)
    return fig


def _usable_panel(ax: Axes, usables: Sequence[Usable], image: float, mismatch: float, tolerance: float) -> None:
    left, right = 1.0, 20_000.0
    states = ((0, "#009E73", ""), (1, "#E69F00", "///"), (2, "#000000", "xxx"))
    for y, one in enumerate(usables):
        for state, colour, hatch in states:
            for a, b in _spans(one.sizes, one.state == state):
                if a < right:
                    ax.barh(
                        y,
                        min(b, right) - max(a, left),
                        left=max(a, left),
                        height=0.6,
                        facecolor="white" if hatch else colour,
                        edgecolor=colour,
                        hatch=hatch,
                        linewidth=0.8,
                    )
        inside: dict[str, Any] = {"va": "center", "fontsize": 8.5, "color": "white"}
        if one.from_px > 1.5:
            ax.text(one.from_px * 1.1, y, f"{one.from_px:.0f}", ha="left", **inside)
        if one.to_px < right:
            ax.text(one.to_px / 1.1, y, f"{one.to_px:.0f}", ha="right", **inside)
        elif math.isfinite(one.to_px):
            ax.text(right / 1.1, y, f"to {one.to_px:.0e}".replace("e+", "e"), ha="right", **inside)
    ax.axvline(image, color="#333333", linewidth=1.0, linestyle="--")
    ax.annotate(
        "image", (image, 1.0), xycoords=("data", "axes fraction"), xytext=(4, -4), textcoords="offset points",
        ha="left", va="top", fontsize=8.5, color="#333333",
    )  # fmt: skip
    names = [f"{one.dtype}\n{LOSS_LABELS[one.loss]}" for one in usables]
    ax.set_yticks(range(len(names)), names, fontsize=9)
    ax.set_ylim(len(names) - 0.5, -0.75)
    ax.set_xscale("log")
    ax.set_xlim(left, right)
    _plain_log_ticks(ax, [1, 10, 100, 1000, 10_000])
    ax.set_xlabel("side of the box, pixels")
    ax.set_title(f"Box sizes a format gets right (prediction {mismatch:g} x target)", fontsize=10)
    ax.legend(
        handles=[
            Patch(facecolor="#009E73", label="right"),
            Patch(facecolor="white", edgecolor="#E69F00", hatch="///", label=f"> {tolerance:.0%} off, finite"),
            Patch(facecolor="white", edgecolor="#000000", hatch="xxx", label="not finite"),
        ],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.12),
        ncols=3,
        fontsize=8.5,
        frameon=False,
    )


def _plain_log_ticks(ax: Axes, ticks: Sequence[float]) -> None:
    ax.xaxis.set_major_locator(FixedLocator(list(ticks)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    ax.xaxis.set_minor_locator(NullLocator())


def _spans(sizes: Array, chosen: Array) -> list[tuple[float, float]]:
    """Runs of chosen sizes as intervals, from halfway to the neighbour before to halfway to the one after."""
    between = np.sqrt(sizes[:-1] * sizes[1:])
    borders = np.concatenate([sizes[:1], between, sizes[-1:]])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], chosen.astype(int), [0]])))
    return [(float(borders[a]), float(borders[b])) for a, b in edges.reshape(-1, 2)]


def _runaway_panel(ax: Axes, runaways: Sequence[Runaway], target: float, tolerance: float) -> None:
    names, places, y = [], [], 0.0
    for dtype in NARROW:
        for loss in OVERLAP_LOSSES:
            for decoder in SCANNED:
                one = next(r for r in runaways if (r.dtype, r.loss, r.decoder) == (dtype, loss, decoder))
                names.append(LABELS[decoder])
                places.append(y)
                _dumbbell(ax, y, one)
                y += 1.0
            ax.text(
                1.012, y - 2.5, f"{dtype}\n{LOSS_LABELS[loss]}", fontsize=9, va="center",
                transform=ax.get_yaxis_transform(),
            )  # fmt: skip
            y += 0.8
    ax.set_yticks(places, names, fontsize=8)
    ax.set_ylim(y - 0.6, -0.9)
    ticks = (2, 3, 5, 8, 12, 19, 38)
    ax.set_xlim(_spread(SMALLEST_SHOWN), _spread(1e75))
    ax.set_xticks([_spread(10.0**k) for k in ticks], [f"1e{k}" for k in ticks])
    ax.set_xlabel(f"side of a prediction that runs away from a target of {target:.0f} px, pixels")
    ax.set_title("First wrong and first not finite", fontsize=10)
    ax.grid(axis="x", color="#dddddd", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.legend(
        handles=[
            Line2D([], [], marker="o", linestyle="", markersize=8, markerfacecolor="white",
                   markeredgecolor="#444444", label=f"> {tolerance:.0%} off"),
            Line2D([], [], marker="x", linestyle="", color="#444444", markersize=6, markeredgewidth=2,
                   label="not finite"),
            Patch(facecolor=CAUSE_COLOURS["precision"], label="rounding"),
            Patch(facecolor=CAUSE_COLOURS["area"], label="an area"),
            Patch(facecolor=CAUSE_COLOURS["side"], label="the side"),
        ],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.12),
        ncols=5,
        fontsize=8.5,
        frameon=False,
        columnspacing=1.2,
        handletextpad=0.5,
    )  # fmt: skip


def _spread(px: float) -> float:
    """Exponents span 2 to 38: their logarithm gives the small and the huge formats room alike."""
    return math.log10(math.log10(max(px, SMALLEST_SHOWN)))


def _dumbbell(ax: Axes, y: float, one: Runaway) -> None:
    wrong, broken = one.wrong, one.nonfinite
    small: dict[str, Any] = {"fontsize": 7.5, "va": "center", "textcoords": "offset points"}
    if math.isfinite(wrong.px) and math.isfinite(broken.px):
        ax.plot([_spread(wrong.px), _spread(broken.px)], [y, y], color="#bbbbbb", linewidth=1.4, zorder=1)
    if math.isfinite(wrong.px):
        colour = CAUSE_COLOURS[wrong.cause]
        ax.plot(
            _spread(wrong.px),
            y,
            "o",
            markersize=8,
            markerfacecolor="white",
            markeredgewidth=1.6,
            markeredgecolor=colour,
            zorder=2,
        )
        if wrong.px != broken.px:
            ax.annotate(_short(wrong.px), (_spread(wrong.px), y), xytext=(-7, 0), ha="right", color=colour, **small)
    if math.isfinite(broken.px):
        colour = CAUSE_COLOURS[broken.cause]
        ax.plot(_spread(broken.px), y, "x", markersize=5, color=colour, markeredgewidth=2.0, zorder=3)
        ax.annotate(_short(broken.px), (_spread(broken.px), y), xytext=(7, 0), ha="left", color=colour, **small)
    else:
        ax.annotate(
            "always finite", (1.0, y), xycoords=("axes fraction", "data"), xytext=(-5, 0), ha="right",
            color="#555555", **small,
        )  # fmt: skip


def _short(px: float) -> str:
    return f"{px:.0f}" if px < 1e5 else f"{px:.1e}".replace("e+0", "e").replace("e+", "e")


def slopes_figure() -> Figure:
    """The decoded side over t, and how strongly it answers to t over the sides that each decoder reaches."""
    fig = Figure(figsize=(13.0, 4.4))
    decoded, absolute, relative = fig.subplots(1, 3)
    fig.subplots_adjust(left=0.055, right=0.985, top=0.93, bottom=0.12, wspace=0.22)
    t = np.linspace(-6.0, 6.0, 2401)
    ratios = np.geomspace(0.02, 20.0, 800)
    for decoder, width in MAPS.items():
        style = {"color": COLOURS[decoder], "linestyle": DASHES.get(decoder, "-"), "linewidth": 1.8}
        side, _ = slopes(width, t)
        label = LABELS[decoder] if decoder != "linear" else "1 + t"
        decoded.plot(t, np.where(side > 0, side, np.nan), label=label, **style)
        slope = relative_slopes(width, ratios)
        absolute.plot(ratios, slope * ratios, **style)
        relative.plot(ratios, slope, **style)
    decoded.set_ylim(0.01, 60)
    decoded.set_xlim(-6, 6)
    decoded.axhline(4.0, color="#D55E00", linewidth=0.7, alpha=0.6)
    decoded.text(-5.9, 4.3, "its limit, 4", fontsize=8, color="#D55E00")
    decoded.set_xlabel("raw output t")
    decoded.set_ylabel("side / reference")
    decoded.set_title("What a raw output decodes to", fontsize=10)
    decoded.legend(fontsize=8.5, frameon=False, loc="lower right", handlelength=2.8)
    absolute.set_ylim(0.01, 60)
    absolute.set_ylabel("dw/dt / reference")
    absolute.set_title("Change of the side for a unit of t", fontsize=10)
    absolute.text(19, 1.15, "1 + t, max(t, 0)", fontsize=8.5, color=COLOURS["linear"], ha="right")
    relative.set_ylim(0, 3.2)
    relative.text(0.31, 2.85, "1 + t, max(t, 0)", fontsize=8.5, color=COLOURS["linear"], ha="right")
    relative.set_ylabel("d ln w/dt")
    relative.set_title("Relative change of the side for a unit of t", fontsize=10)
    for ax in (decoded, absolute):
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(FixedLocator([0.01, 0.1, 1, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        ax.yaxis.set_minor_locator(NullLocator())
    for ax in (absolute, relative):
        ax.set_xscale("log")
        ax.set_xlim(0.02, 20)
        _plain_log_ticks(ax, [0.03, 0.1, 0.3, 1, 3, 10])
        ax.set_xlabel("side / reference")
    for ax in (decoded, absolute, relative):
        ax.grid(color="#dddddd", linewidth=0.6)
        ax.spines[["top", "right"]].set_visible(False)
    return fig


def noise_figure(responses: Sequence[Response], size: float, goal: float) -> Figure:
    """The expected IoU loss over box sizes, equal at one size by calibration."""
    fig = Figure(figsize=(8.0, 4.8))
    ax = fig.subplots()
    fig.subplots_adjust(left=0.08, right=0.98, top=0.93, bottom=0.11)
    for one in responses:
        if one.family == "exp-sides":
            continue  # flat like exp: one line for both
        label = LABELS[one.family] + (", one side or two" if one.family == "exp" else "")
        colour = COLOURS[one.family]
        ax.plot(
            one.sizes,
            one.loss,
            color=colour,
            linestyle=DASHES.get(one.family, "-"),
            linewidth=1.8,
            marker="o",
            markersize=3.5,
            label=label,
        )
        ax.fill_between(one.sizes, one.low, one.high, color=colour, alpha=0.2, linewidth=0)
    ax.plot(size, goal, "D", color="black", markersize=7, markerfacecolor="white", zorder=5)
    ax.annotate("calibrated here", (size, goal), xytext=(12, 14), textcoords="offset points", fontsize=9)
    ax.set_xscale("log")
    _plain_log_ticks(ax, [size * factor for factor in (0.125, 0.25, 0.5, 1, 2, 4)])
    ax.set_ylim(bottom=0)
    ax.set_xlabel("side of the box, pixels")
    ax.set_ylabel("expected IoU loss")
    ax.set_title(
        "The same noise in t, calibrated to equal loss at one size, costs other sizes differently", fontsize=10
    )
    ax.grid(color="#dddddd", linewidth=0.6)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize=8.5, frameon=False, handlelength=4.0)
    return fig
