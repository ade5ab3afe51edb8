"""Which command opens a file at a line, for the editors people set in VISUAL and EDITOR."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import PurePath

from studyctl.errors import UsageError

# How each family is told the line; every other editor gets the file alone.
_NAMES = """
plus: vi vim nvim gvim mvim view vis nano pico emacs emacsclient kak joe jmacs micro ne mg jed jove zile mcedit
plus: gedit gnome-text-editor xed pluma geany
colon: subl sublime_text sublime-text hx helix zed zeditor atom lapce
goto: code code-insiders codium vscodium cursor windsurf positron
jetbrains: idea pycharm charm webstorm clion goland rubymine phpstorm rider fleet
"""
FAMILY = {
    name: family for family, _, names in (row.partition(": ") for row in _NAMES.split("\n")) for name in names.split()
}
OPTION = {"mate": "-l", "kate": "-l", "kwrite": "-l", "bbedit": "+", "notepad++": "-n"}


def editor_of(environment: Mapping[str, str]) -> str:
    """The editor that a person chose; UsageError where none is set."""
    for variable in ("VISUAL", "EDITOR"):
        if environment.get(variable, "").strip():
            return environment[variable].strip()
    raise UsageError("no editor is set", "set EDITOR, for example: export EDITOR=nano")


def at_line(editor: str, file: str, line: int, *, windows: bool = False) -> tuple[list[str], bool]:
    """The command that opens `file`, and whether it opens at `line` (an editor unknown here is given no line)."""
    try:
        words = shlex.split(editor, posix=not windows)
    except ValueError as error:
        raise UsageError(f"EDITOR cannot be read: {editor}", "a quote in it is not closed") from error
    name = re.sub(r"\.(exe|cmd|bat)$", "", PurePath(words[0]).name.lower())
    # vim.basic, emacs-29, nvim-qt: the family stands before the first mark.
    family = FAMILY.get(name) or FAMILY.get(re.split(r"[.-]", name)[0])
    if family == "goto":
        return [*words, "--goto", f"{file}:{line}"], True
    if family == "colon":
        return [*words, f"{file}:{line}"], True
    if family == "jetbrains":
        return [*words, "--line", str(line), file], True
    if name in OPTION:
        joined = name in ("bbedit", "notepad++")
        return [*words, *([f"{OPTION[name]}{line}"] if joined else [OPTION[name], str(line)]), file], True
    if family == "plus":
        return [*words, f"+{line}", file], True
    return [*words, file], False
