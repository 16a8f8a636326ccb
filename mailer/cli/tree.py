"""The command tree, loaded a branch at a time; each branch says of its commands what they do."""

import gc
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType

import click

WHOLE_SENTENCE = 1_000  # characters: longer than any; click would cut it at the end of its line


class _Group(click.Group):
    """A group that takes a command which it has not for one that was mistyped."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        near = get_close_matches(args[0], self.list_commands(ctx), 1)
        if near and near[0] != args[0] and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"No such command {args[0]!r}. Did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)


class Branch(_Group):
    """A group whose overview says each command's sentence to the end, on more lines if need be."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        names = self.list_commands(ctx)
        commands = [(name, command) for name in names if (command := self.get_command(ctx, name))]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, command.get_short_help_str(WHOLE_SENTENCE)) for name, command in commands]
            )


class LazyGroup(_Group):
    """A group whose commands live in modules that are imported when they are asked for."""

    def __init__(self, *, places: Mapping[str, tuple[str, str]], **rest: object) -> None:
        """`places` gives each command's module and, for the overview, what it does."""
        super().__init__(**rest)  # type: ignore[arg-type]  # click's own parameters, passed through
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self._places:
            return None
        found = getattr(_loaded(self._places[cmd_name][0]), cmd_name)
        assert isinstance(found, click.Command)  # noqa: S101 - a module of ours
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in self._places.items()])


def _loaded(module: str) -> ModuleType:
    """Import a module and all it needs. None of that is garbage: looking for some takes long."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return import_module(module)
    finally:
        if collects:
            gc.enable()
