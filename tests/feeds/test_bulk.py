"""Entries that would cost the others leave a document before it is parsed."""

import pytest

from mailer.errors import FormatError
from mailer.feeds.bulk import LONGEST_ENTRY, LONGEST_TEXT, without_bulk

HEAD, END = "<rss><channel><title>A</title>", "</channel></rss>"
URL = "https://harbour.example/feed.xml"
BUSY = f"<item><a {' '.join(f'a{n}=1' for n in range(2_000))}/></item>"


def slim(*items: str, most: int = 10) -> str:
    return without_bulk(HEAD + "".join(items) + END, URL, most)


def test_a_document_without_bulk_is_left_as_it_is() -> None:
    items = [f"<item><title>{n}</title></item>" for n in range(3)]

    assert slim(*items) == HEAD + "".join(items) + END


@pytest.mark.parametrize("where", [0, 1, 2])
def test_a_busy_entry_alone_is_left_out(where: int) -> None:
    items = ["<item>1</item>", "<item>2</item>"]

    assert slim(*items[:where], BUSY, *items[where:]) == HEAD + "".join(items) + END


def test_when_nothing_else_is_there_the_reason_is_told() -> None:
    with pytest.raises(FormatError, match="more than 1,000 attributes"):
        slim(BUSY)
    with pytest.raises(FormatError, match="an entry in it is longer"):
        slim("<item>" + "<b>" * LONGEST_ENTRY + "</item>")
    with pytest.raises(FormatError, match="before its first entry"):
        without_bulk("<" * 1_000_000, URL, 10)


def test_the_first_so_many_entries_are_kept() -> None:
    assert slim("<entry>1</entry>", "<entry>2</entry>", most=1) == f"{HEAD}<entry>1</entry>{END}"


def test_pictures_inside_leave_and_words_stay() -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 500_000}"/>'

    assert slim(f"<item>{picture}word</item>") == f'{HEAD}<item><img src="data:,"/>word</item>{END}'


@pytest.mark.parametrize(
    ("begin", "end"), [("<description>", "</description>"), ("<d><![CDATA[", "]]></d>")]
)
def test_a_very_long_text_is_cut_and_what_follows_it_stays(begin: str, end: str) -> None:
    text = "word " * 100_000

    kept = slim(f"<item>{begin}{text}{end}<link>x</link></item>")

    assert f"{begin}word word" in kept
    assert f"{end}<link>x</link></item>" in kept
    assert len(kept) < LONGEST_TEXT + 1_000


def test_no_half_reference_is_left_at_a_cut() -> None:
    text = "x" * (LONGEST_TEXT - 2) + "&amp;" + "x" * 10

    assert "&" not in slim(f"<item>{text}</item>")
