"""Pictures of runs as files: what `core.picturing` decided, drawn by matplotlib without a display."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from studyctl.core.picturing import Line, Picture, Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf")
DPI = 150
WIDTH, HEIGHT = 7.2, 4.4
ROW = 0.34  # inches for a category
BESIDE = 4.0  # points between the marks of two lines at the same value
# Told apart by people who see colours differently (Okabe and Ito), and by their marks in print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C8C00", "#7F3C8D", "#999999")
MARKS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
LEGEND = 12  # entries
STYLE: dict[str, Any] = {
    "svg.hashsalt": "studyctl",  # without a salt, ids of elements are random
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.8,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "legend.frameon": False,
    "legend.fontsize": 9,
}


def drawn(picture: Picture, form: str) -> bytes:
    """The picture as a file of this format; the same bytes for the same picture."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # A person's own settings, of fonts and colours, are for their figures.
    defaults: Any = matplotlib.rcParamsDefault
    with matplotlib.rc_context(dict(defaults) | {"backend": "agg"} | STYLE):
        figure = Figure(figsize=(WIDTH, _height(picture)), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        if picture.curves:
            _curves(axes, picture)
        elif picture.categories:
            _dots(axes, picture)
        else:
            _intervals(figure, axes, picture)
        _finish(figure, axes, picture)
        out = io.BytesIO()
        # Without a date and a version, the same picture is the same file.
        metadata = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}.get(
            form, {"CreationDate": None, "Creator": None, "Producer": None}
        )
        figure.savefig(out, format=form, dpi=DPI, metadata=metadata)
        return out.getvalue()


def _height(picture: Picture) -> float:
    return max(2.0, 1.3 + ROW * len(picture.categories)) if picture.categories else HEIGHT


def _curves(axes: Axes, picture: Picture) -> None:
    """A line for each run; a single point is a mark, or it could not be seen."""
    told: set[int] = set()
    faint = len(picture.curves) > 4
    for curve in picture.curves:
        xs, ys = zip(*curve.points, strict=True)
        axes.plot(
            xs,
            ys,
            color=COLOURS[curve.colour % len(COLOURS)],
            linewidth=1.1 if faint else 1.5,
            alpha=0.75 if faint else 1.0,
            linestyle=("-", "--", ":", "-.")[curve.colour // len(COLOURS) % 4],
            marker="o" if len(curve.points) == 1 else None,
            label=text(curve.label) if curve.colour not in told else None,
        )
        told.add(curve.colour)
    axes.set_xlabel("step")
    _name_values(axes, picture, axes.set_ylabel, axes.set_yscale)


def _intervals(figure: Figure, axes: Axes, picture: Picture) -> None:
    """Means over a parameter with their intervals, and each run's own value as a faint dot."""
    from matplotlib.transforms import ScaledTranslation

    floor = _floor(picture)
    # The axes come first: marks that are moved a little do not tell them where they lie.
    axes.set_xlabel(text(picture.x))
    _name_values(axes, picture, axes.set_ylabel, axes.set_yscale)
    if picture.log_x:
        axes.set_xscale("log")
    values = sorted({point.x for line in picture.lines for point in line.points})
    axes.set_xlim(*_around(values, picture.log_x))
    _mark_values(axes, values, picture.log_x)
    for number, line in enumerate(picture.lines):
        colour, mark = COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)]
        # A little beside one another, so that no interval hides another; the values at the axis are exact.
        beside = (number - (len(picture.lines) - 1) / 2) * BESIDE / 72
        moved = axes.transData + ScaledTranslation(beside, 0, figure.dpi_scale_trans)
        for point in line.points:
            own = _own(point)
            axes.plot([point.x] * len(own), own, ".", color=colour, alpha=0.4, zorder=1.5, transform=moved)
        axes.errorbar(
            [point.x for point in line.points],
            [point.cell.estimate.value for point in line.points],
            yerr=_errors(line, floor),
            color=colour,
            marker=mark,
            markersize=5,
            linewidth=1.3,
            elinewidth=1.1,
            capsize=3,
            label=text(line.label) or None,
            zorder=2.5,
            transform=moved,
        )
    axes.set_ylim(*_around(_reached(picture), picture.log_y))


def _reached(picture: Picture) -> list[float]:
    """Everything that has to be seen: means, the ends of their intervals, single values; above zero on a log axis."""
    found: list[float] = []
    for point in (point for line in picture.lines for point in line.points):
        estimate = point.cell.estimate
        found += [estimate.value, *_own(point)]
        found += [end for end in (estimate.lo, estimate.hi) if end is not None]
    return sorted(value for value in found if math.isfinite(value) and (value > 0 or not picture.log_y)) or [0.0, 1.0]


def _around(values: Sequence[float], log: bool) -> tuple[float, float]:
    """The ends of an axis that has some room on both sides of the values."""
    lo, hi = values[0], values[-1]
    if log:
        room = (hi / lo) ** 0.06
        return lo / room, hi * room
    room = (hi - lo) * 0.06 or abs(lo) * 0.1 or 1.0
    return lo - room, hi + room


def _own(point: Point) -> list[float]:
    """The values of a group's runs, where it has several."""
    own = [value for _, value in point.cell.values if math.isfinite(value)]
    return own if len(own) > 1 else []


def _floor(picture: Picture) -> float | None:
    """The lower edge of a logarithmic axis of values; None where the axis is even."""
    return _around(_reached(picture), log=True)[0] if picture.log_y else None


def _mark_values(axes: Axes, values: Sequence[float], log: bool) -> None:
    """The values that were tried stand at the axis, where there is room for them."""
    from matplotlib.ticker import FixedLocator, NullLocator

    places = [math.log10(value) for value in values] if log else list(values)
    least = min((after - before for before, after in pairwise(places)), default=math.inf)
    if len(values) > 12 or least < (places[-1] - places[0]) / 14:
        return
    axes.xaxis.set_major_locator(FixedLocator(list(values)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{value:g}" for value in values])


def _dots(axes: Axes, picture: Picture) -> None:
    """A row for each category: the mean with its interval, and each run's own value."""
    shift = 0.6 / max(len(picture.lines), 1)
    floor = _floor(picture)
    for number, line in enumerate(picture.lines):
        colour, mark = COLOURS[number % len(COLOURS)], MARKS[number % len(MARKS)]
        offset = (number - (len(picture.lines) - 1) / 2) * shift
        for point in line.points:
            own = _own(point)
            axes.plot(own, [point.x + offset] * len(own), ".", color=colour, alpha=0.4, zorder=1.5)
        axes.errorbar(
            [point.cell.estimate.value for point in line.points],
            [point.x + offset for point in line.points],
            xerr=_errors(line, floor),
            color=colour,
            marker=mark,
            markersize=5,
            linestyle="none",
            elinewidth=1.1,
            capsize=3,
            label=text(line.label) or None,
            zorder=2.5,
        )
    axes.set_yticks(range(len(picture.categories)), [text(name) for name in picture.categories])
    axes.set_ylim(len(picture.categories) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    _name_values(axes, picture, axes.set_xlabel, axes.set_xscale)
    axes.set_xlim(*_around(_reached(picture), picture.log_y))
    axes.set_ylabel(text(picture.x))


def _errors(line: Line, floor: float | None) -> list[list[float]] | None:
    """How far each interval reaches below and above; None where no group has one.

    One that reaches below zero has no end on a logarithmic axis: it runs out of the picture, without a cap.
    """
    below, above = [], []
    for point in line.points:
        found = point.cell.estimate
        known = found.lo is not None and found.hi is not None
        lo = found.lo if found.lo is not None else math.nan
        if known and floor is not None and lo <= 0:
            lo = floor * 1e-3
        below.append(found.value - lo)
        above.append(found.hi - found.value if found.hi is not None else math.nan)
    return None if all(map(math.isnan, above)) else [below, above]


def _name_values(axes: Axes, picture: Picture, name: Any, scale: Any) -> None:
    name(text(f"{picture.metric} ({picture.unit})" if picture.unit else picture.metric))
    if picture.log_y:
        scale("log")


def _finish(figure: Figure, axes: Axes, picture: Picture) -> None:
    """Title, what the marks mean, and the legend."""
    axes.set_title(text(f"{picture.experiment}: {title(picture)}"))
    if picture.lines:
        counts = sorted({point.cell.estimate.n for line in picture.lines for point in line.points})
        said = caption(picture, counts)
        if said:
            figure.supxlabel(said, fontsize=8, color="#555555")
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) < 2:
        return
    if len(labels) > LEGEND:
        more = len(labels) - LEGEND
        handles, labels = handles[:LEGEND], [*labels[: LEGEND - 1], f"{labels[LEGEND - 1]}, and {more} more"]
    if len(labels) > 4:
        axes.legend(handles, labels, loc="upper left", bbox_to_anchor=(1.01, 1.0))
    else:
        axes.legend(handles, labels)


def title(picture: Picture) -> str:
    """What is drawn against what."""
    if picture.curves:
        return f"{picture.metric} over steps"
    return f"{picture.metric} by {picture.x}" if picture.x else picture.metric


def caption(picture: Picture, counts: Sequence[int]) -> str:
    """What the marks mean: an interval without its name says nothing."""
    if not counts or counts[-1] < 2:
        return ""
    over = f"{counts[0]} to {counts[-1]}" if counts[0] != counts[-1] else str(counts[0])
    pooled = f" (over all values of {', '.join(map(text, picture.over))})" if picture.over else ""
    return f"mean and its 95 % interval over {over} runs each{pooled}; small dots: single runs"


def text(words: str) -> str:
    """A label that every font has, and in which nothing is a formula."""
    return words.encode("ascii", "backslashreplace").decode().replace("$", r"\$")
