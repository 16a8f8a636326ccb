"""The longest addresses there are, in a browser as narrow as the narrowest phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from mailer.address import parse_address
from mailer.delivery.model import Notice
from mailer.message.slots import fill
from mailer.rendering.filters import breakable_address
from mailer.rendering.model import BREAK, Slot
from tests.conftest import a_newsletter
from tests.fakes.browser import chromium
from tests.rendering.every_mail import small_mail
from tests.rendering.samples import TEMPLATES, VALUES, a_view

LONGEST = f"{'w' * 64}@{'m' * 63}.example"
SELECTED = """address => {
  const nodes = document.evaluate('//*[normalize-space(.)="' + address + '"]', document);
  getSelection().selectAllChildren(nodes.iterateNext());
  return getSelection().toString();
}"""


@pytest.fixture(scope="module")
def phone() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page(viewport={"width": 320, "height": 640})


def digest(language: str) -> str:
    """Return a digest to somebody at the longest address, from a desk at another."""
    newsletter = a_newsletter(language=language, reply_to=parse_address(LONGEST))
    page = TEMPLATES.digest(a_view(newsletter=newsletter, language=language))
    shown = {Slot.ADDRESS: LONGEST, Slot.SHOWN_ADDRESS: breakable_address(LONGEST)}
    return fill(page, VALUES | shown).html


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("name", ["digest", *Notice])
def test_a_mail_is_no_wider_than_a_phone_and_what_is_copied_is_the_address(
    phone: Page, name: str, language: str
) -> None:
    if name == "digest":
        phone.set_content(digest(language))
    else:
        phone.set_content(small_mail(Notice(name), language, LONGEST).page.html)

    assert phone.evaluate("document.documentElement.scrollWidth") == 320
    if LONGEST in phone.inner_text("body").replace("\n", ""):
        assert phone.evaluate(SELECTED, LONGEST) == LONGEST


@pytest.mark.browser
@pytest.mark.parametrize("name", ["Universitätsnachrichtenblatt", "Donau-Morgennachrichten heute"])
def test_a_title_of_long_words_is_no_wider_than_a_phone(phone: Page, name: str) -> None:
    newsletter = a_newsletter(language="de", name=name)
    page = TEMPLATES.digest(a_view(newsletter=newsletter, language="de"))
    phone.set_content(fill(page, VALUES).html)

    assert phone.locator("h1").inner_text().replace(BREAK, "") == name
    assert phone.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("ada@example.org", ["ada@example.org"]),
        ("firstname@example.org", ["firstname@example.org"]),
        (
            "first.middle.surname@mail.example.org",
            ["first.", "middle.", "surname", "@mail.", "example.", "org"],
        ),
        (f"a@{'m' * 30}.org", ["a", f"@{'m' * 12}", "m" * 12, "mmmmmm.", "org"]),
        ("..--__..--__..--__..--__@x.org", ["..--__..--__..--__..--__@", "x.", "org"]),
    ],
)
def test_an_address_breaks_behind_its_signs_before_the_at_and_only_when_it_is_long(
    address: str, parts: list[str]
) -> None:
    assert breakable_address(address).split(BREAK) == parts


def test_a_text_part_has_the_address_as_it_is() -> None:
    mail = small_mail(Notice.CONFIRM, "en", LONGEST)

    assert LONGEST in mail.page.text
    assert BREAK not in mail.page.text
    assert "<wbr>" in mail.page.html
