"""What every command gets: the settings, and the program built from them, both on demand."""

import logging
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import click

from mailer import logs
from mailer.config.read import read
from mailer.config.settings import Settings
from mailer.store.version import require_current
from mailer.wiring import Mailer, build

log = logging.getLogger(__name__)


def _config() -> Path:
    """Return what was said by `mailer --config`."""
    return Path(click.get_current_context().find_root().params["config"])


def _debug() -> bool:
    return bool(click.get_current_context().find_root().params["debug"])


@dataclass
class Context:
    """One call of the command line. `mailer` itself knows nothing of this: its help stays quick."""

    config: Path = field(default_factory=_config)
    debug: bool = field(default_factory=_debug)

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises ConfigError with every fault."""
        found = read(self.config, os.environ)
        # A command says itself what it did; its log is for what went wrong.
        logs.set_up("debug" if self.debug else "warning", found.logging.style.value)
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

    @cached_property
    def service(self) -> Mailer:
        """The same for a command that stays: what it does is told in its log, as was configured."""
        mailer, wanted = self.mailer, self.settings.logging
        logs.set_up("debug" if self.debug else wanted.level, wanted.style.value)
        if not mailer.privacy.knows_who_wants_no_mail():
            log.error("secret.lost", extra={"see": "mailer status"})
        return mailer


pass_context = click.make_pass_decorator(Context, ensure=True)
