"""The figures of a run. Colours are Okabe and Ito's, which colour-blind readers can tell apart; labels are ASCII."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .findings import SPOKEN
from .measure import ACTIVATIONS, WAYS, Results
from .parameters import ActivationCost

COLOURS = {"swish": "#D55E00", "unfused": "#CC79A7", "hard-swish": "#009E73", "gelu": "#0072B2"}
MARKERS = {"swish": "o", "unfused": "s", "hard-swish": "^", "gelu": "D"}
NAMES = {"swish": "swish, one operator", "unfused": "swish as x * sigmoid(x)"}
TICKS = (0.3, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 10, 15, 20, 30, 50, 100)


def _human(size: float) -> str:
    return f"{size / (1 << 20):g} MiB" if size >= 1 << 20 else f"{size / 1024:g} KiB"


def by_size(params: ActivationCost, out: Results) -> Figure:
    """Time over relu's against the size of a tensor, forward and backward; where caches are full is marked."""
    dtype = params.dtypes[0]
    cells = [one for one in out.cells if one.dtype == dtype]
    fig = Figure(figsize=(10.0, 5.0))
    axes = fig.subplots(1, 2, sharey=True)
    fig.subplots_adjust(left=0.075, right=0.985, top=0.84, bottom=0.225, wspace=0.06)
    sizes = np.array([one.bytes for one in cells])
    top = 1.0
    for ax, way in zip(axes, WAYS, strict=True):
        for name in ACTIVATIONS:
            ratios = [out.ratios[f"{way}.{one.key}.{name}"] for one in cells]
            values = np.array([one.value for one in ratios])
            top = max(top, float(values.max()))
            style = {"color": COLOURS[name], "marker": MARKERS[name], "markersize": 6}
            ax.plot(sizes, values, label=NAMES.get(name, SPOKEN[name]), **style)  # type: ignore[arg-type,unused-ignore]
            known = [(s, one.lo, one.hi) for s, one in zip(sizes, ratios, strict=True) if one.lo and one.hi]
            for size, low, high in known:
                ax.plot([size, size], [low, high], color=COLOURS[name], linewidth=2, alpha=0.5)
        _sizes(ax, sizes.tolist())
        ax.axhline(1, color="#000000", linewidth=1)
        _caches(ax, params, out)
        ax.set_xlabel(f"bytes of the input tensor, {dtype}", fontsize=9)
        ax.set_title(f"{way}", fontsize=10.5, pad=22)
    low = min(1.0, *(one.value for key, one in out.ratios.items() if key.split(".")[0] in WAYS and dtype in key))
    ticks = [tick for tick in TICKS if low / 1.3 <= tick <= top * 1.3]
    axes[0].set_yscale("log")
    axes[0].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes[0].minorticks_off()
    axes[0].set_ylabel("time / relu's time", fontsize=9)
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="lower center", ncols=4, fontsize=9, frameon=False)
    said = "dashed: input and output fill a cache" if out.caches else "cache sizes are not known here"
    fig.suptitle(
        f"median of {params.processes} processes, bars: interval; {params.threads} threads; {said}", fontsize=9.5
    )
    return fig


def _sizes(ax: Axes, sizes: list[int]) -> None:
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [_human(size) for size in sizes], fontsize=8, rotation=35 if len(sizes) > 6 else 0)
    ax.minorticks_off()
    ax.grid(True, color="#E5E5E5", linewidth=0.6)


def _caches(ax: Axes, params: ActivationCost, out: Results) -> None:
    for cache in out.caches:
        at = cache.tensor(params.threads)
        ax.axvline(at, color="#666666", linewidth=1, linestyle="--")
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
    ax.set_title("dots: pairs of trainings; diamond and bar: mean, 95 % interval over seeds and images", fontsize=10)
    return fig
