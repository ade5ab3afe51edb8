"""Commands that cost nothing until they are used: groups whose members are built one at a time.

Typer works out every option of every command when a program starts. Here a group knows its commands by name
and builds the one that was asked for, so that `studyctl todo list` pays for `todo list` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command as build

from studyctl.cli import helping

Function = Callable[..., Any]
# Shown at the foot of every command's help; the options themselves are declared once, on the root.
EVERYWHERE = "-w/--workspace, -q/--quiet and --color work with every command: studyctl --help"


def lighten(params: Sequence[Any]) -> None:
    """Let plain parameters pass as they are: Typer 0.29 hands every value to Pydantic, which takes 80 ms to load.

    What Pydantic would refuse or convert still goes to it, and older versions are left alone.
    """
    for param in params:
        descriptor = getattr(param, "type_descriptor", None)
        plain = descriptor is not None and descriptor.annotation in (str, bool, int, list[str])
        if plain and "process_value" not in vars(param):
            param.process_value = _plain(param, param.process_value)


def _plain(param: Any, convert: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    several = getattr(param, "multiple", False) or param.nargs == -1
    annotation = param.type_descriptor.annotation
    kind = annotation if annotation in (bool, int) else str

    def process_value(ctx: Any, value: Any) -> Any:
        given = tuple(value or ()) if several else value
        parts = given if several else (() if given is None else (given,))
        missing = param.required and not parts
        # A number that was typed is text, and may have bounds: only its default passes.
        if missing or not all(isinstance(part, kind) for part in parts):
            return convert(ctx, value)
        return given if param.callback is None else param.callback(ctx, param, given)

    return process_value


# Options that may stand alone, and what they then say.
ALONE = {"--due": "any"}


def spelled_out(args: Sequence[str]) -> list[str]:
    """The arguments with every option that stands alone given its value: click would take the next one, or refuse."""
    found: list[str] = []
    for index, word in enumerate(args):
        if word == "--":
            return [*found, *args[index:]]
        following = args[index + 1 : index + 2]
        alone = word in ALONE and (not following or following[0].startswith("-"))
        found.append(f"{word}={ALONE[word]}" if alone else word)
    return found


class Command(TyperCommand):
    """A command whose help ends with examples, as they are typed."""

    def __init__(self, *args: Any, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        lighten(self.params)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not ALONE.keys().isdisjoint(args) and any(not ALONE.keys().isdisjoint(param.opts) for param in self.params):
            args = spelled_out(args)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        lighten([option])
        return option

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return helping.usage(self.get_params(ctx))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        helping.write(self.get_params(ctx), formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        if self.epilog:
            with formatter.section("Examples"):
                for line in self.epilog.splitlines():
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")
        formatter.write_paragraph()
        formatter.write(EVERYWHERE + "\n")


class Deferred:
    """A function that becomes a command when it is used."""

    def __init__(self, name: str, function: Function, examples: Sequence[str] = (), *, hidden: bool = False) -> None:
        self.name = name
        self.function = function
        self.examples = tuple(examples)
        self.hidden = hidden

    def build(self) -> Any:
        """The click command, with its options worked out from the function's signature."""
        app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        app.command(self.name, cls=Command, epilog="\n".join(self.examples), hidden=self.hidden)(self.function)
        return build(app)


def single(name: str, *examples: str) -> Callable[[Function], Deferred]:
    """Make a function the command of its module: `@single("scan", "studyctl scan notes")`."""
    return lambda function: Deferred(name, function, examples)


class Group(TyperGroup):
    """A group of commands, built on demand.

    A verb is a function of the group's own module (`command`), or stands in a module of its own, whose `app` is made
    by `single`: `verbs` names it with its module in this package, which is imported when the verb is used.
    """

    def __init__(
        self,
        name: str | None = None,
        help: str | None = None,
        verbs: Mapping[str, str] | None = None,
        **attrs: Any,
    ) -> None:
        attrs.setdefault("rich_markup_mode", None)
        super().__init__(name=name, help=help, **attrs)
        self.deferred: dict[str, Deferred] = {}
        self.verbs = dict(verbs or {})
        lighten(self.params)

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        lighten([option])
        return option

    def command(self, name: str, *examples: str, hidden: bool = False) -> Callable[[Function], Function]:
        """Register a function under `name`; its docstring is its help."""

        def register(function: Function) -> Function:
            self.deferred[name] = Deferred(name, function, examples, hidden=hidden)
            return function

        return register

    def list_commands(self, ctx: Any) -> list[str]:
        return [*(name for name, deferred in self.deferred.items() if not deferred.hidden), *self.verbs]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = self.commands.get(cmd_name)
        if found is None and (deferred := self._deferred(cmd_name)) is not None:
            found = self.commands[cmd_name] = deferred.build()
        return found

    def _deferred(self, name: str) -> Deferred | None:
        if name in self.verbs:
            app: Deferred = import_module(f"studyctl.cli.{self.verbs[name]}").app
            return app
        return self.deferred.get(name)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        # A group named alone shows what it holds.
        if not args and not self.invoke_without_command and not ctx.resilient_parsing:
            typer.echo(ctx.get_help())
            raise typer.Exit(0)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if ctx.resilient_parsing or name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = get_close_matches(name, self.list_commands(ctx), n=3, cutoff=0.5)
        path = ctx.command_path
        raise _unknown(
            f"no such command: {path} {name}",
            "did you mean " + " or ".join(f"`{path} {n}`" for n in near) + "?"
            if near
            else f"`{path} --help` lists them",
        )

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return ["[OPTIONS]", "[COMMAND] ..." if self.invoke_without_command else "COMMAND ..."]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        helping.write(self.get_params(ctx), formatter)
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        if ctx.parent is not None:
            formatter.write_paragraph()
            formatter.write(EVERYWHERE + "\n")


def _unknown(message: str, hint: str) -> Exception:
    from studyctl.errors import UsageError

    return UsageError(message, hint)
