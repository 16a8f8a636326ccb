"""Lists of feeds, in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import FormatError
from mailer.feeds.opml import Outline, read_opml, write_opml

LIST = b"""<?xml version="1.0"?><opml version="1.0"><head><title>Mine</title></head><body>
<outline text="World"><outline text="Post" type="rss" xmlUrl="https://post.example/feed"/>
<outline title="Again" xmlurl="https://post.example/feed"/></outline>
<outline text="Loose" XMLURL="http://loose.example/rss"/><outline text="no address"/>
<outline text="bad" xmlUrl="javascript:alert(1)"/></body></opml>"""
LETTERS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=20)


def test_folders_become_sections_and_each_feed_is_there_once() -> None:
    assert read_opml(LIST, "list") == [
        Outline("https://post.example/feed", "Post", "World"),
        Outline("http://loose.example/rss", "Loose", None),
    ]


@given(st.lists(st.tuples(LETTERS, st.one_of(st.none(), st.sampled_from(["World", "City & Co"])))))
def test_what_is_written_is_read_again(told: list[tuple[str, str | None]]) -> None:
    outlines = [
        Outline(f"https://a.example/{number}", "".join(title.split()) or "a", section)
        for number, (title, section) in enumerate(told)
    ]

    found = read_opml(write_opml("Mine", outlines), "list")

    assert {one.url: one.section for one in found} == {one.url: one.section for one in outlines}


ENTITIES = '<!DOCTYPE a [<!ENTITY b "c">]><opml/>'


def test_a_list_in_wide_characters_is_read() -> None:
    declared = LIST.decode().replace("?>", ' encoding="utf-16"?>', 1)

    assert read_opml(declared.encode("utf-16"), "list") == read_opml(LIST, "list")


@pytest.mark.parametrize(
    "body",
    [b"", b"<rss/>", b"not xml", ENTITIES.encode(), ENTITIES.encode("utf-16"), b"\xff\xfe"],
)
def test_what_is_no_list_is_told_in_a_line(body: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        read_opml(body, "list")
    assert "\n" not in caught.value.reason
