"""What is wrong with a command's options, all of it at once."""

from collections.abc import Sequence

from mailer.errors import MailerError, UsageError


def fault(option: str, why: Exception) -> str:
    """Return what is wrong with one option, and what would be right."""
    told = f"--{option.replace('_', '-')}: {why}"
    return f"{told}; {why.help}" if isinstance(why, MailerError) and why.help else told


def wrong_options(faults: Sequence[str], *, help: str | None = None) -> UsageError:  # noqa: A002 - as in MailerError
    """Return the error that names every fault, a line each."""
    if len(faults) == 1:
        return UsageError(faults[0], help=help)
    return UsageError("\n  ".join([f"{len(faults)} things are wrong", *faults]), help=help)
