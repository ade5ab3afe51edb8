"""Heat maps of trainings: final IoU by learning rate and combination, hatched where they stopped being finite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from .conditions import CONDITIONS
from .figures import LABELS, LOSS_LABELS, OPTIMIZER_LABELS
from .losses import LOSSES
from .measure import LOW_PRECISION
from .outcomes import Outcome
from .training import DECODERS

Row = tuple[str, Outcome]
CONDITION_LABELS = {"plain": "plain float32", "clip": "clipped gradients", "warm-up": "warm-up"}


def training_figure(outcomes: Mapping[tuple[str, str, str], Outcome]) -> Figure:
    """Every loss and decoder; a panel for each optimizer."""
    panels = {}
    for optimizer in dict.fromkeys(optimizer for optimizer, _, _ in outcomes):
        panels[optimizer] = [
            (f"{LOSS_LABELS[loss]}: {LABELS[d]}", outcomes[optimizer, loss, d]) for loss in LOSSES for d in DECODERS
        ]
    return _figure(panels, len(DECODERS))


def conditions_figure(
    outcomes: Mapping[tuple[str, str, str], Outcome], guarded: Mapping[tuple[str, str, str], Outcome]
) -> Figure:
    """GIoU in plain float32, with each guard, and in each narrow format; a panel for each optimizer."""
    panels: dict[str, list[Row]] = {}
    for optimizer in dict.fromkeys(optimizer for optimizer, _, _ in guarded):
        panels[optimizer] = []
        for decoder in LOW_PRECISION:
            for name in ("plain", *CONDITIONS):
                one = outcomes[optimizer, "giou", decoder] if name == "plain" else guarded[optimizer, name, decoder]
                panels[optimizer].append((f"{LABELS[decoder]}: {CONDITION_LABELS.get(name, name)}", one))
    return _figure(panels, 1 + len(CONDITIONS))


def _figure(panels: Mapping[str, Sequence[Row]], group: int) -> Figure:
    fig = Figure(figsize=(2.8 + 5.9 * len(panels), 1.6 + 0.335 * len(next(iter(panels.values())))))
    axes = fig.subplots(1, len(panels), squeeze=False)[0]
    fig.subplots_adjust(
        left=1.95 / fig.get_figwidth(),
        right=1 - 0.9 / fig.get_figwidth(),
        top=1 - 0.34 / fig.get_figheight(),
        bottom=0.9 / fig.get_figheight(),
        wspace=0.03,
    )
    for ax, (optimizer, rows) in zip(axes, panels.items(), strict=True):
        _heat(ax, rows, group, first=ax is axes[0])
        ax.set_title(OPTIMIZER_LABELS[optimizer], fontsize=10)
    seeds = next(iter(panels.values()))[0][1].seeds
    bar = fig.colorbar(
        axes[0].images[0], cax=fig.add_axes((1 - 0.78 / fig.get_figwidth(), 0.26, 0.2 / fig.get_figwidth(), 0.56))
    )
    bar.set_label("mean IoU on unseen boxes")
    fig.legend(
        handles=[
            Patch(facecolor="white", edgecolor="#333333", hatch="////", label="half or more stopped being finite"),
            Line2D([], [], linestyle="", marker="$3$", color="#333333", label=f"failed, of {seeds} seeds"),
            Patch(facecolor="none", edgecolor="#D55E00", linewidth=2.0, label="best rate"),
        ],
        loc="lower center",
        ncols=3,
        fontsize=9,
        frameon=False,
    )
    return fig


def _heat(ax: Axes, rows: Sequence[Row], group: int, *, first: bool) -> None:
    rates = rows[0][1].rates
    grid = np.stack([one.trained.iou.mean(axis=1) for _, one in rows])
    ax.imshow(grid, aspect="auto", cmap="cividis", norm=Normalize(0.0, 1.0))
    for y, (_, one) in enumerate(rows):
        counts, broken = one.failed.sum(axis=1), one.trained.nonfinite.sum(axis=1)
        for x in range(rates.size):
            pale = grid[y, x] > 0.55
            if 2 * broken[x] >= one.seeds:
                ax.add_patch(
                    Rectangle((x - 0.5, y - 0.5), 1, 1, fill=False, hatch="////", edgecolor="#8fa3c8", linewidth=0)
                )
            if counts[x]:
                ax.text(
                    x,
                    y,
                    str(int(counts[x])),
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color="black" if pale else "white",
                    fontweight="bold",
                )
        ax.add_patch(
            Rectangle((one.best - 0.46, y - 0.46), 0.92, 0.92, fill=False, edgecolor="#D55E00", linewidth=2.0, zorder=3)
        )
    for border in range(group, len(rows), group):
        ax.axhline(border - 0.5, color="white", linewidth=3, zorder=1.5)
    shown = range(0, rates.size, 1 if rates.size <= 8 else 2 if rates.size <= 16 else 4)
    ax.set_xticks(list(shown), [f"{rates[i]:.3g}" for i in shown], fontsize=8.5)
    ax.set_xlabel("learning rate")
    ax.set_yticks(range(len(rows)), [label if first else "" for label, _ in rows], fontsize=9)
