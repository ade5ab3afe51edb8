"""A person's own labels and marks: named once in the settings, they hold in all notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from studyctl.app.change import Change
from studyctl.app.sync import Told
from studyctl.config import CONFIG_NAME, Settings, Workspace
from studyctl.core.detector.habits import Habits, Named
from studyctl.core.detector.labels import clean
from studyctl.core.detector.unknown import Habit, habits_in
from studyctl.core.models import Kind
from studyctl.core.ports import Edit, NoteFiles
from studyctl.core.settings_text import with_words, without_words
from studyctl.errors import NoteError, NotFoundError, UsageError

KINDS: tuple[Kind, ...] = ("question", "todo", "reading")  # a claim is told by the question above it
_BULLETS = frozenset("-*+•#>|")


def named(settings: Settings) -> list[Named]:
    """Everything that the settings name, labels first."""
    return [
        *(Named(kind, text, False) for kind in KINDS for text in getattr(settings, f"{kind}_labels")),
        *(Named(kind, text, True) for kind in KINDS for text in getattr(settings, f"{kind}_marks")),
    ]


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


def add(kind: str, labels: Sequence[str], marks: Sequence[str], workspace: Workspace, files: NoteFiles) -> Change:
    """The settings with these labels and marks besides those that they name."""
    wanted = next((each for each in KINDS if each == kind), None)
    if wanted is None:
        why = "a claim is told by the question above it; " if kind == "claim" else ""
        raise UsageError(f"{kind}: no kind that has labels", f"{why}one of {', '.join(KINDS)}")
    if not (labels or marks):
        raise UsageError("what is the label?", 'studyctl label add todo "Before the exam", or --mark "->"')
    name = workspace.config_file.name
    before = after = files.read(name).decode()
    fresh: list[str] = []
    lines: list[str] = []
    for table, texts in (("labels", labels), ("marks", marks)):
        mark = table == "marks"
        there = {_key(each): each.kind for each in named(workspace.settings)}
        for text in _clean(texts, mark):
            known = there.get(_key(Named(wanted, text, mark)))
            if known is not None and known != wanted:
                raise UsageError(
                    f'"{text}" is a {table[:-1]} of {known}s', f"studyctl label remove {_typed(text, mark)}"
                )
            if known is None:
                fresh.append(text)
                after = with_words(after, _shared(workspace), table, wanted, [text])
            lines.append(f'"{text}" is a {table[:-1]} of {wanted}s {"already" if known else "from now on"}')
    said = ", ".join(f'"{text}"' for text in fresh)
    return Change(f"{said} for {wanted}s", _edits(name, before, after), lines=tuple(lines))


def remove(labels: Sequence[str], marks: Sequence[str], workspace: Workspace, files: NoteFiles) -> Change:
    """The settings without these labels and marks."""
    name = workspace.config_file.name
    before = after = files.read(name).decode()
    lines: list[str] = []
    for table, texts in (("labels", labels), ("marks", marks)):
        mark = table == "marks"
        for text in texts:
            found = [each for each in named(workspace.settings) if _key(each) == _key(Named(each.kind, text, mark))]
            if not found:
                raise NotFoundError(
                    f'{name} names no {table[:-1]} "{text}"', "`studyctl label list` shows what it names"
                )
            for each in found:
                after = without_words(after, _shared(workspace), table, each.kind, [each.text])
                lines.append(f'"{each.text}" is no {table[:-1]} of {each.kind}s any more')
    if not lines:
        raise UsageError("what is the label?", "`studyctl label list` shows what is named")
    return Change("; ".join(lines), _edits(name, before, after), lines=tuple(lines))


def _edits(name: str, before: str, after: str) -> tuple[Edit, ...]:
    """The lines that differ, with the one before them: `undo` finds them whatever else was changed meanwhile."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if old == new:
        return ()
    first = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    first = max(first - 1, 0)
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    start = len("".join(old[:first]).encode())
    return (
        Edit(
            name,
            start,
            "".join(old[first : len(old) - last]).encode(),
            "".join(new[first : len(new) - last]).encode(),
        ),
    )


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


def _shared(workspace: Workspace) -> bool:
    return workspace.config_file.name != CONFIG_NAME
