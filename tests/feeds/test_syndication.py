"""Whose piece it really is."""

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
        f"via {HOUSE}",
    ],
)
def test_credits_come_in_many_wordings(line: str) -> None:
    found = credited(f"<p>The ferries sail again.</p><p>{line}</p>")

    assert found == Origin("Harbour Post", "https://post.example/1")


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
