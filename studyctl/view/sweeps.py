"""Sweeps as pages and as programs read them: the trials by what was swept, and those that did not finish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core import reproduce
from studyctl.core.models import Run
from studyctl.core.pages import DryRun, SweepPage
from studyctl.core.reproduce import shown, typed
from studyctl.core.sweeps import (
    SEED,
    groups,
    last_line,
    name_of,
    number_of,
    swept,
    telling_metrics,
    varied_of,
    verdicts,
)
from studyctl.view import words
from studyctl.view.estimates import estimate

if TYPE_CHECKING:
    from rich.console import RenderableType

    from studyctl.view.tables import Cell, Column, Table

SHOWN_METRICS = 4
SHOWN_GROUPS = 60
SHOWN_FAILED = 10
SHOWN_TRIALS = 60
SHOWN_FINDINGS = 12
SIGNS = {"supported": "✓", "refuted": "✗", "inconclusive": "?"}
ALONE = (
    "Trials answer nothing by themselves: an answer rests on a run at the default parameters, and a sweep shows how "
    "far its figures depend on them."
)


def result_page(page: SweepPage, width: int) -> list[RenderableType | Table]:
    """What a sweep prints when it is over."""
    from studyctl.view.layout import block, heading, pieces, state, two_columns

    run = page.run
    sign, style = state(run.state)
    finished = sum(trial.state == "finished" for trial in page.trials)
    about = swept(run)
    count = about.trials if about else len(page.trials)
    some = "" if run.state == "finished" else f"{finished} of "
    head = f"{run.experiment} {run.state}: {some}{words.plural(count, 'trial')}{' finished' if some else ''}"
    changed = shown({name: reproduce.value(run.params, name) for name in run.changed})
    label = ", ".join(
        part for part in (run.preset, changed, about.label if about else "") if part not in ("", "default")
    )
    took = words.duration(words.seconds_of(run)) if not page.there else ""
    parts: list[RenderableType | Table] = [
        pieces(
            (f"{sign.split()[0]} ", style),
            (head, "bold"),
            f" in {took}" if took else "",
            f" · {label}" if label else "",
            f" · sweep {run.short}",
        )
    ]
    parts += grouped(page, width)
    parts += _findings(page, width)
    parts += _fallen(page)
    parts.append(heading("Note"))
    parts += [block(note) for note in (ALONE, *page.notes)]
    parts.append(heading("Next"))
    parts.append(two_columns(_next(page), "cyan"))
    return parts


def _next(page: SweepPage) -> list[tuple[str, str]]:
    run = page.run
    steps = [(f"studyctl runs show {run.short}", "every trial")]
    if any(trial.state == "finished" for trial in page.trials):
        steps.insert(0, (f"studyctl runs compare {run.short}", "every figure with its interval"))
    if page.problem is None:
        steps.append(("studyctl ui", f"the sweep in MLflow, with its trials: {run.experiment} {run.short}"))
    return steps


def grouped(page: SweepPage, width: int) -> list[RenderableType | Table]:
    """The trials by what was swept: the mean of their figures, and its interval where the seed was swept."""
    from studyctl.view.layout import block, heading
    from studyctl.view.tables import Cell, Column, table

    about = swept(page.run)
    metrics = telling_metrics(page.trials)
    found = groups(about, page.trials, metrics[:SHOWN_METRICS]) if about else []
    if not found or not metrics:
        return []
    columns = [*(Column(name, right=True) for name in found[0].varied), Column("trials", right=True)]
    rows = [
        [Cell(_value(value), "cyan") for value in group.varied.values()]
        + [Cell(str(len(group.trials)) + (f" (+{group.failed} ✗)" if group.failed else ""))]
        for group in found[:SHOWN_GROUPS]
    ]
    some: list[str] = []
    for name in metrics[:SHOWN_METRICS]:
        cells = [
            Cell(estimate(group.estimates[name]) if name in group.estimates else "-") for group in found[:SHOWN_GROUPS]
        ]
        wider = [*columns, Column(name, right=True)]
        if some and _width(wider, [[*row, cell] for row, cell in zip(rows, cells, strict=True)]) > width:
            break  # a figure is shown whole or not at all
        some.append(name)
        columns = wider
        rows = [[*row, cell] for row, cell in zip(rows, cells, strict=True)]
    columns.append(Column("took", right=True, optional=True))
    rows = [[*row, Cell(words.duration(one.seconds), "dim")] for row, one in zip(rows, found, strict=False)]
    several = any(len(group.trials) > 1 for group in found)
    said = []
    if several:
        over = "seeds" if SEED in (about.values if about else {}) else "repetitions"
        said.append(f"means over {over}; ± half of the 95 % interval (Student's t)")
    if len(metrics) > len(some):
        said.append(f"{words.plural(len(metrics) - len(some), 'more figure')}: studyctl runs compare {page.run.short}")
    if len(found) > SHOWN_GROUPS:
        said.append(f"{len(found) - SHOWN_GROUPS} more rows: studyctl runs show {page.run.short} --json")
    parts: list[RenderableType | Table] = [heading("Trials"), table(columns, rows, width)]
    return parts + [block(one, 0, "dim") for one in said]


def _width(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> int:
    """How wide a table is where nothing gives way."""
    from rich.cells import cell_len

    from studyctl.view.tables import GAP

    widths = (max(cell_len(one.header), *(cell_len(row[at].text) for row in rows)) for at, one in enumerate(columns))
    return sum(widths) + GAP * (len(columns) - 1)


def _value(value: Any) -> str:
    return words.number(value) if isinstance(value, float) else typed(value)


def _findings(page: SweepPage, width: int) -> list[RenderableType | Table]:
    """How often each claim held over the trials; those that did not come out alike first."""
    from studyctl.view.layout import block, heading
    from studyctl.view.tables import Cell, Column, table

    counts = verdicts(page.trials)
    if not counts:
        return []
    keys = sorted(counts, key=lambda key: len(counts[key]) == 1)
    mixed = sum(len(one) > 1 for one in counts.values())
    columns = [Column("finding"), *(Column(f"{SIGNS[one]} {one}", right=True) for one in SIGNS)]
    rows = [
        [Cell(key, "bold" if len(counts[key]) > 1 else "")] + [Cell(str(counts[key].get(one, "-"))) for one in SIGNS]
        for key in keys[: max(SHOWN_FINDINGS, mixed)]
    ]
    parts: list[RenderableType | Table] = [heading("Findings, in how many trials"), table(columns, rows, width)]
    if len(keys) > len(rows):
        parts.append(block(f"{len(keys) - len(rows)} more, each with the same verdict in all", 0, "dim"))
    return parts


def _fallen(page: SweepPage) -> list[RenderableType | Table]:
    from studyctl.view.layout import block, heading, two_columns

    fallen = [trial for trial in page.trials if trial.state not in ("finished", "running")]
    if not fallen:
        return []
    rows = [
        (f"{trial.short}  trial {number_of(trial)}  {name_of(trial)}", f"{trial.state}: {last_line(trial.error)}")
        for trial in fallen[:SHOWN_FAILED]
    ]
    parts: list[RenderableType | Table] = [heading("Not finished"), two_columns(rows, "", "red")]
    if len(fallen) > SHOWN_FAILED:
        parts.append(block(f"and {len(fallen) - SHOWN_FAILED} more: studyctl runs show {page.run.short}", 2, "dim"))
    return parts


def sweep_page(page: SweepPage, width: int) -> list[RenderableType | Table]:
    """Everything recorded about a sweep: what was varied, what the trials come to, and each of them."""
    from studyctl.view.layout import block, heading, pieces, state, two_columns

    run = page.run
    about = swept(run)
    sign, style = state(run.state)
    parts: list[RenderableType | Table] = [
        pieces((f"{run.experiment} {run.short}", "bold"), "  ", (sign, style)),
        block(run.title, 0, "dim"),
    ]
    finished = sum(trial.state == "finished" for trial in page.trials)
    facts = [
        ("id", run.id),
        ("sweep", about.label if about else ""),
        ("trials", f"{finished} of {about.trials} finished" if about else ""),
        ("started", words.when(run.started)),
        ("preset", run.preset),
        ("changed", shown({name: reproduce.value(run.params, name) for name in run.changed})),
        ("commit", reproduce.checkout(run)),
        ("host", run.host),
        ("folder", page.folder),
        ("MLflow run", run.mlflow_run_id or ""),
        ("came with", "a record" if run.imported else ""),
        ("tags", ", ".join(run.tags)),
        ("reproduce", reproduce.command(run)),
    ]
    parts.append(two_columns([(name, value) for name, value in facts if value], "dim", ""))
    if run.error:
        parts += [heading("Error"), block(run.error.splitlines()[0], 2)]
    parts += grouped(page, width)
    parts += _findings(page, width)
    parts += _trials(page, width)
    return parts


def _trials(page: SweepPage, width: int) -> list[RenderableType | Table]:
    from studyctl.view.layout import block, heading
    from studyctl.view.layout import state as sign_of
    from studyctl.view.tables import Cell, Column, table

    if not page.trials:
        return []
    columns = (
        Column("Trial", right=True),
        Column("Run"),
        Column("Parameters", flexible=True, least=16),
        Column("State"),
        Column("Took", right=True),
        Column("Error", flexible=True, optional=True),
    )
    rows = []
    for trial in page.trials[:SHOWN_TRIALS]:
        sign, style = sign_of(trial.state)
        rows.append(
            [
                Cell(str(number_of(trial))),
                Cell(trial.short, "bold"),
                Cell(name_of(trial), "cyan"),
                Cell(sign, style),
                Cell(words.duration(words.seconds_of(trial))),
                Cell(last_line(trial.error), "dim"),
            ]
        )
    parts: list[RenderableType | Table] = [heading("Each trial"), table(columns, rows, width)]
    if len(page.trials) > SHOWN_TRIALS:
        rest = f"{SHOWN_TRIALS} of {len(page.trials)}: studyctl runs list --trials-of {page.run.short} --limit 0"
        parts.append(block(rest, 0, "dim"))
    return parts


def sweep_json(page: SweepPage) -> dict[str, Any]:
    """What a sweep adds to its own run, for programs."""
    about = swept(page.run)
    metrics = telling_metrics(page.trials)
    return {
        "swept": {name: list(values) for name, values in about.values.items()} if about else {},
        "repeat": about.repeat if about else 1,
        "trials": [trial_json(trial) for trial in page.trials],
        "verdicts": verdicts(page.trials),
        "groups": [
            {
                "varied": dict(group.varied),
                "finished": len(group.trials),
                "failed": group.failed,
                "seconds": group.seconds,
                "metrics": {
                    name: {"n": one.n, "mean": one.value, "lo": one.lo, "hi": one.hi}
                    for name, one in group.estimates.items()
                },
            }
            for group in (groups(about, page.trials, metrics) if about else [])
        ],
    }


def trial_json(trial: Run) -> dict[str, Any]:
    """A trial as its sweep lists it."""
    return {
        "id": trial.id,
        "number": number_of(trial),
        "varied": varied_of(trial),
        "state": trial.state,
        "seconds": words.seconds_of(trial),
        "error": trial.error,
        "metrics": {metric.name: metric.value for metric in trial.metrics},
        "mlflow_run_id": trial.mlflow_run_id,
    }


def dry_run_page(page: DryRun) -> list[RenderableType | Table]:
    """What a command would run, and about how long that takes."""
    from studyctl.view.layout import pieces, two_columns

    facts = [
        ("preset", page.preset),
        ("changed", shown(page.changed)),
        ("sweep", ", ".join(f"{name}={_several(values)}" for name, values in page.swept.items())),
        ("trials", _trials_text(page) if page.trials != 1 else ""),
        ("answers", ", ".join(f"{item.id} {item.text}" for item in page.items)),
        ("data", ", ".join(page.data)),
        ("time", _time_text(page)),
    ]
    rows = [(name, value) for name, value in facts if value]
    return [pieces((page.experiment, "bold"), "  would run; nothing is recorded"), two_columns(rows, "dim", "")]


def _several(values: Sequence[Any]) -> str:
    from studyctl.core.reproduce import several

    return several(values)


def _trials_text(page: DryRun) -> str:
    text = f"{page.trials}, {page.jobs} at a time"
    return f"{text}; {page.there} are there already, from sweep {page.sweep[:8]}" if page.there else text


def _time_text(page: DryRun) -> str:
    if page.seconds is None:
        return "unknown: nothing alike has finished on this host"
    differ = " that differ in the seed or in what is swept" if page.alike else " with the same parameters"
    return f"about {words.duration(page.seconds)}, from {words.plural(page.runs, 'run')}{differ}"


def dry_run_json(page: DryRun) -> dict[str, Any]:
    """The same for programs."""
    return {
        "experiment": page.experiment,
        "preset": page.preset,
        "changed": dict(page.changed),
        "swept": {name: list(values) for name, values in page.swept.items()},
        "trials": page.trials,
        "there": page.there,
        "sweep": page.sweep or None,
        "jobs": page.jobs,
        "answers": [item.id for item in page.items],
        "data": list(page.data),
        "seconds": page.seconds,
        "known_from": page.runs,
        "alike": page.alike,
    }
