"""The tree is loaded a branch at a time."""

import gc
import subprocess
import sys

import click
import pytest

from mailer.cli.main import COMMANDS, mailer
from mailer.cli.tree import LazyGroup


@pytest.fixture
def context() -> click.Context:
    return click.Context(mailer)


def test_the_overview_names_every_command_in_the_order_of_a_working_day(
    context: click.Context,
) -> None:
    text = mailer.get_help(context)

    places = [text.index(f"  {name} ") for name in COMMANDS]
    assert places == sorted(places)
    assert all(what in text for _, what in COMMANDS.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_each_place_holds_the_command_of_its_name(name: str, context: click.Context) -> None:
    command = mailer.get_command(context, name)

    assert command is not None
    assert command.name == name


def test_an_unknown_name_is_none(context: click.Context) -> None:
    assert mailer.get_command(context, "nothing") is None


def test_a_branch_is_imported_when_it_is_asked_for() -> None:
    program = """if True:
        import sys, click
        from mailer.cli.tree import LazyGroup
        group = LazyGroup(places={"loads": ("json", "JSON.")})
        group.list_commands(click.Context(group))
        assert "json" not in sys.modules
    """

    subprocess.run([sys.executable, "-c", program], check=True)


def test_garbage_is_collected_again_after_loading(context: click.Context) -> None:
    group = LazyGroup(places={"loads": ("no_such_module_of_ours", "Nothing.")})

    with pytest.raises(ModuleNotFoundError):
        group.get_command(context, "loads")

    assert gc.isenabled()


def test_a_place_that_holds_no_command_is_our_mistake() -> None:
    group = LazyGroup(places={"loads": ("json", "JSON.")})

    with pytest.raises(AssertionError):
        group.get_command(click.Context(group), "loads")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_overview_cuts_no_sentence_short(name: str, context: click.Context) -> None:
    command = mailer.get_command(context, name)
    assert command is not None

    told = command.get_help(click.Context(command, context, terminal_width=80))

    _, _, listed = told.partition("Commands:")
    assert [line for line in listed.splitlines() if line.endswith("...")] == []
