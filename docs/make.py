"""Makes again what the documentation quotes: `python docs/make.py`, or `--check` to see whether anything differs.

Three things are made from the product itself, so that they cannot rot: `commands.md` from the help of every command,
the tables between `<!-- made: NAME -->` and `<!-- end -->`, and the outputs in blocks of `console`, whose commands
run in a workspace of their own. (The pictures are made by `pictures/make.py`.)

A page that has blocks of `console` says in a comment where they begin: `<!-- session: empty -->` in an empty folder,
`<!-- session: repository -->` in a copy of this repository's workspace. Other comments stand before a block:

    <!-- write: PATH -->                   the next block becomes this file
    <!-- replace: PATH: OLD => NEW -->     an edit that the text asks the reader to make
    <!-- show: N -->                       only the first N lines of the next outputs are quoted
    <!-- unchecked: WHY -->                the next block is not run
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
REPOSITORY = DOCS.parent
PAGES = (REPOSITORY / "README.md", *sorted(DOCS.glob("*.md")))
COLUMNS = 92
# What differs from run to run, and what stands for it in the pages.
TIME, SHOWN_TIME = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b"), "2026-01-31 09:30"
TOOK, SHOWN_TOOK = re.compile(r"\b\d+\.\d+( ?)s\b"), r"0.8\1s"
DIGEST, SHOWN_DIGEST = re.compile(r"\b[0-9a-f]{64}\b"), hashlib.sha256(b"a bundle").hexdigest()
SIZE, SHOWN_SIZE = re.compile(r"\b\d+\.\d kB\b"), "4.0 kB"
MACHINE, SHOWN_MACHINE = re.compile(r"(?<=made on ).+"), "Intel Core i5-1240P"
# Said only where a run takes a while.
WAITING = re.compile(r"^\S+(?: is running|: \d+ trials are running, \d+ at a time)\n", re.MULTILINE)
HOME = "/home/you"
_UNSETTLED = (
    (WAITING, ""),
    (TIME, SHOWN_TIME),
    (TOOK, SHOWN_TOOK),
    (DIGEST, SHOWN_DIGEST),
    (SIZE, SHOWN_SIZE),
    (MACHINE, SHOWN_MACHINE),
)

_COMMENT = re.compile(r"<!-- (session|write|replace|show|unchecked): (.*?) -->")
_MADE = re.compile(r"(<!-- made: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def made(page: Path) -> str:
    """The page as it should be."""
    if page.name == "commands.md":
        return commands_page()
    text = page.read_text("utf-8")
    text = _MADE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)
    return with_outputs(text) if "<!-- session:" in text else text


# Commands ------------------------------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, Any]]:
    """Every command as it is typed, with what Typer knows of it; the program itself first."""
    import typer

    from studyctl.cli.main import COMMANDS, PROGRAM, root

    top = root()
    above = typer.Context(top, info_name=PROGRAM)
    yield PROGRAM, top
    for name in COMMANDS:
        command = top.get_command(above, name)
        if not hasattr(command, "list_commands"):
            yield f"{PROGRAM} {name}", command
            continue
        inner = typer.Context(command, info_name=name, parent=above)
        for word in command.list_commands(inner):
            yield f"{PROGRAM} {name} {word}", command.get_command(inner, word)


def commands_page() -> str:
    """`commands.md`: what `--help` says of every command, to be read and searched in one place."""
    entries = list(commands())
    groups: dict[str, list[str]] = {}
    for name, _ in entries[1:]:
        words = name.split()
        groups.setdefault(words[1], []).append(f"[{words[-1]}](#{name.replace(' ', '-')})")
    single = " · ".join(links[0] for links in groups.values() if len(links) == 1)
    several = [f"- {group}: {' · '.join(links)}" for group, links in groups.items() if len(links) > 1]
    parts = [
        "# Commands",
        "<!-- Made by `python docs/make.py` from the commands themselves: not to be edited by hand. -->",
        "What `--help` says of every command. Ids are typed in either case, several at once, and as ranges: `Q1`,\n"
        "`t3`, `T3-T6`. Of a run's id, as many characters are enough as name one run. What `--json` prints stands in\n"
        "[For scripts](scripts.md), and what the exit codes mean.",
        "\n".join([f"- {single}", *several]),
    ]
    for name, command in entries:
        parts += [f"## {name}", *_described(name, command)]
    return "\n\n".join(parts) + "\n"


def _described(name: str, command: Any) -> Iterator[str]:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    shown = [_argument(one) for one in arguments]
    if shown:
        yield f"`{' '.join([name, *shown])}`"
    for paragraph in (command.help or "").split("\n\n"):
        yield " ".join(paragraph.split())
    rows = [(", ".join(sorted(one.opts, key=len)), one) for one in command.params if one not in arguments]
    cells = [(f"{opts} {one.metavar}" if one.metavar else opts, one.help or "") for opts, one in rows]
    cells = [(opts.replace("|", "\\|"), text) for opts, text in cells] + [
        (_argument(one), one.help) for one in arguments if one.help
    ]
    if cells:
        yield "\n".join(["| | |", "|---|---|", *(f"| `{left}` | {right} |" for left, right in cells)])
    if command.epilog:
        yield f"```sh\n{command.epilog}\n```"


def _argument(param: Any) -> str:
    name = (param.metavar or param.name.upper()).strip("[]").removesuffix("...")
    name += "…" if param.nargs == -1 else ""
    return name if param.required else f"[{name}]"


# Tables --------------------------------------------------------------------------------------------------------------


def rules() -> str:
    """The rules of the detector, as `scan` and `show` name them."""
    from studyctl.core.detector.rules import SENTENCES

    rows = [f"| `{rule}` | {sentence} |" for rule, sentence in SENTENCES.items()]
    return "\n".join(["| rule | the line … |", "|---|---|", *rows]) + "\n"


def exits() -> str:
    """The exit codes, from the family of errors."""
    from studyctl import errors

    meanings = {errors.EXIT_OK: "Fine; an empty list is fine too.", errors.EXIT_BUG: "A bug in studyctl itself."}
    for one in vars(errors).values():
        if isinstance(one, type) and issubclass(one, errors.StudyctlError) and "exit_code" in vars(one):
            meanings.setdefault(one.exit_code, " ".join((one.__doc__ or "").split()))
    meanings[1] = "A check did not hold: `doctor` found something."
    rows = [f"| {code} | {meaning} |" for code, meaning in sorted(meanings.items())]
    return "\n".join(["| code | meaning |", "|---|---|", *rows]) + "\n"


def states() -> str:
    """The states of each kind of item."""
    from studyctl.core.models import LETTERS, STATUSES

    rows = [f"| {kind} | `{LETTERS[kind]}1` | {', '.join(names)} |" for kind, names in STATUSES.items()]
    return "\n".join(["| kind | id | states |", "|---|---|---|", *rows]) + "\n"


TABLES: dict[str, Callable[[], str]] = {"rules": rules, "exits": exits, "states": states}


# Sessions ------------------------------------------------------------------------------------------------------------


@dataclass
class Session:
    """A workspace in a scratch folder, and what its commands print."""

    home: Path
    here: Path
    ids: dict[str, str] = field(default_factory=dict)  # of runs, as they are and as they are shown

    def run(self, line: str) -> list[str]:
        """The lines that a command of a page prints; stdout and stderr as a terminal shows them."""
        for real, shown in self.ids.items():
            line = line.replace(shown[:8], real[:8])
        words = shlex.split(re.sub(r"\s+#.*", "", line))
        if words[0] == "cd":
            self.here = (self.here / words[1]).resolve()
            return []
        if words[0] == "studyctl" and not {"|", ">", "&&"} & set(words):
            text = self._studyctl(words[1:])
        else:
            path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
            done = subprocess.run(
                ["bash", "-c", line],
                cwd=self.here,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                encoding="utf-8",
                check=False,
            )
            text = done.stdout + done.stderr
        return self._settled(text).splitlines()

    def _studyctl(self, words: list[str]) -> str:
        from studyctl.cli.main import run

        printed = io.StringIO()
        with contextlib.chdir(self.here), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            sys.argv, before = ["studyctl", *words], sys.argv  # what a run records as its command
            try:
                run(words)
            finally:
                sys.argv = before
        return printed.getvalue()

    def _settled(self, text: str) -> str:
        """The text without what differs from run to run: ids, times, and where the scratch folder is."""
        for run in sorted(self.home.glob("*/.studyctl/runs/*"), key=_started):
            if run.name not in self.ids:
                self.ids[run.name] = hashlib.sha256(f"run {len(self.ids) + 1}".encode()).hexdigest()[:32]
        for real, shown in self.ids.items():
            text = text.replace(real, shown).replace(real[:8], shown[:8])
        for pattern, stands in _UNSETTLED:
            text = pattern.sub(stands, text)
        return text.replace(str(self.home), HOME)


def _started(folder: Path) -> tuple[int, str]:
    """When it began; trials of a sweep, several of which begin at once, by their numbers after it."""
    record = json.loads((folder / "run.json").read_text("utf-8"))
    return record["provenance"].get("trial", {}).get("number", 0), record["started"]


def with_outputs(text: str) -> str:
    """The page with every block of `console` run anew."""
    lines = text.split("\n")
    written: list[str] = []
    notes: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        session: Session | None = None
        at = 0
        while at < len(lines):
            line = lines[at]
            at += 1
            written.append(line)
            for kind, value in _COMMENT.findall(line):
                if kind == "session":
                    session = stack.enter_context(_session(value))
                elif kind == "replace" and session is not None:
                    _replace(session, value)
                else:
                    notes[kind] = value
            if not line.startswith("```") or line == "```":
                continue
            end = lines.index("```", at)
            block, at = lines[at:end], end + 1
            if session is not None and "write" in notes:
                target = session.here / notes["write"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text("\n".join(block) + "\n", "utf-8")
            elif session is not None and line == "```console" and "unchecked" not in notes:
                block = _rerun(session, block, int(notes.get("show", 10_000)))
            notes.clear()
            written += [*block, "```"]
    return "\n".join(written)


@contextlib.contextmanager
def _session(kind: str) -> Iterator[Session]:
    from studyctl.runner.importing import isolated

    changes = {"COLUMNS": str(COLUMNS), "NO_COLOR": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryDirectory() as scratch, _environment(changes, drop=("STUDYCTL_WORKSPACE",)), isolated():
        home = Path(scratch).resolve()
        here = home / ("studyctl" if kind == "repository" else "study")
        here.mkdir()
        for name in ("notes", "experiments", "studyctl.toml") if kind == "repository" else ():
            _copy(REPOSITORY / name, here / name)
        yield Session(home, here)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_file():
        shutil.copyfile(source, target)
    else:
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copyfile)


def _replace(session: Session, value: str) -> None:
    path, _, change = value.partition(": ")
    old, _, new = change.partition(" => ")
    file = session.here / path
    text = file.read_text("utf-8")
    if text.count(old) != 1:
        raise SystemExit(f"{path}: {old!r} stands there {text.count(old)} times")
    file.write_text(text.replace(old, new), "utf-8")


def _rerun(session: Session, block: list[str], most: int) -> list[str]:
    written: list[str] = []
    for line in block:
        if not line.startswith("$ "):
            continue
        if written:
            written.append("")
        printed = session.run(line[2:])
        written += [line, *(printed if len(printed) <= most else [*printed[:most], "…"])]
    return written


@contextlib.contextmanager
def _environment(changes: dict[str, str], drop: tuple[str, ...] = ()) -> Iterator[None]:
    before = dict(os.environ)
    for name in drop:
        os.environ.pop(name, None)
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main(words: list[str]) -> int:
    """Write the pages that differ, or only name them."""
    check = "--check" in words
    different = 0
    for page in PAGES:
        wanted = made(page)
        if not page.exists() or page.read_text("utf-8") != wanted:
            different += 1
            sys.stdout.write(f"{page.relative_to(REPOSITORY)} {'differs' if check else 'made anew'}\n")
            if not check:
                page.write_text(wanted, "utf-8")
    return 1 if check and different else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
