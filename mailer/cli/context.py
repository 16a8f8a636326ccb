"""What every command gets: where the settings are, and the program built from them on demand."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from mailer import logs
from mailer.config.read import read
from mailer.config.settings import Settings
from mailer.store.migrate import require_current
from mailer.wiring import Mailer, build


@dataclass
class Context:
    """One call of the command line."""

    config: Path

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises ConfigError with every fault."""
        found = read(self.config, os.environ)
        logs.set_up(found.logging.level, found.logging.style.value)
        return found

    @cached_property
    def unchecked(self) -> Mailer:
        """The program, whatever version its database is at."""
        made = build(self.settings)
        click.get_current_context().call_on_close(made.store.close)
        return made

    @cached_property
    def mailer(self) -> Mailer:
        """The program on a database of its own version; raises SchemaError otherwise."""
        require_current(self.unchecked.store)
        return self.unchecked


pass_context = click.make_pass_decorator(Context)
