"""The root: options anywhere, errors in two lines, exit codes, help, and what is imported when."""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from studyctl.cli import main
from studyctl.cli.commands import Command, Deferred, Group, single
from studyctl.errors import NoteError

PYTHON = [sys.executable, "-X", "importtime"]


def loaded(folder: Path, *argv: str) -> set[str]:
    """The modules that a fresh process imports for a command that succeeds."""
    done = subprocess.run([*PYTHON, "-m", "studyctl", *argv], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


HEAVY = (
    *("pydantic", "sqlmodel", "sqlalchemy", "mlflow", "numpy", "matplotlib", "rapidfuzz"),
    *("pyromark", "pathspec", "filelock", "psutil", "tomllib", "asyncio"),
)
# What a list of items needs nothing of, and what would cost it a tenth of its time.
BEYOND_LISTS = ("studyctl.core.records", "studyctl.core.detected", "studyctl.core.ports", "rich.console", "hashlib")


def settle(root: Path) -> None:
    """Make the workspace's files old, so that nothing is read again because it was written this very second."""
    for path in root.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


@pytest.mark.parametrize(
    "argv",
    [
        ("todo", "list"),
        ("question", "list", "--status", "all", "--topic", "yolo", "--match", "box", "--json"),
        ("item", "list"),
        ("show", "Q1", "T3-T5"),
        ("show", "Q1", "--json"),
        ("undo", "--list"),
        ("status",),
        ("runs", "list"),
        ("runs", "list", "--where", "metric.loss < 0.5 and started > '2026-01-01'", "--json"),
        (),
    ],
)
def test_reading_commands_import_nothing_heavy(real: Path, studyctl: Any, argv: tuple[str, ...]) -> None:
    settle(real)
    assert studyctl("sync").code == 0
    imported = loaded(real, *argv)
    assert not [name for name in imported if name.partition(".")[0] in HEAVY]
    if argv[1:2] == ("list",) and argv[0] in ("todo", "item") and "--json" not in argv:
        assert not imported.intersection(BEYOND_LISTS)


@pytest.mark.parametrize(
    "argv",
    [
        ("runs", "compare", "5555", "--metric", "r*", "--by", "bias"),
        ("runs", "compare", "77777770", "77777773", "--json"),
        ("runs", "diff", "77777770", "77777773"),
    ],
)
def test_comparing_imports_nothing_heavy(coin_swept: Path, argv: tuple[str, ...]) -> None:
    settle(coin_swept)
    assert loaded(coin_swept, "sync")
    imported = loaded(coin_swept, *argv)
    assert not [name for name in imported if name.partition(".")[0] in HEAVY]


@pytest.mark.parametrize("argv", [("--version",), ("--help",), ("todo", "--help"), ("todo", "list", "--help")])
def test_help_and_version_import_nothing_heavy(tmp_path: Path, argv: tuple[str, ...]) -> None:
    imported = loaded(tmp_path, *argv)
    assert not [name for name in imported if name.partition(".")[0] in (*HEAVY, "sqlite3", "rich")]


def commands() -> list[tuple[str, Any]]:
    """Every command with its path, groups included."""
    root = main.root()
    found: list[tuple[str, Any]] = []
    for name in root.list_commands(None):
        command = root.get_command(None, name)
        found.append((name, command))
        if isinstance(command, Group):
            found += [(f"{name} {inner}", command.get_command(None, inner)) for inner in command.list_commands(None)]
    return found


@pytest.mark.parametrize("entry", main.COMMANDS.values(), ids=lambda entry: entry.name)
def test_the_table_of_commands_says_what_the_commands_say(entry: main.Entry) -> None:
    command = main.root().get_command(None, entry.name)
    assert command.name == entry.name
    # Its first clause: what follows a colon or semicolon is for those who ask for its help.
    assert re.split("[:;]", command.get_short_help_str(200).rstrip("."))[0] == entry.help


def test_every_command_has_help_and_examples_that_name_it() -> None:
    for path, command in commands():
        assert command.help, path
        if isinstance(command, Command):
            examples = (command.epilog or "").splitlines()
            assert examples, path
            assert all(f"studyctl {path}" in line for line in examples if line != "studyctl"), (path, examples)


def test_every_module_of_a_command_says_what_it_is_for() -> None:
    for entry in main.COMMANDS.values():
        assert importlib.import_module(f"studyctl.cli.{entry.module}").__doc__


def test_a_verb_in_a_module_of_its_own_is_imported_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "studyctl.cli.scan", raising=False)
    group = Group("some", verbs={"look": "scan"})
    assert group.list_commands(None) == ["look"]
    assert group.get_command(None, "scan") is None
    assert "studyctl.cli.scan" not in sys.modules
    assert group.get_command(None, "look").name == "scan"
    assert "studyctl.cli.scan" in sys.modules


@pytest.mark.parametrize(
    ("argv", "hoisted"),
    [
        (["todo", "list", "-w", "x", "-q"], ["-w", "x", "-q", "todo", "list"]),
        (["todo", "list", "--color=never"], ["--color=never", "todo", "list"]),
        (["show", "--workspace=a b", "Q1"], ["--workspace=a b", "show", "Q1"]),
        (["run", "x", "--", "-q"], ["run", "x", "--", "-q"]),
        (["--version", "todo"], ["--version", "todo"]),
        (["--quietly"], ["--quietly"]),
        ([], []),
    ],
)
def test_options_may_stand_anywhere(argv: list[str], hoisted: list[str]) -> None:
    assert main.hoist(argv) == hoisted


def test_the_workspace_can_be_named_at_the_end_or_by_the_environment(
    vault: Path, tmp_path: Path, studyctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert studyctl("todo", "list", "-w", str(vault)).out.endswith("3 todos: 3 open; 1 done not shown (--status all)\n")
    monkeypatch.setenv("STUDYCTL_WORKSPACE", str(vault))
    assert studyctl("todo", "list").code == 0
    assert studyctl("todo", "list", "-w", str(tmp_path)).code == 3


def test_colour_is_for_terminals_or_asked_for(vault: Path, studyctl: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in studyctl("todo", "list").out
    assert "\x1b[" in studyctl("todo", "list", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in studyctl("show", "T1").out
    assert "\x1b" not in studyctl("show", "T1", "--color", "never").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in studyctl("todo", "list").out
    assert "\x1b[1;31m" in studyctl("show", "T99", "--color", "always").err


@pytest.mark.parametrize(
    ("argv", "said", "code"),
    [
        (["tood"], "error: no such command: studyctl tood\n  next: did you mean `studyctl todo`?\n", 2),
        (["todo", "lst"], "error: no such command: studyctl todo lst\n  next: did you mean `studyctl todo list`?\n", 2),
        (["xyzzy"], "error: no such command: studyctl xyzzy\n  next: `studyctl --help` lists them\n", 2),
        (["show"], "error: missing argument 'ID...'\n  next: `studyctl show --help` shows what it takes\n", 2),
        (["todo", "list", "-w"], "error: -w needs a value\n  next: `studyctl --help` shows what it takes\n", 2),
        (["todo", "--color", "red"], "error: --color red: no such choice\n  next: auto, always or never\n", 2),
    ],
)
def test_what_is_typed_wrongly_gets_two_lines(studyctl: Any, argv: list[str], said: str, code: int) -> None:
    ran = studyctl(*argv)
    assert (ran.code, ran.out, ran.err) == (code, "", said)


def test_an_unknown_option_names_near_ones(studyctl: Any) -> None:
    ran = studyctl("todo", "list", "--statsu", "open")
    assert ran.code == 2
    assert ran.err == "error: no such option: --statsu\n  next: did you mean --status?\n"
    ran = studyctl("todo", "list", "--xyzzy")
    assert ran.err == "error: no such option: --xyzzy\n  next: `studyctl todo list --help` shows what it takes\n"


def test_without_a_workspace_commands_say_so(tmp_path: Path, studyctl: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for argv in (("todo", "list"), ("sync",), ("show", "Q1"), ("todo", "done", "T1"), ()):
        ran = studyctl(*argv)
        assert ran.code == 3
        assert ran.err.startswith("error: no workspace here") and "studyctl init" in ran.err


def failing(error: BaseException) -> Deferred:
    @single("status", "studyctl status")
    def app(ctx: typer.Context) -> None:
        """Fail."""
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (NoteError("it broke", "mend it"), 5, "error: it broke\n  next: mend it\n"),
        (NoteError("no hint"), 5, "error: no hint\n"),
        (PermissionError(13, "Permission denied", "x.db"), 3, "error: x.db: Permission denied"),
        (KeyboardInterrupt(), 130, ""),
        (ZeroDivisionError("oops"), 70, "Traceback"),
        (OSError(5, "Input/output error"), 70, "Traceback"),
    ],
)
def test_how_a_command_may_end(
    studyctl: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    monkeypatch.setattr("studyctl.cli.status.app", failing(error))
    ran = studyctl("status")
    assert ran.code == code
    assert ran.err.startswith(said)
    assert ("a bug in studyctl" in ran.err) == (code == 70)


def test_a_terminal_is_not_sent_control_characters(studyctl: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studyctl.cli.status.app", failing(NoteError("a\x1b[31mb\nc")))
    assert studyctl("status").err == "error: a\\x1b[31mb c\n"


def test_a_reader_that_leaves_is_no_error(real: Path) -> None:
    command = f"{sys.executable} -m studyctl item list --json | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=real, capture_output=True, check=False)
    assert done.stdout == b"[\n"
    assert done.stderr == b""


def test_python_m_and_the_function_give_the_exit_code(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "studyctl", "show", "Q1"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 3
    assert b"error: no workspace here" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_interrupt_ends_quietly(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from studyctl.cli import main\n"
        "main.root = lambda: type('R', (), {'main': lambda *a, **k: os.kill(os.getpid(), signal.SIGINT)})()\n"
        "sys.exit(main.run(['status']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) in [(130, b""), (-signal.SIGINT, b"")]


def test_a_group_alone_shows_what_it_holds(studyctl: Any) -> None:
    ran = studyctl("todo")
    assert ran.code == 0
    assert "undone" in ran.out and ran.err == ""


def test_plain_parameters_are_checked_as_typer_checks_them(studyctl: Any, vault: Path) -> None:
    assert studyctl("question", "add").code == 2
    assert studyctl("todo", "list", "--json=x").code == 2
    ran = studyctl("todo", "list", "--match", "milk", "--match", "buy", "--json")
    assert ran.code == 0 and ran.out.count('"id"') == 1
