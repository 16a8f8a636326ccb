"""Addresses on the web."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import UsageError
from mailer.feeds.urls import address_key, canonical, feed_url, host_of, web_url

BASE = "https://harbour.example/news/feed.xml"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://island.example/1", "https://island.example/1"),
        ("HTTP://Island.Example", "http://island.example/"),
        ("/1?a=b#c", "https://harbour.example/1?a=b#c"),
        ("story 1.html", "https://harbour.example/news/story%201.html"),
        ("//island.example/x", "https://island.example/x"),
        (" \n https://island.example/a\r\nb ", "https://island.example/ab"),
        ("https://reader:secret@island.example:8080/", "https://island.example:8080/"),
        ("https://trusted.example@evil.example/", "https://evil.example/"),
        (
            "https://münchen.example/straße?q=ä",
            "https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%A4",
        ),
        ('https://island.example/"><b>', "https://island.example/%22%3E%3Cb%3E"),
        ("https://[2001:db8::1]:8080/x", "https://[2001:db8::1]:8080/x"),
    ],
)
def test_an_address_is_made_whole_and_plain(text: str, address: str) -> None:
    assert web_url(text, BASE) == address


@pytest.mark.parametrize(
    "text",
    [
        None,
        "javascript:alert(1)",
        "JaVa\nScript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/hostname",
        "mailto:ines@harbour.example",
        "ftp://harbour.example/",
        "",
        "https://[::1",
        "https://harbour.example:port/",
        "https://harbour.example:99999/",
        "https://a b.example/",
        "https://\ud800.example/\ud800",
        "https://harbour.example/" + "x" * 2_000,
    ],
)
def test_what_does_not_lead_to_the_web_is_none(text: str | None) -> None:
    assert web_url(text, BASE) is None


def test_an_address_without_a_host_is_none() -> None:
    assert web_url("https://") is None
    assert web_url("/1") is None


@given(st.text(st.characters(exclude_categories=())))
def test_whatever_a_feed_writes_an_address_is_plain_ascii_or_none(text: str) -> None:
    address = web_url(text, BASE)

    assert address is None or (address.isascii() and set(address).isdisjoint(' <>"`\n'))


def test_a_feed_is_kept_without_its_fragment() -> None:
    assert feed_url(" https://harbour.example/feed.xml#top ") == "https://harbour.example/feed.xml"


@pytest.mark.parametrize("text", ["", "harbour.example", "file:///feed.xml", "feed.xml"])
def test_what_is_no_feed_address_is_refused_with_advice(text: str) -> None:
    with pytest.raises(UsageError, match="not a feed's address") as caught:
        feed_url(text)
    assert caught.value.help is not None


@pytest.mark.parametrize(
    "other",
    [
        "http://harbour.example/story",
        "https://www.harbour.example/story/",
        "https://harbour.example/story?utm_source=rss&utm_medium=feed&fbclid=x",
        "https://harbour.example/story#comments",
    ],
)
def test_two_links_to_one_page_compare_equal(other: str) -> None:
    assert canonical(other) == canonical("https://harbour.example/story")


def test_two_pages_do_not_compare_equal() -> None:
    pages = {"/?p=1", "/?p=2", "/a", "/A", "/a?page=2", "/?utm=1"}

    assert len({canonical(f"https://harbour.example{page}") for page in pages}) == len(pages)


def test_a_host_is_named_for_people() -> None:
    assert host_of("https://www.harbour.example:8080/x") == "www.harbour.example"


@pytest.mark.parametrize(
    "other",
    [
        "http://www.post.example/2026/ferries?id=3#comments",
        "https://m.post.example/2026/ferries?id=3",
        "https://mobile.post.example/2026/ferries/?id=3",
        "https://amp.post.example/2026/ferries?id=3",
        "https://post.example/2026/ferries/amp/?id=3",
        "https://post.example/amp/2026/ferries?id=3",
        "https://post.example/2026/ferries?amp=1&id=3",
        "https://post.example/2026/ferries?id=3&outputType=amp",
        "https://post-example.cdn.ampproject.org/c/s/post.example/2026/ferries?id=3",
        "https://www.google.com/amp/s/amp.post.example/2026/ferries?id=3",
        "https://post.example/2026/ferries/index.html?id=3",
        "https://post.example:443/2026/%66erries?id=3",
        "https://post.example/2026/ferries?utm_source=rss&utm_medium=feed&id=3&fbclid=x",
        "https://post.example/2026/ferries?id=3&ref=rss&source=feedburner&at_campaign=64",
        "https://post.example/2026/ferries;jsessionid=7F?id=3",
    ],
)
def test_one_page_has_one_address_however_it_is_linked_to(other: str) -> None:
    assert canonical(other) == canonical("https://post.example/2026/ferries?id=3")


@pytest.mark.parametrize(
    "other",
    [
        "https://post.example/2026/ferries?id=4",
        "https://post.example/2026/ferry?id=3",
        "https://city.post.example/2026/ferries?id=3",
        "https://post.example/2026/ferries?id=3&page=2",
        "https://post.example/2026/ferries?id=3&source=reuters",
        "https://m.io/2026/ferries?id=3",
        "https://post.example/lamp/2026/ferries?id=3",
    ],
)
def test_what_names_a_page_is_kept(other: str) -> None:
    assert canonical(other) != canonical("https://post.example/2026/ferries?id=3")


PARTS = st.sampled_from(
    ["amp", "index.html", "a", "b.amp", "b.amp.html", "", "%7e", "m.x.y", "amp/s", ";session=1"]
)


@given(
    st.sampled_from(["www.", "m.", "amp.", "www.m.", "en.m.", ""]),
    st.lists(PARTS, max_size=4),
    st.lists(st.sampled_from(["utm_x=1", "b=2", "a=", "amp=1", "ref=rss", "ref=7"]), max_size=3),
)
def test_the_plain_address_of_a_plain_address_is_itself(
    face: str, path: list[str], query: list[str]
) -> None:
    plain = canonical(f"https://{face}post.example/{'/'.join(path)}?{'&'.join(query)}")

    assert canonical(plain) == plain


def test_an_index_keeps_no_monstrous_address() -> None:
    long = f"https://post.example/{'x' * 900}"

    assert len(address_key(long)) < 100
    assert address_key(long) == address_key(f"{long}?utm_source=rss")
