"""How editors are told the line."""

from __future__ import annotations

import pytest

from studyctl.app.editor import at_line, editor_of
from studyctl.errors import UsageError


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("vim", ["vim", "+7", "a b.md"]),
        ("/usr/bin/nvim -R", ["/usr/bin/nvim", "-R", "+7", "a b.md"]),
        ("vim.basic", ["vim.basic", "+7", "a b.md"]),
        ("emacs-29", ["emacs-29", "+7", "a b.md"]),
        ("emacsclient -t", ["emacsclient", "-t", "+7", "a b.md"]),
        ("nano", ["nano", "+7", "a b.md"]),
        ("code --wait", ["code", "--wait", "--goto", "a b.md:7"]),
        ("cursor", ["cursor", "--goto", "a b.md:7"]),
        ("subl -w", ["subl", "-w", "a b.md:7"]),
        ("hx", ["hx", "a b.md:7"]),
        ("pycharm", ["pycharm", "--line", "7", "a b.md"]),
        ("mate -w", ["mate", "-w", "-l", "7", "a b.md"]),
        ("notepad++.exe", ["notepad++.exe", "-n7", "a b.md"]),
        ("'/my tools/vim'", ["/my tools/vim", "+7", "a b.md"]),
    ],
)
def test_the_line_is_given_in_the_editors_own_way(editor: str, command: list[str]) -> None:
    assert at_line(editor, "a b.md", 7) == (command, True)


def test_an_unknown_editor_gets_the_file_alone() -> None:
    assert at_line("ed -p '>'", "a.md", 7) == (["ed", "-p", ">", "a.md"], False)


def test_visual_goes_before_editor() -> None:
    assert editor_of({"VISUAL": "vim", "EDITOR": "ed"}) == "vim"
    assert editor_of({"VISUAL": " ", "EDITOR": "ed"}) == "ed"
    with pytest.raises(UsageError, match="no editor is set"):
        editor_of({})


def test_a_quote_that_is_not_closed_is_said() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        at_line("'vim", "a.md", 1)
