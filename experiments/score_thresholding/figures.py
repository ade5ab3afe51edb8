"""The figures of a run. Colours are Okabe and Ito's, which colour-blind readers can tell apart; labels are ASCII."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from . import synthetic
from .compare import MARKS
from .measure import Results, curve_points
from .parameters import ScoreThresholding

STYLES: dict[str, dict[str, Any]] = {
    "pairs": {"color": "#0072B2", "marker": "o", "linestyle": "-"},
    "max-class": {"color": "#56B4E9", "marker": "s", "linestyle": "--"},
    "darknet": {"color": "#D55E00", "marker": "o", "linestyle": "-"},
    "objectness-alone": {"color": "#E69F00", "marker": "s", "linestyle": "--"},
    "fcos": {"color": "#009E73", "marker": "o", "linestyle": "-"},
    "fcos-sqrt": {"color": "#000000", "marker": "^", "linestyle": ":"},
    "class-alone": {"color": "#CC79A7", "marker": "s", "linestyle": "--"},
}
LABELS = {
    "pairs": "pairs (RetinaNet)",
    "max-class": "best class of an anchor",
    "darknet": "objectness x class (YOLOv3)",
    "objectness-alone": "objectness alone",
    "fcos": "class, ranked by x centerness (FCOS)",
    "fcos-sqrt": "sqrt(class x centerness) (detectron2)",
    "class-alone": "class, no centerness",
}
PANELS = {
    "independent classes": ("pairs", "max-class"),
    "objectness and class": ("darknet", "objectness-alone"),
    "class and centerness": ("fcos", "fcos-sqrt", "class-alone"),
}
GRID = {"color": "#DDDDDD", "linewidth": 0.6}


def curves_figure(out: Results) -> Figure:
    """AP against candidates per image: a panel for each head, a curve for each rule, where its code stands on it."""
    fig = Figure(figsize=(11.5, 4.6))
    panels = fig.subplots(1, 3, sharey=True)
    fig.subplots_adjust(left=0.06, right=0.985, top=0.85, bottom=0.13, wspace=0.06)
    points = curve_points(out)
    for ax, (title, rules) in zip(panels, PANELS.items(), strict=True):
        if "pairs" not in rules:
            _curve(ax, points, "pairs", color="#BBBBBB", linewidth=1.2, label="pairs, for comparison")
        for rule in rules:
            _curve(ax, points, rule, **STYLES[rule], linewidth=1.7, markersize=5, label=LABELS[rule])
            v = out.values
            place = v[f"rule.{rule}.candidates"], v[f"rule.{rule}.ap"]
            ax.plot(*place, marker="*", markersize=15, color=STYLES[rule]["color"], markeredgecolor="white",
                    linestyle="none", zorder=5)  # fmt: skip
        ax.plot([], [], marker="*", markersize=12, color="#555555", linestyle="none", label="published threshold")
        ax.set_xscale("log")
        ax.set_title(title, fontsize=10.5)
        ax.set_xlabel("candidates per image, before NMS")
        ax.legend(fontsize=8.5, loc="lower right", frameon=False)
        _plain(ax.xaxis, [int(mark) for mark in MARKS])
        ax.grid(True, **GRID)
    panels[0].set_ylabel("AP, IoU .50:.95")
    whose = "one detector" if len(out.studies) == 1 else f"{len(out.studies)} detectors"
    fig.suptitle(f"What a candidate more is worth: rules on the output of {whose} with three heads", fontsize=11.5)
    return fig


def _curve(ax: Axes, points: list[dict[str, Any]], rule: str, **look: Any) -> None:
    mine = [one for one in points if one["rule"] == rule]
    ax.plot([one["candidates"] for one in mine], [one["ap"] for one in mine], **look)


def limits_figure(params: ScoreThresholding, out: Results) -> Figure:
    """Left: AP and how often the limit of a level binds, over the limit. Right: what choosing and NMS take."""
    fig = Figure(figsize=(11.5, 4.4))
    left, right = fig.subplots(1, 2, width_ratios=(1.0, 1.05))
    fig.subplots_adjust(left=0.06, right=0.97, top=0.88, bottom=0.13, wspace=0.48)
    v, ks = out.values, params.budgets
    for rule, shift in (("pairs", 0.96), ("max-class", 1.04)):
        ap = np.array([v[f"limit.k{k}.{rule}.ap"] for k in ks])
        error = None
        if rule == "pairs":
            gain, low, high = (np.array([v[f"limit.k{k}.gain{end}"] for k in ks]) for end in ("", ".lo", ".hi"))
            error = np.stack([gain - low, high - gain])
        left.errorbar(np.array(ks) * shift, ap, yerr=error, capsize=2.5, label=LABELS[rule], **STYLES[rule])
    for k in ks:
        left.annotate(
            f"{v[f'limit.k{k}.binds']:.0%}", (k, 0.02), xycoords=("data", "axes fraction"), ha="center", fontsize=9
        )
    left.text(0.03, 0.085, "images in which it binds for pairs:", transform=left.transAxes, fontsize=9)
    bottom, top = left.get_ylim()
    left.set_ylim(bottom - 0.35 * (top - bottom), top)
    left.set_xscale("log")
    _plain(left.xaxis, ks)
    left.set(xlabel="candidates of a level, at most", ylabel="AP, IoU .50:.95")
    left.set_title(f"Limit of a level, scores > {params.threshold:g}; bars: 95 % of the paired difference", fontsize=10)
    left.legend(fontsize=9, frameon=False, loc="lower right", bbox_to_anchor=(1.0, 0.13))
    left.grid(True, **GRID)
    names = [synthetic.TITLES[one.way] for one in out.timed]
    y = np.arange(len(names))[::-1]
    choose, nms = ([getattr(one, which) for one in out.timed] for which in ("choose_ms", "nms_ms"))
    right.barh(y, choose, color="#BBBBBB", label="choosing candidates (numpy)")
    right.barh(y, nms, left=choose, color="#D55E00", label="NMS (torchvision)")
    widest = max(a + b for a, b in zip(choose, nms, strict=True))
    for place, one in zip(y, out.timed, strict=True):
        said = f" {one.candidates:,} candidates\n NMS {one.nms_ms:.3g} ms"
        right.text(one.choose_ms + one.nms_ms, place, said, va="center", fontsize=8.5)
    right.set_xlim(0, 1.42 * widest)
    right.set_yticks(y, [name.replace(", ", ",\n") for name in names])
    right.set_xlabel("milliseconds, one thread of this machine")
    right.set_title(f"Synthetic output, image of {params.width} x {params.height}, 80 classes", fontsize=10.5)
    right.legend(fontsize=9, frameon=False, loc="lower right")
    right.grid(True, axis="x", **GRID)
    right.set_axisbelow(True)
    return fig


def calibration_figure(out: Results) -> Figure:
    """Scores of detections against the share of true ones: on the diagonal a score means what it says."""
    fig = Figure(figsize=(11.5, 4.3))
    panels = fig.subplots(1, 3, sharey=True)
    fig.subplots_adjust(left=0.06, right=0.985, top=0.85, bottom=0.13, wspace=0.06)
    for ax, (title, rules) in zip(panels, PANELS.items(), strict=True):
        ax.plot([0, 1], [0, 1], color="#888888", linewidth=1, linestyle=":")
        for rule in rules:
            bins = [one for one in out.studies[0].bins if one["rule"] == rule]
            error = out.values[f"rule.{rule}.calibration-error"]
            label = f"{LABELS[rule]}: off by {error:.2f}"
            x, y = ([float(one[key]) for one in bins] for key in ("score", "true"))
            ax.plot(x, y, **STYLES[rule], markersize=5, linewidth=1.5, label=label)
        ax.set_title(title, fontsize=10.5)
        ax.set_xlabel("score of detections, means of tenths")
        ax.set(xlim=(0, 1), ylim=(0, 1.3))
        ax.set_xticks(np.linspace(0, 0.8, 5))
        ax.set_yticks(np.linspace(0, 1, 6))
        ax.legend(fontsize=8.5, loc="upper left", frameon=False)
        ax.grid(True, **GRID)
    panels[0].set_ylabel("share that is true, IoU .5")
    fig.suptitle("What a score says, at published thresholds (the first detector)", fontsize=11.5)
    return fig


def _plain(axis: Any, ticks: list[int]) -> None:
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
