"""What an article's own page says of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.feeds.model import Fetched
from mailer.feeds.page_check import Standing, look

URL = "https://post.example/1"
OLD, NEW = "Ferries sail again", "Ferries stay in port"


def an_answer(body: str = "", status: int = 200, **changes: object) -> Fetched:
    fields: dict[str, object] = {
        "status": status,
        "url": URL,
        "body": body.encode(),
        "content_type": "text/html; charset=utf-8",
        "etag": None,
        "last_modified": None,
        "retry_after": None,
        "max_age": None,
        **changes,
    }
    return Fetched(**fields)  # type: ignore[arg-type]  # the test names the fields


@pytest.mark.parametrize(
    ("answer", "standing"),
    [
        (an_answer("<h1>x</h1>"), Standing.THERE),
        (an_answer(status=404), Standing.GONE),
        (an_answer(status=410), Standing.GONE),
        (an_answer(status=403), Standing.UNKNOWN),
        (an_answer(status=503), Standing.UNKNOWN),
        (an_answer("%PDF", content_type="application/pdf"), Standing.UNKNOWN),
        (an_answer("<meta name=robots content='noindex'>"), Standing.HIDDEN),
        (an_answer("<META NAME='Robots' CONTENT='follow, NOINDEX'>"), Standing.HIDDEN),
        (an_answer("<meta name=googlebot content=none>"), Standing.HIDDEN),
        (an_answer("<meta name=robots content='index, follow'>"), Standing.THERE),
        (an_answer("<meta name=robots content='max-image-preview:none'>"), Standing.THERE),
        (an_answer("<p>noindex</p>"), Standing.THERE),
        (an_answer("x", robots="noindex, nofollow"), Standing.HIDDEN),
        (an_answer("x", robots="googlebot: noindex"), Standing.HIDDEN),
        (an_answer("x", robots="otherbot: noindex"), Standing.THERE),
    ],
)
def test_whether_an_article_is_still_there(answer: Fetched, standing: Standing) -> None:
    assert look(answer, URL, OLD).standing is standing


@pytest.mark.parametrize(
    ("page", "title"),
    [
        (f"<title>{OLD} | Post</title><h1>{OLD}</h1>", None),
        (f"<title>{NEW} | Post</title><h1>{NEW}</h1>", NEW),
        (f"<meta property=og:title content='{NEW}'><h1>{NEW}</h1>", NEW),
        (
            f'<script type=application/ld+json>{{"headline": "{NEW}"}}</script>'
            f"<title>{NEW} - Post</title>",
            NEW,
        ),
        # Pages say other things to search engines and to friends: one of them proves nothing.
        (f"<title>Post</title><h1>{NEW}</h1>", None),
        (f"<title>{NEW}</title><meta property=og:title content='{OLD}'><h1>{NEW}</h1>", None),
        (f"<title>{OLD.upper()}!</title><h1>Just in</h1>", None),
        ("<h1>Please log in</h1><title>Log in</title>", None),
        ("<h1>Nothing of it was true</h1><title>Nothing of it was true</title>", None),
        ("", None),
    ],
)
def test_a_headline_is_new_when_two_places_say_so_and_none_has_the_old_one(
    page: str, title: str | None
) -> None:
    assert look(an_answer(page), URL, OLD).title == title


@given(st.binary(max_size=300), st.sampled_from(["text/html", "text/html; charset=x", ""]))
def test_no_page_breaks_it(body: bytes, kind: str) -> None:
    answer = replace(an_answer(content_type=kind or None), body=body)

    assert look(answer, URL, OLD).standing in Standing


def test_a_monstrous_page_is_read_in_part() -> None:
    assert look(an_answer("<div>" * 300_000), URL, OLD).title is None


def test_a_page_to_which_we_were_sent_on_has_its_own_headline() -> None:
    page = f"<title>{NEW}</title><h1>{NEW}</h1>"

    assert look(an_answer(page, url="https://post.example/ferries"), URL, OLD).title is None
    assert look(an_answer(page, url="https://www.post.example/1/"), URL, OLD).title == NEW


def with_data(told: str) -> str:
    return f"<title>{OLD}</title><script type=application/ld+json>{told}</script>"


@pytest.mark.parametrize(
    ("told", "closed"),
    [
        ('{"@type": "NewsArticle", "isAccessibleForFree": false}', True),
        ('{"@type": "NewsArticle", "isAccessibleForFree": "False"}', True),
        ('{"@type": ["Article"], "isAccessibleForFree": "http://schema.org/False"}', True),
        ('{"@graph": [{"@type": "WebSite"}, {"@type": "ReportageNewsArticle",'
         ' "isAccessibleForFree": false}]}', True),
        ('{"@type": "NewsArticle", "isAccessibleForFree": true}', False),
        ('{"@type": "NewsArticle", "isAccessibleForFree": "True"}', False),
        ('{"@type": "NewsArticle", "isAccessibleForFree": null}', False),
        ('{"@type": "NewsArticle", "isAccessibleForFree": [false]}', False),
        ('{"@type": "NewsArticle", "hasPart": {"isAccessibleForFree": false}}', False),
        # Another article that the page leads to is not this one.
        ('[{"@type": "NewsArticle"}, {"@type": "NewsArticle", "isAccessibleForFree": false}]',
         False),
        ('{"@type": "Event", "isAccessibleForFree": false}', False),
        ("{", False),
    ],
)  # fmt: skip
def test_whether_a_page_says_that_its_article_is_for_subscribers(told: str, closed: bool) -> None:  # noqa: FBT001
    assert look(an_answer(with_data(told)), URL, OLD).closed is closed


def test_of_what_did_not_come_nobody_knows_for_whom_it_is() -> None:
    closed = with_data('{"@type": "NewsArticle", "isAccessibleForFree": false}')

    assert look(an_answer(status=503), URL, OLD).closed is None
    assert look(an_answer(closed, url="https://post.example/log-in"), URL, OLD).closed is None
