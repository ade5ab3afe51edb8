"""What every command shares: the options that may stand anywhere, its workspace, and its two streams."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from studyctl.config import Workspace, find_workspace
from studyctl.view.console import decide_color, emit, stderr_line, width_of

if TYPE_CHECKING:
    from rich.console import Console

    from studyctl.core.item_pages import SyncReport
    from studyctl.core.models import Item, Reason
    from studyctl.core.ports import Reader
    from studyctl.view.waiting import Waiting


class Globals(NamedTuple):
    """The options that may stand anywhere on the line."""

    workspace: str | None = None
    quiet: bool = False
    color: str = "auto"


class Session:
    """One command at work: where it is, and how it speaks.

    Data goes to stdout (`out`, `json`); what a person should know besides goes to stderr (`note`, `warn`).
    """

    def __init__(self, options: Globals) -> None:
        self.options = options
        self._workspace: Workspace | None = None
        self._warned: set[str] = set()

    @property
    def workspace(self) -> Workspace:
        """The workspace of this command; WorkspaceError (exit 3) where there is none."""
        if self._workspace is None:
            self._workspace = find_workspace(self.options.workspace)
        return self._workspace

    @property
    def quiet(self) -> bool:
        return self.options.quiet

    @contextmanager
    def reader(self, synced: Callable[[SyncReport], None] = lambda report: None) -> Iterator[Reader]:
        """What the notes say now, for reading; synced first where one changed, which `synced` is told."""
        from studyctl.wiring.syncing import current

        reader = current(self.workspace, note=self.note, warn=self.warn, synced=synced, waiting=self.waiting)
        try:
            yield reader
        finally:
            reader.close()

    def catch_up(self) -> None:
        """Sync where a note changed and write down what runs were lost, for commands that write runs and answers."""
        with self.reader():
            pass
        self.mark_lost()

    def mark_lost(self) -> None:
        """Write down the runs whose process is gone, and say so; for commands that write."""
        from studyctl.wiring.tracking import mark_lost

        for lost in mark_lost(self.workspace):
            if lost.role == "sweep":
                self.warn(f"sweep {lost.short} ({lost.experiment}) was interrupted: its command can go on with it")
            elif lost.role == "run":  # its sweep goes on with a trial
                self.warn(f"run {lost.short} ({lost.experiment}) was lost: its process is gone")

    def waiting(self) -> Waiting:
        """Shows how far a sync is, where it takes a while."""
        from studyctl.view.waiting import Waiting

        return Waiting(quiet=self.quiet, color=self.options.color)

    def reasons(self, reader: Reader, items: Sequence[Item]) -> dict[str, tuple[Reason, ...]]:
        """Why answers of these items are stale; costs nothing where none of them is answered."""
        answered = [item.id for item in items if item.answer is not None]
        if not answered:
            return {}
        from studyctl.wiring.syncing import stale_reasons

        return stale_reasons(reader, self.workspace, answered)

    @property
    def width(self) -> int:
        """How many cells a line on stdout has; without limit where it goes to a file or a pipe."""
        return width_of(sys.stdout)

    def console(self) -> Console:
        """Rich on stdout, for what is shown while it grows; `print` leaves no blanks at the ends of lines."""
        from studyctl.view.console import make_console

        return make_console(self.options.color)

    def print(self, *renderables: Any) -> None:
        """Show tables and pages of the view on stdout."""
        emit(renderables, self.options.color)

    def json(self, value: Any) -> None:
        """Print data for programs: the same bytes on every terminal."""
        from studyctl.view.json import dump

        sys.stdout.write(dump(value))

    def say(self, text: str) -> None:
        """One line that says what was done; not with --quiet."""
        if not self.options.quiet:
            typer.echo(text)

    def note(self, text: str) -> None:
        """One line on stderr that is good to know; not with --quiet."""
        if not self.options.quiet:
            typer.echo(text, err=True)

    def warn(self, text: str) -> None:
        """One line on stderr about something that is wrong and did not stop the command; the same is said once."""
        if text in self._warned:
            return
        self._warned.add(text)
        stderr_line("warning: ", text, "33", decide_color(self.options.color, sys.stderr))


def session(ctx: typer.Context) -> Session:
    """The session of a command's context."""
    options = ctx.find_root().obj
    return Session(options if isinstance(options, Globals) else Globals())


def complain(message: str, hint: str = "", color: str = "auto") -> None:
    """An error on stderr: one line of what went wrong, one of what to do next."""
    sys.stdout.flush()
    colored = decide_color(color, sys.stderr)
    stderr_line("error: ", message, "31", colored)
    if hint:
        stderr_line("  next: ", hint, "36", colored)


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the change as a diff; write nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
