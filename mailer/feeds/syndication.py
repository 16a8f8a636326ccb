"""Whose piece it really is, when a feed republishes somebody else's."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.feeds.text import one_line, shortened
from mailer.feeds.urls import host_of, web_url

CREDIT_LINE = re.compile(
    r"(?:"
    r"\b(?:originally|first) (?:published|appeared|posted|printed) (?:at|on|in|by|with)"
    r"|\bpublished (?:originally|first) (?:at|on|in|by|with)"
    r"|\b(?:republished|reprinted|reproduced|syndicated) (?:here )?"
    r"(?:(?:with|by) (?:the )?(?:kind )?permission (?:of|from)|courtesy of|from)"
    r"|\b(?:zuerst|ursprünglich) (?:erschienen|veröffentlicht) (?:auf|bei|in|im)"
    r"|\bpublicado originalmente (?:en|por)|\boriginalmente publicado (?:en|em|por|no|na)"
    r"|\b(?:initialement|à l.origine) (?:publié|paru)e? (?:sur|dans|par)"
    r"|\b(?:paru|publié)e? (?:initialement|à l.origine) (?:sur|dans|par)"
    r"|\bpubblicato originariamente (?:su|da)"
    r"|פורסם לראשונה (?:באתר|אצל|על ידי)|نشر(?:ت)? أول مرة (?:في|على)"
    r")\s+(?P<who>.+)",
    re.IGNORECASE,
)
# A line of its own that is nothing but a name: "Source: Harbour Post", "via City Desk".
LABEL_LINE = re.compile(
    r"\W{0,3}(?:(?:original )?source|quelle|fuente|fonte)\s*:\s*(?P<who>\S.+)"
    r"|\W{0,3}via:?\s+(?P<by_way_of>\S.+)",
    re.IGNORECASE,
)
LONGEST_LABEL = 100  # characters
LABEL_WORDS = 8
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
    if tree.body is None:
        return None
    if not CREDIT_LINE.search(one_line(tree.body.text())):
        return _labelled(tree.body, base)
    line = _innermost_line(tree.body)
    said = CREDIT_LINE.search(one_line(line.text()))
    return None if said is None else _origin(said["who"], line, base)


def _labelled(body: LexborNode, base: str) -> Origin | None:
    """Return what a line says that is a label and a name; pictures have such lines too."""
    for line in body.css("p,div,li,small,em,i"):
        text = one_line(line.text())
        said = LABEL_LINE.fullmatch(text) if len(text) <= LONGEST_LABEL else None
        if said is None or len(text.split()) > LABEL_WORDS or _is_in_figure(line):
            continue
        return _origin(said["who"] or said["by_way_of"], line, base)
    return None


def _is_in_figure(node: LexborNode) -> bool:
    above = node.parent
    while above is not None:
        if above.tag == "figure":
            return True
        above = above.parent
    return False


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
