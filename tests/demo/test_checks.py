"""The questions to a mail: each says no to a mail that lacks just that."""

from datetime import UTC, datetime

import pytest

from mailer.demo.articles import Newsroom
from mailer.demo.checks import confirmation, digest, headlines, unmet, words_of_html
from mailer.inbox.letters import Letter, read_letter
from tests.demo.conftest import EVERY
from tests.fakes.clock import StandingClock

WEB = "http://127.0.0.1:8080"
TITLE = "Wool is worth shearing for again"
GOOD_DIGEST = f"""\
From: The Strait Review <review@strait.example>
To: ada@example.org
Subject: {TITLE}
Date: Tue, 24 Nov 2026 05:00:00 +0000
Message-ID: <1.abc@strait.example>
List-Id: The Strait Review <strait.strait.example>
List-Unsubscribe: <{WEB}/leave/token>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Feedback-ID: 1:strait:digest:mailer
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain; charset=utf-8

{TITLE}
A fleece brings in more.
--x
Content-Type: text/html; charset=utf-8

<html><head><meta name="color-scheme" content="light dark"><title>{TITLE}</title>
<style>@media (prefers-color-scheme:dark){{a{{}}}}</style></head>
<body><h2><a href="{WEB}/x">{TITLE}</a></h2><p>A fleece brings in more.</p></body></html>
--x--
"""
GOOD_CONFIRMATION = f"""\
To: ada@example.org
Subject: Please confirm
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain; charset=utf-8

Press here: {WEB}/confirm/token
--x
Content-Type: text/html; charset=utf-8

<a href="{WEB}/confirm/token">Confirm</a>
--x--
"""


def letter(source: str) -> Letter:
    at = datetime(2026, 11, 24, 5, tzinfo=UTC)
    return read_letter(1, at, "", ("ada@example.org",), source.encode())


def faults_of_digest(source: str, newsroom: Newsroom, clock: StandingClock) -> list[str]:
    return unmet(digest(letter(source), newsroom.published(clock.now()), WEB, "strait.example"))


def faults_of_confirmation(source: str) -> list[str]:
    return unmet(confirmation(letter(source), f"{WEB}/confirm/", "TYPED"))


def test_a_good_digest_has_no_fault(newsroom: Newsroom, clock: StandingClock) -> None:
    assert faults_of_digest(GOOD_DIGEST, newsroom, clock) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        (
            f"<{WEB}/leave/",
            "<http://elsewhere.example/leave/",
            "List-Unsubscribe leads to our page",
        ),
        ("List-Unsubscribe-Post", "X-Post", "List-Unsubscribe leads to our page"),
        ("List-Id", "X-Id", "List-Id names the newsletter"),
        ("abc@strait.example", "abc@localhost", "Message-ID is on our domain"),
        ("Feedback-ID", "X-Id", "Feedback-ID"),
        ("Date:", "X-Date:", "Date"),
        ("To: ada", "To: ben", "To is the reader and nobody else"),
        ("<review@strait", "<review@elsewhere", "From is on our domain"),
        ("Feedback-ID:", "Date: x\nFeedback-ID:", "each header stands once"),
        ("text/html", "text/x-html", "it has an HTML part and a text part"),
        ("<h2><a ", "<h2><b ", "at least one story that is out"),
        (f"utf-8\n\n{TITLE}", "utf-8\n\nOther words", "every story is in the text part too"),
        ("</a></h2>", f'</a><a href="{WEB}/y">{TITLE}</a></h2>', "no story is told twice"),
        ("in more.</p>", "in more. (credit: L. Tveit)</p>", "no “(credit:” in it"),
        ("in more.\n--x", "in more. Read more\n--x", "no “Read more” in it"),
        ("in more.</p>", "in more.\ue000</p>", "no slot is left open"),
        ("prefers-color", "hates-color", "it follows light and dark"),
        ('name="color-scheme"', 'name="x"', "it says that it does"),
        ("</body>", f"{'x' * 103_000}</body>", "nobody clips it"),
        ("</body>", "<Script></Script></body>", "nothing in it runs"),
    ],
)
def test_a_digest_that_lacks_one_thing_is_told_so(
    good: str, bad: str, fault: str, newsroom: Newsroom, clock: StandingClock
) -> None:
    assert good in GOOD_DIGEST

    assert fault in faults_of_digest(GOOD_DIGEST.replace(good, bad), newsroom, clock)


def test_a_good_confirmation_has_no_fault() -> None:
    assert faults_of_confirmation(GOOD_CONFIRMATION) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("text/plain", "text/x-plain", "it has an HTML part and a text part"),
        (f'"{WEB}/confirm/token', f'"{WEB}/confirm/other', "one confirmation link"),
        ("Press here", "TYPED", "nothing that was typed but the address"),
        ("Auto-Submitted", "X-Submitted", "Auto-Submitted"),
        (
            "MIME-Version",
            "List-Unsubscribe: <http://x.example/>\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\nMIME-Version",
            "no List-Unsubscribe",
        ),
    ],
)
def test_a_confirmation_that_lacks_one_thing_is_told_so(good: str, bad: str, fault: str) -> None:
    assert good in GOOD_CONFIRMATION

    (found,) = faults_of_confirmation(GOOD_CONFIRMATION.replace(good, bad))

    assert found.startswith(fault)


def test_headlines_are_the_links_that_are_titles_in_order(
    newsroom: Newsroom, clock: StandingClock
) -> None:
    clock.advance(EVERY)
    stories = newsroom.published(clock.now())
    html = "".join(f'<a href="/x">\n{story.title} </a><a href="/y">more</a>' for story in stories)
    source = f"Content-Type: text/html; charset=utf-8\n\n{html}"

    assert headlines(letter(source), stories) == [story.title for story in stories]


def test_words_of_a_page_are_what_is_seen() -> None:
    page = "<head><title>T</title></head><style>a{}</style><p>One\n two</p><script>x</script>three"

    assert words_of_html(page) == "One two three"
