"""`mailer`: the command tree's trunk, and errors turned into one line and an exit code.

0 done; 1 the answer is no; 2 wrong usage or settings; 3 a temporary trouble, worth trying again.
"""

import errno
import sys
import traceback
from importlib.metadata import version
from pathlib import Path

import click

from mailer.cli.harmless import harmless
from mailer.cli.tree import LazyGroup
from mailer.errors import ConfigError, MailerError, UsageError

DONE, NO, WRONG_USAGE, TEMPORARY, INTERRUPTED = 0, 1, 2, 3, 130

COMMANDS = {
    "init": ("mailer.cli.init", "Make a working installation in a folder."),
    "demo": ("mailer.cli.demo", "See the whole story on a built-in inbox and sample site."),
    "run": ("mailer.cli.run", "Run everything: web server, scheduler, sender."),
    "serve": ("mailer.cli.serve", "Run the web server alone."),
    "schedule": ("mailer.cli.schedule", "Run the scheduler alone."),
    "work": ("mailer.cli.work", "Run a sender alone."),
    "status": ("mailer.cli.status", "What is due, under way, stuck, and what comes next."),
    "newsletters": ("mailer.cli.newsletters", "What people can subscribe to."),
    "feeds": ("mailer.cli.feeds", "Where the articles come from."),
    "articles": ("mailer.cli.articles", "What the feeds said, and what may be told of it."),
    "sections": ("mailer.cli.sections", "Headings by topic."),
    "editions": ("mailer.cli.editions", "What is sent, and why these stories."),
    "deliveries": ("mailer.cli.deliveries", "The ledger: what became of each mail."),
    "subscribers": ("mailer.cli.subscribers", "Who gets it."),
    "receive": ("mailer.cli.receive", "Take a mail by which somebody leaves, from a mail server."),
    "dkim": ("mailer.cli.dkim", "The keys that sign your mails."),
    "db": ("mailer.cli.database", "The database: its version, a copy of it."),
    "jobs": ("mailer.cli.jobs", "What runs by itself."),
}


@click.group(
    cls=LazyGroup,
    places=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `mailer demo`, or make your own: `mailer init`. Exit codes: 0 done, 1 the"
    " answer is no, 2 wrong usage or settings, 3 a trouble that may pass.",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="MAILER_CONFIG",
    default=Path("config.toml"),
    show_default=True,
    show_envvar=True,
    help="The configuration file.",
)
@click.option("--debug", is_flag=True, help="Log everything; show where an error of ours was.")
@click.version_option(version("digest-mailer"), prog_name="mailer")
def mailer(**_: object) -> None:
    """Newsletters and feed digests from your own machine."""


def main() -> None:
    """Run one command and end the process with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run one command and return its exit code; whatever goes wrong is one line on stderr.

    When whoever reads our output has gone, click ends the process quietly, with 1.
    """
    try:
        answer = mailer.main(words, prog_name="mailer", standalone_mode=False)
    except click.ClickException as why:
        return _tell_usage(why)
    except (click.Abort, KeyboardInterrupt):
        click.echo(err=True)  # the shell's prompt does not stand behind a ^C
        return INTERRUPTED
    except MailerError as why:
        return _tell(why)
    except OSError as why:
        return _tell_of_machine(why)
    except Exception as why:  # noqa: BLE001 - the top of the program: no traceback for a person
        return _tell_unexpected(why, debug="--debug" in words)
    return answer if isinstance(answer, int) else DONE


def _print(what: str, what_to_do: str | None) -> None:
    click.echo(f"mailer: {harmless(what)}", err=True)
    if what_to_do:
        click.echo(f"  {harmless(what_to_do)}", err=True)


def _tell_usage(why: click.ClickException) -> int:
    if isinstance(why, click.exceptions.NoArgsIsHelpError):
        why.show()
    else:
        context = why.ctx if isinstance(why, click.UsageError) else None
        _print(why.format_message(), f"{context.command_path} --help" if context else None)
    return WRONG_USAGE


def _tell(why: MailerError) -> int:
    _print(str(why), why.help)
    if isinstance(why, ConfigError | UsageError):
        return WRONG_USAGE
    return TEMPORARY if why.temporary else NO


def _tell_of_machine(why: OSError) -> int:
    where = f"{why.filename}: " if why.filename else ""
    _print(f"{where}{why.strerror or why}", None)
    return TEMPORARY if why.errno in {errno.ENOSPC, errno.EDQUOT} else NO


def _tell_unexpected(why: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(why)
    _print(
        f"an error of ours: {type(why).__name__}: {why}",
        None if debug else "`mailer --debug …` shows where; please report it",
    )
    return NO
