"""Makes the pictures of the README from a real run: `python docs/pictures/make.py` (a minute).

The commands run in a copy of this repository's workspace, in a pseudo terminal, and what they print is drawn by Rich.
Long outputs are cut, and each cut is marked. The figure is one that the same run wrote.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from rich.text import Text

PICTURES = Path(__file__).resolve().parent
REPOSITORY = PICTURES.parents[1]
WORKSPACE = ("notes", "experiments", "studyctl.toml")
EXPERIMENT = "box-decoding"
FIGURE = "training.png"
COLUMNS, ROWS = 96, 60
CUT = "⋮"


@dataclass(frozen=True)
class Step:
    """A command, and which stretches of its output are shown: (the line that begins one, the first line after it).

    Without stretches all of it is shown.
    """

    command: str
    shown: tuple[tuple[str, str], ...] = ()


STEPS = (
    Step("studyctl question list --topic decoding"),
    Step("studyctl run box-decoding", ((r"^✓ box-decoding finished", "^$"), (r"^Next", "runs show"))),
    Step(
        "studyctl answer Q1",
        (
            (r"^Q1 ", r"^$"),
            (r"^Answer", r"^$"),
            (r"^Evidence", r"^  \S"),
            (r"^  ✓ supported ", r"^  \S"),
            (r"^Reproduce", r"^$"),
        ),
    ),
)

THEME = TerminalTheme(
    (24, 26, 31),
    (214, 217, 224),
    [
        *((60, 64, 72), (224, 108, 117), (137, 190, 110), (222, 184, 110)),
        *((97, 160, 235), (190, 126, 218), (86, 178, 190), (190, 194, 202)),
    ],
    [
        *((120, 126, 138), (236, 120, 130), (150, 205, 122), (236, 200, 126)),
        *((116, 176, 250), (206, 142, 232), (102, 196, 208), (236, 238, 242)),
    ],
)
# Rich's own format loads a font from elsewhere; a reader's own fonts do, and no picture calls home.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "Cascadia Mono", Menlo, "DejaVu Sans Mono", "Noto Sans Mono CJK KR", "D2Coding", monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 16px; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    """Run the commands, then write both pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch) / "study"
        for name in WORKSPACE:
            copy(REPOSITORY / name, workspace / name)
        screen = Text()
        for step in STEPS:
            screen.append_text(Text.assemble(("$ ", "bold green"), (step.command, "bold"), "\n"))
            screen.append_text(cut(step, Text.from_ansi(in_terminal(step.command, workspace))))
            screen.append("\n")
        figure = next(workspace.glob(f".studyctl/runs/*/artifacts/figures/{FIGURE}"))
        shutil.copyfile(figure, PICTURES / f"{EXPERIMENT}.png")
    screen.rstrip()
    (PICTURES / "session.svg").write_text(draw(screen), "utf-8")


def copy(source: Path, target: Path) -> None:
    """A part of the workspace, writable, without what Python left in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copyfile(source, target)
        return
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copyfile)


def in_terminal(command: str, folder: Path) -> str:
    """What a command leaves on a terminal, with its colours. Its progress bars are on stderr, and gone at the end."""
    drop = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "STUDYCTL_WORKSPACE")
    environment = {name: value for name, value in os.environ.items() if name not in drop}
    environment |= {"TERM": "xterm-256color", "TZ": "UTC"}
    screen, errors = Terminal(), Terminal()
    process = subprocess.Popen(
        [sys.executable, "-m", *command.split()],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=screen.inner,
        stderr=errors.inner,
    )
    code = process.wait()
    printed, complaint = screen.close(), errors.close()
    if code:
        raise SystemExit(f"{command} ended with {code}:\n{complaint}")
    return printed.replace("\r\n", "\n")


class Terminal:
    """A pseudo terminal of a fixed size that is read until its program is done."""

    def __init__(self) -> None:
        self._outer, self.inner = pty.openpty()
        fcntl.ioctl(self.inner, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._read = bytearray()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        try:
            while piece := os.read(self._outer, 65536):
                self._read += piece
        except OSError:
            return  # Linux says so when the last program has closed its side

    def close(self) -> str:
        os.close(self.inner)
        self._thread.join(timeout=10)
        os.close(self._outer)
        return self._read.decode("utf-8", "replace")


def cut(step: Step, output: Text) -> Text:
    """The stretches of an output that the step shows, with a mark where lines were left out."""
    lines = list(output.split("\n", allow_blank=True))
    while lines and not lines[-1].plain.strip():
        lines.pop()
    kept: set[int] = set()
    for first, after in step.shown or ((r"", r"(?!)"),):
        start = next((k for k, line in enumerate(lines) if re.search(first, line.plain)), None)
        if start is None:
            raise SystemExit(f"{step.command}: no line of its output matches {first!r}; mend STEPS")
        end = next((k for k in range(start + 1, len(lines)) if re.search(after, lines[k].plain)), len(lines))
        kept.update(range(start, end))
    shown = Text()
    for k, line in enumerate(lines):
        if k in kept:
            shown.append_text(line)
            shown.append("\n")
        elif k - 1 in kept and any(other > k for other in kept):
            # A single empty line between two stretches is no cut.
            following = min(other for other in kept if other > k)
            gap = [one.plain.strip() for one in lines[k:following]]
            shown.append("\n" if gap == [""] else f"  {CUT}\n", "" if gap == [""] else "dim")
    return shown


def draw(screen: Text) -> str:
    """The screen as an SVG that looks the same with any font of fixed width."""
    for start, end in wide_stretches(screen.plain):
        # A stretch of its own is fitted to its cells by itself, whatever font has the script.
        screen.stylize(Style(meta={"wide": True}), start, end)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(screen, soft_wrap=True)
        svg = console.export_svg(title="studyctl", theme=THEME, code_format=FORMAT, font_aspect_ratio=0.6)
    # Rich names its classes after a checksum of what it drew; a fixed name keeps the next version's diff small.
    svg = re.sub(r"terminal-\d+", "t", svg)
    svg = re.sub(r'textLength="([\d.]+)"([^>]*)>([^<]*)<', _fitted, svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def _fitted(match: re.Match[str]) -> str:
    """Rich reserves a cell for each character, also for those that take two."""
    length, rest, text = match.groups()
    if not all(_is_wide(character) for character in text):
        return match.group()
    return f'textLength="{2 * float(length):g}" lengthAdjust="spacingAndGlyphs"{rest}>{text}<'


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def wide_stretches(text: str) -> Iterator[tuple[int, int]]:
    """Where characters of two cells stand together."""
    start = None
    for k, character in enumerate(text + " "):
        wide = _is_wide(character)
        if wide and start is None:
            start = k
        elif not wide and start is not None:
            yield start, k
            start = None


if __name__ == "__main__":
    main()
