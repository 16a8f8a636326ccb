"""Small things that templates ask for: words that stay together, addresses made short."""

import re

from markupsafe import Markup

from mailer.rendering.model import BREAK, LINE
from mailer.rendering.plain_text import columns

WORDS_A_MINUTE = 238  # silent reading of English prose, Brysbaert 2019
LONGEST_ADDRESS = 26  # characters of a web address that are shown
SHORTEST_PATH = 16
WORDS_OF_A_TITLE = 3
JOINED = "\u00a0"
LONGEST_WORD = 24  # letters that fit beside a picture on the narrowest phone
# Scripts without spaces break anywhere by themselves; an address breaks behind its signs.
LONG_WORD = re.compile(rf"[^\s\u2e80-\uffdc]{{{LONGEST_WORD + 1},}}")
PART = re.compile(rf"[^/.\-_]{{1,{LONGEST_WORD}}}[/.\-_]*|[/.\-_]+")
WEB_ADDRESS = re.compile(r"://|^\W*www\.|\.[a-zA-Z]{2,}/")
# So few letters fit beside each other in the widest of them, a bold m.
PART_OF_AN_ADDRESS = re.compile(r"@?[^@.\-_]{1,12}[.\-_]*|[@.\-_]+")
LONG_WORD_OF_A_NAME = re.compile(r"[^\s\u2e80-\uffdc]{16,}")  # at the height of a mail's title
PART_OF_A_NAME = re.compile(r".{1,7}-?")
LONGEST_LINE = 34  # letters of a small line on a phone
PART_OF_A_TOKEN = 23  # letters: half of one
COUNTRY = re.compile("[a-z]{2}")
SECOND_LEVEL = re.compile("[a-z]{2,3}")  # co.uk, com.au, gov.il: names are registered below them
ONE_LETTER = re.compile(r"(?<!\S)([^\W\d_]) ")
COUNTED = re.compile(r"(%\((?:num|number|days)\)s) ")  # a number to come, before what it counts


def minutes(words: int) -> int:
    """Return how long the text takes to read, rounded up; 0 when its length is unknown."""
    return -(-words // WORDS_A_MINUTE)


def joined(text: str, longest: int | None = None) -> str:
    """Return the words with spaces at which no line is broken: `5 min read`.

    A text of more than `longest` columns stays as it is.
    """
    too_long = longest is not None and columns(text) > longest
    return text if too_long else text.replace(" ", JOINED)


def typeset(text: str) -> str:
    """Return text in which no line ends with a word of one letter, and long words may break."""
    return breakable(ONE_LETTER.sub(rf"\1{JOINED}", text))


def kept_together(message: str) -> str:
    """Return a message whose numbers stay with what they count, and letters with the next word."""
    return COUNTED.sub(rf"\1{JOINED}", ONE_LETTER.sub(rf"\1{JOINED}", message))


def breakable(text: str) -> str:
    """Return text whose long words may be broken, so that none is wider than a phone.

    Not web addresses: browsers break them behind their signs, and filters take a space without
    width in one for a disguise (rspamd: `ZERO_WIDTH_SPACE_URL`, 7 points).
    """
    return LONG_WORD.sub(_broken, text)


def _broken(word: "re.Match[str]") -> str:
    return word[0] if WEB_ADDRESS.search(word[0]) else BREAK.join(PART.findall(word[0]))


def breakable_name(name: str) -> str:
    """Return a newsletter's name as a title whose long words may be broken on a phone."""
    return LONG_WORD_OF_A_NAME.sub(lambda word: BREAK.join(PART_OF_A_NAME.findall(word[0])), name)


def breakable_address(address: str) -> str:
    """Return an e-mail address that may be broken when it is too long for a phone."""
    if len(address) <= LONGEST_WORD:
        return address
    return BREAK.join(PART_OF_AN_ADDRESS.findall(address))


def in_lines(url: str) -> str:
    """Return a link of ours for people to read: in lines that are no wider than a phone.

    Its token has no place to break at, and what breaks words anywhere is known to few clients.
    """
    host, _, token = url.rpartition("/")
    lines = [
        *re.findall(rf".{{1,{LONGEST_LINE}}}", f"{host}/"),
        *re.findall(f".{{1,{PART_OF_A_TOKEN}}}", token),
    ]
    return LINE.join(lines)


def shown_address(address: object) -> Markup:
    """Return an e-mail address of ours as HTML, breakable in the same way."""
    return Markup("<wbr>").join(breakable_address(str(address)).split(BREAK))


def short_address(url: str) -> str:
    """Return a web address for people: `post.example/… ferry-operators`.

    Never the host alone: two links that go to two places must not say the same words (WCAG 2.4.4).
    The last part of an address begins with what it is about, or ends with the article's number.
    """
    bare = url.partition("://")[2].rstrip("/")
    host, _, path = said(bare).partition("/")
    room = max(LONGEST_ADDRESS - len(host), SHORTEST_PATH)
    if len(path) <= room:
        return _in_two(host, path)
    words = path.rpartition("/")[2].split("-")
    if sum(map(str.isalpha, words)) >= WORDS_OF_A_TITLE:
        told = words[0]
        for word in words[1:]:
            if len(told) + 1 + len(word) > room:
                break
            told = f"{told}-{word}"
    else:
        end = path[-room:]
        told = end[end.find("-") + 1 :] or end
    return f"{_short_host(host)}/… {breakable(told)}"


def said(host: str) -> str:
    """Return a host as people say it: rspamd counts a bare `www.` as one more address."""
    return host.removeprefix("www.")


def _in_two(host: str, path: str) -> str:
    """Return an address that may be broken behind its host: before a letter, browsers do."""
    gap = "" if not path or path[0].isalpha() else " "
    return f"{_short_host(host)}/{gap}{path}" if path else _short_host(host)


def _short_host(host: str) -> str:
    """Return the end of a long host's name: what it belongs to.

    Never less than what somebody has registered, as long as its hyphens let a phone break it:
    filters take another name than the link's for a disguise of where that goes.
    """
    labels = host.split(".")
    suffix = 2 if COUNTRY.fullmatch(labels[-1]) and SECOND_LEVEL.fullmatch(labels[-2]) else 1
    left = labels[:]
    while len(".".join(left)) > LONGEST_WORD and len(left) > suffix + 1:
        del left[0]
    name = ".".join(left)
    if max(map(len, name.split("-"))) > LONGEST_WORD + 1:
        return f"…{name[-LONGEST_WORD:]}"
    return name if left == labels else f"…{name}"
