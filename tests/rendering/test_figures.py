"""Which stories are shown with a picture, and what is said of it."""

from dataclasses import replace

import pytest

from mailer.feeds.model import Article
from mailer.pictures.model import Crop, Illustration
from mailer.rendering.figures import HEAVIEST, MOST, Figure, figure, placed
from tests.conftest import a_newsletter
from tests.rendering.golden import digest, illustrations
from tests.rendering.samples import TEMPLATES, a_layout, a_view, an_article

ALL = [an_article(number, image_url=f"https://x.example/{number}") for number in range(1, 13)]


def heavier(made: list[Illustration], size: int) -> list[Illustration]:
    return [replace(one, picture=replace(one.picture, size=size)) for one in made if one.picture]


def told(article: Article, crop: Crop = Crop.LEAD) -> Figure:
    return figure(article, crop, "https://news.example.org/pictures/a.jpg", "Harbour Post")


def test_the_lead_has_a_large_one_and_two_of_each_section_small_ones() -> None:
    shown = placed(a_layout(ALL), illustrations(ALL))

    assert [shown[key].key for key in shown] == ["1-lead", "2-thumb", "3-thumb", "5-thumb",
                                                 "6-thumb", "8-thumb", "9-thumb"]  # fmt: skip


def test_a_story_without_a_picture_leaves_its_place_to_the_next() -> None:
    made = [one for one in illustrations(ALL) if one.article_id not in {1, 2}]

    assert list(placed(a_layout(ALL), made)) == [3, 4, 5, 6, 8, 9]


def test_a_mail_has_a_budget_for_all_of_its_pictures() -> None:
    made = heavier(illustrations(ALL), HEAVIEST // 3)

    assert len(placed(a_layout(ALL), made)) == 3 < MOST


@pytest.mark.parametrize(
    ("alt", "caption", "shown"),
    [
        ("Crews on a quay", "Northhaven on Monday.", "Crews on a quay"),
        ("Northhaven on Monday", "Northhaven on Monday.", ""),
        ("Ferry operators and unions agree a deal after nine hours of talks", None, ""),
        (None, None, ""),
    ],
)
def test_an_alt_text_does_not_repeat_what_stands_beside_it(
    alt: str | None, caption: str | None, shown: str
) -> None:
    assert told(an_article(1, image_alt=alt, image_caption=caption)).alt == shown


def test_a_picture_without_a_credit_is_its_publishers() -> None:
    assert told(an_article(4)).credit == "Harbour Post"
    assert told(an_article(2)).credit == "Anna Kruze"


def test_what_an_outlet_says_of_its_picture_cannot_leave_its_place() -> None:
    hostile = '"><script>alert(1)</script>'
    article = an_article(1, image_alt=hostile, image_caption=f"x {hostile}", image_credit=hostile)
    view = a_view(article)
    lead = view.lead
    assert lead is not None
    page = TEMPLATES.digest(replace(view, lead=replace(lead, figure=told(article))))

    assert "<script" not in page.html
    assert page.html.count("<img") == 1


def test_a_picture_leads_where_its_headline_does_and_is_read_out_once() -> None:
    view = a_view(an_article(2))
    lead = view.lead
    assert lead is not None
    page = TEMPLATES.digest(replace(view, lead=replace(lead, figure=told(an_article(2)))))

    assert f'<a href="{lead.url}" aria-hidden="true" tabindex="-1"' in page.html
    assert 'width="552" height="310"' in page.html
    assert "Photo: Anna Kruze" in page.html.replace("\xa0", " ").replace("&nbsp;", " ")
    assert "Photo" not in page.text


@pytest.mark.parametrize(
    ("caption", "between"),
    [
        ("Crews return to the quay", "&emsp; "),
        ("Crews return to the quay.", " "),
        ("“We sail.”", " "),
        ("Does it sail?", " "),
        ("The ferry “Vella”", "&emsp; "),
    ],
)
def test_a_credit_stands_apart_from_a_caption_that_is_no_sentence(
    caption: str, between: str
) -> None:
    lead = an_article(1, image_caption=caption, image_credit="Reed")

    page = TEMPLATES.digest(digest([lead], [""], a_newsletter()))

    assert f"{caption}</span>{between}Photo:&nbsp;Reed" in page.html.replace("\u2003", "&emsp;")


def test_who_is_known_by_a_host_alone_is_named_without_www() -> None:
    story = an_article(1, author="Ada", original_publisher="www.strait.example")

    assert digest([story], [""], a_newsletter()).stories[0].byline == "Ada, strait.example"
