"""What is read from a message's bytes, and how the box keeps its bounds."""

from datetime import UTC, datetime
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.inbox.letters import Letter, Letterbox, links_in_text, read_letter
from tests.fakes.clock import StandingClock
from tests.inbox.conftest import a_message

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def letter(source: bytes, clock: StandingClock) -> Letter:
    return read_letter(1, clock.now(), "a@example.org", ("b@example.org",), source)


def test_both_parts_headers_and_links_are_read(clock: StandingClock) -> None:
    read = letter(a_message(Subject="Ünder the börder").as_bytes(), clock)

    assert read.subject == "Ünder the börder"
    assert read.header("to") == "ada@example.org"
    assert "<h1>The tide turns</h1>" in (read.html or "")
    assert read.text == "The tide turns: https://news.example.org/tide.\n"
    assert read.links == ("https://news.example.org/tide",)


def test_a_plain_message_has_no_html(clock: StandingClock) -> None:
    read = letter(b"Subject: Hello\r\n\r\nOne\r\nTwo\r\n", clock)

    assert read.html is None
    assert read.text == "One\nTwo\n"


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Type: text/plain; charset=no-such-charset",
        b"Content-Type: =?utf-8?q?",
        b"Content-Type: multipart/alternative",
        b"Content-Transfer-Encoding: base64",
        b"From: <<<>>>@",
        b"To: \xff\xfe, =?x?q?=ff?=",
        b"Subject: =?utf-8?b?%%%?=",
        b"Date: never",
        b"Message-ID: <",
    ],
)
def test_a_broken_message_is_kept_and_shown_as_it_came(
    headers: bytes, clock: StandingClock
) -> None:
    source = headers + b"\r\n\r\nThe body"

    read = letter(source, clock)

    assert read.source == source
    assert read.headers


@given(st.binary(max_size=400))
def test_no_bytes_at_all_stop_a_letter_from_being_read(source: bytes) -> None:
    assert read_letter(1, NOON, "", (), source).size == len(source)


def test_the_text_part_gives_links_without_the_sentences_own_marks() -> None:
    text = "See https://a.example/x?y=1. Or (http://b.example/z), <https://c.example>"

    assert links_in_text(text) == [
        "https://a.example/x?y=1",
        "http://b.example/z",
        "https://c.example",
    ]


def test_one_click_needs_both_headers_and_a_web_address(clock: StandingClock) -> None:
    offered = {"List_Unsubscribe": "<mailto:out@example.org>, <https://example.org/leave/x>"}
    post = {"List_Unsubscribe_Post": "List-Unsubscribe=One-Click"}

    whole = letter(a_message(**offered, **post).as_bytes(), clock)
    without_post = letter(a_message(**offered).as_bytes(), clock)
    by_mail_only = letter(
        a_message(List_Unsubscribe="<mailto:out@example.org>", **post).as_bytes(), clock
    )

    assert whole.one_click == "https://example.org/leave/x"
    assert without_post.one_click is None
    assert by_mail_only.one_click is None


def test_the_newest_letter_stands_first(clock: StandingClock) -> None:
    box = Letterbox(clock)
    for number in range(3):
        box.put("", (), b"Subject: %d\r\n\r\n" % number)

    assert [each.subject for each in box.all()] == ["2", "1", "0"]
    assert [each.id for each in box.all()] == [3, 2, 1]
    assert box.all()[0].received_at == clock.now()


def test_the_oldest_letters_make_room_by_number(clock: StandingClock) -> None:
    box = Letterbox(clock, most_letters=2)
    for _ in range(3):
        box.put("", (), b"Subject: x\r\n\r\n")

    assert [each.id for each in box.all()] == [3, 2]
    assert box.get(1) is None


def test_the_oldest_letters_make_room_by_size_but_never_the_newest(clock: StandingClock) -> None:
    box = Letterbox(clock, most_bytes=100)
    box.put("", (), b"a" * 60)
    box.put("", (), b"b" * 60)
    assert [each.id for each in box.all()] == [2]

    box.put("", (), b"c" * 500)

    assert [each.id for each in box.all()] == [3]


def test_waiting_ends_when_the_wanted_letter_comes(box: Letterbox) -> None:
    box.put("", (), b"Subject: another\r\n\r\n")
    sender = Thread(target=box.put, args=("", (), b"Subject: this one\r\n\r\n"))
    sender.start()

    found = box.wait_for(lambda each: each.subject == "this one", timeout=30)

    sender.join()
    assert found is not None
    assert found.subject == "this one"


def test_waiting_gives_up_at_its_time(box: Letterbox) -> None:
    assert box.wait_for(lambda _: True, timeout=0.01) is None


def test_waiting_for_what_is_new_gives_all_of_it_in_order(box: Letterbox) -> None:
    for _ in range(3):
        box.put("", (), b"Subject: x\r\n\r\n")

    assert [letter.id for letter in box.wait_after(1, timeout=30)] == [2, 3]
    assert box.wait_after(3, timeout=0.01) == []


def test_a_cleared_box_counts_on(box: Letterbox) -> None:
    box.put("", (), b"Subject: x\r\n\r\n")

    box.clear()

    assert box.all() == []
    assert box.put("", (), b"Subject: y\r\n\r\n").id == 2
