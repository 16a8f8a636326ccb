"""What a reader is told in their language, and what happens where there are no words."""

import pytest

from mailer.errors import CatalogueError
from mailer.languages.catalogue import PSEUDO, catalogue, spoken
from mailer.languages.portable_object import Key, read, write

POLISH = [(1, "1 artykuł"), (3, "3 artykuły"), (5, "5 artykułów"), (22, "22 artykuły")]
ARABIC = [(1, "خبر واحد"), (2, "خبران"), (3, "3 أخبار"), (11, "11 خبرًا"), (100, "100 خبر")]


def test_twelve_languages_at_least_are_spoken() -> None:
    wanted = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "uk", "he", "ar", "ja"}

    assert wanted <= set(spoken())


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("de", "Abmelden"),
        ("de-AT", "Abmelden"),
        ("DE_at", "Abmelden"),
        ("en-GB", "Unsubscribe"),
        ("tlh", "Unsubscribe"),
        ("", "Unsubscribe"),
    ],
)
def test_a_tag_finds_its_language_or_english(tag: str, words: str) -> None:
    assert catalogue(tag).gettext("Unsubscribe") == words


@pytest.mark.parametrize(
    ("tag", "number", "words"),
    [("pl", *case) for case in POLISH] + [("ar", *case) for case in ARABIC],
)
def test_a_number_takes_the_form_its_language_has_for_it(tag: str, number: int, words: str) -> None:
    form = catalogue(tag).ngettext("%(num)s story", "%(num)s stories", number)

    assert form % {"num": number} == words


def test_a_message_without_words_stays_english() -> None:
    assert catalogue("de").gettext("Nobody translated this") == "Nobody translated this"
    assert catalogue("de").ngettext("one", "many", 2) == "many"


def test_the_pseudo_locale_marks_words_and_keeps_placeholders() -> None:
    marked = catalogue(PSEUDO).gettext("Hello %(name)s, 100%% sure")

    assert marked == "⟦Hélló %(name)s, 100%% šûré⟧".replace("ó", "ö")


def test_a_po_file_comes_back_as_it_was_written() -> None:
    entries = {
        Key(""): ("Language: pl\nPlural-Forms: nplurals=2; plural=n != 1;\n",),
        Key('A "quote"\tand a tab'): ("Cytat",),
        Key("May", "month"): ("maj",),
        Key("a", None, "as"): ("x", "y"),
    }

    assert read(write(entries, {})) == entries


@pytest.mark.parametrize("broken", ["nonsense", 'msgid "a', 'msgid "\\"', '"lost words"'])
def test_a_broken_file_is_named_with_its_line(broken: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read(f'msgid ""\nmsgstr ""\n\n{broken}\n', "xx.po")

    assert "languages/xx.po, line 4" in str(caught.value)
