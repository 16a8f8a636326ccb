"""`mailer demo`: for a person who looks around, or for a machine that wants to know."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mailer.demo.stage import NEWSLETTER, Stage
from mailer.demo.story import play

LOOK_EVERY = 1.0  # seconds between two looks whether the program still runs

Say = Callable[[str], None]

WELCOME = """
  Sample site   {site}
  Inbox         {inbox}
  Signup page   {signup}
  Archive       {archive}

1. Open the sample site and sign up, in the middle of an article or at the foot of the page.
   Any address will do: no mail leaves this machine.
2. Open the inbox. Press the button behind the link in the confirmation mail.
3. A digest comes with the next full minute, and one with every minute that has news.
   Look at it in light, dark and on a phone, as text, and at its headers.
4. Press Unsubscribe in the inbox, as a mailbox provider does. No further mail comes.

Everything is in {folder}, with settings for commands of your own:
   mailer --config {config} status

Ctrl-C ends it{and_then}.
"""


def run_demo(
    say: Say, *, once: bool = False, folder: Path | None = None, database_url: str | None = None
) -> bool:
    """Start everything and stay until Ctrl-C; with `once`, play the story and return how it went.

    `folder` is kept, and has to be empty; without one a temporary folder is used and removed. The
    database of `database_url` has to be empty too. Raises MailerError when something cannot start.
    """
    say("Starting the sample site, the inbox and the program…")
    with _ended_by_sigterm(), Stage(folder, database_url) as stage:
        if once:
            return play(stage, say)
        say(_welcome(stage, kept=folder is not None))
        _stay(stage, say)
    return True


def _welcome(stage: Stage, *, kept: bool) -> str:
    return WELCOME.format(
        site=f"{stage.at.site}/",
        inbox=f"{stage.at.inbox}/",
        signup=stage.links.subscribe(NEWSLETTER),
        archive=stage.links.archive(NEWSLETTER),
        folder=stage.folder,
        config=stage.config,
        and_then="" if kept else " and removes it all",
    )


def _stay(stage: Stage, say: Say) -> None:
    """Tell of each letter that comes, until somebody presses Ctrl-C."""
    told = 0
    try:
        while True:
            stage.require_running()
            for letter in stage.box.wait_after(told, LOOK_EVERY):
                told = letter.id
                say(f"{letter.received_at:%H:%M:%S}  to {letter.header('To')}: {letter.subject}")
    except KeyboardInterrupt:
        say("Ending…")


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the demo as Ctrl-C does: in order, with nothing left running."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
