"""The terminal: how wide it is, and whether it shows colour. Rich is imported only when it prints."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

# A pipe or a file has no width: lines are left whole, for grep, cut and diff.
UNBOUNDED = 10_000
_FILL = re.compile(r"[ ]+((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)


def decide_color(choice: str, stream: IO[str]) -> bool:
    """Whether `stream` gets colour: the option, then NO_COLOR and FORCE_COLOR, then what the stream is."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width_of(stream: IO[str]) -> int:
    """COLUMNS where it is set, no limit on a pipe, else what the terminal says."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return int(columns)
    if not stream.isatty():
        return UNBOUNDED
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def make_console(color: str = "auto", stream: IO[str] | None = None) -> Console:
    """A Rich console on `stream` (stdout) that reads no markup and no emoji codes in a person's text."""
    from rich.console import Console

    target = stream or sys.stdout
    colored = decide_color(color, target)
    return Console(
        file=target,
        width=width_of(target),
        force_terminal=colored,
        color_system="auto" if colored else None,
        no_color=not colored,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        force_jupyter=False,  # a page in a notebook is text, not one output a line
    )


def emit(renderables: Iterable[Any], color: str = "auto", stream: IO[str] | None = None) -> None:
    """Print tables of `view.tables`, and whatever Rich shows, without the blanks with which Rich fills every line."""
    target = stream or sys.stdout
    colored = decide_color(color, target)
    console: Console | None = None
    for renderable in renderables:
        if hasattr(renderable, "lines"):
            target.writelines(line + "\n" for line in renderable.lines(colored))
            continue
        console = console or make_console(color, target)
        with console.capture() as captured:
            console.print(renderable)
        target.write(_FILL.sub(r"\1", captured.get()))


def stderr_line(label: str, text: str, sgr: str, color: bool) -> None:
    """A labelled line on stderr, only the label coloured. Control characters are shown, not sent."""
    shown = "".join(c if c >= " " or c == "\t" else f"\\x{ord(c):02x}" for c in text.replace("\n", " "))
    head = f"\x1b[1;{sgr}m{label}\x1b[0m" if color else label
    print(head + shown, file=sys.stderr)  # noqa: T201
