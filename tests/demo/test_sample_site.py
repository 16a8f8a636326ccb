"""The site: every row of the page that the product starts from is on it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from selectolax.lexbor import LexborHTMLParser

from mailer.demo.articles import Newsroom
from mailer.demo.sample_site import create_sample_site
from mailer.demo.serving import Served
from tests.demo.conftest import EVERY, FORM
from tests.fakes.clock import StandingClock

ARTICLE = "/island-notes/ferry-deal-after-nine-hours"


def texts(page: str, selector: str) -> list[str]:
    return [node.text(strip=True) for node in LexborHTMLParser(page).css(selector)]


def test_an_article_has_all_that_the_example_page_has(site: FlaskClient) -> None:
    page = site.get(ARTICLE).text

    assert texts(page, "[data-theme-switch]") == ["Dark Mode"]
    assert texts(page, ".nl--box h2") == ["Stay updated with the latest news!"]
    assert texts(page, ".nl--bar h2") == ["Keep Up to Date with the Most Important News"]
    assert texts(page, ".credit a") == ["www.harbourpost.example"]
    assert "(credit: Tomas Reed / Harbour Post)" in texts(page, "figcaption")[0]
    assert texts(page, ".beside small") == ["Previous post"]
    assert texts(page, ".comments h2") == ["Leave a Comment"]
    assert texts(page, ".share b") == ["Share this:"]
    assert texts(page, ".social b") == ["Follow us"]


def test_the_box_stands_in_the_middle_of_the_text(site: FlaskClient) -> None:
    kinds = [
        "box" if "nl--box" in (node.attributes.get("class") or "") else "text"
        for node in LexborHTMLParser(site.get(ARTICLE).text).css(".story > p, .story > .nl--box")
    ]

    assert "text" in kinds[: kinds.index("box")]
    assert "text" in kinds[kinds.index("box") :]


@pytest.mark.parametrize("path", ["/", ARTICLE, "/harbour-post/"])
def test_the_forms_post_to_another_origin_without_a_script(path: str, site: FlaskClient) -> None:
    forms = LexborHTMLParser(site.get(path).text).css(".nl form")

    assert forms
    for form in forms:
        assert form.attributes["method"] == "post"
        assert form.attributes["action"] == "http://127.0.0.1:8080/subscribe/strait"
        (field,) = form.css("input[type=email]")
        assert field.attributes["name"] == "email"


def test_the_front_page_has_the_script_form_and_works_without(site: FlaskClient) -> None:
    page = LexborHTMLParser(site.get("/").text)

    (host,) = page.css("[data-newsletter=strait]")
    (link,) = host.css("a")
    assert link.attributes["href"] == "http://127.0.0.1:8080/subscribe/strait"
    assert page.css("script[src='http://127.0.0.1:8080/embed.js']")


def test_a_section_has_the_form_in_a_frame(site: FlaskClient) -> None:
    (frame,) = LexborHTMLParser(site.get("/harbour-post/").text).css("iframe")

    assert frame.attributes["src"] == (
        "http://127.0.0.1:8080/embed/strait?variant=inline&scheme=auto"
    )


def test_every_story_has_a_page_and_every_picture_is_there(
    site: FlaskClient, newsroom: Newsroom, clock: StandingClock
) -> None:
    clock.advance(EVERY * 20)

    for story in newsroom.published(clock.now()):
        page = site.get(story.path)
        assert page.status_code == 200, story.path
        for image in LexborHTMLParser(page.text).css("img"):
            answer = site.get(urlsplit(image.attributes["src"] or "").path)
            assert answer.content_type == "image/png"


def test_previous_and_next_lead_through_a_whole_section(
    site: FlaskClient, newsroom: Newsroom, clock: StandingClock
) -> None:
    stories = [s for s in newsroom.published(clock.now()) if s.outlet.slug == "harbour-post"]
    place, seen = stories[0].path, [stories[0].path]
    while back := LexborHTMLParser(site.get(place).text).css_first("[rel=prev]"):
        place = str(back.attributes["href"])
        seen.append(place)

    assert seen == [story.path for story in stories]


@pytest.mark.parametrize(
    "path",
    [
        "/harbour-post/nothing",
        "/nobody/",
        "/pictures/harbour-post/nothing.png",
        "/pictures/harbour-post/school-lunch-quiet-reform.png",
    ],
)
def test_what_is_not_there_is_not_found(path: str, site: FlaskClient) -> None:
    assert site.get(path).status_code == 404


def test_a_comment_is_thanked_for_and_thrown_away(site: FlaskClient) -> None:
    answer = site.post("/comment", data={"comment": "<b>First!</b>"})

    assert "thrown away" in answer.text
    assert "First!" not in answer.text


@pytest.fixture
def page(browser: Browser, newsroom: Newsroom, clock: StandingClock) -> Iterator[Page]:
    with Served(create_sample_site(newsroom, clock, FORM)) as served:
        opened = browser.new_page(base_url=served.url, color_scheme="light")
        opened.goto(ARTICLE)
        yield opened
        opened.close()


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.mark.browser
def test_the_theme_switch_turns_the_page_dark_and_is_remembered(page: Page) -> None:
    light = background(page)

    page.get_by_role("button", name="Dark Mode").click()
    dark = background(page)
    page.goto("/")

    assert light == "rgb(244, 242, 236)"
    assert dark == "rgb(16, 18, 20)"
    assert background(page) == dark
    assert page.get_by_role("button", name="Light Mode").is_visible()


@pytest.mark.browser
def test_a_form_in_a_frame_is_told_the_scheme(page: Page) -> None:
    page.goto("/harbour-post/")
    frame = page.locator("iframe")
    assert "scheme=auto" in str(frame.get_attribute("src"))

    page.get_by_role("button", name="Dark Mode").click()

    assert "scheme=dark" in str(frame.get_attribute("src"))


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 375, 768])
def test_nothing_runs_over_the_side_of_a_small_screen(width: int, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 700})

    for path in ("/", ARTICLE, "/harbour-post/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
