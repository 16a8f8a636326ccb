"""Which character set a document is in, and its text.

The byte order mark comes first, then the HTTP header, then what the document says of itself
(RFC 7303 section 3.2, HTML section 13.2.3.2). All of them may be wrong, so what the octets
themselves show is believed more: text that is UTF-8 by accident is hardly longer than a word.
"""

import codecs
import re

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the one of UTF-16: it is looked for first
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# "<" and what must follow it, in wide characters without a mark before them (XML appendix F.1)
WIDE = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
EBCDIC = b"\x4c\x6f\xa7\x94"  # "<?xm" on large machines; what follows says which kind
BEGINNING = 4_000  # octets that may say what the rest is
HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
DECLARATION = re.compile(rb"<\?xml\b[^<>]{0,200}?\bencoding\s*=\s*[\"']\s*([\w.:-]{1,40})")
META = re.compile(rb"<meta\b[^<>]{0,400}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
DECLARED = re.compile(r"(^\s*<\?xml\b[^<>]{0,200}?\bencoding\s*=\s*[\"'])[^\"'<>]*([\"'])")
NO_XML = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\ufeff\ufffe\uffff]")
LANGUAGE = re.compile(
    rb"(?:<(?:\w{1,20}:)?language>\s*|\blang\s*=\s*[\"'])"
    rb"([A-Za-z]{2,3})(?:[-_](TW|HK|MO|Hant))?\b",
    re.IGNORECASE,
)
# Names that are taken for something larger everywhere on the web (encoding.spec.whatwg.org).
LARGER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "latin-1": "cp1252", "iso8859-9": "cp1254",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932",
    "big5": "big5hkscs", "tis-620": "cp874", "iso8859-11": "cp874",
}  # fmt: skip
# What people of a language wrote in before UTF-8, the likeliest first.
BY_LANGUAGE = {
    "ru": ("cp1251", "koi8-r"), "uk": ("cp1251", "koi8-u"), "bg": ("cp1251",), "sr": ("cp1251",),
    "he": ("cp1255",), "iw": ("cp1255",), "ar": ("cp1256",), "fa": ("cp1256",), "el": ("cp1253",),
    "tr": ("cp1254",), "pl": ("iso8859-2", "cp1250"), "cs": ("cp1250",), "hu": ("cp1250",),
    "ro": ("cp1250",), "hr": ("cp1250",), "ja": ("cp932", "euc_jp"), "ko": ("cp949",),
    "zh": ("gb18030",), "zh-Hant": ("big5hkscs",), "th": ("cp874",), "vi": ("cp1258",),
}  # fmt: skip
EAST_ASIAN = ("euc_jp", "cp932", "cp949", "gb18030", "big5hkscs")
COMMON = re.compile(r"[\u3001\u3002\u3040-\u30ff\uac00-\ud7a3\u4e00-\u9fa0]")
RARE = re.compile(r"[\uff61-\uff9f\ue000-\uf8ff\u3400-\u4dff]")  # what wrong guesses are full of
KANA = re.compile(r"[\u3040-\u30ff]")
HANGUL = re.compile(r"[\uac00-\ud7a3]")
CYRILLIC = re.compile(r"[\u0430-\u044f\u0456\u0457\u0451]")
CYRILLIC_CAPITAL = re.compile(r"[\u0410-\u042f]")
NON_ASCII = re.compile(rb"[\x80-\xff]")
SHORT = 8  # octets beyond ASCII; so few may be UTF-8 by accident
SAMPLE = 20_000  # octets that a guess is made from


def decoded(body: bytes, content_type: str | None = None) -> str:
    """Return the text of a document, a replacement character for each octet that makes no sense.

    `content_type` is the header's value. Never fails.
    """
    for mark, name in BOMS:
        if body.startswith(mark):
            return body.decode(name, errors="replace")
    if body.startswith(EBCDIC):
        named = _named(body[:BEGINNING].decode("cp037").encode(), None)
        return body.decode(next(iter(named), "cp037"), errors="replace")
    named = _named(body, content_type)
    for beginning, name in WIDE:
        if body.startswith(beginning):
            return body.decode(name, errors="replace")
    if b"\x1b$" in body[:SAMPLE] and (text := _strictly(body, "iso2022_jp_2")) is not None:
        return text
    beyond = len(NON_ASCII.findall(body[:SAMPLE]))
    as_utf8 = _strictly(body, "utf-8")
    if as_utf8 is not None and (beyond == 0 or beyond > SHORT or not named):
        return as_utf8
    for name in named:
        if (text := _strictly(body, name)) is not None:
            return text
    return as_utf8 if as_utf8 is not None else _patched(body) or _guessed(body, named)


def as_utf8(body: bytes, content_type: str | None = None) -> str:
    """Return an XML document's text without what no XML may hold, and as UTF-8 by its own word."""
    text = NO_XML.sub("", decoded(body, content_type))
    return DECLARED.sub(r"\1utf-8\2", text, count=1)


def _named(body: bytes, content_type: str | None) -> list[str]:
    """Return the character sets that header and document name, if Python knows them."""
    begins = body[:BEGINNING]
    told = [
        *HEADER.findall(content_type or ""),
        *(found.decode("ascii", "ignore") for found in DECLARATION.findall(begins)),
        *(found.decode("ascii", "ignore") for found in META.findall(begins)),
    ]
    return list(dict.fromkeys(name for one in told if (name := _known(one)) is not None))


def _known(told: str) -> str | None:
    """Return the name by which text can be read, None for what is no character set.

    Wide ones are none of them here: the document would not have shown us its "<".
    """
    try:
        found = codecs.lookup(told)
        "".encode(found.name)  # zlib and the like are codecs too, and make no text
    except (LookupError, ValueError, TypeError, OSError):  # OSError: none of those read beforehand
        return None
    name = found.name
    return None if name.startswith(("utf-16", "utf-32", "utf-7")) else LARGER.get(name, name)


def _strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except ValueError:
        return None


def _patched(body: bytes) -> str | None:
    """Return UTF-8 into which somebody pasted other octets; None when it is not mostly UTF-8."""
    text = body.decode("utf-8", errors="surrogateescape")
    alien = sum("\udc80" <= mark <= "\udcff" for mark in text[:SAMPLE])
    good = sum(mark > "\x7f" for mark in text[:SAMPLE]) - alien
    if alien >= good:
        return None
    return re.sub(
        "[\udc80-\udcff]+",
        lambda odd: odd[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace"),
        text,
    )


def _guessed(body: bytes, named: list[str]) -> str:
    """Return the text by what its octets look like: nothing that was said is true."""
    begins = body[:SAMPLE]
    language = LANGUAGE.search(begins)
    likely = () if language is None else _likely(language)
    for name in likely:
        if (text := _strictly(body, name)) is not None:
            return text
    name = max((*EAST_ASIAN, "cp1251", "koi8-r"), key=lambda one: _likeness(begins, one))
    if _likeness(begins, name) < 0.5:
        name = next(iter((*likely, *(one for one in named if one != "utf-8"))), "cp1252")
    return body.decode(name, errors="replace")


def _likely(language: re.Match[bytes]) -> tuple[str, ...]:
    key = language[1].decode().lower()
    return BY_LANGUAGE.get("zh-Hant" if key == "zh" and language[2] else key, ())


def _likeness(sample: bytes, name: str) -> float:
    """Return how much a text looks like one of its people, 0 to 1."""
    text = sample.decode(name, errors="replace")
    beyond = [mark for mark in text if mark > "\x7f"]
    if not beyond or text.count("\ufffd") > len(beyond) / 50 + 1:
        return 0.0
    told = "".join(beyond)
    if name in {"cp1251", "koi8-r"}:
        small = len(CYRILLIC.findall(told))
        return (small - 2 * len(CYRILLIC_CAPITAL.findall(told))) / len(told)
    score = (len(COMMON.findall(told)) - 3 * len(RARE.findall(told))) / len(told)
    if name in {"euc_jp", "cp932"}:
        return score * min(1.0, 0.3 + 2 * len(KANA.findall(told)) / len(told))
    if name == "cp949":
        return score * min(1.0, 0.3 + len(HANGUL.findall(told)) / len(told))
    return score * 0.9  # both Chinese ones make characters of everything
