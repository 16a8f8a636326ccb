"""`mailer receive`: one mail from a mail server's pipe.

What is said on a pipe may end in a bounce, so nothing is said when all is well; and whatever goes
wrong is 75, EX_TEMPFAIL of sysexits.h: the server keeps the mail and comes again. Any other code
would send it back, to somebody who wants to hear no more of us.
"""

import sys
from typing import BinaryIO

import click

from mailer.cli.context import Context, pass_context
from mailer.cli.output import note
from mailer.errors import MailerError
from mailer.subscribers.farewell import LONGEST

TRY_AGAIN = 75
AT_ONCE = 64 * 1024  # octets that are read over


@click.command(epilog="Example: mailer receive < mail.eml")
@pass_context
def receive(context: Context) -> int:
    """Take one mail from standard input, and end the subscription it asks to end.

    For the alias of `[site] leave_address` on your mail server. Mails that ask for nothing, and
    those of programs, are dropped. Exit codes are the mail server's: 0 taken, 75 keep it and try
    again. `mailer --debug receive` says what became of a mail.
    """
    raw = _read(sys.stdin.buffer)
    try:
        context.mailer.by_mail.take(raw)
    except MailerError as why:
        note(f"mailer: {why}")
        return TRY_AGAIN
    except Exception as why:  # noqa: BLE001 - no mail is lost over an error of ours
        note(f"mailer: an error of ours: {type(why).__name__}")  # its words may quote the mail
        return TRY_AGAIN
    return 0


def _read(pipe: BinaryIO) -> bytes:
    """Return what of a mail is looked at, and read over the rest: a closed pipe is a failure."""
    raw = pipe.read(LONGEST)
    while pipe.read(AT_ONCE):
        continue
    return raw
