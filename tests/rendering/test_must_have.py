"""What no mail goes without: it holds for every edition and small mail, in every language."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

import pytest

from mailer.checks.contrast import contrasts
from mailer.checks.css import Rule, rules
from mailer.checks.inspect import known_clients
from mailer.checks.letter import examine
from mailer.checks.markup import INVISIBLE, Element, read
from mailer.languages.catalogue import catalogue
from mailer.languages.dates import long_date
from mailer.rendering.filters import short_address
from mailer.rendering.model import Page, Slot
from mailer.rendering.plain_text import WIDE, columns
from tests.rendering.every_mail import DIGESTS, SMALL_MAILS, mail
from tests.rendering.samples import VALUES, values_in

EVERY_MAIL = [*DIGESTS, *SMALL_MAILS]
FILLER = "\u034f"  # stands behind the line, so that no letter does
FONT = re.compile(r"(\d+)px")
WHY = "You are receiving this because %(address)s was signed up on %(date)s at %(site)s."


def parsed(name: str) -> EmailMessage:
    return message_from_bytes(mail(name).message, policy=policy.default)


def body(name: str) -> Element:
    return next(read(mail(name).page.html).all("body"))


def told(name: str) -> Iterator[tuple[Element, str]]:
    """Yield the elements that begin with words and are shown, and those words."""
    for element in body(name).all():
        own = "".join(child for child in element.children[:1] if isinstance(child, str)).strip()
        if own and not element.is_hidden:
            yield element, own


def inherits(element: Element, *names: str) -> bool:
    """Whether one of these is said on the element itself or around it; no client looks further.

    Word hands no font into a table.
    """
    for one in element.and_around():
        if any(name in one.style for name in names):
            return True
        if one.tag == "table" and "font" in names:
            return False
    return False


def size_of(element: Element) -> int:
    found = (FONT.search(one.style.get("font-size") or one.style.get("font", ""))
             for one in element.and_around())  # fmt: skip
    return next(int(size[1]) for size in found if size)


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_the_checks_find_nothing_and_clients_support_it(name: str) -> None:
    found = examine(mail(name).letter, known_clients())

    assert found.findings == ()
    assert found.score >= 97.5
    assert found.word >= 90


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_letters_stand_out_in_light_and_in_every_dark(name: str) -> None:
    document = read(mail(name).page.html)
    sheets = [rule for block in document.all("style") for rule in rules("".join(block.children))]  # type: ignore[arg-type]
    least = {"light": 7.0}

    seen = contrasts(document, [rule for rule in sheets if isinstance(rule, Rule)])

    weak = [one for one in seen if one.ratio < least.get(one.view, 4.5)]
    assert weak == []


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_the_parts_are_text_and_then_html(name: str) -> None:
    message = parsed(name)

    assert message.get_content_type() == "multipart/alternative"
    kinds = [(part.get_content_type(), part.get_content_charset()) for part in message.iter_parts()]
    assert kinds == [("text/plain", "utf-8"), ("text/html", "utf-8")]
    assert max(map(len, mail(name).message.split(b"\r\n"))) <= 998
    assert b"\n" not in mail(name).message.replace(b"\r\n", b"")


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_nothing_that_is_needed_comes_from_a_style_sheet(name: str) -> None:
    for element, words in told(name):
        assert inherits(element, "color"), words
        assert inherits(element, "font", "font-family"), words
        assert size_of(element) >= 13, words


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_padding_is_on_cells_and_no_width_is_wider_than_a_phone(name: str) -> None:
    for element in body(name).all("div", "p", "span", "h1", "h2", "h3"):
        assert not any(side.startswith("padding") for side in element.style), element.words
    wide = [
        element.tag
        for element in body(name).all()
        if element.attributes.get("width", "0").isdecimal()
        and int(element.attributes.get("width", "0")) > 320
        and "max-width" not in element.style
    ]
    assert wide == []


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_it_says_in_which_language_and_direction_it_is_to_be_read(name: str) -> None:
    (article,) = (one for one in body(name).all("div") if one.attributes.get("role") == "article")

    assert article.attributes["lang"] == mail(name).language
    assert article.attributes["dir"] == ("rtl" if mail(name).language in {"ar", "he"} else "ltr")


@pytest.mark.parametrize("name", DIGESTS)
def test_a_digest_is_a_mail_of_a_list_that_one_press_leaves(name: str) -> None:
    message = parsed(name)

    (ways,) = message.get_all("List-Unsubscribe", [])
    assert ways.startswith(f"<{VALUES[Slot.LEAVE_URL]}>, <mailto:")
    assert message.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
    assert all(message[field] for field in ("List-Id", "Archived-At", "Feedback-ID", "Reply-To"))


@pytest.mark.parametrize("name", SMALL_MAILS)
def test_a_small_mail_is_none_and_is_small(name: str) -> None:
    assert parsed(name)["List-Unsubscribe"] is None
    assert len(mail(name).page.html.encode()) <= 15_000


@pytest.mark.parametrize("name", DIGESTS)
def test_the_foot_of_a_digest_says_why_it_came_and_how_to_leave(name: str) -> None:
    words = catalogue(mail(name).language).gettext
    links = {link.words: link.attributes["href"] for link in body(name).all("a")}

    assert links[words("Unsubscribe")] == f"{VALUES[Slot.LEAVE_URL]}#unsubscribe"
    assert links[words("Preferences")] == f"{VALUES[Slot.LEAVE_URL]}#preferences"
    assert {words("View in browser"), words("Past editions")} <= set(links)
    for part in (body(name).words, mail(name).page.text):
        assert VALUES[Slot.ADDRESS] in part
        assert "1 Quay Street" in part


@pytest.mark.parametrize("name", DIGESTS)
def test_every_story_names_and_links_where_it_is_from(name: str) -> None:
    view = mail(name).view
    assert view is not None
    hosts = [link.words.partition("/")[0] for link in body(name).all("a")]

    for story in (
        *([view.lead] if view.lead else []),
        *(s for p in view.sections for s in p.stories),
    ):
        assert story.source_host in hosts
        assert f"{story.source_host}\n{story.source_url}\n" in mail(name).page.text


@pytest.mark.parametrize("name", DIGESTS)
def test_a_digest_says_in_its_language_what_it_owes_a_reader(name: str) -> None:
    view, page = mail(name).view, mail(name).page
    assert view is not None
    words = catalogue(view.language)
    ask, shown = words.gettext, body(name).words.replace("\xa0", " ")
    minutes = [story.minutes for part in view.sections for story in part.stories]
    owed = [
        long_date(words, view.due_at, view.newsletter.schedule.zone),
        ask("Was it forwarded to you?"),
        *(words.ngettext("%(num)s min read", "%(num)s min read", n) % {"num": n} for n in minutes),
    ]

    for part in (shown, read_flowed(page).replace("\xa0", " ")):
        assert [one for one in owed if one.replace("\xa0", " ") not in part] == []
    assert len(list(body(name).all("h2"))) >= 2
    for story in view.stories:
        for other in story.also:
            assert other.name in shown
        if story.figure is not None:
            assert ask("Photo: %(credit)s") % {"credit": story.figure.credit} in shown


@pytest.mark.parametrize("name", DIGESTS)
def test_a_digest_says_in_its_language_whose_its_stories_are_and_why_it_came(name: str) -> None:
    view, own = mail(name).view, values_in(mail(name).language)
    assert view is not None
    words = catalogue(view.language)
    origin = words.gettext("Originally published at %(place)s")
    covered = words.gettext("Also covered by %(names)s")
    why = words.gettext(WHY) % {
        "address": own[Slot.ADDRESS], "date": own[Slot.SIGNED_UP_ON], "site": view.site,
    }  # fmt: skip
    also = [[other.name for other in story.also] for story in view.stories if story.also]
    between = words.pgettext("between names", ", ")

    shown = [why, *(covered % {"names": between.join(names)} for names in also)]
    shown += [
        origin % {"place": short_address(story.source_url)}
        for story in view.stories
        if story.source_url and story not in view.brief  # those: a line each
    ]
    told = [why, *(covered % {"names": name} for names in also for name in names)]
    told += [origin % {"place": story.source_host} for story in view.stories]
    for owed, part in ((shown, body(name).words), (told, read_flowed(mail(name).page))):
        assert [one for one in owed if spaced(one) not in spaced(part)] == []


def spaced(text: str) -> str:
    """Return words with plain spaces between them, as a reader sees them."""
    return " ".join(text.translate(INVISIBLE).split())


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_the_line_behind_the_subject_is_there_and_nothing_leaks_into_it(name: str) -> None:
    first = next(one for one in body(name).all() if one.words)
    line = "".join(child for child in first.children if isinstance(child, str)).strip()

    assert first.is_hidden
    assert columns(line) >= 40
    assert len(line) <= 140
    assert line != mail(name).page.subject
    assert unescape(mail(name).page.html).count(FILLER) >= 40


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_the_text_part_tells_the_same_and_flows(name: str) -> None:
    page = mail(name).page
    (kind,) = (part["Content-Type"] for part in parsed(name).iter_parts()
               if part.get_content_type() == "text/plain")  # fmt: skip

    whole = read_flowed(page)

    assert (kind.params["format"], "delsp" in kind.params) == ("flowed", page.delsp)
    assert any(line.endswith(" ") for line in page.text.split("\n"))
    assert all(columns(line.rstrip(" ")) <= 78 or line.startswith("https://")
               for line in page.text.split("\n"))  # fmt: skip
    headlines = [heading.words.replace("\u200b", "") for heading in body(name).all("h3")]
    places = [whole.find(headline) for headline in headlines]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("name", DIGESTS)
def test_summaries_are_whole_again_when_lines_are_joined(name: str) -> None:
    view, whole = mail(name).view, read_flowed(mail(name).page)
    assert view is not None

    told = [story.summary for part in view.sections for story in part.stories if story.summary]

    assert [one for one in told if one not in whole and not is_foreign(name, one)] == []


def is_foreign(name: str, text: str) -> bool:
    """Whether a script without spaces stands in a text whose lines are joined with one."""
    return WIDE.search(text) is not None and not mail(name).page.delsp


def read_flowed(page: Page) -> str:
    """Return a text part as a program joins its lines (RFC 3676 section 4)."""
    whole = ""
    for line in page.text.split("\n"):
        own = line.removeprefix(" ")
        if own.endswith(" "):
            whole += own[:-1] if page.delsp else own
        else:
            whole += f"{own}\n"
    return whole


@pytest.mark.parametrize("name", EVERY_MAIL)
def test_most_letters_are_large(name: str) -> None:
    """Six of ten columns at 16 pixels or more, of which a letter of Japanese fills two."""
    sizes = [(size_of(element), columns(words)) for element, words in told(name)]

    large = sum(width for size, width in sizes if size >= 16)
    assert large / sum(width for _, width in sizes) >= 0.6
