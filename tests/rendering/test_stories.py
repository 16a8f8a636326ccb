"""What a template sees of an article."""

import re

import pytest

from mailer.rendering.filters import breakable, short_address
from tests.rendering.samples import TEMPLATES, a_view, an_article

FIRST, SECOND = "The ferries sail again on Wednesday.", "Repairs took a week longer than planned."


@pytest.mark.parametrize(
    ("most", "told"), [(60, f"{FIRST} {SECOND}"), (8, FIRST), (3, "The ferries sail…"), (0, "")]
)
def test_no_more_is_told_of_a_feed_than_its_owner_allows(most: int, told: str) -> None:
    article = an_article(1, summary=f"{FIRST} {SECOND}")

    limited = a_view(article, excerpts={article.feed_id: most})
    other = a_view(article, excerpts={article.feed_id + 1: most})

    assert [story.summary for story in limited.stories] == [told]
    assert [story.summary for story in other.stories] == [f"{FIRST} {SECOND}"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://lab.example.net/2026/11/riga-teenager-wins", "lab.example.net/… riga-teenager"),
        ("https://a.example.net/2026/11/4567", "a.example.net/ 2026/11/4567"),
        ("https://international.nachrichten.example.net/a/12", "…nachrichten.example.net/a/12"),
        ("https://www.post.example/a/12", "post.example/a/12"),
        ("https://www.the-harbour-post-and-ledger.co.uk/a", "the-harbour-post-and-ledger.co.uk/a"),
        ("https://news.the-old-towns-paper.co.uk/a/1", "…the-old-towns-paper.co.uk/a/1"),
        (f"https://{'w' * 40}.example/a", f"…{'w' * 16}.example/a"),
    ],
)
def test_an_address_breaks_without_what_filters_take_for_a_disguise(url: str, shown: str) -> None:
    assert short_address(url) == shown
    assert breakable(f"Read {url}, it says.") == f"Read {url}, it says."


def test_no_host_begins_with_www_which_rspamd_counts_as_one_more_address() -> None:
    page = TEMPLATES.digest(a_view(an_article(1, url="https://www.post.example/2026/11/ferries")))

    assert not re.search(r"(?<!//)\bwww\.", page.text + page.html)
