"""Changes of `studyctl.toml` (or `[tool.studyctl]`) that keep everything else in it: comments, order, line ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from studyctl.core.models import Kind


def with_words(text: str, shared: bool, table: str, kind: Kind, words: Iterable[str]) -> str:
    """The file with more labels (or marks) of a kind; `shared`: it is a `pyproject.toml`."""
    return _changed(text, shared, table, kind, lambda known: [*known, *(word for word in words if word not in known)])


def without_words(text: str, shared: bool, table: str, kind: Kind, words: Iterable[str]) -> str:
    """The file without these labels (or marks) of a kind."""
    gone = {word.strip() for word in words}
    return _changed(text, shared, table, kind, lambda known: [word for word in known if word.strip() not in gone])


def _changed(text: str, shared: bool, table: str, kind: Kind, change: Callable[[list[str]], list[str]]) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    place: Any = document
    above: Any = document
    for name in (*(("tool", "studyctl") if shared else ()), table):
        if name not in place:
            place[name] = tomlkit.table()
        above, place = place, place[name]
    known = place.get(kind)
    if known is None:
        place[kind] = known = tomlkit.array()
    wanted = change([str(each) for each in known])
    # What stays keeps its place, and the comment beside it.
    for at in reversed(range(len(known))):
        if str(known[at]) not in wanted:
            del known[at]
    for word in wanted[len(known) :]:
        known.append(word)
    if not wanted:
        del place[kind]
        if not place:
            del above[table]
    return tomlkit.dumps(document)
