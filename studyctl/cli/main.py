"""The command line's root: the table of commands, the options of every command, how errors look."""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, NamedTuple

import typer
from typer.main import get_command as build

from studyctl.cli.commands import Deferred, Group, lighten
from studyctl.cli.common import Globals
from studyctl.cli.common import complain as _complain
from studyctl.errors import EXIT_BUG, EXIT_OK, StudyctlError, UsageError, WorkspaceError

PROGRAM = "studyctl"
COLORS = ("auto", "always", "never")
# A full disk or a missing permission is no bug of ours.
FULL_OR_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
# Click's base of all that can be typed wrongly. Typer has its own copy of Click since 0.26, so it is taken
# from Typer's public error rather than imported by name.
CLICK_ERROR: type[Exception] = typer.BadParameter.__mro__[2]
# The options that may stand anywhere on the line, with the number of values each takes.
ANYWHERE = {"-w": 1, "--workspace": 1, "--color": 1, "-q": 0, "--quiet": 0, "--version": 0}


class Entry(NamedTuple):
    """A command as `studyctl --help` shows it, known without importing its module."""

    name: str
    module: str
    help: str


LOOK, NOTES, EXPERIMENTS, WORKSPACE = (
    "Look",
    "Items in your notes",
    "Experiments and answers",
    "The workspace",
)
PANELS: dict[str, tuple[Entry, ...]] = {
    LOOK: (
        Entry("status", "status", "Show where things stand"),
        Entry("show", "show", "Show items in full"),
        Entry("search", "search", "Search items, sources, findings and answers"),
        Entry("open", "open", "Open an item's note in your editor, at its line"),
        Entry("scan", "scan", "Show what would be found in a note, and why"),
    ),
    NOTES: (
        Entry("item", "item", "List, show and correct items of every kind"),
        Entry("question", "question", "List, show, add and drop questions"),
        Entry("todo", "todo", "List, show, add, finish and drop todos"),
        Entry("reading", "reading", "List, show, add, finish and drop papers to read"),
        Entry("claim", "claim", "List, show, add and drop observations to check"),
        Entry("label", "label", "Name what you write above your lists and on your lines, so that it is found"),
        Entry("link", "link", "Tie an item to an experiment, by a link in the note"),
        Entry("unlink", "unlink", "Remove the link that ties an item to an experiment"),
        Entry("relink", "relink", "Give a text that changed beyond recognition its old number back"),
        Entry("pin", "pin", "Write an anchor, so that an item keeps its number whatever you write"),
        Entry("undo", "undo", "Take back what the last command wrote"),
    ),
    EXPERIMENTS: (
        Entry("experiment", "experiment", "List, show and start experiments"),
        Entry("run", "run", "Run an experiment, record it, and answer the questions that are tied to it"),
        Entry("runs", "runs", "List, show, compare and carry recorded runs"),
        Entry("answer", "answer", "Show the answer to a question or a claim"),
        Entry("accept", "accept", "Keep a stale answer, for a reason that is recorded with it"),
        Entry("verify", "verify", "Decide every recorded answer again from the recorded figures"),
        Entry("report", "report", "Write a report"),
        Entry("ui", "ui", "Start the MLflow UI on this workspace's runs, and print its address"),
    ),
    WORKSPACE: (
        Entry("init", "init", "Make a workspace"),
        Entry("sync", "sync", "Read the notes that changed"),
        Entry("export", "export", "Write the record"),
        Entry("import", "import_", "Merge a record"),
        Entry("doctor", "doctor", "Check the workspace"),
    ),
}
COMMANDS = {entry.name: entry for panel in PANELS.values() for entry in panel}


class Root(Group):
    """The root group: its commands are modules, imported when they are used."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        app = importlib.import_module(f"studyctl.cli.{entry.module}").app
        return app.build() if isinstance(app, Deferred) else app

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for title, entries in PANELS.items():
            with formatter.section(title):
                formatter.write_dl([(entry.name, entry.help) for entry in entries])


def _version(value: bool) -> None:
    if value:
        from studyctl import __version__

        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit(0)


def _root(
    ctx: typer.Context,
    workspace: Annotated[
        str | None,
        typer.Option("--workspace", "-w", metavar="DIR", help="The workspace; else the one around this folder."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what was asked for.")] = False,
    color: Annotated[
        str, typer.Option("--color", metavar="WHEN", help="auto, always or never.", show_default=True)
    ] = "auto",
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Turn the questions in your study notes into tracked items, and answer them from recorded experiments.

    Without a command: where things stand and what to do next.
    """
    if color not in COLORS:
        raise UsageError(f"--color {color}: no such choice", "auto, always or never")
    ctx.obj = Globals(workspace=workspace, quiet=quiet, color=color)
    if ctx.invoked_subcommand is None:
        command = ctx.command.get_command(ctx, "status")  # type: ignore[attr-defined]
        with command.make_context("status", [], parent=ctx) as inner:
            command.invoke(inner)


def root() -> Any:
    """The click command of the whole program."""
    app = typer.Typer(
        cls=Root,
        invoke_without_command=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        options_metavar="[OPTIONS]",
    )
    app.callback()(_root)
    command = build(app)
    lighten(command.params)  # those of completion are added last
    return command


def hoist(argv: Sequence[str]) -> list[str]:
    """Move the options that may stand anywhere to the front, where the root reads them; stop at `--`."""
    front: list[str] = []
    rest: list[str] = []
    index = 0
    while index < len(argv):
        word = argv[index]
        index += 1
        if word == "--":
            return [*front, *rest, *argv[index - 1 :]]
        values = ANYWHERE.get(word)
        if values is None:
            inline = word.startswith("--") and word.partition("=")[0] in ANYWHERE and "=" in word
            (front if inline else rest).append(word)
        elif values > len(argv) - index:
            raise UsageError(f"{word} needs a value", f"`{PROGRAM} --help` shows what it takes")
        else:
            front += [word, *argv[index : index + values]]
            index += values
    return [*front, *rest]


def run(argv: Sequence[str]) -> int:
    """Run one command; the value is the exit code, and an error is two lines for the person."""
    complain = partial(_complain, color=_color(argv))
    try:
        code = root().main(hoist(argv), prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else EXIT_OK
    except StudyctlError as error:
        complain(error.message, error.hint)
        return error.exit_code
    except CLICK_ERROR as error:
        complain(*_misused(error))
        return UsageError.exit_code
    except typer.Abort:
        complain("stopped", "nothing was changed")
        return 130
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _reader_left()
    except OSError as error:
        if error.errno not in FULL_OR_FORBIDDEN:
            return _our_bug(complain)
        complain(f"{error.filename or 'the workspace'}: {error.strerror}", "check its permissions and the free space")
        return WorkspaceError.exit_code
    except SystemExit as error:  # typer's own: completion, and a pipe whose reader left
        return error.code if isinstance(error.code, int) else EXIT_OK
    except Exception:
        if damage := _damage(argv):
            complain(damage.message, damage.hint)
            return damage.exit_code
        return _our_bug(complain)


def _color(argv: Sequence[str]) -> str:
    """What --color says, for errors that come before the options are read."""
    said = _said(argv, "--color")
    return said if said in COLORS else "auto"


def _said(argv: Sequence[str], *names: str) -> str | None:
    """The value of an option that may stand anywhere, straight from the words."""
    said = None
    for word, following in zip(argv, [*argv[1:], ""], strict=False):
        if word == "--":
            break
        name, inline, value = word.partition("=")
        if name in names:
            said = value if inline else following
    return said


def _damage(argv: Sequence[str]) -> StudyctlError | None:
    """A damaged study.db, which can make anything fail anywhere; None where it is sound, or where there is none."""
    from studyctl.config import find_workspace

    try:
        from studyctl.wiring.doctor import damage

        return damage(find_workspace(_said(argv, "--workspace", "-w")))
    except Exception:
        return None


def _misused(error: Any) -> tuple[str, str]:
    """A usage error of click's, in our two lines."""
    message = error.format_message().rstrip(".")
    ctx = getattr(error, "ctx", None)
    path = ctx.command_path if ctx is not None else PROGRAM
    hint = f"`{path} --help` shows what it takes"
    option = getattr(error, "option_name", None)
    if ctx is not None and option and not any(option in param.opts for param in ctx.command.get_params(ctx)):
        message = f"no such option: {option}"
        known = [one for param in ctx.command.get_params(ctx) for one in param.opts] + list(ANYWHERE)
        from difflib import get_close_matches

        near = get_close_matches(option, known, n=2, cutoff=0.7)
        hint = f"did you mean {' or '.join(near)}?" if near else hint
    return message[:1].lower() + message[1:], hint


def _reader_left() -> int:
    """The program that read our output is gone (`| head`): end quietly, also when Python flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_OK


def _our_bug(complain: Callable[[str, str], None]) -> int:
    import traceback

    traceback.print_exc()
    complain("this is a bug in studyctl, not a mistake of yours", "please report it with the lines above")
    return EXIT_BUG
