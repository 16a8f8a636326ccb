"""Whether a request has come whole: until then no thread needs to hear of it. Touches nothing.

What is malformed counts as whole, since the parser refuses it without waiting for more.
"""

import re
from enum import Enum, auto

LONGEST = 64 * 1024  # bytes of a request that anybody waits for; a form is a few hundred

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
# Last of whatever else it names: the parser takes "gzip, chunked" too (RFC 9112 section 6.1).
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked[ \t]*\r\n", re.IGNORECASE)
_SIZE = re.compile(rb"([0-9a-f]+)[ \t]*(?:;[^\r\n]*)?\r\n", re.IGNORECASE)


class Heard(Enum):
    """How much of a request has come."""

    PART = auto()
    WHOLE = auto()
    TOO_LONG = auto()  # it will be: it is to be refused without hearing the rest
    ENDLESS = auto()  # not even its head has an end
    LOST = auto()  # it never will be: the caller is gone


def how_much(heard: bytes) -> Heard:
    """Return how much of the first request in these bytes is there (RFC 9112 sections 2 and 6)."""
    begin = len(heard) - len(heard.lstrip(b"\r\n"))  # empty lines before a request (section 2.2)
    end = heard.find(b"\r\n\r\n", begin)
    if end < 0:
        return Heard.PART if len(heard) <= LONGEST else Heard.ENDLESS
    head, body = heard[begin : end + 2], heard[end + 4 :]
    if _CHUNKED.search(head):
        return _of_chunks(body)
    length = _LENGTH.search(head)
    if length is None or int(length[1]) <= len(body):
        return Heard.WHOLE
    return Heard.PART if int(length[1]) <= LONGEST else Heard.TOO_LONG


def _of_chunks(body: bytes) -> Heard:
    """Return the same of a body that says its length as it goes (RFC 9112 section 7.1)."""
    at = 0
    while (size := _SIZE.match(body, at)) is not None:
        length = int(size[1], 16)
        if length == 0:
            is_there = body.startswith(b"\r\n", size.end()) or body.find(b"\r\n\r\n", at) >= 0
            return Heard.WHOLE if is_there else Heard.PART
        at = size.end() + length + 2
        if at > LONGEST:
            return Heard.TOO_LONG
    is_broken = b"\r\n" in body[at:]  # a line that is no size
    return Heard.WHOLE if is_broken else Heard.PART if len(body) <= LONGEST else Heard.TOO_LONG
