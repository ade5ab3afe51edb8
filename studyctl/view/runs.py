"""Runs as pages, as lists, and as programs read them."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core import reproduce
from studyctl.core.models import ANSWERED_KINDS, Artifact, Finding, Run
from studyctl.core.pages import Answered, RunPage
from studyctl.view import words

if TYPE_CHECKING:
    from rich.console import RenderableType

    from studyctl.view.tables import Table

SHOWN_METRICS = 40
FULL_FINDINGS = 10
SHOWN_ERROR_LINES = 25
_NEITHER = ("neither predicate holds", "the predicate does not hold")


def run_table(runs: Sequence[Run], width: int) -> Table:
    """Runs, newest first: id, experiment, state, what set it apart, verdicts, when, how long."""
    from studyctl.view import layout
    from studyctl.view.tables import Cell, Column, table

    columns = (
        Column("Run"),
        Column("Experiment", flexible=True, least=16),
        Column("State"),
        Column("Started"),
        Column("Took", right=True),
        Column("Findings", optional=True),
        Column("Tags", flexible=True, optional=True),
    )
    rows = []
    for run in runs:
        sign, style = layout.state(run.state)
        rows.append(
            (
                Cell(run.short, "bold"),
                Cell(" · ".join(filter(None, (run.experiment, words.label(run), "imported" * run.imported))), "cyan"),
                Cell(sign, style),
                Cell(words.when(run.started)),
                Cell(words.duration(words.seconds_of(run))),
                Cell(verdict_counts(run.findings)),
                Cell(", ".join(run.tags), "dim"),
            )
        )
    return table(columns, rows, width)


def nothing_listed(unmeasured: Sequence[str], near: Sequence[str], *, filtered: bool, deleted: bool) -> str:
    """What to say where no run is listed."""
    if unmeasured:
        meant = f"; near it: {', '.join(near)}" if near else ""
        return f"no run has a metric {unmeasured[0]}{meant}"
    if deleted:
        return "no such run was deleted" if filtered else "no run was deleted"
    if filtered:
        return "no such run; `studyctl runs list` shows all"
    return "no runs yet: `studyctl experiment list` shows what can be run"


def verdict_counts(findings: Sequence[Finding]) -> str:
    """How many findings of each verdict: "✓ 3  ✗ 1  · 2"."""
    counts: dict[str | None, int] = {}
    for finding in findings:
        counts[finding.verdict] = counts.get(finding.verdict, 0) + 1
    return "  ".join(f"{sign} {counts[verdict]}" for verdict, (sign, _) in words.VERDICTS.items() if verdict in counts)


def result_page(page: RunPage) -> list[RenderableType]:
    """What a run prints when it is over: findings, what they answer, figures, where to look."""
    from studyctl.view.layout import block, heading, pieces, two_columns

    run = page.run
    sign, style = _state_sign(run)
    apart = words.label(run)
    head = f"{run.experiment} {run.state} in {words.duration(words.seconds_of(run))}"
    name = "a draft, recorded nowhere" if page.draft else f"run {run.short}"
    parts: list[RenderableType] = [
        pieces((f"{sign} ", style), (head, "bold"), f" · {apart}" if apart else "", f" · {name}")
    ]
    parts += _findings(page)
    asked = [one for one in page.answered if one.item.kind in ANSWERED_KINDS]
    if asked:
        parts.append(heading("Answers"))
        parts += [part for answered in asked for part in _answered_block(answered, run)]
    others = [one.item for one in page.answered if one.item.kind not in ANSWERED_KINDS]
    if others:  # todos and readings are done, not answered
        parts.append(heading("Tied to it, too"))
        parts += [pieces((item.id, "bold"), f"  {item.text}", indent=2) for item in others]
    parts += _files("Figures and tables", page.folder, _shown_files(run.artifacts))
    notes = page.notes
    if not (run.findings or run.artifacts or run.metrics):
        notes = (*notes, "it recorded no figure, no file and no finding")
    if notes:
        parts.append(heading("Note"))
        parts += [block(note) for note in notes]
    if not page.draft:
        parts.append(heading("Next"))
        parts.append(two_columns(_next(page), "cyan"))
    return parts


def _findings(page: RunPage) -> list[RenderableType]:
    """The findings; where they are many, what was tested and how it came out, and the figures on another page."""
    from studyctl.view.layout import block, heading

    # What opens an answer stands there.
    opening = {text for one in page.answered if one.answer for text in [one.answer.conclusion]}
    shown = [finding for finding in page.run.findings if finding.verdict or finding.text not in opening]
    if not shown:
        return []
    short = len(shown) > FULL_FINDINGS
    parts: list[RenderableType] = [heading("Findings")]
    why = reasons_undecided(page.run)
    parts += [part for one in shown for part in finding_block(one, short=short, why=why.get(one.key, ""))]
    if short and not page.draft:
        parts.append(block(f"the figures behind them: studyctl runs show {page.run.short}", 2, "dim"))
    return parts


def _state_sign(run: Run) -> tuple[str, str]:
    return words.STATES.get(run.state, ("·", ""))


def reasons_undecided(run: Run) -> dict[str, str]:
    """What kept findings from being decided, by key, where it is more than that no predicate held."""
    reasons = run.provenance.get("undecided") or {}
    return {key: str(why) for key, why in reasons.items() if not str(why).startswith(_NEITHER)}


def finding_block(finding: Finding, indent: int = 2, *, short: bool = False, why: str = "") -> list[RenderableType]:
    """A finding: its verdict and key, `why` it is undecided, the claim, and (unless `short`) what was found."""
    from studyctl.view.layout import block, pieces, verdict

    sign, style = verdict(finding.verdict)
    reason = (f"  ({why})", "yellow") if why else ""
    parts: list[RenderableType] = [pieces((sign, style), f"  {finding.key}", reason, indent=indent)]
    if finding.claim:
        parts.append(block(f"claim: {words.prose(finding.claim)}", indent + 2, "dim"))
    if not (finding.claim and short):
        parts.append(block(words.prose(finding.text), indent + 2))
    return parts


def _answered_block(answered: Answered, run: Run) -> list[RenderableType]:
    from studyctl.view.layout import block, conclusion, pieces

    item, answer = answered.item, answered.answer
    parts: list[RenderableType] = [pieces((item.id, "bold"), f"  {item.text}", indent=2)]
    if answer is None:
        return [*parts, block("no finding of this run is tied to it", 6, "dim")]
    parts.append(pieces(conclusion(answer.verdict, answer.conclusion), indent=6))
    if answered.how == "kept":
        why = (
            "your own words stay; `studyctl answer` shows what this run found"
            if answer.author == "person"
            else f"from run {answer.evidence[0].run[:8]}: this one ({words.label(run)}) counts less"
        )
        parts.append(block(why, 6, "dim"))
    elif answer.quick:
        parts.append(block("from a quick run or changed parameters: a full run will replace it", 6, "yellow"))
    return parts


def _files(title: str, folder: str, artifacts: Sequence[Artifact]) -> list[RenderableType]:
    """Files below their folder, which is said once: paths of runs are long."""
    from studyctl.view.layout import heading, two_columns

    if not artifacts:
        return []
    rows = [(artifact.path, artifact.title) for artifact in artifacts]
    return [heading(f"{title}, in {posixpath.join(folder, 'artifacts')}"), two_columns(rows)]


def _shown_files(artifacts: Sequence[Artifact]) -> list[Artifact]:
    """One line for each figure and table, in the form that opens anywhere: PNG, not SVG; CSV, not JSON."""
    paths = {artifact.path for artifact in artifacts}

    def doubled(path: str) -> bool:
        stem, suffix = posixpath.splitext(path)
        better = {".svg": ".png", ".json": ".csv"}.get(suffix)
        return better is not None and stem + better in paths

    return [a for a in artifacts if a.kind in ("figure", "table") and not doubled(a.path)]


def _next(page: RunPage) -> list[tuple[str, str]]:
    run = page.run
    first = next((a.item.id for a in page.answered if a.answer is not None), None)
    steps = [(f"studyctl answer {first}", "the answer with its evidence")] if first else []
    if not page.answered:
        steps.append((f"studyctl link ID {run.experiment}", "tie a question to it"))
    steps.append((f"studyctl runs show {run.short}", "every figure and parameter"))
    if page.problem is None:
        steps.append(("studyctl ui", f"the run in MLflow: {run.experiment} {run.short}"))
    return steps


def run_page(page: RunPage) -> list[RenderableType]:
    """Everything recorded about one run."""
    from studyctl.view.layout import block, heading, pieces, state, two_columns

    run = page.run
    sign, style = state(run.state)
    parts: list[RenderableType] = [
        pieces((f"{run.experiment} {run.short}", "bold"), "  ", (sign, style)),
        block(run.title, 0, "dim"),
    ]
    facts = [
        ("id", run.id),
        ("started", words.when(run.started)),
        ("took", words.duration(words.seconds_of(run))),
        ("trial", f"of sweep {run.parent[:8]}" if run.parent else ""),
        ("preset", run.preset),
        ("changed", ", ".join(run.changed)),
        ("seed", "" if run.seed is None else str(run.seed)),
        ("from", str(run.provenance.get("distribution") or "")),
        ("recorded by", reproduce.recorded_by(run)),
        ("commit", reproduce.checkout(run) or _uncommitted(run)),
        ("branch", str((run.provenance.get("git") or {}).get("branch") or "")),
        ("difference", _difference(page)),
        ("host", run.host),
        ("made on", words.machine(run)),
        ("Python", words.python(run)),
        ("threads", words.threads(run)),
        ("folder", page.folder),
        ("MLflow run", run.mlflow_run_id or ""),
        ("imported", words.came(run)),
        ("tags", ", ".join(run.tags)),
        ("deleted", f"{words.when(run.deleted)}; studyctl runs restore {run.short}" if run.deleted else ""),
        ("answers", ", ".join(a.item.id for a in page.answered)),
        ("reproduce", reproduce.command(run)),
    ]
    parts.append(two_columns([(name, value) for name, value in facts if value], "dim", ""))
    if run.error:
        parts.append(heading("Error"))
        parts.append(block(shortened_error(run.error), 2))
    if run.findings:
        parts.append(heading("Findings"))
        why = reasons_undecided(run)
        parts += [part for one in run.findings for part in finding_block(one, why=why.get(one.key, ""))]
    if run.params:
        parts.append(heading("Parameters"))
        parts += [pieces((f"{name} = ", "dim"), str(value), indent=2) for name, value in run.params.items()]
    if run.metrics:
        parts.append(heading("Figures"))
        shown = run.metrics[:SHOWN_METRICS]
        width = max(len(metric.name) for metric in shown)
        for metric in shown:
            unit = f" {metric.unit}" if metric.unit else ""
            steps = f"  (last of {metric.steps})" if metric.steps > 1 else ""
            parts.append(
                pieces(
                    (f"{metric.name:<{width}}  ", "dim"),
                    words.number(metric.value),
                    unit,
                    (steps, "dim"),
                    indent=2,
                )
            )
        if len(run.metrics) > len(shown):
            rest = len(run.metrics) - len(shown)
            parts.append(block(f"and {rest} more: studyctl runs show {run.short} --json", 2, "dim"))
    parts += _steps(run)
    parts += _files("Files", page.folder, run.artifacts)
    warnings = run.provenance.get("warnings") or ()
    if warnings:
        parts.append(heading("Note"))
        parts += [block(str(warning)) for warning in warnings]
    return parts


def _uncommitted(run: Run) -> str:
    """What is said of a run before the first commit of its repository."""
    return "none yet, with uncommitted files" if (run.provenance.get("git") or {}).get("dirty") else ""


def _difference(page: RunPage) -> str:
    """Where the difference of the code from its commit is kept, as `git apply` takes it."""
    kept = str((page.run.provenance.get("git") or {}).get("diff") or "")
    return posixpath.join(page.folder, kept) if kept and page.folder else ""


def _steps(run: Run) -> list[RenderableType]:
    """The named parts of a run, and how long each took."""
    from studyctl.view.layout import heading, two_columns

    steps = run.provenance.get("steps") or ()
    if not steps:
        return []
    rows = [
        (
            "  " * step["depth"] + step["name"],
            (words.duration(step["seconds"]) if step["seconds"] >= 1 else f"{step['seconds']:.3f} s")
            + (f", {step['times']} times" if step["times"] > 1 else ""),
        )
        for step in steps
    ]
    return [heading("Steps"), two_columns(rows, "", "dim")]


def shortened_error(error: str) -> str:
    """The end of a traceback: what went wrong stands there."""
    lines = error.rstrip().splitlines()
    if len(lines) <= SHOWN_ERROR_LINES:
        return "\n".join(lines)
    return "\n".join(["…", *lines[-SHOWN_ERROR_LINES:]])


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "key": finding.key,
        "claim": finding.claim,
        "when": finding.when,
        "unless": finding.unless,
        "verdict": finding.verdict,
        "text": finding.text,
        "figures": dict(finding.figures),
    }


def run_json(run: Run, *, whole: bool = False, folder: str = "") -> dict[str, Any]:
    """A run as programs read it; fields are only ever added."""
    value: dict[str, Any] = {
        "id": run.id,
        "experiment": run.experiment,
        "title": run.title,
        "state": run.state,
        "started": run.started,
        "ended": run.ended,
        "seconds": words.seconds_of(run),
        "preset": run.preset,
        "changed": list(run.changed),
        "params": run.params,
        "seed": run.seed,
        "imported": run.imported,
        "origin": run.origin,
        "tags": list(run.tags),
        "role": run.role,
        "parent": run.parent,
        "deleted": run.deleted,
        "error": run.error,
        "findings": [finding_json(finding) for finding in run.findings],
        "mlflow_run_id": run.mlflow_run_id,
    }
    if whole:
        value |= {
            "metrics": [{"name": m.name, "value": m.value, "unit": m.unit, "steps": m.steps} for m in run.metrics],
            "artifacts": [
                {"path": a.path, "kind": a.kind, "title": a.title, "size": a.size, "sha256": a.sha256}
                for a in run.artifacts
            ],
            "files": [{"path": f.path, "role": f.role, "digest": f.digest} for f in run.files],
            "folder": folder,
            "host": run.host,
            "bundle": run.bundle,
            "provenance": run.provenance,
            "reproduce": reproduce.command(run),
        }
    return value
