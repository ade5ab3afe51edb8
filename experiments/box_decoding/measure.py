"""The measurements of a run, one function each: compute, record metrics and tables, return what the others need.

The names of the metrics are listed in the package's docstring.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field

from studyctl.lab import Check, Run, record_checks, require_checks

from .arithmetic import NARROW
from .checks import finite_checks, instrument, limit_checks, round_trip_checks
from .decoders import measured_range
from .finite import FiniteLimit, finite_limit
from .intervals import Interval
from .limits import (
    OVERLAP_LOSSES,
    SCANNED,
    ClampOrder,
    Runaway,
    Usable,
    clamp_order,
    exp_limit,
    runaway,
    usable,
)
from .methods import METHODS
from .noise import Response, families, response
from .outcomes import Clamping, Outcome, Spread
from .parameters import BoxDecoding
from .roundtrip import RoundTrip, make_boxes, round_trips
from .sensitivity import MAPS, sensitivity
from .widths import RCNN_CLAMP

# A loss in whose backward pass exp takes part; in log-l2 it does not.
THROUGH_EXP = ("decoded-l2", "giou")
LOW_PRECISION = ("exp", "squared-sigmoid", "linear")


@dataclass(frozen=True, slots=True)
class Factorial:
    """In how many conditions of the full factorial exp fails at lower rates than (2 sigma)^2, by paired thresholds."""

    conditions: int
    first: int  # the interval of the ratio lies below 1
    later: int  # it lies above 1
    losses: dict[str, tuple[int, int, int]]  # the same three counts


@dataclass(slots=True)
class Results:
    """Everything measured, for figures and findings."""

    checks: list[Check] = field(default_factory=list)
    trips: list[RoundTrip] = field(default_factory=list)
    finite: list[FiniteLimit] = field(default_factory=list)
    runaways: list[Runaway] = field(default_factory=list)
    usables: list[Usable] = field(default_factory=list)
    clamps: list[ClampOrder] = field(default_factory=list)
    noise: list[Response] = field(default_factory=list)
    outcomes: dict[tuple[str, str, str], Outcome] = field(default_factory=dict)  # optimizer, loss, decoder
    thresholds: dict[tuple[str, str, str], Interval] = field(default_factory=dict)  # optimizer, loss, rival
    clamping: dict[str, Clamping] = field(default_factory=dict)  # loss, under SGD
    low: dict[tuple[str, str, str], Outcome] = field(default_factory=dict)  # dtype, unit, decoder
    reach: dict[str, float] = field(default_factory=dict)  # largest t, by what became of the training
    spread: Spread | None = None
    # GIoU under what else may decide: optimizer, a guard or a number format, decoder
    guarded: dict[tuple[str, str, str], Outcome] = field(default_factory=dict)
    factorial: Factorial | None = None


def check_instrument(p: BoxDecoding, out: Results) -> None:
    """Hold gradients, ranges and limits against independent references before anything is measured."""
    out.checks += instrument(p.image, p.seed)
    require_checks(out.checks)


def check_measurements(p: BoxDecoding, run: Run, out: Results) -> None:
    """Add the checks that need the measurements, and record all of them."""
    later = round_trip_checks(out.trips) + finite_checks(out.finite)
    later += limit_checks(out.runaways, out.clamps, anchor=p.anchor, target=p.target, mismatch=p.mismatch)
    flat = next(r for r in out.noise if r.family == "exp")
    later.append(Check("noise.exp-slope", flat.slope, 0.0, 1e-6, "exp is scale-free: holds by construction"))
    out.checks += later
    record_checks(run, out.checks)


def survey(p: BoxDecoding, run: Run, out: Results) -> None:
    """Formula, range, finite limits and round trip of every method."""
    boxes = make_boxes(p.boxes, p.image, p.seed)
    table = []
    for method in METHODS:
        reach = measured_range(method.map)
        trips = {trip.dtype: trip for trip in round_trips(method, *boxes, p.image)}
        out.trips += trips.values()
        finite = {dtype: finite_limit(method, dtype, p.anchor, p.image) for dtype in NARROW}
        out.finite += finite.values()
        run.metrics(
            {
                f"range.{method.key}.lower": reach.lowest,
                f"range.{method.key}.upper": reach.highest,
                f"range.{method.key}.unreachable": 1.0 - trips["float64"].reachable,
                **{f"roundtrip.{d}.{method.key}": trips[d].typical_width_error for d in NARROW},
                **{f"roundtrip.{d}.{method.key}.lost": trips[d].lost for d in NARROW},
                **{f"finite.{d}.{method.key}.value_t": finite[d].value_t for d in NARROW},
                **{f"finite.{d}.{method.key}.gradient_t": finite[d].gradient_t for d in NARROW},
            }
        )
        table.append(
            {
                "method": method.title,
                "width": method.width,
                "centre": method.centre,
                "target": method.target,
                "loss": method.loss,
                "limit": method.limit,
                "lowest_measured": reach.lowest,
                "highest_measured": reach.highest,
                "lowest_closed_form": reach.lower,
                "highest_closed_form": reach.upper,
                "unit": {"pixel": "1 px"}.get(method.reference, method.reference),
                "reference_px": finite["float32"].reference,
                **{f"value_not_finite_at_t_{d}": finite[d].value_t for d in NARROW},
                **{f"gradient_not_finite_at_t_{d}": finite[d].gradient_t for d in NARROW},
                "boxes_in_range": trips["float64"].reachable,
                **{f"width_error_{d}": trips[d].width_error for d in trips},
                **{f"lost_{d}": trips[d].lost for d in NARROW},
                "paper": method.paper,
                "source": method.source,
            }
        )
    for dtype in NARROW:
        run.metric(
            f"roundtrip.{dtype}.worst",
            max(t.typical_width_error for t in out.trips if t.dtype == dtype),
        )
    run.table("decoders", table, "How each method codes a box; measured ranges are those of one side's map")


def scan_limits(p: BoxDecoding, run: Run, out: Results) -> None:
    """Where each format stops being right and stops being finite, cause by cause."""
    scan = {"anchor": p.anchor, "image": p.image, "mismatch": p.mismatch, "tolerance": p.tolerance}
    table = []
    for dtype in NARROW:
        run.metric(f"limit.{dtype}.exp_t", exp_limit(dtype).last_finite_t)
        order = clamp_order(dtype, RCNN_CLAMP)
        out.clamps.append(order)
        run.metrics(
            {
                f"clamp-order.{dtype}.after.nan_gradients": order.after_gradient_nan,
                f"clamp-order.{dtype}.after.finite_values": order.after_value_finite,
                f"clamp-order.{dtype}.after.first_nan_t": order.after_first_nan_t,
                f"clamp-order.{dtype}.before.nan_gradients": order.before_gradient_nan,
                f"clamp-order.{dtype}.before.finite_values": order.before_value_finite,
                f"clamp-order.{dtype}.overflowing": order.overflowing,
            }
        )
        for loss in OVERLAP_LOSSES:
            for decoder in SCANNED:
                away = runaway(dtype, loss, decoder, target=p.target, **scan)
                fits = usable(dtype, loss, decoder, **scan)
                out.runaways.append(away)
                out.usables.append(fits)
                name = f"limit.{dtype}.{loss}.{decoder}"
                run.metrics(
                    {
                        f"{name}.wrong_px": away.wrong.px,
                        f"{name}.nonfinite_px": away.nonfinite.px,
                        f"{name}.nonfinite_t": away.nonfinite.t,
                        **{f"{name}.{cause}_px": px for cause, px in away.first.items()},
                        f"usable.{dtype}.{loss}.{decoder}.from_px": fits.from_px,
                        f"usable.{dtype}.{loss}.{decoder}.to_px": fits.to_px,
                        f"usable.{dtype}.{loss}.{decoder}.nonfinite_px": fits.nonfinite_px,
                    }
                )
                table.append(_limit_row(away, fits))
        sides = [a for a in out.runaways if a.dtype == dtype and a.decoder == "exp" and a.loss == "iou"]
        run.metric(f"limit.{dtype}.side_t", math.log(sides[0].first["side"] / p.anchor))
        areas = [a.first["area"] for a in out.runaways if a.dtype == dtype]
        run.metric(f"limit.{dtype}.area_px.least", min(areas))
        run.metric(f"limit.{dtype}.area_px.most", max(areas))
    run.metric("clamp-order.points", out.clamps[0].points)
    run.table("limits", table, "First wrong and first not finite, by number format, loss and decoder")
    run.table("clamp-order", [asdict(order) for order in out.clamps], "exp clamped after and before")


def _limit_row(away: Runaway, fits: Usable) -> dict[str, object]:
    return {
        "dtype": away.dtype,
        "loss": away.loss,
        "decoder": away.decoder,
        "wrong_t": away.wrong.t,
        "wrong_px": away.wrong.px,
        "wrong_cause": away.wrong.cause,
        "wrong_loss": away.wrong.value,
        "true_loss": away.wrong.true_value,
        "wrong_gradient": away.wrong.gradient,
        "true_gradient": away.wrong.true_gradient,
        "nonfinite_t": away.nonfinite.t,
        "nonfinite_px": away.nonfinite.px,
        "nonfinite_cause": away.nonfinite.cause,
        **{f"{cause}_px": px for cause, px in away.first.items()},
        "usable_from_px": fits.from_px,
        "usable_to_px": fits.to_px,
        "usable_nonfinite_px": fits.nonfinite_px,
        "ended_by": fits.cause_above,
    }


def measure_slopes(p: BoxDecoding, run: Run, out: Results) -> None:
    """dw/dt and d ln w/dt of every scalar map."""
    table = []
    for decoder in MAPS:
        found = sensitivity(decoder)
        run.metric(f"slope.{decoder}.steepest", found.steepest)
        table += [
            {
                "decoder": decoder,
                "formula": MAPS[decoder].formula,
                "side_over_reference": ratio,
                "dw_dt": slope * ratio,
                "dlnw_dt": slope,
            }
            for ratio, slope in found.relative.items()
        ]
    run.table("slopes", table, "Slopes over the sides that each decoder reaches, in units of the reference")


def measure_noise(p: BoxDecoding, run: Run, out: Results) -> None:
    """Expected IoU loss under noise of equal cost at one size."""
    table = []
    for family in families(p.noise_size, p.image):
        found = response(family, p.noise_size, p.noise_loss, p.noise_samples, p.bin_spread, p.seed)
        out.noise.append(found)
        run.metrics(
            {
                f"noise.{family.key}.sigma": found.sigma,
                f"noise.{family.key}.slope": found.slope,
                f"noise.{family.key}.slope.lo": found.slope_low,
                f"noise.{family.key}.slope.hi": found.slope_high,
                f"noise.{family.key}.small": float(found.loss[0]),
                f"noise.{family.key}.small.lo": float(found.low[0]),
                f"noise.{family.key}.small.hi": float(found.high[0]),
                f"noise.{family.key}.large": float(found.loss[-1]),
            }
        )
        for size, loss, low, high in zip(found.sizes, found.loss, found.low, found.high, strict=True):
            table.append(
                {"family": family.key, "size": float(size), "loss": float(loss), "low": float(low), "high": float(high)}
            )
    run.metric("noise.small_size", float(out.noise[0].sizes[0]), unit="px")
    run.metric("noise.large_size", float(out.noise[0].sizes[-1]), unit="px")
    run.table("noise", table, "Expected IoU loss under noise of equal cost at one size")
