"""Documents read in a process of their own: as good as in ours, and none hangs or kills it."""

import html
import json
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailer.errors import FormatError
from mailer.feeds.parse import parse_document
from mailer.feeds.reader import Reader
from tests.feeds.samples import an_item, an_rss

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
URL = "https://harbour.example/feed.xml"
FILES = sorted((Path(__file__).parents[1] / "data" / "feeds").glob("*.*[!n]"))

BOMB = (
    "<!DOCTYPE b ["
    + '<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
)
HOSTILE = {
    "billion laughs": f"{BOMB}]><rss><channel><title>&a9;</title></channel></rss>",
    "five megabytes of <": "<rss>" + "<" * 5_000_000,
    "five megabytes of &": "<rss><channel><title>" + "&" * 5_000_000,
    "200,000 open tags": "<rss>" + "<a>" * 200_000,
    "100,000 attributes": "<rss " + " ".join(f"a{n}='{n}'" for n in range(100_000)) + "/>",
    "100,000 items": an_rss(*["<item><title>a</title></item>"] * 100_000).decode(),
    "a million open brackets": '{"version": "https://jsonfeed.org/version/1", "items": '
    + "[" * 10**6,
    "deep html": an_rss(an_item(description="&lt;div&gt;" * 100_000)).decode(),
    "one long word": an_rss(an_item(description="a" * 4_000_000)).decode(),
    "a long title": an_rss(an_item(title="a. " * 1_000_000)).decode(),
}

# Markup of one entry that keeps a parser busy: each was seen to take seconds, or the memory.
BUSY = {
    "signs": "&" * 1_000_000,
    "brackets": "<" * 1_000_000,
    "attributes": "<a " + " ".join(f"a{n}='{n}'" for n in range(100_000)) + ">x</a>",
    "nested formats": ("<b>" * 150 + "<div>" * 40 + "</b>" * 150 + "</div>" * 40) * 500,
    "formats over paragraphs": "<i>" * 180 + "<p>x</p>" * 100_000,
    "paragraphs": "<p>x</p>" * 120_000,
    "breaks": "x<br><br>" * 110_000,
    "open items": "<li>x" * 190_000,
    "ideographs": "\u65e5" * 1_000_000,
    "comments": "<!--" * 250_000,
    "marks": "!?" * 500_000,
    "a picture": '<img src="data:image/png;base64,' + "A" * 2_000_000 + '"> A ferry sails.',
}
PLACES = ("title", "description", "content:encoded")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as one:
        yield one


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_feed_says_the_same_in_there(reader: Reader, file: Path) -> None:
    body = file.read_bytes()

    assert reader.read(body, url=URL, now=NOW) == parse_document(body, url=URL, now=NOW)


@pytest.mark.parametrize("encoding", ["gb18030", "shift_jis", "koi8-r", "windows-1255", "utf-16"])
def test_every_charset_is_known_in_there(reader: Reader, encoding: str) -> None:
    body = an_rss(title="海 море ים"[:1] if encoding in {"gb18030", "shift_jis"} else "A")
    text = body.decode().replace("utf-8", encoding)

    told = reader.read(text.encode(encoding), url=URL, now=NOW)

    assert told.title == parse_document(text.encode(encoding), url=URL, now=NOW).title


@pytest.mark.parametrize("name", ["mbcs", "dbcs", "oem", "zlib", "idna", "no-such-one", "x" * 40])
def test_what_is_no_charset_of_ours_is_not_looked_for(reader: Reader, name: str) -> None:
    body = an_rss().replace(b"utf-8", name.encode())

    assert reader.read(body, url=URL, now=NOW).title == "Harbour Post"


def test_what_is_no_feed_is_told_as_it_is_here(reader: Reader) -> None:
    with pytest.raises(FormatError, match="web page"):
        reader.read(b"<!doctype html><title>a</title>", url=URL, now=NOW)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_costs_itself_and_not_the_next(reader: Reader, name: str) -> None:
    with suppress(FormatError):
        reader.read(HOSTILE[name].encode(), url=URL, now=NOW)

    assert reader.read(an_rss(), url=URL, now=NOW).title == "Harbour Post"


def test_a_folder_that_changes_around_it_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Reader() as reader:
        first = reader.read(an_rss(), url=URL, now=NOW)
        os.utime(tmp_path, (0, 0))  # as a database does that makes and removes its journal

        assert reader.read(an_rss(), url=URL, now=NOW) == first


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", BUSY)
def test_a_hostile_entry_costs_none_of_the_others(reader: Reader, name: str, place: str) -> None:
    bad = an_item(2, **{place: html.escape(BUSY[name], quote=False)})

    told = reader.read(an_rss(an_item(1), bad, an_item(3)), url=URL, now=NOW)

    assert {"Story 1", "Story 3"} <= {draft.title for draft in told.drafts}
    assert "What happened in story 3 is told here." in told.drafts[-1].summary


def test_an_entry_with_a_picture_inside_keeps_its_words(reader: Reader) -> None:
    bad = an_item(1, description=html.escape(BUSY["a picture"]))

    assert reader.read(an_rss(bad), url=URL, now=NOW).drafts[0].summary == "A ferry sails."


def test_ten_busy_entries_still_leave_their_headlines(reader: Reader) -> None:
    busy = "<b>" * 150 + "<div>" * 40 + "</b>" * 150 + "</div>" * 40
    items = [an_item(n, description=html.escape(busy * 40)) for n in range(10)]

    assert len(reader.read(an_rss(*items), url=URL, now=NOW).drafts) == 10


def test_a_document_can_neither_open_a_file_nor_call_anybody(
    reader: Reader, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.01)
        place = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        for target in (secret.as_uri(), place):
            body = (
                f'<!DOCTYPE r [<!ENTITY x SYSTEM "{target}">]><rss version="2.0"><channel>'
                "<title>&x;</title><item><title>a</title></item></channel></rss>"
            )
            told = reader.read(body.encode(), url=URL, now=NOW)
            assert "secret" not in json.dumps(told.title)
        for path in (str(secret), place):
            with pytest.raises(FormatError):
                reader.read(path.encode(), url=URL, now=NOW)
        with pytest.raises(TimeoutError):
            canary.accept()
