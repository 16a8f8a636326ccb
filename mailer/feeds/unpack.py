"""A body unpacked as it comes (RFC 9110 section 8.4), within limits."""

import zlib

FREE = 1_000_000  # octets that any answer may have, however well they were packed
RATIO = 20  # beyond them, unpacked to packed
ANY_HEADER = 47  # zlib finds out whether it is gzip or zlib
NO_HEADER = -15  # what some servers call deflate
GZIP = b"\x1f\x8b"
BROKEN = "the answer broke off, or its compression is broken"


class UnpackError(Exception):
    """What came is too large, or packed in a way that we do not know."""


class Unpacker:
    """Takes the blocks of one body."""

    def __init__(self, encoding: str, most: int) -> None:
        """Expect the Content-Encoding, and at most so many octets; raises UnpackError."""
        name = encoding.strip().lower()
        if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise UnpackError(f"the answer is packed as {name[:40]!r}, which nobody asked for")
        self._packed = name not in {"", "identity"}
        self._most = most
        self._came = 0
        self._body = bytearray()
        self._whole = True  # whether a member has ended and none begun since
        self._unpack = zlib.decompressobj(ANY_HEADER)

    def feed(self, block: bytes) -> None:
        """Take some octets; raise UnpackError when it is too much."""
        self._came += len(block)
        if not self._packed:
            self._body += block
            self._check()
        while self._packed and block:
            # Never more at once than is still allowed, and one to see that there is more.
            self._body += self._unpacked(block, self._most - len(self._body) + 1)
            self._check()
            block = self._unpack.unconsumed_tail
            if self._unpack.eof:
                block = self._next_member()

    def end(self) -> bytes:
        """Return the whole; raise UnpackError when its end is missing."""
        if self._packed and not self._whole:
            raise UnpackError(BROKEN)
        return bytes(self._body)

    def _unpacked(self, block: bytes, room: int) -> bytes:
        self._whole = False
        try:
            return self._unpack.decompress(block, room)
        except zlib.error:
            if self._body or self._came != len(block):
                raise UnpackError(BROKEN) from None
        self._unpack = zlib.decompressobj(NO_HEADER)
        try:
            return self._unpack.decompress(block, room)
        except zlib.error:
            raise UnpackError(BROKEN) from None

    def _next_member(self) -> bytes:
        """Begin anew: a gzip body may be several, one behind the other (RFC 1952 section 2.2)."""
        rest = self._unpack.unused_data
        self._whole = True
        if not rest.startswith(GZIP):
            return b""  # padding
        self._unpack = zlib.decompressobj(ANY_HEADER)
        return rest

    def _check(self) -> None:
        size = len(self._body)
        if size > self._most:
            raise UnpackError(f"the answer is larger than {self._most:,} bytes (feeds.max_bytes)")
        if size > FREE and size > RATIO * self._came:
            raise UnpackError(f"the answer unpacks to more than {RATIO} times its size")
