"""Whose piece it really is."""

import re

import pytest

from mailer.feeds.syndication import Origin, credited

BASE = "https://harbour.example/1"


@pytest.mark.parametrize(
    ("line", "origin"),
    [
        (
            'This article was originally published at <a href="https://citydesk.example/lunches">'
            "www.citydesk.example</a>.",
            Origin("www.citydesk.example", "https://citydesk.example/lunches"),
        ),
        (
            "This article was originally published at www.citydesk.example.",
            Origin("www.citydesk.example", "https://www.citydesk.example/"),
        ),
        (
            "Originally published at https://citydesk.example/a/b?c=1.",
            Origin("citydesk.example", "https://citydesk.example/a/b?c=1"),
        ),
        (
            'This story first appeared in <a href="https://citydesk.example/">The City Desk</a>'
            " and is used with permission.",
            Origin("The City Desk", "https://citydesk.example/"),
        ),
        ("This story was first published by the City Desk.", Origin("the City Desk", None)),
        ("The piece originally appeared on City Desk, a weekly.", Origin("City Desk", None)),
        (
            'Originally published by <a href="javascript:x">City Desk</a>.',
            Origin("City Desk", None),
        ),
    ],
)
def test_a_credit_line_names_publisher_and_piece(line: str, origin: Origin) -> None:
    assert credited(f"<p>Text of the story.</p><p><em>{line}</em></p>", BASE) == origin


def test_a_link_elsewhere_in_the_text_is_not_the_origin() -> None:
    markup = (
        '<p>See <a href="https://other.example/">the City Desk</a>.</p>'
        "<p>Originally published by the City Desk.</p>"
    )

    assert credited(markup, BASE) == Origin("the City Desk", None)


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<p>Sailings resume on Wednesday.</p>",
        "<p>The minister was first in the room.</p>",
        '<p>The post <a href="/1">Ferries</a> appeared first on <a href="/">Harbour Post</a>.</p>',
    ],
)
def test_a_piece_of_ones_own_has_no_origin(markup: str) -> None:
    assert credited(markup, BASE) is None


TAG = re.compile(r"<[^>]+>")
HOUSE = '<a href="https://post.example/1">Harbour Post</a>'


@pytest.mark.parametrize(
    "line",
    [
        f"Republished with permission from {HOUSE}.",
        f"Reprinted by permission of {HOUSE}",
        f"This story was republished here from {HOUSE}, under a licence.",
        f"Published originally on {HOUSE}",
        f"Zuerst erschienen bei {HOUSE}.",
        f"Publicado originalmente en {HOUSE}",
        f"Initialement publié sur {HOUSE}",
        f"Source: {HOUSE}",
        f"SOURCE: {HOUSE}",
        f"via {HOUSE}",
        f"This article first appeared on {HOUSE} and is republished here under a licence.",
        f"This post was first published by {HOUSE}.",
        f"First published in {HOUSE} on 3 May 2026",
        f"Published with permission from {HOUSE}",
        f"Crossposted from {HOUSE}",
        f"Cross-posted at {HOUSE}",
        f"Adapted from {HOUSE}",
        f"This story comes to us from {HOUSE}",
        f"Read the original article on {HOUSE}",
        f"Dieser Artikel erschien zuerst auf {HOUSE}.",
        f"Dieser Beitrag ist zuerst bei {HOUSE} erschienen.",
        f"Quelle: {HOUSE}",
        f"Cet article a d’abord été publié sur {HOUSE}",
        f"Source : {HOUSE}",
        f"Este artículo fue publicado originalmente en {HOUSE}",
        f"Publicado por primera vez en {HOUSE}",
        f"Questo articolo è stato pubblicato originariamente su {HOUSE}",
        f"Publicado originalmente por {HOUSE}",
        f"Dit artikel verscheen eerder op {HOUSE}",
        f"Впервые опубликовано в {HOUSE}",
        f"Источник: {HOUSE}",
        f"הכתבה פורסמה לראשונה באתר {HOUSE}",
        f"מקור: {HOUSE}",
        f"نشر لأول مرة في {HOUSE}",
        f"المصدر: {HOUSE}",
        f"出典：{HOUSE}",
        f"来源：{HOUSE}",
    ],
)
def test_credits_come_in_many_wordings(line: str) -> None:
    linked = credited(f"<p>The ferries sail again.</p><p>{line}</p>")
    written = credited(f"<p>The ferries sail again.</p><p>{TAG.sub('', line)}</p>")

    assert linked == Origin("Harbour Post", "https://post.example/1")
    assert written == Origin("Harbour Post", None)


@pytest.mark.parametrize(
    "line",
    [
        'The post <a href="/1">Whales</a> first appeared on <a href="https://me.example">Me</a>.',
        'Originally published at <a href="https://www.me.example/2">www.me.example</a>.',
        "This story was first published by Me Daily.",
        "Source: me.example",
    ],
)
def test_a_site_that_credits_itself_credits_nobody(line: str) -> None:
    assert credited(f"<p>Text.</p><p>{line}</p>", "https://me.example/1", "Me Daily") is None


def test_the_credit_of_another_is_found_behind_one_s_own() -> None:
    markup = (
        f"<p>Republished from {HOUSE} under a licence.</p>"
        '<p>The post <a href="/1">Whales</a> first appeared on <a href="/">Me</a>.</p>'
    )

    assert credited(markup, "https://me.example/1", "Me") == Origin(
        "Harbour Post", "https://post.example/1"
    )


@pytest.mark.parametrize(
    "markup",
    [
        "<p>They flew via London to the islands of the north.</p>",
        "<figure><img src=a.jpg><p>Source: Harbour Post</p></figure>",
        "<p>Source: three people who were there and did not wish to be named said so.</p>",
        "<p>The seeds were reproduced in a laboratory.</p>",
    ],
)
def test_what_only_looks_like_a_credit_is_none(markup: str) -> None:
    assert credited(markup) is None
