"""What a feed or newsletter lets in, as options of a command."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, TypeVar

import click

from mailer.feeds.model import Rules

Function = TypeVar("Function", bound=Callable[..., Any])

WORDS = "; again for more, '' for none"
OPTIONS = (
    click.option(
        "--include", metavar="WORD", multiple=True, help=f"Title or summary has it{WORDS}."
    ),
    click.option(
        "--exclude", metavar="WORD", multiple=True, help=f"Neither of them has it{WORDS}."
    ),
    click.option("--topic", "topics", metavar="TOPIC", multiple=True, help=f"Is about it{WORDS}."),
    click.option(
        "--without-topic",
        "without_topics",
        metavar="TOPIC",
        multiple=True,
        help=f"Is not about it{WORDS}.",
    ),
    click.option(
        "--only-language",
        "languages",
        metavar="TAG",
        multiple=True,
        help=f"Is in it, as far as it says{WORDS}.",
    ),
    click.option("--least-words", type=click.IntRange(0), help="Has so many; 0 for any."),
    click.option("--oldest-hours", type=click.IntRange(0), help="Is no older; 0 for any age."),
)


def rule_options(command: Function) -> Function:
    """Give a command an option for each rule."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def changed_rules(rules: Rules, given: Mapping[str, object]) -> Rules:
    """Return the rules with what was given; what was not given stays."""
    changes: dict[str, Any] = {}
    for name in asdict(rules):
        value = given.get(name)
        if isinstance(value, tuple) and value:
            changes[name] = tuple(word for word in value if word)
        elif isinstance(value, int):
            changes[name] = value
    return replace(rules, **changes)


def rules_in_words(rules: Rules) -> str:
    """Return the rules for people; "" when there are none."""
    told = []
    for name, value in asdict(rules).items():
        if value:
            shown = ", ".join(value) if isinstance(value, tuple) else str(value)
            told.append(f"{name.replace('_', ' ')}: {shown}")
    return "; ".join(told)
