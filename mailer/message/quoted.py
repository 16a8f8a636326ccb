"""Quoted-printable (RFC 2045 section 6.7): lines of at most 76 octets, none of them led by a dot.

A dot at the start of a line is written as =2E, so that SMTP never has to double it (RFC 5321
section 4.5.2): the same bytes go through DATA and BDAT, and nothing is looked through per reader.
"""

import re
from binascii import a2b_qp, b2a_qp
from functools import lru_cache

SOFT_BREAK = b"=\r\n"
LONGEST = 75  # octets before a soft break's own "="
LINES_KEPT = 4096  # some hundred bytes each: fifty stories in twelve languages have 1,900
LONGEST_KEPT = 2048  # characters: an owner's theme may put a variant's whole page in one line
# What stands for itself: no "=", no dot at its beginning, no space at its end.
PLAIN = re.compile(r"[!-\-/-<>-~](?:[ -<>-~]{0,73}[!-<>-~])?")


def quoted(text: str) -> bytes:
    """Return text in quoted-printable, CRLF between its lines.

    A carriage return that is no line end is written as its code, so nothing bare can be left.
    """
    if len(text) <= LONGEST and PLAIN.fullmatch(text):
        return text.encode()
    if "\n" not in text:
        return _line(text)
    return b"\r\n".join(map(_line, text.replace("\r\n", "\n").split("\n")))


def quoted_value(text: str) -> bytes:
    """Return what `quoted` does, its last line short enough for the soft break behind a slot."""
    found = quoted(text)
    return found if len(found) <= LONGEST else bridged(found).removesuffix(SOFT_BREAK)


def quoted_page(text: str) -> bytes:
    """Return what `quoted` does, for what many readers get: lines are remembered."""
    lines = text.replace("\r\n", "\n").split("\n")
    return b"\r\n".join(
        [_kept_line(line) if len(line) <= LONGEST_KEPT else _line(line) for line in lines]
    )


def bridged(before: bytes) -> bytes:
    """Return what stands before a slot, with the soft break that separates them.

    With it a value can be encoded by itself: what is on its left and right never changes.
    """
    if not before or before.endswith(b"\n"):
        return before
    if len(before) - before.rfind(b"\n") - 1 <= LONGEST:
        return before + SOFT_BREAK
    # A last line may have one octet more than one that a soft break ends: its last sign moves on.
    end = -3 if before[-3:-2] == b"=" else -1
    sign = b"=2E" if before[end:] == b"." else before[end:]
    return before[:end] + SOFT_BREAK + sign + SOFT_BREAK


def _line(line: str) -> bytes:
    raw = line.encode("utf-8", "replace")
    found = b2a_qp(raw, quotetabs=False, istext=False)
    if found[:1] == b"." or b"\n." in found:
        return _line_without_dots(raw)
    return found.replace(b"=\n", SOFT_BREAK) if b"\n" in found else found


def _line_without_dots(raw: bytes) -> bytes:
    """Return one line, each dot that would begin one written as its code, on a line of its own."""
    done = []
    while raw:
        found = b2a_qp(raw, quotetabs=False, istext=False)
        at = 0 if found[:1] == b"." else found.find(b"\n.") + 1
        if not at and found[:1] != b".":
            done.append(found)
            break
        done += (found[:at], b"=2E=\n")
        raw = raw[len(a2b_qp(found[:at])) + 1 :]
    return b"".join(done).removesuffix(b"=\n").replace(b"=\n", SOFT_BREAK)


# Variants of an edition tell the same stories: most lines of a page were encoded for another one.
_kept_line = lru_cache(LINES_KEPT)(_line)
