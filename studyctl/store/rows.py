"""From a row of a view to an item and what surrounds it. Standard library only: every list takes this path.

Each builder stands beside the columns that it takes, so that the two are changed together. Runs, answers and the
journal have theirs in `record_rows`, which a list of items need not load.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from studyctl.config import RACY_NS
from studyctl.core.models import Detail, FileStamp, Item, Tie

Row = tuple[Any, ...]

ITEM = (
    "id, kind, also, text, norm, note, line, parent, topic, position, mark, box, rule, confidence, status, ties, "
    "anchor, answer, gone_at IS NOT NULL, ignored, also_status, last_line, due, priority, tags"
)


def item(row: Row, details: tuple[Detail, ...] = ()) -> Item:
    """A row of `items` or `board`."""
    ties = row[15]
    return Item(
        id=row[0],
        kind=row[1],
        also=row[2],
        text=row[3],
        norm=row[4],
        note=row[5],
        line=row[6],
        parent=row[7],
        topic=tuple(json.loads(row[8])),
        position=row[9],
        mark=row[10],
        box=row[11],
        rule=row[12],
        confidence=row[13],
        status=row[14],
        ties=() if ties == "[]" else tuple(Tie(*tie) for tie in json.loads(ties)),
        details=details,
        anchor=row[16],
        answer=row[17],
        gone=bool(row[18]),
        ignored=bool(row[19]),
        also_status=row[20],
        last_line=row[21],
        due=row[22],
        priority=row[23],
        tags=() if row[24] == "[]" else tuple(json.loads(row[24])),
    )


DETAIL = "role, line, text, url"


def detail(row: Row) -> Detail:
    """A row of `details`."""
    return Detail(*row)


STAMP = "path, role, size, mtime_ns, seen_ns, sha256"
# Notes whose size and mtime prove what they say.
_PROVEN = f"role = 'note' AND sha256 <> '' AND seen_ns - mtime_ns > {RACY_NS}"
# All stamps in one text: of the proven notes three lists, because each row would cost more; the others one by one.
_OTHERS = ',"others":'
GLANCE = f"""SELECT json_object(
    'notes', (SELECT json_array(json_group_array(path), json_group_array(size), json_group_array(mtime_ns))
        FROM file_stamp WHERE {_PROVEN}),
    'others', (SELECT json_group_array(json_array({STAMP})) FROM file_stamp WHERE NOT ({_PROVEN})))"""


def stamp(row: Row) -> FileStamp:
    """A row of the table `file_stamp`."""
    return FileStamp(*row)


class Proven(Mapping[str, tuple[int, int]]):
    """Size and mtime of each note that these prove unchanged, by its path: taken apart when somebody asks for one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._notes: dict[str, tuple[int, int]] | None = None

    @property
    def _all(self) -> dict[str, tuple[int, int]]:
        if self._notes is None:
            paths, sizes, times = json.loads(self._text)["notes"]
            self._notes = dict(zip(paths, zip(sizes, times, strict=True), strict=True))
        return self._notes

    def __getitem__(self, path: str) -> tuple[int, int]:
        return self._all[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def glance(text: str) -> tuple[Mapping[str, tuple[int, int]], list[FileStamp]]:
    """What `GLANCE` selects: size and mtime of each proven note, and the other stamps."""
    others = text[text.rindex(_OTHERS) + len(_OTHERS) : -1]  # no path has this in it: its quotes would be escaped
    return Proven(text), [FileStamp(*row) for row in json.loads(others)]
