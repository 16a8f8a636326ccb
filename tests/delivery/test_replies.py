"""What servers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.delivery.model import Reply
from mailer.delivery.replies import ReplyReader
from mailer.errors import ConversationLost


def read(*lines: bytes) -> Reply | None:
    reader = ReplyReader()
    replies = [reader.feed(line) for line in lines]
    assert replies[:-1] == [None] * (len(lines) - 1)
    return replies[-1]


def test_a_reply_is_its_code_its_enhanced_code_and_its_words() -> None:
    assert read(b"550 5.1.1 nobody here") == Reply(550, "5.1.1", "nobody here")


def test_a_reply_of_many_lines_is_one_reply() -> None:
    reply = read(b"550-5.7.1 we do not", b"550-5.7.1 take this", b"550 5.7.1 at all")

    assert reply == Reply(550, "5.7.1", "we do not\ntake this\nat all")


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"250", Reply(250, None, "")),
        (b"250 ", Reply(250, None, "")),
        (b"250 5.1.1 fine", Reply(250, None, "5.1.1 fine")),  # of another class: only words
        (b"250 2.1000.0 x", Reply(250, None, "2.1000.0 x")),
        (b"451 4.7.1\xff\xfe", Reply(451, None, "4.7.1��")),
        (b"554 \x1b[31mred", Reply(554, None, "�[31mred")),
    ],
)
def test_odd_replies_are_read_as_far_as_they_go(line: bytes, reply: Reply) -> None:
    assert read(line) == reply


@pytest.mark.parametrize("line", [b"", b"hello", b"99 x", b"600 x", b"250+x", b"2500 x", b"25"])
def test_what_is_no_reply_ends_the_conversation(line: bytes) -> None:
    with pytest.raises(ConversationLost):
        read(line)


def test_a_server_that_changes_its_mind_or_never_ends_is_left() -> None:
    reader = ReplyReader()
    reader.feed(b"250-one")
    with pytest.raises(ConversationLost, match="changed its mind"):
        reader.feed(b"550 two")
    with pytest.raises(ConversationLost):
        read(*[b"250-more"] * 500)


@given(st.binary(max_size=200))
def test_any_line_is_a_reply_or_ends_the_conversation(line: bytes) -> None:
    try:
        reply = ReplyReader().feed(line)
    except ConversationLost:
        return
    assert reply is None or 200 <= reply.code < 600
