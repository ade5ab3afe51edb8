"""The figure of a run. Colours are Okabe and Ito's; labels are ASCII."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .measure import Measured

LABELS = {
    "iou-range": "IoU .50:.95, not .50",
    "points": "101 points",
    "plus-one": "no pixel more (+1)",
    "matching": "best free object",
    "difficult": "difficult counted",
    "crowd": "crowds ignored",
    "detections": "100 an image, class",
    "boundary": "IoU >=, not >",
}
YEARS = {"voc10": ("VOC 2010 to COCO AP", "#0072B2", "o"), "voc07": ("VOC 2007 to COCO AP", "#D55E00", "D")}


def shares_figure(found: Sequence[Measured], titles: Sequence[str]) -> Figure:
    """Each rule's share of the gap: the mean over orders as a dot, all orders as a line; a panel for each noise."""
    names = list(found[0].parts["voc10"])
    fig = Figure(figsize=(3.1 * len(found) + 2.4, 4.9))
    panels = fig.subplots(1, len(found), sharey=True, sharex=True, squeeze=False)[0]
    fig.subplots_adjust(left=1.75 / (3.1 * len(found) + 2.4), right=0.985, top=0.8, bottom=0.19, wspace=0.07)
    for ax, one, title in zip(panels, found, titles, strict=True):
        ax.axvline(0, color="#333333", linewidth=0.8)
        ax.axvline(1, color="#BBBBBB", linewidth=0.8, linestyle="--")
        for offset, (year, (label, colour, marker)) in zip((-0.15, 0.15), YEARS.items(), strict=True):
            for y, name in enumerate(names):
                share = one.share(year, name)
                ax.plot([share.low, share.high], [y + offset] * 2, color=colour, linewidth=1.8, alpha=0.6)
                ax.plot(
                    share.value, y + offset, marker, color=colour, markersize=5.5, label=label if y == 0 else None,
                    markerfacecolor=colour if year == "voc10" else "white",
                )  # fmt: skip
        f = one.figures
        ax.set_title(
            f"{title}\nVOC07 {f['voc07']:.3f}  VOC10 {f['voc10']:.3f}\n"
            f"AP50 {f['coco.ap50']:.3f}  AP {f['coco.ap']:.3f}",
            fontsize=9.5,
        )
        ax.xaxis.set_major_locator(MaxNLocator(5, prune="both"))
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.grid(axis="x", color="#EEEEEE")
        ax.set_axisbelow(True)
        ax.tick_params(labelsize=9)
    panels[0].set_yticks(range(len(names)), [LABELS[name] for name in names], fontsize=9.5)
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    fig.supxlabel(
        "share of the gap (dot: mean over the orders of changing the rules; line: all orders)", fontsize=9.5, y=0.075
    )
    handles, labels = panels[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="lower center", ncols=2, fontsize=9, frameon=False, borderaxespad=0.1)
    return fig
