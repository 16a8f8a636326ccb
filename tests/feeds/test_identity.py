"""What makes an article the same one when it is told again."""

from mailer.feeds.identity import LONGEST, identity


def test_a_feeds_own_id_is_taken_as_it_is() -> None:
    assert identity("Tag:Harbour,2026:%7e1", "https://harbour.example/1", "T", "") == (
        "Tag:Harbour,2026:%7e1"
    )


def test_without_an_id_the_address_counts_without_what_tracks_readers() -> None:
    first = identity("", "http://www.harbour.example/1?utm_source=rss", "Title", "Text")
    again = identity("", "https://harbour.example/1/", "Another title", "Another text")

    assert first == again
    assert first != identity("", "https://harbour.example/2", "Title", "Text")


def test_with_neither_the_words_count() -> None:
    assert identity("", None, "Title", "Text") == identity("", None, "Title", "Text")
    assert identity("", None, "Title", "Text") != identity("", None, "Title", "Other")


def test_a_monstrous_id_still_fits_an_index() -> None:
    long = "x" * (LONGEST + 1)

    assert len(identity(long, None, "", "")) <= LONGEST
    assert identity(long, None, "", "") != identity(long + "y", None, "", "")
    assert len(identity("", f"https://harbour.example/{long}", "", "")) <= LONGEST
