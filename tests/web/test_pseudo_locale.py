"""No page says anything that nobody can translate."""

import re
from html import unescape

import pytest

from mailer.languages.catalogue import PSEUDO
from mailer.web.app import create_app
from mailer.wiring import Mailer
from tests.conftest import add_newsletter
from tests.web.conftest import Site
from tests.web.test_every_page import addresses

MARKED = re.compile("⟦[^⟦⟧]*⟧")
# What is shown of a tag: its name for ears, its hint, its words.
SAID = re.compile(r'\s(?:alt|title|placeholder|aria-label)="([^"]*)"')
UNSEEN = re.compile(r"(?s)<(script|style)\b.*?</\1>|<!--.*?-->")
# The newsletter's, the reader's and the language's own; names of zones and of forms of a feed.
DATA = re.compile(
    r"The day's stories from the harbour, every morning\.|Mailer|The Harbour Brief|Harbour Brief"
    r"|1 Quay Street|Northhaven|World|https?://\S+|\S+@\S+|\S+\.(?:example|org)\S*"
    r"|[A-Z]\w+/\w+(?:/\w+)?|RSS|Atom|JSON|UTC"
)


def english_in(html: str) -> set[str]:
    """Return the words of a page that stand in no brackets and are no data."""
    body = UNSEEN.sub(" ", html)
    shown = f"{' · '.join(SAID.findall(body))} {re.sub('<[^>]*>', ' ', body)}"
    text = unescape(shown)
    while MARKED.search(text):
        text = MARKED.sub(" ", text)
    return set(re.findall(r"[A-Za-z]{3,}", DATA.sub(" ", text)))


def seen_by_readers(site: Site) -> set[str]:
    """Return an address for every page but those for whoever has a site, who reads English."""
    return set(addresses(site)) - {"/embed/brief/snippets", "/embed/brief/preview"}


@pytest.fixture
def site(mailer: Mailer) -> Site:
    add_newsletter(mailer.store, language=PSEUDO)
    return Site(mailer, create_app(mailer).test_client())


def test_every_page_was_handed_to_translators(site: Site) -> None:
    site.ask()
    consent = site.client.get("/embed/brief.json").get_json()["consent"]

    for page in [*seen_by_readers(site), "/subscribe/nowhere", "/confirm/nonsense"]:
        answer = site.client.get(page, headers={"Accept-Language": PSEUDO})
        if answer.mimetype == "text/html":
            assert english_in(answer.text.replace(consent, "")) == set(), page
