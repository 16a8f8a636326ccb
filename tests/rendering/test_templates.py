"""What readers see, and what no feed can make them see."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from mailer import resources
from mailer.delivery.model import Notice
from mailer.errors import RenderError
from mailer.feeds.model import Article
from mailer.message.slots import fill
from mailer.rendering.model import Page, Slot
from mailer.rendering.plain_text import web_addresses, wrap
from mailer.rendering.stories import CorrectionLine
from mailer.rendering.templates import Templates
from tests.conftest import a_newsletter
from tests.rendering.samples import TEMPLATES, VALUES, a_page, a_view, an_article

HOSTILE = [
    "{{7*7}}",
    "{% for x in range(10**9) %}x{% endfor %}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\ue000leave_url\ue001",
    "\ue000\ue001",
    "]]><!--",
    "%(leave_url)s",
]


def links_of(html: str) -> list[str]:
    return [part.partition('"')[0] for part in html.split('href="')[1:]]


def test_a_digest_tells_its_stories_in_both_parts_in_the_same_order() -> None:
    page = fill(TEMPLATES.digest(a_view()), VALUES)

    titles = [story.title for story in a_view().stories]
    text = " ".join(page.text.replace("\n", " ").split())
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert all(title.replace("&", "&amp;") in page.html for title in titles)


def test_every_web_address_of_the_html_stands_in_the_text() -> None:
    page = fill(TEMPLATES.digest(a_view()), VALUES)

    missing = [
        link for link in links_of(page.html) if link.removeprefix("mailto:") not in page.text
    ]
    assert missing == []
    assert max(map(len, page.text.split("\n"))) <= 78 or "https://" in page.text


@pytest.mark.parametrize("words", HOSTILE)
def test_a_feeds_words_are_words_wherever_they_stand(words: str) -> None:
    hostile: Article = an_article(
        1, title=f"A {words} headline", summary=f"Some {words} summary.", author=words
    )
    page = fill(TEMPLATES.digest(a_view(hostile)), VALUES)

    assert "<script" not in page.html
    assert "<img" not in page.html
    assert "49" not in page.subject
    assert page.html.count("/leave/token") == 2
    assert page.text.count("/leave/token") == 2


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "//evil.example"])
def test_a_link_that_is_none_for_a_mail_is_left_out(url: str) -> None:
    page = fill(TEMPLATES.digest(a_view(an_article(1, url=url))), VALUES)

    assert all(link.startswith(("https:", "http:", "mailto:")) for link in links_of(page.html))


def test_an_edition_in_hebrew_is_written_from_right_to_left() -> None:
    newsletter = a_newsletter(language="he")
    page = TEMPLATES.digest(a_view(newsletter=newsletter, language="he"))

    assert '<html lang="he" dir="rtl"' in page.html
    assert 'dir="ltr" lang="en"' in page.html
    assert "<h2" in page.html
    assert "Top story" not in page.html + page.text


@pytest.mark.parametrize(
    ("language", "direction"),
    [("pa-Arab", "rtl"), ("ur-Latn-PK", "ltr"), ("prs-AF", "rtl"), ("pa", "ltr"), ("fa-IR", "rtl")],
)
def test_a_story_is_written_as_its_script_is(language: str, direction: str) -> None:
    page = TEMPLATES.digest(a_view(an_article(1, language=language)))

    assert f'dir="{direction}" lang="{language}"' in page.html


def test_light_and_dark_and_nothing_from_elsewhere() -> None:
    html = TEMPLATES.digest(a_view()).html

    assert "@media (prefers-color-scheme:dark)" in html.replace("@media(", "@media (")
    assert "[data-ogsc]" in html
    assert not any(mark in html for mark in ("<link", "@import", "<img", "url("))
    assert len(html) < 40_000


def test_a_mistake_in_a_template_names_its_file_and_line(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "confirm").mkdir()
    (folder / "confirm" / "subject.txt").write_text("Hello\n{{ nobody.here }}\n")

    with pytest.raises(RenderError) as caught:
        Templates(folder).notice(Notice.CONFIRM, a_newsletter(), "en")

    assert (caught.value.template, caught.value.line) == ("confirm/subject.txt", 2)


@pytest.mark.parametrize(
    "escape",
    [
        "{{ 'x' * 10**9 }}",
        "{{ 'x' * 2000000 }}",
        "{{ ''.__class__ }}",
        "{{ range(10**9) | list }}",
        "{{ newsletter.__init__ }}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(
    tmp_path_factory: pytest.TempPathFactory, escape: str
) -> None:
    folder = tmp_path_factory.mktemp("templates")
    (folder / "confirm").mkdir()
    (folder / "confirm" / "subject.txt").write_text(escape)

    with pytest.raises(RenderError):
        Templates(folder).notice(Notice.CONFIRM, a_newsletter(), "en")


def test_a_page_is_the_same_each_time() -> None:
    assert TEMPLATES.digest(a_view()) == TEMPLATES.digest(a_view())
    assert isinstance(TEMPLATES.digest(a_view()), Page)
    assert Slot.LEAVE_URL.marker in TEMPLATES.digest(a_view()).html


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_one_variant_has_for_itself_is_a_short_line(language: str) -> None:
    """Encoded lines are remembered: ten thousand variants must not need ten thousand long ones."""
    one, other = (
        a_page(language=language, preheader=f"Variant {number} of a long evening").html.split("\n")
        for number in (1, 2)
    )

    own = [line for line in other if line not in one]

    assert len(own) == 1
    assert len(own[0]) < 200


def test_who_got_what_was_wrong_reads_so_in_both_parts() -> None:
    lines = (
        CorrectionLine("Bridge <closed>", "It was another bridge.", None, withdrawn=True),
        CorrectionLine(
            "Batteries", "It was Saturday.", "https://lab.example.net/9", withdrawn=False
        ),
    )

    page = a_page(an_article(1), corrections=lines)

    for part in (page.html, page.text):
        assert "It has been withdrawn. It was another bridge." in " ".join(part.split())
        assert "https://lab.example.net/9" in part
        assert "Corrections" in part
    assert "Bridge &lt;closed&gt;" in page.html
    assert "Correction" not in a_page(an_article(1)).html


def test_a_digest_leads_to_the_owners_notice_in_both_parts() -> None:
    notice = "https://example.org/privacy"

    page = TEMPLATES.digest(replace(a_view(), privacy_url=notice))

    assert f'href="{notice}"' in page.html
    assert f"Privacy:\n{notice}\n" in page.text


def test_an_urgent_mail_says_why_it_did_not_wait() -> None:
    page = a_page(an_article(1), urgent=True)

    for part in (page.html, page.text):
        assert "Just in" in part
        assert "Top story" not in part
        assert "It will not be in your next digest." in " ".join(part.split())


def test_a_word_wider_than_a_phone_may_break() -> None:
    page = a_page(an_article(1, title="x" * 120, summary="y" * 120))

    runs = re.findall(r"[xy]+", page.html.partition("<h3")[2])
    assert max(map(len, runs)) <= 24
    assert "x" * 120 in page.text


def test_japanese_text_is_broken_between_characters_and_never_before_a_full_stop() -> None:
    lines = wrap("島々を結ぶ航路は、水曜日に再開する。" * 9).split("\n")

    assert all(len(line) <= 36 for line in lines)
    assert not any(line.startswith(("。", "、")) or line.endswith(" ") for line in lines)
    assert "".join(lines) == "島々を結ぶ航路は、水曜日に再開する。" * 9


def test_japanese_lines_join_without_a_space_and_latin_words_with_one() -> None:
    text = f"{'島' * 30}と Harbour Post が、{'島' * 40}と the harbour {'島' * 30}"

    lines = wrap(text, delsp=True).split("\n")

    assert all(line.endswith(" ") for line in lines[:-1])
    assert "".join(line[:-1] for line in lines[:-1]) + lines[-1] == text


def test_latin_words_in_japanese_text_stay_whole() -> None:
    text = f"{'島' * 34}Harbour Post が報じた"

    assert wrap(text) == f"{'島' * 34}\nHarbour Post が報じた"


def test_an_owners_file_stands_before_ours_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "digest").mkdir()
    (tmp_path / "digest" / "subject.txt").write_text("Hello: {{ digest.subject }}")
    (tmp_path / "_styles.css").write_text("h1 { color: #123456 }")
    ours = resources.folder("templates") / "email"

    page = Templates(ours, tmp_path).digest(a_view())

    assert page.subject.startswith("Hello: Ferry operators")
    assert "color:#123456" in page.html
    assert TEMPLATES.digest(a_view()).text == page.text


def test_a_mistake_of_an_owner_names_their_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "digest").mkdir()
    (tmp_path / "digest" / "body.txt").write_text("\n\n{{ digest.nothing }}")

    with pytest.raises(RenderError) as caught:
        Templates(resources.folder("templates") / "email", tmp_path).digest(a_view())

    assert (caught.value.template, caught.value.line) == ("digest/body.txt", 3)


@pytest.mark.parametrize("stories", [1, 2, 3, 4])
def test_both_parts_together_have_an_even_number_of_addresses(stories: int) -> None:
    """An odd one is a sign of spam to rspamd (URI_COUNT_ODD)."""
    page = TEMPLATES.digest(a_view(*(an_article(number) for number in range(1, stories + 1))))

    assert (web_addresses(page.html) + web_addresses(page.text)) % 2 == 0
