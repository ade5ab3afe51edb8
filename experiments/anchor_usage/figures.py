"""The figures of a run. Colours are Okabe and Ito's, which colour-blind readers can tell apart; labels are ASCII."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from . import fits
from .boxes import LARGE_AREA, SMALL_AREA
from .fitting import METHODS
from .measure import Results
from .rules import TITLES

# Rules of one family share a colour family and differ by dash and marker, so that print tells them apart too.
STYLES: dict[str, dict[str, Any]] = {
    "yolov3": {"color": "#000000", "linestyle": ":", "marker": "s"},
    "yolov4": {"color": "#E69F00", "linestyle": "--", "marker": "s"},
    "yolov5": {"color": "#D55E00", "linestyle": "-", "marker": "s"},
    "retinanet": {"color": "#0072B2", "linestyle": "-", "marker": "o"},
    "efficientdet": {"color": "#56B4E9", "linestyle": "--", "marker": "o"},
    "ssd": {"color": "#CC79A7", "linestyle": "-", "marker": "o"},
    "atss": {"color": "#009E73", "linestyle": "-", "marker": "^"},
    "fcos": {"color": "#666666", "linestyle": "--", "marker": "^"},
}
METHOD_STYLES = {"kmeans-mean": ("#0072B2", "o"), "kmeans-median": ("#009E73", "^"), "autoanchor": ("#D55E00", "s")}
METHOD_LABELS = {"kmeans-mean": "k-means, means", "kmeans-median": "k-means, medians", "autoanchor": "AutoAnchor"}


def rules_figure(out: Results, side: int) -> Figure:
    """Above: positives per object against its size. Below: the share of objects that have none."""
    fig = Figure(figsize=(9.5, 7.5))
    upper, lower = fig.subplots(2, 1, sharex=True, height_ratios=(1.6, 1.0))
    fig.subplots_adjust(left=0.08, right=0.84, top=0.94, bottom=0.08, hspace=0.1)
    ends: list[tuple[float, str]] = []
    for rule, style in STYLES.items():
        bins = [one for one in out.bins if one.rule == rule]
        if not bins:
            continue
        middles = [(one.low * one.high) ** 0.5 for one in bins]
        look = {**style, "linewidth": 1.6, "markersize": 4.5}
        upper.plot(middles, [one.positives for one in bins], **look)
        lower.plot(middles, [100 * one.unassigned for one in bins], **look)
        ends.append((bins[-1].positives, rule))
    upper.set_yscale("log")
    _plain(upper.yaxis, [1, 2, 5, 10, 20, 50, 100, 200])
    upper.set_ylabel("positives per object")
    upper.set_title(
        f"Anchors or places that each rule trains on an object (longer side of an image {side} px)", fontsize=11
    )
    lower.set_ylabel("without a positive, %")
    lower.set_ylim(bottom=-0.02 * max(1.0, lower.get_ylim()[1]))
    lower.set_xscale("log", base=2)
    _plain(lower.xaxis, [4, 8, 16, 32, 64, 128, 256, 512, 1024])
    lower.set_xlabel("size of the object, sqrt(area), pixels of the original image")
    for ax in (upper, lower):
        _sizes(ax, named=ax is upper)
        ax.grid(True, color="#DDDDDD", linewidth=0.6)
    _names_at_the_end(upper, ends)
    return fig


def _sizes(ax: Axes, *, named: bool) -> None:
    left, right = ax.get_xlim()
    edges = [left, SMALL_AREA**0.5, LARGE_AREA**0.5, right]
    for edge in edges[1:3]:
        ax.axvline(edge, color="#333333", linewidth=0.9, linestyle=":")
    for name, low, high in zip(("small", "medium", "large"), edges[:-1], edges[1:], strict=True):
        if named and low < high:
            middle = (max(low, 1e-9) * high) ** 0.5
            ax.text(
                middle, 0.985, name, transform=ax.get_xaxis_transform(), ha="center", va="top", fontsize=9,
                color="#333333",
            )  # fmt: skip
    ax.set_xlim(left, right)


def _names_at_the_end(ax: Axes, ends: list[tuple[float, str]]) -> None:
    """A name beside the end of each line, moved apart where lines meet: nearer to read than a legend."""
    low, high = np.log(ax.get_ylim())
    places: list[float] = []
    for value, rule in sorted(ends):
        place = (np.log(max(value, 1e-3)) - low) / (high - low)
        place = max(place, places[-1] + 0.052) if places else place
        places.append(place)
        style = STYLES[rule]
        ax.annotate(
            TITLES[rule],
            (1.0, place),
            xycoords="axes fraction",
            xytext=(30, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color=style["color"],
            annotation_clip=False,
        )
        ax.plot(
            [1.01, 1.045], [place, place], transform=ax.transAxes, clip_on=False, color=style["color"],
            linestyle=style["linestyle"], linewidth=1.8,
        )  # fmt: skip


def fits_figure(out: Results, k: int) -> Figure:
    """How IoU on seen, unseen and shifted boxes depends on the number of boxes that were fitted."""
    shown = ["seen", "unseen", "shifted"] if out.shifted else ["seen", "unseen"]
    titles = {"seen": "on the fitted boxes", "unseen": "on unseen boxes", "shifted": "on a shifted mixture"}
    fig = Figure(figsize=(3.6 * len(shown) + 0.4, 4.3))
    panels = np.atleast_1d(fig.subplots(1, len(shown), sharey=True))
    fig.subplots_adjust(left=0.075, right=0.985, top=0.84, bottom=0.22, wspace=0.07)
    for ax, figure in zip(panels, shown, strict=True):
        for method in METHODS:
            found = [fits.summary(out.scored, method, n)[figure] for n in out.fitted_on]
            colour, marker = METHOD_STYLES[method]
            values = np.array([one.value for one in found])
            low = values - [one.value if one.lo is None else one.lo for one in found]
            high = np.array([one.value if one.hi is None else one.hi for one in found]) - values
            # Side by side: intervals of one number of boxes would hide each other.
            x = np.array(out.fitted_on) * {"kmeans-mean": 1.0, "kmeans-median": 0.93, "autoanchor": 1.07}[method]
            ax.errorbar(
                x, values, yerr=np.stack([low, high]), color=colour, marker=marker, markersize=5, linewidth=1.4,
                capsize=2.5, label=METHOD_LABELS[method],
            )  # fmt: skip
        if figure != "seen":
            level = float(np.mean([getattr(one, PUBLISHED[figure]) for one in out.scored]))
            ax.axhline(level, color="#000000", linestyle="--", linewidth=1.2, label="YOLOv3's published nine")
        ax.set_xscale("log")
        _plain(ax.xaxis, [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000])
        ax.set_title(titles[figure], fontsize=10)
        ax.set_xlabel("boxes that anchors were fitted on")
        ax.grid(True, color="#DDDDDD", linewidth=0.6)
    panels[0].set_ylabel("average best IoU")
    handles, labels = panels[-1].get_legend_handles_labels()
    fig.legend(handles, labels, loc="lower center", ncols=4, fontsize=9, frameon=False)
    fig.suptitle(f"{k} fitted anchors, 95 % intervals over repeats", fontsize=11)
    return fig


PUBLISHED = {"unseen": "published", "shifted": "published_shifted"}


def _plain(axis: Any, ticks: list[int]) -> None:
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
