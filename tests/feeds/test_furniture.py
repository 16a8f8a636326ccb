"""What stands in an article's text and is not the article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.feeds.furniture import is_furniture, paragraphs
from mailer.feeds.text import bounded, one_line

TEXT = "Sailings between the islands resume on Wednesday under a two-year agreement."
PARTS = [
    "<p>", "</p>", "<div class='share' id='b'>", "</div>", "<figure class='caption'>", "</figure>",
    "<a href='/1'>Read more", "</a>", "<br>", "<svg>", "</svg>", "<table><tr><td>", "<b>", "word ",
    "<nav id='comments'>", "</nav>", "<template>", "</template>", "<form>", "<li>", "<h2>", "\n",
]  # fmt: skip


@pytest.mark.parametrize(
    "furniture",
    [
        "<p>Stay updated with the latest news! Subscribe to The Harbour Brief</p>",
        "<p>Keep Up to Date with the Most Important News</p>",
        "<p>Subscribe to our newsletter.</p>",
        "<p>Sign up for the morning briefing.</p>",
        "<p>Get the latest stories delivered to your inbox.</p>",
        "<p>Join 12,000 subscribers.</p>",
        "<p>Follow us on every network.</p>",
        "<p>Share this: <a href='/x'>X</a></p>",
        "<p><a href='/1'>Read more &rarr;</a></p>",
        "<p><a href='/1'>Continue reading <span>Ferries sail</span></a></p>",
        "<p>The post <a href='/1'>Will they? Yes.</a> appeared first on <a href='/'>Post</a>.</p>",
        "<p>This article was originally published at www.citydesk.example.</p>",
        "<p>This story first appeared in the City Desk.</p>",
        "<p><em>Harbour Post Staff contributed to this story.</em></p>",
        "<p>Additional reporting by Omar Haddad.</p>",
        "<p>By Ines Calder</p>",
        "<p>By Ines Calder and Tomas Reed</p>",
        "<p>The boat at dawn. (photo credit: Tomas Reed)</p><p></p>",
        "<figure><img src='/1.jpg'><figcaption>The boat (credit: Tomas Reed)</figcaption></figure>",
        "<div class='wp-caption'><img src='/1.jpg'><p>The boat at dawn</p></div>",
        "<p>Photo: Tomas Reed</p>",
        "<p>Advertisement</p>",
        "<p>Related: School lunches change</p>",
        "<ul class='related-posts'><li>School lunches change quietly</li></ul>",
        "<nav><a href='/'>Home</a> <a href='/news'>News</a></nav>",
        "<p>Previous post: Lunches</p><p>Next post: Chess</p>",
        "<div id='comments'><h3>4 comments</h3><p>What a day it was!</p></div>",
        "<p>Leave a Reply</p><p>Your email address will not be published.</p>",
        "<form><label>Your address</label><input><button>Subscribe</button></form>",
        "<p>Filed under: Islands</p><p>© 2026 Harbour Post</p>",
        "<h2>What we know</h2>",
        "<script>var subscribe = 1;</script><style>p{}</style>",
    ],
)
def test_furniture_goes_and_the_article_stays(furniture: str) -> None:
    told = paragraphs(f"{furniture}<p>{TEXT}</p>{furniture}")

    assert [line for line in told if "(photo credit" not in line] == [TEXT]


@pytest.mark.parametrize(
    "sentence",
    [
        "Subscribers to the ferry service may ask for their money back.",
        "Share prices fell by a third.",
        "Follow-up talks begin on Monday.",
        "The post office will close at noon.",
        "Photographers were kept away.",
        "The report was published by the ministry.",
        "By Wednesday the boats will sail.",
        "More than forty schools took part.",
        "Comments by the minister made it worse.",
        "Next year the contract ends.",
        "Tags on sheep are to be electronic.",
        "Read aloud, the verdict took an hour.",
        "Signs of life were seen.",
        "Join the dots and a pattern appears.",
    ],
)
def test_news_that_sounds_like_furniture_stays(sentence: str) -> None:
    assert not is_furniture(sentence)
    assert paragraphs(f"<p>{sentence}</p>") == [sentence]


def test_a_box_that_holds_most_of_the_text_is_the_article() -> None:
    assert paragraphs(f"<div class='newsletter-content'><p>{TEXT}</p></div>") == [TEXT]


def test_blocks_and_double_line_breaks_divide_paragraphs() -> None:
    markup = "One <b>two</b>\nthree.<br><br>Four<br>five.<div>Six.<p>Seven.</p>Eight.</div>"

    assert paragraphs(markup) == ["One two three.", "Four five.", "Six.", "Seven.", "Eight."]


@pytest.mark.parametrize("markup", ["", " ", "<p></p>", "<!-- -->", "<img src=x>"])
def test_nothing_is_no_paragraph(markup: str) -> None:
    assert paragraphs(markup) == []


def test_boxes_in_boxes_are_taken_out_without_touching_freed_memory() -> None:
    box = "<div class='share' id='share'><figure class='caption'><svg><svg></svg></svg>"

    for _ in range(50):
        told = paragraphs(f"<p>{TEXT}</p>" + f"{box}<nav><form><nav>x" * 8 + "</div>" * 8)
        assert told[0] == TEXT


@given(st.lists(st.sampled_from(PARTS), max_size=30).map("".join))
def test_whatever_is_nested_in_whatever_only_lines_come_out(markup: str) -> None:
    assert all(line == one_line(line) != "" for line in paragraphs(bounded(markup)))
