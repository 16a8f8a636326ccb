"""Leaving by the mailto of List-Unsubscribe: from the digest to the command that reads."""

import re
import smtplib
import subprocess
import sys
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

from mailer.subscribers.model import Act, State, Way
from mailer.wiring import build
from tests.fakes.smtp_server import SmtpServer
from tests.system.test_leave_by_mail import ADA, BEN, had_a_digest, how, tie
from tests.system.world import World

LEAVE = "leave+news@example.org"


def reads_a_mailbox(world: World) -> None:
    """Let the world's installation have an address whose mail it reads."""
    site = replace(world.settings.site, leave_address=LEAVE)
    world.mailer = build(replace(world.settings, site=site), world.clock)


def ways_out(digest: bytes) -> list[str]:
    head = message_from_bytes(digest, policy=policy.default)
    return re.findall("<([^>]+)>", str(head["List-Unsubscribe"]))


def written_to(mailto: str, **headers: str) -> EmailMessage:
    """Return what a mail program writes when its reader presses "Unsubscribe" (RFC 6068)."""
    parts = urlsplit(mailto)
    made = EmailMessage()
    made["From"], made["To"] = ADA, parts.path
    made["Subject"] = parse_qs(parts.query)["subject"][0]
    for name, value in headers.items():
        made[name] = value
    made.set_content("This was written by a program when its reader pressed a button.")
    return made


def delivered(world: World, mail: EmailMessage) -> subprocess.CompletedProcess[bytes]:
    """Send a mail over SMTP, and hand what arrives to the command, as an alias does."""
    with SmtpServer() as server:
        with smtplib.SMTP("127.0.0.1", server.port) as line:
            line.send_message(mail)
        (taken,) = server.messages
    return subprocess.run(
        [sys.executable, "-m", "mailer", "--config", str(world.config_file()), "receive"],
        input=taken.content,
        capture_output=True,
        check=False,
    )


def test_a_mail_to_the_mailto_of_a_digest_ends_it(both_worlds: World) -> None:
    world = both_worlds
    reads_a_mailbox(world)
    web, mailto = ways_out(had_a_digest(world))

    done = delivered(world, written_to(mailto))

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert web.startswith("https://news.example.org/leave/")
    assert mailto.startswith(f"mailto:{LEAVE}?subject=")
    assert how(world)[-1] == (Act.LEFT, Way.MAILTO)
    assert (tie(world).state, tie(world, BEN).state) == (State.LEFT, State.ACTIVE)


def test_an_automatic_answer_to_it_ends_nothing_and_comes_back_to_nobody(world: World) -> None:
    reads_a_mailbox(world)
    _, mailto = ways_out(had_a_digest(world))

    done = delivered(world, written_to(mailto, **{"Auto-Submitted": "auto-replied"}))

    assert (done.returncode, done.stdout) == (0, b"")
    assert tie(world).state is State.ACTIVE


def test_without_an_address_there_is_only_the_link(world: World) -> None:
    assert len(ways_out(had_a_digest(world))) == 1
