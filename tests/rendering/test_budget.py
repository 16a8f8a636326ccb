"""No mail is clipped: what is too much stands on the web."""

from dataclasses import replace

import pytest

from mailer.message.slots import fill
from mailer.rendering.budget import LARGEST, cut, cuts, fitted, weight
from mailer.rendering.model import Page
from mailer.rendering.stories import DigestView
from tests.conftest import a_newsletter
from tests.rendering.golden import digest, fifty, usual
from tests.rendering.samples import TEMPLATES, VALUES, an_article


def long_edition(stories: int) -> DigestView:
    """Return an edition of so many stories under headings of six."""
    articles = [
        an_article(number, url=f"https://post.example.net/2026/11/24/story-number-{number}")
        for number in range(1, stories + 1)
    ]
    places = ["", *(f"Section {number // 6}" for number in range(stories - 1))]
    return digest(articles, places, a_newsletter(max_stories=stories))


@pytest.mark.parametrize("stories", [10, 50, 200])
def test_a_mail_never_grows_too_large(stories: int) -> None:
    whole = long_edition(stories)

    view, page = fitted(whole, TEMPLATES.digest)

    assert len(fill(page, VALUES).html.encode()) <= LARGEST
    assert len(view.stories) + view.more == stories
    assert (summaries(view) == summaries(whole)) == (stories <= 50)
    assert (view == whole) == (stories == 10)
    assert (f"{view.more} more stories on the web" in page.text) == (stories == 200)
    assert [s.title for s in view.stories] == [s.title for s in whole.stories[: len(view.stories)]]


def test_as_little_is_cut_as_can_be() -> None:
    whole = long_edition(200)

    view, _ = fitted(whole, TEMPLATES.digest)

    steps = next(n for n in range(cuts(whole) + 1) if cut(whole, n) == view)
    assert weight(TEMPLATES.digest(cut(whole, steps - 1))) > LARGEST


def test_what_is_a_little_too_large_is_rendered_twice() -> None:
    whole = long_edition(12)
    weights: list[int] = []

    def weighed(view: DigestView) -> Page:
        page = TEMPLATES.digest(view)
        weights.append(weight(page))
        return page

    fitted(whole, weighed, weight(TEMPLATES.digest(whole)) - 1)

    assert len(weights) == 2
    assert weights[1] < weights[0]


def summaries(view: DigestView) -> list[str]:
    return [story.summary for story in view.stories]


def test_small_pictures_go_first_from_the_last_section_up() -> None:
    whole = usual()

    view = cut(whole, 1)

    assert summaries(view) == summaries(whole)
    assert [any(one.figure for one in part.stories) for part in view.sections] == [
        True,
        True,
        False,
    ]
    assert view.lead == whole.lead


def test_summaries_of_the_last_section_go_next() -> None:
    view = cut(usual(), 4)

    assert [bool(story.summary) for story in view.sections[-1].stories] == [False, False]
    assert all(story.summary for section in view.sections[:-1] for story in section.stories)
    assert view.more == 0


def test_then_stories_go_from_the_end_and_the_first_one_stays() -> None:
    whole = usual()

    assert [cut(whole, 6 + n).more for n in (0, 1, 11)] == [0, 1, 11]
    assert cut(whole, 7).brief == whole.brief[:2]
    assert cut(whole, cuts(whole)).stories == (whole.lead,)
    assert cut(whole, cuts(whole)).sections == ()


def test_one_enormous_story_is_sent_all_the_same() -> None:
    huge = replace(fifty(), preheader="x" * 90_000)

    view, _ = fitted(huge, TEMPLATES.digest)

    assert len(view.stories) == 1
