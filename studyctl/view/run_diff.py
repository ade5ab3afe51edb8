"""What differs between two runs, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.diffing import Change, MetricChange, RunDiff
from studyctl.core.models import Metric, Run
from studyctl.view import words
from studyctl.view.tables import Cell, Column, table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from studyctl.view.tables import Table as Laid

SHOWN_METRICS = 40
SIGNS = {"changed": ("~", "yellow"), "added": ("+", "green"), "removed": ("-", "red")}


def diff_page(found: RunDiff, width: int) -> list[RenderableType | Laid]:
    """Only what differs, each kind below its heading."""
    from studyctl.view.layout import block, heading, pieces

    before, after = found.before, found.after
    if found.same:
        return [
            pieces((f"nothing differs between {before.short} and {after.short}", "bold"), f" · {before.experiment}")
        ]
    parts: list[RenderableType | Laid] = [pieces((_head(before, after), "bold"))]
    for title, changes in (
        ("Parameters", found.params),
        ("Run", found.facts),
        ("Packages", found.distributions),
        ("Verdicts", found.findings),
    ):
        if changes:
            parts += [heading(title), _changes(changes, width)]
        if title == "Parameters" and found.files:
            parts.append(heading("Files"))
            for file in found.files:
                sign, style = SIGNS[file.how]
                role = "" if file.role == "code" else "data, "
                parts.append(pieces((f"{sign} ", style), file.path, (f"  {role}{file.how}", "dim"), indent=2))
            command = _git_diff(found)
            if command:
                parts.append(block(f"what changed in them: {command}", 2, "dim"))
    if found.metrics:
        shown = found.metrics[:SHOWN_METRICS]
        parts += [heading("Figures"), _figures(shown, before, after, width)]
        if len(found.metrics) > len(shown):
            more = f"and {len(found.metrics) - len(shown)} more: studyctl runs diff {before.short} {after.short} --json"
            parts.append(block(more, 2, "dim"))
    return parts


def _head(before: Run, after: Run) -> str:
    if before.experiment == after.experiment:
        return f"{before.experiment} {before.short} → {after.short}"
    return f"{before.experiment} {before.short} → {after.experiment} {after.short}"


def unknown_note(found: RunDiff) -> str:
    """What cannot be compared, since one of the runs came without it; "" where all can."""
    if not found.unknown:
        return ""
    which = found.before if found.before.imported else found.after
    return f"not known of one of them, and not compared: {', '.join(found.unknown)} (run {which.short} was imported)"


def _changes(changes: Sequence[Change], width: int) -> Laid:
    columns = (Column(""), Column(""), Column("", flexible=True, wrap=True))
    rows = [
        (
            Cell(f"  {one.name}", "cyan"),
            Cell("-" if one.before is None else one.before),
            Cell(f"→ {'-' if one.after is None else one.after}"),
        )
        for one in changes
    ]
    return table(columns, rows, width).headless()


def _figures(changes: Sequence[MetricChange], before: Run, after: Run, width: int) -> Laid:
    columns = (
        Column(""),
        Column(before.short, right=True),
        Column(after.short, right=True),
        Column("difference", right=True),
        Column("ratio", right=True),
    )
    rows = [
        (
            Cell(f"  {_named(one)}", "cyan"),
            Cell(_value(one, one.before)),
            Cell(_value(one, one.after)),
            Cell("" if one.difference is None else _signed(one.difference)),
            Cell("" if one.ratio is None else f"{one.ratio:.4g}"),
        )
        for one in changes
    ]
    return table(columns, rows, width)


def _named(one: MetricChange) -> str:
    unit = _unit(one)
    return f"{one.name} ({unit})" if unit else one.name


def _unit(one: MetricChange) -> str:
    """The unit that both have, or the only one has."""
    units = {side.unit for side in (one.before, one.after) if side is not None}
    return units.pop() if len(units) == 1 else ""


def _value(one: MetricChange, side: Metric | None) -> str:
    if side is None:
        return "-"
    own = side.unit if not _unit(one) else ""
    return f"{words.number(side.value)} {own}".rstrip()


def _signed(value: float) -> str:
    text = words.number(value)
    return text if text.startswith("-") else f"+{text}"


def _git_diff(found: RunDiff) -> str:
    """The command that shows the changes themselves, where both commits have all of them."""
    gits = [run.provenance.get("git") or {} for run in (found.before, found.after)]
    commits = [str(git.get("commit") or "") for git in gits]
    if not all(commits) or commits[0] == commits[1] or any(git.get("dirty") for git in gits):
        return ""
    paths = " ".join(file.path for file in found.files[:3])
    return f"git diff {commits[0][:12]} {commits[1][:12]} -- {paths}"


def diff_json(found: RunDiff) -> dict[str, Any]:
    """The same for programs; fields are only ever added."""
    return {
        "before": found.before.id,
        "after": found.after.id,
        "same": found.same,
        "facts": [_change_json(one) for one in found.facts],
        "params": [_change_json(one) for one in found.params],
        "files": [{"path": one.path, "role": one.role, "how": one.how} for one in found.files],
        "distributions": [_change_json(one) for one in found.distributions],
        "metrics": [
            {
                "name": one.name,
                "before": None if one.before is None else one.before.value,
                "after": None if one.after is None else one.after.value,
                "difference": one.difference,
                "ratio": one.ratio,
            }
            for one in found.metrics
        ],
        "findings": [_change_json(one) for one in found.findings],
        "unknown": list(found.unknown),
    }


def _change_json(one: Change) -> dict[str, Any]:
    return {"name": one.name, "before": one.before, "after": one.after}
