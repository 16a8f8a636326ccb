"""Quoted-printable (RFC 2045 section 6.7): lines of at most 76 octets, none of them led by a dot.

A dot at the start of a line is written as =2E, so that SMTP never has to double it (RFC 5321
section 4.5.2): the same bytes go through DATA and BDAT, and nothing is looked through per reader.
"""

from binascii import b2a_qp

SOFT_BREAK = b"=\r\n"
LONGEST = 75  # octets before a soft break's own "="


def quoted(text: str) -> bytes:
    """Return text in quoted-printable, CRLF between its lines.

    A carriage return that is no line end is written as its code, so nothing bare can be left.
    """
    if "\n" not in text:
        return _line(text)
    return b"\r\n".join(map(_line, text.replace("\r\n", "\n").split("\n")))


def bridged(before: bytes) -> bytes:
    """Return what stands before a slot, with the soft break that separates them.

    With it a value can be encoded by itself: what is on its left and right never changes.
    """
    return before if not before or before.endswith(b"\n") else before + SOFT_BREAK


def _line(line: str) -> bytes:
    raw = line.encode("utf-8", "replace")
    found = b2a_qp(raw, quotetabs=False, istext=False)
    if found[:1] == b"." or b"\n." in found:
        return _line_without_dots(raw)
    return found.replace(b"=\n", SOFT_BREAK) if b"\n" in found else found


def _line_without_dots(raw: bytes) -> bytes:
    """Return one line as `b2a_qp` would, but for dots where a line begins."""
    lines = [b""]
    for at, octet in enumerate(raw):
        last = at == len(raw) - 1
        plain = (33 <= octet <= 126 and octet != 61) or (octet in {9, 32} and not last)
        code = bytes([octet]) if plain else b"=%02X" % octet
        if len(lines[-1]) + len(code) > LONGEST:
            lines.append(b"")
        lines[-1] += b"=2E" if not lines[-1] and code == b"." else code
    return SOFT_BREAK.join(lines)
