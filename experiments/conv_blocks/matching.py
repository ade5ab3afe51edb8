"""Blocks of the same size: widths at which a bottleneck and a plain block have MBConv's multiply-adds, or parameters.

MBConv is that of a stage of EfficientNet-B0. The others get whatever width makes them as large; their shape is kept as
published (a bottleneck's inner filters a quarter of its width, a plain block's as many) as closely as the tolerance
allows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from studyctl.lab import ExperimentError

from .blocks import BOTTLENECK, EXPAND, KINDS, MBCONV, PLAIN, Spec

# EfficientNet-B0's repeated blocks: filters, kernel, side at 224 pixels. Source: Tan & Le, arXiv:1905.11946, table 1.
STAGES = {2: (24, 3, 56), 3: (40, 5, 28), 4: (80, 3, 14), 5: (112, 5, 14), 6: (192, 5, 7)}
EQUAL = ("macs", "parameters")
BARE = "bare"  # MBConv without squeeze-and-excitation: next to as many multiply-adds
SHAPE = {BOTTLENECK: 0.25, PLAIN: 1.0}  # inner filters over width


@dataclass(frozen=True, slots=True)
class Place:
    """Where blocks are compared: a stage's MBConv, and others as large as it."""

    stage: int
    stride: int
    mbconv: Spec
    others: dict[tuple[str, str], Spec]  # by what is equal, and kind

    @property
    def key(self) -> str:
        """Its name in metrics."""
        return f"stage{self.stage}" + (f"-stride{self.stride}" if self.stride != 1 else "")

    @property
    def title(self) -> str:
        """Its name for people."""
        stride = f", stride {self.stride}" if self.stride != 1 else ""
        return f"{self.mbconv.width} filters at {self.mbconv.side} px{stride}"

    def arms(self) -> dict[str, Spec]:
        """Every block that is timed here, by its name in metrics."""
        return {MBCONV: self.mbconv, BARE: replace(self.mbconv, gate="")} | self.rivals()

    def rivals(self) -> dict[str, Spec]:
        """Those that MBConv is compared with."""
        return {f"{equal}-{kind}": spec for (equal, kind), spec in self.others.items()}


def place(stage: int, stride: int, tolerance: float) -> Place:
    """The blocks of one stage and stride."""
    width, kernel, side = STAGES[stage]
    mbconv = Spec(MBCONV, width, EXPAND * width, kernel, stride, side)
    others = {
        (equal, kind): match(kind, equal, mbconv, tolerance) for equal in EQUAL for kind in KINDS if kind != MBCONV
    }
    return Place(stage, stride, mbconv, others)


def match(kind: str, equal: str, to: Spec, tolerance: float) -> Spec:
    """The block of a kind that has as many multiply-adds or parameters, within the tolerance, in the shape nearest to
    the published one. ExperimentError where there is none."""
    target = getattr(to, equal)
    found: list[tuple[float, float, Spec]] = []
    for width in range(2, 4 * to.inner):
        usual = SHAPE[kind] * width
        for inner in {max(1, round(usual) + more) for more in (-1, 0, 1)}:
            spec = Spec(kind, width, inner, 3, to.stride, to.side)
            off = abs(getattr(spec, equal) / target - 1)
            if off <= tolerance:
                found.append((abs(inner / usual - 1), off, spec))
    if not found:
        raise ExperimentError(
            f"no {kind} has the {equal} of MBConv with {to.width} filters within {tolerance:.1%}",
            "allow more: -p tolerance=0.05",
        )
    return min(found, key=lambda one: one[:2])[2]
