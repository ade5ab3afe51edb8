"""Gathers what a report shows: the items of the notes, their answers, why they are stale, and the runs behind them.

Everything is asked for in bulk: a thousand questions cost a dozen queries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from studyctl.app.candidates import Candidates
from studyctl.app.lists import with_reasons
from studyctl.app.status import counts
from studyctl.core import acceptance
from studyctl.core import answers as deciding
from studyctl.core.answers import Choice
from studyctl.core.ids import pick, standing
from studyctl.core.models import ANSWERED_KINDS, Answer, Artifact, Item, Reason, Run
from studyctl.core.ports import Reader
from studyctl.core.report_pages import Cited, Entry, Figure, Report, entries_of, tree, with_what_is_below

PNG = b"\x89PNG\r\n\x1a\n"


def report(
    reader: Reader,
    reasons: Mapping[str, tuple[Reason, ...]],
    runs_folder: Path,
    *,
    title: str,
    words: Sequence[str] = (),
) -> Report:
    """All that a report shows; with `words`, of these items and what is below them only."""
    items = with_reasons(reader.items(), reasons)
    if words:
        chosen = standing(pick(words, reader.items(gone=True, ignored=True)))
        items = with_what_is_below([item.id for item in chosen], items)
    shown = [item.id for item in items]
    details = reader.details_of(shown)
    answers = {answer.item: answer for answer in reader.answers(shown)} if shown else {}
    candidates = Candidates(reader)
    kept = acceptance.kept(reader.overrides())
    entries = {
        item.id: _entry(
            replace(item, details=details.get(item.id, ())),
            answers.get(item.id),
            reasons.get(item.id, ()),
            candidates,
            kept,
        )
        for item in items
    }
    notes = tree(items, entries)
    runs = _cited(reader, [entry for note in notes for entry in entries_of(note.body)], runs_folder)
    return Report(
        title=title,
        notes=notes,
        runs=runs,
        counts=counts(items),
        last_run=max((one.run.started for one in runs.values()), default=None),
        partly=bool(words),
        answered=tuple(entry for note in notes for entry in entries_of(note.body) if entry.answer is not None),
    )


def _entry(
    item: Item,
    answer: Answer | None,
    reasons: tuple[Reason, ...],
    candidates: Candidates,
    kept: Mapping[str, str],
) -> Entry:
    newer: tuple[Choice, ...] = ()
    missing: tuple[str, ...] = ()
    if item.ties and item.status != "dropped" and item.kind in ANSWERED_KINDS:
        choices = candidates.choose(item)
        found = {choice.experiment for choice in choices}
        missing = tuple(name for name in deciding.ordered(item.ties) if name not in found)
        if answer is not None:
            # A quick run beside a full one is no news.
            newer = tuple(
                choice for choice in deciding.newer_evidence(answer, choices) if answer.quick or not choice.quick
            )
    accepted = acceptance.of(answer, kept) if answer is not None else None
    return Entry(item, answer, reasons, newer, missing, accepted)


def _cited(reader: Reader, entries: Sequence[Entry], folder: Path) -> dict[str, Cited]:
    """The runs that the answers rest on, newest first, with their figures."""
    by_run: dict[str, dict[str, None]] = {}
    for entry in entries:
        for evidence in entry.answer.evidence if entry.answer is not None else ():
            by_run.setdefault(evidence.run, {})[entry.item.id] = None
    runs = sorted(reader.runs_of(by_run).values(), key=lambda run: run.id)
    runs.sort(key=lambda run: run.started, reverse=True)
    return {run.id: _with_figures(run, tuple(by_run[run.id]), folder / run.id / "artifacts") for run in runs}


def _with_figures(run: Run, cited_by: tuple[str, ...], folder: Path) -> Cited:
    figures: list[Figure] = []
    absent: list[str] = []
    altered: list[str] = []
    for artifact in _pictures(run.artifacts):
        title = artifact.title or PurePosixPath(artifact.path).stem
        source = folder / PurePosixPath(artifact.path)
        try:
            # What a record that was made elsewhere names may lie anywhere.
            data = source.read_bytes() if source.resolve().is_relative_to(folder.resolve()) else None
        except OSError:
            data = None
        if data is None:
            absent.append(title)
        elif hashlib.sha256(data).hexdigest() != artifact.sha256 or not _is_picture(data, source.suffix.lower()):
            altered.append(title)
        else:
            width, height = _size(data)
            name = f"figures/{run.id[:12]}/{len(figures) + 1}-{_plain(source.stem)}{source.suffix.lower()}"
            figures.append(Figure(name, source, title, artifact.sha256, width, height))
    return Cited(run, cited_by, tuple(figures), tuple(absent), tuple(altered))


def _pictures(artifacts: Sequence[Artifact]) -> list[Artifact]:
    """One file of each figure: the PNG, where there is one."""
    chosen: dict[str, Artifact] = {}
    for artifact in artifacts:
        path = PurePosixPath(artifact.path)
        if artifact.kind == "figure" and path.suffix.lower() in (".png", ".svg"):
            stem = str(path.with_suffix(""))
            if stem not in chosen or path.suffix.lower() == ".png":
                chosen[stem] = artifact
    return list(chosen.values())


def _is_picture(data: bytes, suffix: str) -> bool:
    return data.startswith(PNG) if suffix == ".png" else b"<svg" in data[:4096]


def _size(data: bytes) -> tuple[int, int]:
    """The pixels of a PNG; zeros for what is none."""
    if not data.startswith(PNG) or len(data) < 24:
        return 0, 0
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _plain(name: str) -> str:
    """A file's name as any address can hold it."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in name)[:60] or "figure"
