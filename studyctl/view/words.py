"""Verdicts, states, durations and numbers as a person reads them."""

from __future__ import annotations

import math
import re

from studyctl.core import reproduce
from studyctl.core.models import Run
from studyctl.core.sweeps import swept
from studyctl.core.templates import exact
from studyctl.core.times import moment as moment
from studyctl.core.times import seconds_of as seconds_of

# The word always stands beside the sign and the colour: neither carries the meaning alone.
VERDICTS: dict[str | None, tuple[str, str]] = {
    "supported": ("✓", "green"),
    "refuted": ("✗", "red"),
    "inconclusive": ("?", "yellow"),
    "mixed": ("±", "yellow"),
    None: ("·", "cyan"),
}
STATES: dict[str, tuple[str, str]] = {
    "running": ("…", "cyan"),
    "finished": ("✓", "green"),
    "failed": ("✗", "red"),
    "killed": ("✗", "yellow"),
    "lost": ("✗", "magenta"),
}


CODE_SPAN = re.compile(r"(`+)(.+?)\1")


def prose(text: str) -> str:
    """What an experiment's author wrote, as a terminal shows it: the marks of code spans are for Markdown."""
    return CODE_SPAN.sub(r"\2", text)


def duration(seconds: float | None) -> str:
    """How long something took: "3.2 s", "4 min 5 s", "2 h 3 min"."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def when(text: str) -> str:
    """A recorded time in this machine's zone, to the minute."""
    return moment(text).astimezone().strftime("%Y-%m-%d %H:%M")


def number(value: float) -> str:
    """A figure as lists show it: six significant digits, NaN and infinity as themselves."""
    if not math.isfinite(value):
        return exact(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}"


def short_number(value: float) -> str:
    """A figure that changes while one looks: four significant digits."""
    if not math.isfinite(value):
        return exact(value)
    return str(int(value)) if value == int(value) and abs(value) < 1e9 else f"{value:.4g}"


def label(run: Run) -> str:
    """What sets a run apart from one that counts: "quick", "anchor=116", "10 trials: lr=0.01,0.1, seed=0..4"."""
    parts = [] if run.preset == "default" else [run.preset]
    parts += [f"{name}={reproduce.value(run.params, name)}" for name in run.changed]
    if (sweep := swept(run)) is not None:
        parts.append(": ".join(part for part in (plural(sweep.trials, "trial"), sweep.label) if part))
    return ", ".join(parts)


def came(run: Run) -> str:
    """How a run that was made elsewhere came here: "from FILE", "with the record"; "" for one's own."""
    if run.bundle:
        return f"from {run.origin}"
    return "with the record" if run.imported else ""


def machine(run: Run) -> str:
    """What a run was made on: its processor and its GPUs, never a host."""
    made = run.provenance.get("machine") or {}
    gpus = made.get("gpu") or ()
    counted = [f"{gpus.count(one)} × {one}" if gpus.count(one) > 1 else str(one) for one in dict.fromkeys(gpus)]
    if counted and made.get("gpu_driver"):
        counted[-1] += f" (driver {made['gpu_driver']})"
    return ", ".join([*filter(None, [str(made.get("cpu") or "")]), *counted])


def python(run: Run) -> str:
    """Which Python a run was made with, and how much was installed beside it: "3.11.7 (CPython), 3 distributions"."""
    made = run.provenance.get("python") or {}
    if not made.get("version"):
        return ""
    by = f" ({made['implementation']})" if made.get("implementation") else ""
    installed = run.provenance.get("distributions") or {}
    return f"{made['version']}{by}" + (f", {plural(len(installed), 'distribution')}" if installed else "")


def threads(run: Run) -> str:
    """What is known of the threads of a run: "2 of 4 cores, OMP_NUM_THREADS=1, torch=2"."""
    made = run.provenance.get("machine") or {}
    cores, usable = made.get("cores"), made.get("usable_cores")
    found = [f"{usable} of {plural(cores, 'core')}"] if isinstance(cores, int) and isinstance(usable, int) else []
    found += [f"{name}={count}" for name, count in (run.provenance.get("threads") or {}).items()]
    return ", ".join(found)


def made_elsewhere(run: Run) -> str:
    """The two together: "imported from FILE, made on CPU"."""
    made = machine(run)
    return f"imported {came(run)}" + (f", made on {made}" if made else "")


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 note", "2 notes"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def size(count: int) -> str:
    """How much room something takes: "812 bytes", "3.4 MB"."""
    if count < 1000:
        return plural(count, "byte")
    for unit, scale in (("kB", 1e3), ("MB", 1e6), ("GB", 1e9)):
        if count < scale * 999.5 or unit == "GB":
            return f"{count / scale:.3g} {unit}"
    return ""


def not_mirrored(problem: str, *, several: bool = False) -> str:
    """What a run, or a sweep, says whose mirror in MLflow is not whole, and what to do about it."""
    what, them = ("the runs themselves are", "them") if several else ("the run itself is", "it")
    later = "" if problem.endswith("is not installed") else f", and `studyctl doctor --fix` delivers {them}"
    return f"{problem}; {what} recorded{later}"
