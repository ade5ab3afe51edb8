"""The figures of a run. Colours are Okabe and Ito's, which colour-blind readers can tell apart; labels are ASCII."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .measure import ACTIVATIONS, WAYS, Results
from .parameters import ActivationCost
from .timing import FEWEST, Ratio, Timed

COLOURS = {"relu": "#000000", "swish": "#D55E00", "unfused": "#CC79A7", "hard-swish": "#009E73", "gelu": "#0072B2"}
MARKERS = {"relu": "x", "swish": "o", "unfused": "s", "hard-swish": "^", "gelu": "D"}
NAMES = {"swish": "swish, one operator", "unfused": "swish as x * sigmoid(x)"}
TICKS = (0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 10, 15, 20, 30, 50, 100)


def _human(size: float) -> str:
    return f"{size / (1 << 20):g} MiB" if size >= 1 << 20 else f"{size / 1024:g} KiB"


def by_size(params: ActivationCost, out: Results) -> Figure:
    """Time over relu's, and over the floor's, against the size of a tensor; where caches are full is marked."""
    dtype = params.dtypes[0]
    cells = [one for one in out.cells if one.dtype == dtype]
    fig = Figure(figsize=(10.0, 7.6))
    grid = fig.subplots(2, 2, sharex=True, sharey="row")
    fig.subplots_adjust(left=0.075, right=0.985, top=0.9, bottom=0.115, wspace=0.06, hspace=0.08)
    for row, (start, names, label) in zip(
        grid,
        (
            ("", ACTIVATIONS, "time / relu's time"),
            ("floor.", ("relu", *ACTIVATIONS), "time / floor's time (a copy; a product)"),
        ),
        strict=True,
    ):
        for ax, way in zip(row, WAYS, strict=True):
            for name in names:
                _line(ax, name, cells, [out.ratios[f"{start}{way}.{one.key}.{name}"] for one in cells])
            _sizes(ax, [one.bytes for one in cells])
            ax.axhline(1, color="#000000", linewidth=1)
            _caches(ax, params, out, named=not start)
        values = [out.ratios[f"{start}{way}.{one.key}.{name}"].value for way in WAYS for one in cells for name in names]
        ticks = [tick for tick in TICKS if min(1.0, *values) / 1.15 <= tick <= max(1.0, *values) * 1.3]
        row[0].set_yscale("log")
        row[0].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        row[0].minorticks_off()
        row[0].set_ylabel(label, fontsize=9)
    for ax, way in zip(grid[0], WAYS, strict=True):
        ax.set_title(way, fontsize=10.5, pad=18)
    for ax in grid[1]:
        ax.set_xlabel(f"bytes of the input tensor, {dtype}", fontsize=9)
    handles, labels = grid[1][0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="lower center", ncols=5, fontsize=9, frameon=False)
    said = "dashed: input and output fill a cache" if out.caches else "cache sizes are not known here"
    threads = "1 thread" if params.threads == 1 else f"{params.threads} threads"
    what = "; bars: interval" if params.processes >= FEWEST else ""
    fig.suptitle(f"median of {params.processes} fresh processes{what}; {threads}; {said}", fontsize=9.5)
    return fig


def _line(ax: Axes, name: str, cells: list[Timed], ratios: list[Ratio]) -> None:
    sizes = np.array([one.bytes for one in cells])
    ax.plot(
        sizes, [one.value for one in ratios], color=COLOURS[name], marker=MARKERS[name], markersize=6,
        linestyle=":" if name == "relu" else "-", label=NAMES.get(name, name),
    )  # fmt: skip
    for size, one in zip(sizes, ratios, strict=True):
        if one.lo is not None and one.hi is not None:
            ax.plot([size, size], [one.lo, one.hi], color=COLOURS[name], linewidth=2.5, alpha=0.45)


def _sizes(ax: Axes, sizes: list[int]) -> None:
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [_human(size) for size in sizes], fontsize=8, rotation=35 if len(sizes) > 6 else 0)
    ax.minorticks_off()
    ax.grid(True, color="#E5E5E5", linewidth=0.6)


def _caches(ax: Axes, params: ActivationCost, out: Results, named: bool) -> None:
    for cache in out.caches:
        at = cache.tensor(params.threads)
        ax.axvline(at, color="#666666", linewidth=1, linestyle="--")
        if not named:
            continue
        ax.annotate(
            cache.name, (at, 1), xycoords=("data", "axes fraction"), xytext=(0, 4), textcoords="offset points",
            ha="center", fontsize=9, color="#444444",
        )  # fmt: skip


def gains(params: ActivationCost, out: Results) -> Figure:
    """A row for each condition and activation: every pair of trainings as a dot, the mean and its interval."""
    rows = [(one, name) for one in out.trained for name in params.activations]
    fig = Figure(figsize=(9.0, 1.7 + 0.45 * len(rows)))
    ax = fig.subplots()
    height = fig.get_figheight()
    fig.subplots_adjust(left=0.42, right=0.86, top=1 - 0.5 / height, bottom=0.65 / height)
    for at, (one, name) in enumerate(rows):
        each = one.differences(name).mean(axis=1)
        gain = one.gain(name)
        # Dots that would lie on each other are set apart by their rank.
        shift = np.linspace(-0.18, 0.18, len(each))
        ax.plot(each, at + shift, "o", color="#666666", markersize=4, alpha=0.6)
        if gain.lo is not None and gain.hi is not None:
            ax.plot([gain.lo, gain.hi], [at, at], color=COLOURS[name], linewidth=2.5)
        ax.plot([gain.value], [at], "D", color=COLOURS[name], markersize=7)
        ax.annotate(
            f"{gain.value:+.2f} points", (1.0, at), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", va="center", fontsize=9,
        )  # fmt: skip
    ax.axvline(0, color="#000000", linewidth=1)
    ax.set_yticks(range(len(rows)), [f"{name}, {one.condition.title}" for one, name in rows], fontsize=9)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel("accuracy minus relu's, percentage points: right of 0 relu is beaten", fontsize=9)
    ax.grid(True, axis="x", color="#DDDDDD", linewidth=0.6)
    ax.set_title("dots: pairs of trainings; diamond and bar: mean, 95 % interval over seeds and images", fontsize=9.5)
    return fig
