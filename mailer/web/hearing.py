"""Whether a request has come whole: until then no thread needs to hear of it. Touches nothing.

What is malformed counts as whole, since the parser refuses it without waiting for more.
"""

import re
from enum import Enum, auto

LONGEST = 64 * 1024  # bytes of a request that anybody waits for; a form is a few hundred
LONGEST_SIZE = 1024  # bytes of the line that says the size of a chunk

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,18})[ \t]*\r\n", re.IGNORECASE)
# Last of whatever else it names: the parser takes "gzip, chunked" too (RFC 9112 section 6.1).
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked[ \t]*\r\n", re.IGNORECASE)
_SIZE = re.compile(rb"([0-9a-f]+)[ \t]*(?:;[^\r\n]*)?", re.IGNORECASE)


class Heard(Enum):
    """How much of a request has come."""

    PART = auto()
    WHOLE = auto()
    TOO_LONG = auto()  # it will be: it is to be refused without hearing the rest
    ENDLESS = auto()  # not even its head has an end
    LOST = auto()  # it never will be: the caller is gone


class Hearing:
    """The first request of a caller, piece by piece (RFC 9112 sections 2, 6 and 7.1).

    What was looked at is not looked at again: pieces may be a byte each, and are anybody's.
    """

    def __init__(self) -> None:
        self.said = b""
        self._body: int | None = None  # where it begins; None: the head has no end yet
        self._length: int | None = None  # of a body; None: it says so as it goes
        self._at = 0  # where the next chunk's size stands, or will

    def hear(self, more: bytes) -> Heard:
        """Return how much of the request is there with these bytes behind those before."""
        looked_at = max(len(self.said) - 3, 0)  # an end of the head may have begun there
        self.said += more
        if self._body is None and not self._found_body(looked_at):
            return Heard.PART if len(self.said) <= LONGEST else Heard.ENDLESS
        if self._length is None:
            return self._of_chunks()
        if self._length <= len(self.said) - (self._body or 0):
            return Heard.WHOLE
        return Heard.PART if self._length <= LONGEST else Heard.TOO_LONG

    def _found_body(self, looked_at: int) -> bool:
        """Read the head, once all of it is there."""
        # Empty lines before a request (section 2.2) are none of it.
        begin = len(self.said) - len(self.said.lstrip(b"\r\n"))
        end = self.said.find(b"\r\n\r\n", max(begin, looked_at))
        if end < 0:
            return False
        head = self.said[begin : end + 2]
        self._body = self._at = end + 4
        if _CHUNKED.search(head) is None:
            length = _LENGTH.search(head)
            self._length = 0 if length is None else int(length[1])
        return True

    def _of_chunks(self) -> Heard:
        while True:
            end = self.said.find(b"\r\n", self._at)
            line = self.said[self._at : end] if end >= 0 else self.said[self._at :]
            if len(line) > LONGEST_SIZE:
                return Heard.TOO_LONG
            if end < 0:
                return Heard.PART
            size = _SIZE.fullmatch(line)
            if size is None:  # the parser refuses it
                return Heard.WHOLE
            length = int(size[1], 16)
            if length == 0:
                return self._after_chunks(end)
            self._at = end + 2 + length + 2
            if self._at - (self._body or 0) > LONGEST:
                return Heard.TOO_LONG

    def _after_chunks(self, end: int) -> Heard:
        """Return whether the fields behind the last chunk are there; mostly there are none."""
        if self.said.find(b"\r\n\r\n", end) >= 0:
            return Heard.WHOLE
        return Heard.PART if len(self.said) - end <= LONGEST else Heard.TOO_LONG
