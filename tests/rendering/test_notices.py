"""The small mails: what they say, what they link to, and in which language."""

import re

import pytest

from mailer import resources
from mailer.delivery import person
from mailer.delivery.model import Notice
from mailer.links import Links
from mailer.message.mime import build
from mailer.message.slots import fill
from mailer.rendering.model import Page
from mailer.rendering.templates import Templates
from tests.conftest import a_newsletter
from tests.rendering.every_mail import a_job, a_memo, small_mail

TEMPLATES = Templates(resources.folder("templates") / "email")
NOT_WORDS = re.compile(
    r"https?://\S+|\S+@\S+|The Harbour Brief|Harbour Brief, 1 Quay Street, Northhaven"
)
LEADS_TO = {
    Notice.CONFIRM: {"confirm", "refuse"},
    Notice.ALREADY_SUBSCRIBED: {"preferences", "leave"},
    Notice.WELCOME: {"preferences", "leave", "read"},
    Notice.GOODBYE: {"undo"},
    Notice.PREFERENCES_LINK: {"preferences"},
    Notice.DATA_LINK: {"data"},
    Notice.ADDRESS_CONFIRM: {"move"},
    Notice.ADDRESS_ASKED: {"restore"},
    Notice.ADDRESS_CHANGED: {"restore"},
    Notice.FEWER: {"preferences"},
    Notice.PAUSED: {"preferences"},
    Notice.SIGNUPS_REST: set(),
    Notice.EDITION_WAITS: {"read"},
    Notice.EDITION_SENT: {"read"},
    Notice.DELIVERY_PAUSED: set(),
    Notice.NOTHING_TO_SEND: {"read"},
}


def written(notice: Notice, links: Links, language: str = "en") -> Page:
    own = person.notice(a_job(notice, language), a_newsletter(), links)
    page = TEMPLATES.notice(notice, a_newsletter(), language, a_memo(notice))
    return fill(page, own.values)


@pytest.mark.parametrize("notice", Notice)
def test_both_parts_lead_to_the_same_pages_and_to_no_other(notice: Notice, links: Links) -> None:
    page = written(notice, links)

    assert "The Harbour Brief" in page.subject
    for part in (page.html, page.text):
        found = set(re.findall(r"https://news\.example\.org/(\w+)/", part))
        assert found == LEADS_TO[notice]


@pytest.mark.parametrize("notice", Notice)
def test_a_small_mail_is_small_and_has_no_place_left_open(notice: Notice, links: Links) -> None:
    page = written(notice, links)

    assert len(page.html.encode()) < 15_000
    assert not re.search(r"\{\{|\{%|%\(|None|undefined|[\ue000\ue001]", page.html + page.text)
    assert "ada@example.org" in page.text or notice is Notice.GOODBYE


@pytest.mark.parametrize("notice", Notice)
def test_no_english_leaks_into_another_language(notice: Notice, links: Links) -> None:
    """In the pseudo-locale every message stands in brackets; the rest is the newsletter's own.

    So are an edition's title, what an operator types, and the program's words on a cause.
    """
    lines = written(notice, links, "en-XA").text.split("\n")
    text = " ".join(" ".join(one for one in lines if not one.startswith("mailer ")).split())
    memo = a_memo(notice)
    for own in (memo.subject, memo.cause) if memo is not None else ():
        text = text.replace(own, "")
    ours = NOT_WORDS.sub("", re.sub(r"⟦[^⟧]*⟧", "", text))

    assert re.findall(r"[A-Za-z]{3,}", ours) == []


@pytest.mark.parametrize("notice", Notice)
def test_a_small_mail_says_that_a_program_wrote_it(notice: Notice, links: Links) -> None:
    own = person.notice(a_job(notice), a_newsletter(), links)
    page = TEMPLATES.notice(notice, a_newsletter(), "en", a_memo(notice))
    message = build(own.head, page, own.values, utf8=False)

    assert b"\r\nAuto-Submitted: auto-generated\r\n" in message
    assert b"List-Unsubscribe" not in message.partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize("language", ["en", "he"])
def test_whoever_cannot_press_the_button_reads_the_link_to_confirm(
    links: Links, language: str
) -> None:
    html = written(Notice.CONFIRM, links, language).html
    (whole,) = set(re.findall(r'href="(https://news\.example\.org/confirm/[^"]+)"', html))
    shown = re.search(r"<a [^>]+>(https://news[^<]+(?:<br>[^<]+)+)</a>", html)

    assert shown is not None
    assert shown[1].replace("<br>", "") == whole
    assert max(map(len, shown[1].split("<br>"))) <= 34


def test_no_line_of_a_mail_ends_with_a_word_of_one_letter_or_a_number_without_its_word() -> None:
    polish = small_mail(Notice.CONFIRM, "pl").page

    assert "poprosił o&nbsp;wysyłanie" in polish.html
    assert "przez 3&nbsp;dni" in polish.html
    assert "\xa0" not in polish.subject + polish.text.replace("24\xa0listopada\xa02026", "")


def test_an_option_of_a_command_stays_whole_on_a_phone() -> None:
    html = small_mail(Notice.DELIVERY_PAUSED, "he").page.html

    assert 'mailer deliveries resume <span class="y" style="display:inline-block' in html
    assert ">--newsletter brief</span></code>" in html
    assert '<p class="t w" lang="en"' in html  # what the program says, apart from the Hebrew
