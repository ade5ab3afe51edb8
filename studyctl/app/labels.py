"""A person's own labels and marks: named once in the settings, they hold in all notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from studyctl.app.change import Change
from studyctl.app.sync import Told
from studyctl.config import CONFIG_NAME
from studyctl.core.detector.habits import KINDS, Habits, Named
from studyctl.core.detector.labels import clean
from studyctl.core.detector.unknown import Habit, habits_in
from studyctl.core.ports import Edit, NoteFiles
from studyctl.core.settings_text import with_words, without_words
from studyctl.errors import NoteError, NotFoundError, UsageError

_BULLETS = frozenset("-*+•#>|")


def find(files: NoteFiles, habits: Habits, told: Told) -> tuple[list[Habit], list[str], int]:
    """What could be labels and marks, the notes that could not be read, and how many notes were."""
    stamps = [stamp for stamp in files.walk() if stamp.role == "note"]
    unread: list[str] = []

    def notes() -> Iterator[tuple[str, bytes]]:
        for done, stamp in enumerate(stamps, 1):
            told("reading notes", done, len(stamps))
            try:
                yield stamp.path, files.read(stamp.path)
            except NoteError as error:
                unread.append(error.message)

    found = habits_in(notes(), habits)
    return found, unread, len(stamps) - len(unread)


def add(
    kind: str, labels: Sequence[str], marks: Sequence[str], habits: Habits, config: Path, files: NoteFiles
) -> Change:
    """The settings (`config`) with these labels and marks besides those that they name."""
    wanted = next((each for each in KINDS if each == kind), None)
    if wanted is None:
        why = "a claim is told by the question above it; " if kind == "claim" else ""
        raise UsageError(f"{kind}: no kind that has labels", f"{why}one of {', '.join(KINDS)}")
    if not (labels or marks):
        raise UsageError("what is the label?", 'studyctl label add todo "Before the exam", or --mark "->"')
    before = after = files.read(config.name).decode()
    there = {_key(each): each.kind for each in habits.named()}
    fresh: list[str] = []
    lines: list[str] = []
    for table, texts in (("labels", labels), ("marks", marks)):
        mark = table == "marks"
        new: list[str] = []
        for text in _clean(texts, mark):
            known = there.get(_key(Named(wanted, text, mark)))
            if known is not None and known != wanted:
                raise UsageError(
                    f'"{text}" is a {table[:-1]} of {known}s', f"studyctl label remove {_typed(text, mark)}"
                )
            if known is None:
                new.append(text)
            lines.append(f'"{text}" is a {table[:-1]} of {wanted}s {"already" if known else "from now on"}')
        if new:
            after = with_words(after, _shared(config), table, wanted, new)
        fresh += new
    said = ", ".join(f'"{text}"' for text in fresh)
    return Change(f"{said} for {wanted}s", _edits(config.name, before, after), lines=tuple(lines))


def remove(labels: Sequence[str], marks: Sequence[str], habits: Habits, config: Path, files: NoteFiles) -> Change:
    """The settings (`config`) without these labels and marks."""
    before = after = files.read(config.name).decode()
    lines: list[str] = []
    for table, texts in (("labels", labels), ("marks", marks)):
        for text in texts:
            found = [each for each in habits.named() if _key(each) == _key(Named(each.kind, text, table == "marks"))]
            if not found:
                raise NotFoundError(
                    f'{config.name} names no {table[:-1]} "{text}"', "`studyctl label list` shows what it names"
                )
            for each in found:
                after = without_words(after, _shared(config), table, each.kind, [each.text])
                lines.append(f'"{each.text}" is no {table[:-1]} of {each.kind}s any more')
    if not lines:
        raise UsageError("what is the label?", "`studyctl label list` shows what is named")
    return Change("; ".join(lines), _edits(config.name, before, after), lines=tuple(lines))


def _edits(name: str, before: str, after: str) -> tuple[Edit, ...]:
    """The lines that differ, with the one before them, so that `undo` can tell whether they still stand."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if old == new:
        return ()
    first = max(_alike(old, new) - 1, 0)
    last = _alike(old[:first:-1], new[:first:-1])
    start = len("".join(old[:first]).encode())
    return (Edit(name, start, _middle(old, first, last), _middle(new, first, last)),)


def _alike(some: list[str], others: list[str]) -> int:
    """With how many equal lines both begin."""
    return sum(1 for _ in takewhile(lambda two: two[0] == two[1], zip(some, others, strict=False)))


def _middle(lines: list[str], first: int, last: int) -> bytes:
    return "".join(lines[first : len(lines) - last]).encode()


def _clean(texts: Sequence[str], mark: bool) -> list[str]:
    found = [text.strip() if mark else clean(text) for text in texts]
    if not all(found):
        raise UsageError("there is no text to be found by", 'studyctl label add todo "Before the exam"')
    if mark and (plain := next((text for text in found if text in _BULLETS), None)):
        raise UsageError(f'"{plain}" stands before every bullet', "a mark has to tell some lines from the others")
    return list({text.casefold(): text for text in found}.values())


def _key(named: Named) -> tuple[bool, str]:
    return named.mark, (named.text.strip() if named.mark else clean(named.text)).casefold()


def _typed(text: str, mark: bool) -> str:
    import shlex

    return f"--mark {shlex.quote(text)}" if mark else shlex.quote(text)


def _shared(config: Path) -> bool:
    return config.name != CONFIG_NAME
