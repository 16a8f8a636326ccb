"""Bodies unpacked as they come."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.feeds.unpack import Unpacker, UnpackError

RAW = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "x-gzip": lambda body: gzip.compress(body[:5]) + gzip.compress(body[5:]),  # two members
    "": bytes,
}


def unpacked(encoding: str, body: bytes) -> bytes:
    unpacker = Unpacker(encoding, 1_000)
    unpacker.feed(body)
    return unpacker.end()


@pytest.mark.parametrize("encoding", PACKED)
@given(body=st.binary(max_size=2_000), cut=st.integers(1, 200))
def test_what_was_packed_comes_out_however_it_was_cut(encoding: str, body: bytes, cut: int) -> None:
    packed = PACKED[encoding](body)
    unpacker = Unpacker(encoding, 10_000)

    for start in range(0, len(packed), cut):
        unpacker.feed(packed[start : start + cut])

    assert unpacker.end() == body


def test_deflate_without_a_header_is_known() -> None:
    unpacker = Unpacker("deflate", 10_000)

    unpacker.feed(RAW.compress(b"words " * 100) + RAW.flush())

    assert unpacker.end() == b"words " * 100


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("br", b"", "nobody asked for"),
        ("gzip, gzip", b"", "nobody asked for"),
        ("gzip", b"plain words", "broken"),
        ("gzip", gzip.compress(b"words " * 1_000, mtime=0)[:-20], "broken"),
        ("gzip", gzip.compress(b"a" * 2_000, mtime=0), "larger than 1,000 bytes"),
        ("", b"a" * 2_000, "larger than 1,000 bytes"),
    ],
)
def test_what_cannot_be_unpacked_says_why(encoding: str, body: bytes, reason: str) -> None:
    with pytest.raises(UnpackError, match=reason):
        unpacked(encoding, body)
