"""Whose piece it really is, when a feed republishes somebody else's."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.feeds.text import one_line, shortened
from mailer.feeds.urls import host_of, web_url

CREDIT_LINE = re.compile(
    r"\b(?:originally|first) (?:published|appeared|posted) (?:at|on|in|by|with)\s+(?P<who>.+)",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"(?:https?://)?(?P<host>(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?P<path>/[^\s<>\"]*)?",
    re.IGNORECASE,
)
NAME_ENDS = re.compile(r"[.;|()\[\]]|,\s|\s(?:and (?:is|has|was)|under|as|on|with)\s")
LONGEST_LINE = 400  # characters: a credit stands in a line of its own
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Origin:
    """The publisher a piece comes from, and the piece there."""

    publisher: str
    url: str | None


def credited(markup: str, base: str = "") -> Origin | None:
    """Return what the text's credit line says: "originally published at …"; None without one."""
    tree = LexborHTMLParser(markup)
    if tree.body is None or not CREDIT_LINE.search(one_line(tree.body.text())):
        return None
    line = _innermost_line(tree.body)
    said = CREDIT_LINE.search(one_line(line.text()))
    return None if said is None else _origin(said["who"], line, base)


def _innermost_line(body: LexborNode) -> LexborNode:
    """Return the smallest block that holds the whole credit line."""
    found = body
    for node in body.css("p,div,li,blockquote,small,em,i,span"):
        text = one_line(node.text())
        if len(text) <= LONGEST_LINE and CREDIT_LINE.search(text):
            found = node
    return found


def _origin(who: str, line: LexborNode, base: str) -> Origin | None:
    for link in line.css("a[href]"):
        words = one_line(link.text())
        address = web_url(link.attributes.get("href"), base)
        if address is not None and words and who.startswith(words):
            return Origin(_publisher(words, address), address)
    written = ADDRESS.match(who)
    if written is not None:
        address = web_url(f"https://{written['host']}{(written['path'] or '/').rstrip('.,;)')}")
        return Origin(written["host"], address)
    name = NAME_ENDS.split(f"{who} ", maxsplit=1)[0].strip()
    return Origin(shortened(name, LONGEST_NAME), None) if name else None


def _publisher(words: str, address: str) -> str:
    """Return the linked words, or the host's name when they are an address themselves."""
    written = ADDRESS.fullmatch(words.rstrip("."))
    if written is not None:
        return written["host"]
    return shortened(words, LONGEST_NAME) if len(words) > 1 else host_of(address)
