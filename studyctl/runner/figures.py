"""Figures as files: PNG for a page, SVG for print, the same bytes for the same figure."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

PNG_DPI = 150


def use_no_display() -> None:
    """Let matplotlib draw without a display, whether it is loaded already or only later by the experiment."""
    os.environ["MPLBACKEND"] = "Agg"
    if "matplotlib" in sys.modules:
        import matplotlib

        matplotlib.use("Agg")


def render(figure: Any, *, close: bool = True) -> dict[str, bytes]:
    """The figure's bytes by suffix; the figure is closed, unless somebody is still to see it."""
    import matplotlib

    # Without a salt, SVG element ids are random; without a date, the same figure is the same file.
    with matplotlib.rc_context({"svg.hashsalt": "studyctl"}):
        png, svg = io.BytesIO(), io.BytesIO()
        figure.savefig(png, format="png", dpi=PNG_DPI, bbox_inches="tight", metadata={"Software": None})
        figure.savefig(svg, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    # Only a figure made by pyplot is registered there; without pyplot there is nothing to close.
    if close and "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    return {"png": png.getvalue(), "svg": svg.getvalue()}
