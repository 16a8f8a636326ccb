"""Header fields as bytes for the wire (RFC 5322, 2047), and what may stand in them.

Python's `email` package is not used for writing: on this series of Python it can be tricked into
new header lines by what stands inside an encoded-word, and it encodes long List-* addresses so that
no receiver can read them. Here nothing is ever decoded, so nothing can come out of a disguise.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime

from mailer.address import Address
from mailer.errors import HeaderError

LINE = 78  # RFC 5322 section 2.1.1: lines should not be longer
HARD_LINE = 998  # ... and must not be longer
ENCODED_LINE = 76  # RFC 2047 section 2: a line that holds an encoded-word
ENCODED_WORD = 75
LONGEST_TEXT = 998  # characters of a Subject that Gmail takes
ENCODING_MARK = "=?"
FOLD = "\r\n "

# Cc: NUL, CR, LF, TAB, NEL and all other controls. Cs: half a surrogate pair. Zl, Zp: U+2028/9.
FORBIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})

ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
MESSAGE_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
LIST_ID = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")
FEEDBACK_ID = re.compile(r"[A-Za-z0-9._-]*(?::[A-Za-z0-9._-]*){0,2}:[A-Za-z0-9._-]{5,15}")
LOCAL_PART = re.compile(r"[^\s\"(),:;<>@\[\\\]]+")
DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
URL = re.compile(r"https?://[!#-;=?-Z\[\]_a-z~%]+")
MAILTO = re.compile(
    r"mailto:[A-Za-z0-9!$*+._~%-]+@[A-Za-z0-9.-]+(?:\?subject=[A-Za-z0-9._~%-]+)?"
)  # RFC 6068, of which we need little
Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


def field(name: str, value: str) -> bytes:
    """Return a whole field with its CRLF; the last gate for every value, however it was made."""
    lines = f"{name}: {value}".split(FOLD)
    for line in lines:
        _refuse_controls(name, line)
    line_bytes = [line.encode() for line in lines]
    if max(map(len, line_bytes)) >= HARD_LINE:
        raise HeaderError(name, f"a line would be longer than {HARD_LINE} octets")
    return FOLD.encode().join(line_bytes) + b"\r\n"


def unstructured(name: str, text: str) -> str:
    """Return free text, folded: as it is when it can be, else as encoded-words (RFC 2047)."""
    _refuse_controls(name, text)
    if len(text) > LONGEST_TEXT:
        raise HeaderError(name, f"the text is longer than {LONGEST_TEXT} characters")
    folded = _folded(name, text)
    return folded if folded is not None else _encoded(text, len(name) + 2)


def mailbox(name: str, display_name: str, address: Address, *, utf8: bool) -> str:
    """Return `Display Name <address>`; a non-ASCII local part only where RFC 6532 is agreed on."""
    angled = f"<{_addr_spec(name, address, utf8=utf8)}>"
    if not display_name:
        return angled
    phrase = _phrase(name, display_name)
    last_line = phrase.rpartition("\r\n")[2] if "\r\n" in phrase else f"{name}: {phrase}"
    return f"{phrase}{' ' if len(last_line) + len(angled) < LINE else FOLD}{angled}"


def message_id(name: str, value: str) -> str:
    """Return a Message-ID in its brackets (RFC 5322 section 3.6.4)."""
    return f"<{_matching(name, value, MESSAGE_ID, 'this is no Message-ID', 250)}>"


def date(name: str, moment: datetime) -> str:
    """Return the date with its numeric zone (RFC 5322 section 3.3)."""
    if moment.tzinfo is None:
        raise HeaderError(name, f"{moment} has no zone")
    return format_datetime(moment)


def list_id(name: str, phrase: str, value: str) -> str:
    """Return `Newsletter <slug.domain>` (RFC 2919)."""
    angled = f"<{_matching(name, value, LIST_ID, 'this is no list identifier', 253)}>"
    return f"{_phrase(name, phrase)}{FOLD}{angled}"


def urls(name: str, values: Sequence[str]) -> str:
    """Return addresses in brackets, one a line and never encoded (RFC 2369 section 2)."""
    return f",{FOLD}".join(f"<{url(name, value)}>" for value in values)


def ways_out(name: str, web: str, mail: str | None) -> str:
    """Return where one leaves: the web address that is posted to comes first (RFC 2369, 8058)."""
    if mail is None:
        return f"<{url(name, web)}>"
    mailto = _matching(name, mail, MAILTO, "this is no mailto", HARD_LINE)
    return f"<{url(name, web)}>,{FOLD}<{mailto}>"


def url(name: str, value: str) -> str:
    """Return a web address as it is; raise HeaderError for what is none."""
    return _matching(name, value, URL, "this is no web address", HARD_LINE)


def feedback_id(name: str, value: str) -> str:
    """Return a Feedback-ID, whose last field names the sender in 5 to 15 characters."""
    return _matching(name, value, FEEDBACK_ID, "this is no feedback identifier", 127)


def _refuse_controls(name: str, text: str) -> None:
    for character in text:
        if unicodedata.category(character) in FORBIDDEN:
            raise HeaderError(name, f"it contains the character U+{ord(character):04X}")


def _matching(name: str, value: str, wanted: re.Pattern[str], why: str, longest: int) -> str:
    if len(value) > longest or wanted.fullmatch(value) is None:
        raise HeaderError(name, why)
    return value


def _addr_spec(name: str, address: Address, *, utf8: bool) -> str:
    local, _, domain = address.wire.rpartition("@")
    _refuse_controls(name, address.wire)
    if LOCAL_PART.fullmatch(local) is None or DOMAIN.fullmatch(domain) is None:
        raise HeaderError(name, "this is no e-mail address")
    if not local.isascii() and not utf8:
        raise HeaderError(name, "the address needs a server with SMTPUTF8")
    return f"{local}@{domain}"


def _phrase(name: str, text: str) -> str:
    """Return a display name as atoms, a quoted-string or encoded-words (RFC 5322 section 3.2.5)."""
    _refuse_controls(name, text)
    start = len(name) + 2
    if _may_stand_as_it_is(text) and start + len(text) <= LINE:
        if ATOMS.fullmatch(text):
            return text
        quoted = '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
        if start + len(quoted) <= LINE:
            return quoted
    return _encoded(text, start)


def _may_stand_as_it_is(text: str) -> bool:
    """Whether no reader would decode it, and none would lose one of its spaces."""
    spaced_well = text == text.strip() and "  " not in text
    return bool(text) and text.isascii() and ENCODING_MARK not in text and spaced_well


def _folded(name: str, text: str) -> str | None:
    """Return plain text folded at spaces; None when it needs encoding or has too long a word."""
    if not text:
        return ""
    if not _may_stand_as_it_is(text):
        return None
    first, *others = text.split(" ")
    lines = [f"{name}: {first}"]
    for word in others:
        if len(lines[-1]) + 1 + len(word) < LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if max(map(len, lines)) >= LINE:
        return None
    return FOLD.join(lines).removeprefix(f"{name}: ")


def _encoded(text: str, start: int) -> str:
    """Return the text as encoded-words, one a line; `start` octets of the first line are taken.

    The shorter of the two encodings is taken. No word splits a character (RFC 2047 section 5).
    """
    in_q, in_b = _words(text, start, "q", _q), _words(text, start, "b", _b)
    return FOLD.join(min(in_q, in_b, key=lambda words: sum(map(len, words))))


def _words(text: str, start: int, letter: str, encode: Callable[[bytes], str]) -> list[str]:
    room = min(ENCODED_WORD, ENCODED_LINE - start) - len("=?utf-8?x??=")
    chunks = [""]
    for character in text:
        if len(encode((chunks[-1] + character).encode())) > room:
            chunks.append("")
            room = ENCODED_WORD - len("=?utf-8?x??=")
        chunks[-1] += character
    return [f"=?utf-8?{letter}?{encode(chunk.encode())}?=" for chunk in chunks]


def _q(raw: bytes) -> str:
    return "".join(
        "_" if octet == 0x20 else chr(octet) if octet in Q_SAFE else f"={octet:02X}"
        for octet in raw
    )


def _b(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
