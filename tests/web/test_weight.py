"""What a reader's page weighs with its stylesheet, in every language, when everything is on it."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from mailer.languages.catalogue import spoken
from mailer.store.database import Store
from mailer.web.app import create_app
from mailer.wiring import Mailer
from tests.conftest import add_newsletter
from tests.web.conftest import Site
from tests.web.test_every_page import addresses

# As many as a large newsroom has, in letters of two bytes each.
HEADINGS = (
    *("Світ", "Політика", "Економіка", "Наука і технології", "Здоров'я", "Культура", "Спорт"),
    *("Думки", "Місто та область", "Освіта і школа", "Суспільство", "Кримінал і суд", "Довкілля"),
    *("Транспорт", "Нерухомість", "Подорожі", "Кулінарія", "Книги й театр", "Музика", "Кіно"),
    *("Історія", "Релігія", "Розслідування", "Інтерв'ю тижня"),
)


# Shorter letters, and as many as anybody had yet.
MANY_HEADINGS = (
    *("World affairs", "National politics", "Business and trade", "Technology", "Science desk"),
    *("Health and medicine", "Arts and culture", "Sports results", "Opinion and debate", "Travel"),
    *("City and region", "Education", "Society and people", "Crime and courts", "Environment"),
    *("Transport", "Property market", "Food and drink", "Books and theatre", "Music reviews"),
    *("Film and television", "History", "Religion and faith", "Investigations", "Weekend"),
    *("Interview of the week", "Energy and climate", "Labour market", "Stock markets", "Media"),
    *("Law and justice", "Defence", "European Union", "Africa", "Asia and Pacific", "Americas"),
    *("Middle East", "Weather and sea", "Photography", "Letters to the editor"),
)


@pytest.mark.parametrize("headings", [HEADINGS, MANY_HEADINGS], ids=["long", "many"])
def test_no_page_weighs_twenty_kilobytes_in_any_language(
    mailer: Mailer, headings: Sequence[str]
) -> None:
    with_headings(mailer.store, headings)
    site = Site(mailer, create_app(mailer).test_client())
    mailer.private_feed.open(site.join().id)

    weights = {
        (language, page): weight(site, page, language)
        for language in sorted({"en", *spoken()})
        for page in [*in_language(site, language), "/nothing/here"]
    }

    assert len([sent for sent in weights.values() if sent > 5_000]) > 12 * 10
    assert {page: sent for page, sent in weights.items() if sent >= 20_000} == {}


def with_headings(store: Store, headings: Sequence[str]) -> None:
    """Make a newsletter as a large newsroom has it."""
    made = add_newsletter(store)
    with store.write() as tx:
        for name in headings:
            feed = tx.feeds.add(f"https://post.example/{name}.xml", made.created_at)
            tx.newsletters.add_source(made.id, feed.id, name)


def in_language(site: Site, language: str) -> list[str]:
    """Let the newsletter speak a language, and return the addresses of all pages."""
    with site.mailer.store.write() as tx:
        tx.newsletters.change(replace(tx.newsletters.by_slug("brief"), language=language))
    return addresses(site)


def weight(site: Site, page: str, language: str) -> int:
    """Return the bytes of a page and of what it asks for; 0 for what is none."""
    answer = site.client.get(page, headers={"Accept-Language": language})
    if answer.mimetype != "text/html":
        return 0
    asked = re.findall(r'(?:rel="stylesheet" href|src)="(/[^"]+)"', answer.text)
    return len(answer.data) + sum(len(site.client.get(one).data) for one in asked)
