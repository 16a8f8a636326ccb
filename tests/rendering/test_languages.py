"""Mails in every language, and no English where nobody put it."""

import re
from dataclasses import astuple, is_dataclass
from html import unescape

import pytest

from mailer.languages.catalogue import PSEUDO, spoken
from mailer.message.slots import fill
from mailer.rendering.stories import CorrectionLine, DigestView
from tests.rendering.samples import TEMPLATES, VALUES, a_page, a_view, an_article

MARKED = re.compile("⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[A-Za-z]{2,}")
WRONG = (
    CorrectionLine("Bridge closed", "Another one.", None, withdrawn=True),
    CorrectionLine("Batteries", "", "https://lab.example.net/9", withdrawn=False),
)


def words_of(view: DigestView) -> set[str]:
    """Return every word of the stories, the newsletter and the reader: data, not ours."""
    found: set[str] = set()

    def look(value: object) -> None:
        if isinstance(value, str):
            found.update(WORD.findall(value))
        elif isinstance(value, tuple | list):
            for inner in value:
                look(inner)
        elif is_dataclass(value) and not isinstance(value, type):
            look(astuple(value))

    look((view, *VALUES.values()))
    return found


def english_in(text: str, view: DigestView) -> set[str]:
    """Return the words that neither were handed to translators nor are data."""
    while MARKED.search(text):
        text = MARKED.sub(" ", text)
    return set(WORD.findall(text)) - words_of(view)


@pytest.mark.parametrize("urgent", [False, True])
def test_every_word_of_a_digest_was_handed_to_translators(*, urgent: bool) -> None:
    view = a_view(an_article(1), an_article(2), an_article(11), language=PSEUDO)
    page = fill(a_page(an_article(1), language=PSEUDO, urgent=urgent, corrections=WRONG), VALUES)
    body = page.html.partition("<body")[2].partition(">")[2]
    visible = unescape(re.sub(r"<[^>]*>|<!--.*?-->", " ", body))

    data = {*words_of(a_view(an_article(1))), "Bridge", "closed", "Another", "one", "Batteries"}
    data |= {"unsubscribe", "preferences"}  # places on a page, in its address
    assert english_in(visible, view) - data - {"https", "lab", "example"} == set()
    assert english_in(page.text, view) - data - {"https", "lab", "example"} == set()


@pytest.mark.parametrize("language", spoken())
def test_a_digest_comes_in_every_language(language: str) -> None:
    page = fill(TEMPLATES.digest(a_view(language=language)), VALUES)

    assert f'<html lang="{language}"' in page.html
    assert "%(" not in page.html + page.text
    assert ("Unsubscribe" in page.html) == (language == "en")
    assert ("Originally" in page.text) == (language == "en")
