"""What commands write into a line of a note: its box, a link to an experiment. Bytes in, edits out.

Each edit covers the whole line, so that it is checked against the line as it was read, and `undo` finds it again
after the line has moved; but only the bytes meant differ. What cannot be written sensibly is refused, with the reason.
"""

from __future__ import annotations

import posixpath
import re
from typing import Literal

from studyctl.core import states, ties
from studyctl.core.models import Item
from studyctl.core.ports import Edit
from studyctl.core.scanner import SIGN_BOXES, Line, scan, scan_line
from studyctl.errors import NoteError

State = Literal["done", "open", "dropped"]
_BOXES: dict[State, str] = {"done": "x", "open": " ", "dropped": "-"}
_MARKERS: dict[State, str] = {"done": "DONE", "open": "TODO", "dropped": "CANCELED"}
_TODO_TXT: dict[State, str] = {"done": "x ", "open": "", "dropped": "CANCELED "}
_CHECK = re.compile(r"^✅\ufe0f?\s*|\s*✅\ufe0f?(?:\s?\d{4}-\d{2}-\d{2}|\s*$)")
_STRUCK = re.compile(r"~~(?P<tilde>.+)~~|<(?P<tag>del|s|strike)>(?P<html>.*)</(?P=tag)>")
_PLAIN_TARGET = re.compile(r"[^\s()<>]+")


def line_at(note: str, source: bytes, number: int) -> Line:
    """The line of an item; NoteError where the note has become shorter."""
    lines = scan(source)
    if not 1 <= number <= len(lines):
        raise NoteError(f"{note} has no line {number} any more", "`studyctl sync` reads it again")
    return lines[number - 1]


def rewritten(note: str, line: Line, raw: str) -> Edit | None:
    """The edit that makes a line read `raw`; None where it does already."""
    if raw == line.raw:
        return None
    return Edit(note, line.byte, line.raw.encode(), raw.encode())


def set_state(item: Item, source: bytes, state: State, today: str = "") -> Edit | None:
    """Set the box (or the word TODO, DONE) of an item's line; None where it says so already.

    A bullet without a box gets one. A paragraph is done by `✅` and the day (`today`, YYYY-MM-DD) behind its words, as
    obsidian-tasks writes it. NoteError for a heading or a cell of a table, and for what is not simply done or open: no
    program reads a box there.
    """
    line = line_at(item.note, source, item.line)
    marker = states.marker_of(line.text)
    if marker is None and state != "dropped" and _what(line) == "a paragraph":
        return _set_paragraph(item, source, state, today)
    if _says(line, state):
        return None
    # A task of todo.txt has no word; in a list it is ticked like what stands beside it.
    marked = marker is not None and (marker.word != "" or line.bullet is None)
    body = _body(line, state)
    if line.bullet is None and not marked:
        raw = line.raw
    elif line.bullet is None:
        raw = line.raw[: line.text_start] + body + line.raw[line.text_end :]
    else:
        box = f"[{_BOXES[state]}]" if line.box is not None or not marked else ""
        sign = next(sign for sign, shown in SIGN_BOXES.items() if shown == _BOXES[state])
        if line.box is not None and line.raw[line.box_start] in SIGN_BOXES:
            box = sign
        if line.box is None and line.bullet == "□" and box:
            head = line.raw[: line.bullet_start] + sign + line.raw[line.bullet_end : line.text_start]
        elif line.box is not None:
            head = line.raw[: line.box_start] + box + line.raw[line.box_end : line.text_start]
        else:
            head = line.raw[: line.text_start] + (f"{box} " if box else "")
        raw = head + body + line.raw[line.text_end :]
    if not _says(scan_line(raw), state):
        raise NoteError(
            f"{item.id} is {_what(line)} ({item.note}:{item.line}), where no box can stand",
            f"make it a list item (- [{_BOXES[state]}] …), or leave it out with `studyctl item ignore {item.id}`",
        )
    return rewritten(item.note, line, raw)


def _set_paragraph(item: Item, source: bytes, state: State, today: str) -> Edit | None:
    """Put `✅` behind the words of a paragraph, or take it away."""
    lines = scan(source)[item.line - 1 : max(item.line, item.last_line)]
    checked = next((line for line in lines if _says(line, "done")), None)
    if state == "done":
        if checked is not None or item.mark == "done":  # or it says so in its words
            return None
        last = lines[-1]
        at = _link_place(last, item)
        return rewritten(item.note, last, f"{last.raw[:at]} {f'✅ {today}'.rstrip()}{last.raw[at:]}")
    if checked is not None:
        raw = checked.raw[: checked.text_start] + _body(checked, state) + checked.raw[checked.text_end :]
        return rewritten(item.note, checked, raw)
    if item.mark != "open":
        raise NoteError(
            f"{item.id} says in its words that it is {item.mark} ({item.note}:{item.line})",
            "change the words in the note",
        )
    return None


def _says(line: Line, state: State) -> bool:
    return states.state_of(line.box, states.marker_of(line.text), line.text, default="unknown").mark == state


def _body(line: Line, state: State) -> str:
    """The text with its marker set, and without what contradicts the new state."""
    text = line.text
    marker = states.marker_of(text)
    if marker is not None and marker.mark != state:
        if marker.word and text[marker.end : marker.end + 1] != "(":
            text = text[: marker.start] + _MARKERS[state] + text[marker.end :]
        elif line.bullet is None:  # todo.txt
            text = _TODO_TXT[state] + text[marker.end :]
    if state == "done":
        return text
    text = _CHECK.sub("", text)
    if state == "open":
        marker = states.marker_of(text)
        begin = marker.text_start if marker else 0
        end = states.tail_start(text)
        struck = _STRUCK.fullmatch(text, begin, end) if states.struck_out(text[begin:end]) else None
        if struck:
            text = text[:begin] + (struck["tilde"] or struck["html"] or "") + text[end:]
    return text


def _what(line: Line) -> str:
    if line.level:
        return "a heading"
    if line.bullet is not None:
        return f"a line beginning with {line.bullet}"
    return "a row of a table" if "|" in line.text else "a paragraph"


def tie_target(note: str, module: str, experiment: str, fragment: str = "") -> str:
    """The target of a link from `note` to an experiment, relative where both are in the workspace.

    `module` is the experiment's path in the workspace (`experiments/box_decoding/__init__.py`).
    """
    place = module.removesuffix("__init__.py")
    outside = note.startswith("../") or posixpath.isabs(note) or ":" in note.partition("/")[0]
    target = posixpath.relpath(place, posixpath.dirname(note) or ".") + ("/" if place.endswith("/") else "")
    if outside or ties.experiment_of(target) != (experiment, ""):
        target = f"studyctl:{experiment}"
    return f"{target}#{fragment}" if fragment else target


def link(item: Item, source: bytes, experiment: str, target: str) -> Edit | None:
    """Append a link to an experiment to the item's line: before task metadata and block id, so that both still work.

    None where the line is tied like that already.
    """
    line = line_at(item.note, source, item.line)
    wanted = ties.experiment_of(target)
    if any((span.experiment, span.fragment) == wanted for span in ties.find_ties(line.raw)):
        return None
    shown = target if _PLAIN_TARGET.fullmatch(target) else f"<{target}>"
    at = _link_place(line, item)
    raw = f"{line.raw[:at]} ([{experiment}]({shown})){line.raw[at:]}"
    return rewritten(item.note, line, raw)


def _link_place(line: Line, item: Item) -> int:
    """Where in the line a link belongs: behind the words."""
    if item.rule.partition(".")[0] == "table":
        return _end_of_cell(line, item)
    end = line.text_start + states.tail_start(line.text)
    if end <= line.text_start:
        end = line.text_end
    words = line.raw[:end]
    if words.endswith("\\") and not words.endswith("\\\\"):  # a line break
        return len(words[:-1].rstrip())
    return end


def _end_of_cell(line: Line, item: Item) -> int:
    """The end of the words of the cell that holds the item."""
    text = line.text
    cuts = [k for k, sign in enumerate(text) if sign == "|" and text[k - 1 : k] != "\\"]
    for start, end in zip([-1, *cuts], [*cuts, len(text)], strict=True):
        cell = text[start + 1 : end]
        if ties.normalise(cell.replace("\\|", "|")) == item.norm:
            return line.text_start + start + 1 + len(cell.rstrip())
    raise NoteError(
        f"cannot tell the cell of {item.id} in {item.note}:{item.line}", "put the link into the table by hand"
    )


def unlink(item: Item, source: bytes, experiment: str | None = None, fragment: str | None = None) -> tuple[Edit, ...]:
    """Remove the item's links to an experiment (or to all), of one fragment (or of any), with their parentheses."""
    edits: list[Edit] = []
    for number in sorted({tie.line for tie in item.ties}):
        line = line_at(item.note, source, number)
        raw = line.raw
        while True:
            meant = (
                span
                for span in ties.find_ties(raw)
                if experiment in (None, span.experiment) and fragment in (None, span.fragment)
            )
            span = next(meant, None)
            if span is None:
                break
            raw = raw[: span.start] + raw[span.end :]
        edit = rewritten(item.note, line, raw)
        if edit is not None:
            edits.append(edit)
    return tuple(edits)


def retarget(note: str, source: bytes, number: int, old: str, new: str) -> Edit | None:
    """Let the links of a line that lead to `old` lead to `new`: the note, or the experiment, has moved."""
    line = line_at(note, source, number)
    raw = line.raw
    for span in reversed(ties.find_ties(raw)):
        if span.target == old:
            words = raw[span.link_start : span.link_end]
            at = span.link_start + words.rfind(old)
            raw = raw[:at] + new + raw[at + len(old) :]
    return rewritten(note, line, raw)
