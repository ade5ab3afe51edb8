"""Edits of bytes: applied all at once, and taken back in a note that has changed since.

An edit covers whole lines (or whole lines and their ends): so it carries enough to be checked before it is made, and
to be found again when the lines around it have moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from studyctl.core.ports import Edit
from studyctl.errors import NoteError

_BOM = b"\xef\xbb\xbf"


def apply(edits: Iterable[Edit], source: bytes) -> bytes:
    """One note's bytes after its edits, whose offsets all count in `source`; NoteError where one does not fit."""
    pieces: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.offset, len(edit.old))):
        if edit.offset < at:
            raise NoteError(f"two changes of {edit.note} overlap", "make them one after the other")
        if source[edit.offset : edit.offset + len(edit.old)] != edit.old or edit.offset > len(source):
            raise NoteError(
                f"{edit.note} was changed meanwhile: {shown(edit.old)} is not where it was",
                "nothing was written; run the command again",
            )
        pieces += [source[at : edit.offset], edit.new]
        at = edit.offset + len(edit.old)
    return b"".join(pieces) + source[at:]


def invert(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits that take these back, at the offsets that the bytes have afterwards."""
    inverse: list[Edit] = []
    shift: dict[str, int] = {}
    for edit in sorted(edits, key=lambda edit: (edit.note, edit.offset, len(edit.old))):
        moved = shift.get(edit.note, 0)
        inverse.append(Edit(edit.note, edit.offset + moved, edit.new, edit.old))
        shift[edit.note] = moved + len(edit.new) - len(edit.old)
    return tuple(inverse)


def undoing(edits: Sequence[Edit], read: Callable[[str], bytes]) -> tuple[Edit, ...]:
    """The edits that take these back in the notes as they are now, whatever else changed in them.

    A line is taken where it was written, else where it stands now if it stands there once. NoteError where it is
    gone, changed, or there more than once: then nobody can tell which is meant.
    """
    sources = {note: read(note) for note in dict.fromkeys(edit.note for edit in edits)}
    return tuple(_relocated(edit, sources[edit.note]) for edit in invert(edits))


def _relocated(edit: Edit, source: bytes) -> Edit:
    if _is_whole(source, edit.offset, edit.old):
        return edit
    added = _added_lines(edit)
    for text in dict.fromkeys((edit.old, added, added.lstrip(b"\r\n"))):
        places = list(_places(text, source)) if text else []
        if len(places) > 1:
            raise NoteError(
                f"{edit.note} holds {shown(text)} more than once now: nobody can tell which is meant",
                "mend the note by hand; nothing was written",
            )
        if places and text is edit.old:
            return Edit(edit.note, places[0], edit.old, edit.new)
        if places:
            return _removal(edit.note, places[0], len(text), source)
    raise NoteError(
        f"{edit.note} has changed since: {shown(added or edit.old)} is not there any more",
        "mend the note by hand; nothing was written",
    )


def _is_whole(source: bytes, offset: int, text: bytes) -> bool:
    """Whether `text` stands at `offset`, and there fills whole lines."""
    end = offset + len(text)
    if source[offset:end] != text or end > len(source):
        return False
    starts = offset == 0 or source[offset - 1 : offset] == b"\n" or (offset == 3 and source.startswith(_BOM))
    ends = (
        end == len(source) or text.endswith(b"\n") or source[end : end + 2] == b"\r\n" or source[end : end + 1] == b"\n"
    )
    return starts and ends


def _places(text: bytes, source: bytes) -> Iterator[int]:
    at = source.find(text)
    while at >= 0:
        if _is_whole(source, at, text):
            yield at
        at = source.find(text, at + 1)


def _added_lines(inverse: Edit) -> bytes:
    """The lines that the edit had put below the line it was anchored to, without their last line end; else b""."""
    anchor = inverse.new
    if not anchor or not inverse.old.startswith(anchor):
        return b""
    rest = inverse.old[len(anchor) :]
    for end in (b"\r\n", b"\n"):
        if rest.startswith(end):
            return rest[len(end) :]
    return b""


def _removal(note: str, start: int, length: int, source: bytes) -> Edit:
    """Take out whole lines with one line end: the one behind them, else the one before."""
    end = start + length
    if end < len(source):
        end += 2 if source[end : end + 2] == b"\r\n" else 1
    elif source[start - 2 : start] == b"\r\n":
        start -= 2
    elif start:
        start -= 1
    return Edit(note, start, source[start:end], b"")


def shown(text: bytes) -> str:
    """The beginning of a line, as a message quotes it."""
    line = text.strip().split(b"\n")[0].decode("utf-8", "replace").strip()
    return f'"{line[:60]}{"…" if len(line) > 60 else ""}"'
