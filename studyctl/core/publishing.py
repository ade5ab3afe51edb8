"""What a public bundle keeps of a run: everything that was measured, and nothing that names a machine or a person.

What is kept of the provenance is listed, not what is left out: a key that a later version adds is private until
somebody lists it here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studyctl.core import templates
from studyctl.core.models import Finding, Run
from studyctl.core.scrubbing import Scrubber
from studyctl.errors import StudyctlError

# Whole, or only these parts of it.
KEPT: Mapping[str, tuple[str, ...] | None] = {
    "command": None,
    "studyctl": None,
    "git": ("commit", "dirty"),
    "python": ("version", "implementation"),
    "platform": None,
    "machine": ("cpu", "cores", "usable_cores", "memory_bytes", "gpu", "gpu_driver"),
    "threads": None,
    "distributions": None,
    "measures": None,
    "requires": None,
    "distribution": None,
    "source": ("kind", "path", "module", "cells", "digest"),
    "unwatched": None,
    "sweep": None,
    "trial": None,
    "seconds": None,
    "steps": None,
    "constants": None,
    "determinism": None,
    "undecided": None,
    "failure": None,
    "warnings": None,
}


def public_run(run: Run, scrubber: Scrubber, counted: Counter[str]) -> Run:
    """The run as it may be shown to everybody.

    Names that others refer to (of metrics, findings, files, parameters) stay as they are; what is private in one of
    them is found afterwards, and refused.
    """

    def clean(text: str) -> str:
        return scrubber.scrub(text, counted)

    scrubbed = replace(
        run,
        host="",
        title=clean(run.title),
        params={name: scrubber.scrub_value(value, counted) for name, value in run.params.items()},
        provenance=_provenance(run, scrubber, counted),
        error=clean(run.error),
        tags=tuple(sorted({clean(tag) for tag in run.tags})),
        metrics=tuple(replace(metric, unit=clean(metric.unit)) for metric in run.metrics),
        artifacts=tuple(replace(artifact, title=clean(artifact.title)) for artifact in run.artifacts),
    )
    return replace(scrubbed, findings=tuple(_finding(finding, scrubbed, scrubber, counted) for finding in run.findings))


def _provenance(run: Run, scrubber: Scrubber, counted: Counter[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, parts in KEPT.items():
        if name not in run.provenance:
            continue
        value = run.provenance[name]
        if parts is not None and isinstance(value, Mapping):
            value = {part: value[part] for part in parts if part in value}
        if name == "threads":
            value = {one: count for one, count in value.items() if str(count).isdigit()}
        kept[name] = scrubber.scrub_value(value, counted)
    return kept


def _finding(finding: Finding, run: Run, scrubber: Scrubber, counted: Counter[str]) -> Finding:
    """A finding filled anew, so that its text is what its template comes to with the scrubbed parameters."""
    template = scrubber.scrub(finding.template, counted)
    cleaned = replace(
        finding,
        template=template,
        claim=scrubber.scrub(finding.claim, counted),
        text=scrubber.scrub(finding.text),
        figures=tuple((name, scrubber.scrub(value)) for name, value in finding.figures),
    )
    try:
        filled = templates.fill(template, templates.namespace_of(run))
    except StudyctlError:
        return cleaned
    return replace(cleaned, text=filled.text, figures=filled.figures)


def said(counted: Counter[str]) -> str:
    """What was replaced, in words: "3 × <home>, 1 × <secret>"."""
    return ", ".join(f"{count} × {placeholder}" for placeholder, count in sorted(counted.items()))
