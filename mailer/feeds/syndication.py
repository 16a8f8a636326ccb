"""Whose piece it really is, when a feed republishes somebody else's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.feeds.text import one_line, shortened
from mailer.feeds.urls import host_of, same_site, web_url

CREDIT_LINE = re.compile(
    r"(?:"
    r"\b(?:originally|first) (?:published|appeared|posted|printed|ran|aired|written) "
    r"(?:at|on|in|by|with|for)"
    r"|\b(?:published|appeared|posted|ran) (?:originally|first) (?:at|on|in|by|with)"
    r"|\b(?:republished|reprinted|reproduced|syndicated|reposted|re-?posted|cross-?posted"
    r"|adapted|excerpted) (?:here )?"
    r"(?:(?:with|by) (?:the )?(?:kind )?permission (?:of|from)|courtesy of|from|at)"
    r"|\b(?:published|used|shared|appears here) (?:here )?with (?:the )?(?:kind )?permission "
    r"(?:of|from)"
    r"|\b(?:this (?:article|story|piece|post) (?:comes|is) (?:to (?:us|you) )?"
    r"(?:from|courtesy of)|read the original (?:article|story|post|piece)? ?(?:at|on|in|here:?))"
    r"|\b(?:erschien(?:en)?|veröffentlicht)(?: \w+){0,2} (?:zuerst|zunächst|ursprünglich|erstmals)"
    r" (?:auf|bei|in|im|beim)"
    r"|\b(?:zuerst|zunächst|ursprünglich|erstmals)(?: am [\d.]+)? (?:erschienen|veröffentlicht)"
    r" (?:auf|bei|in|im|beim)"
    r"|\b(?:zuerst|zunächst|ursprünglich) (?:auf|bei|in|im|beim)"
    r"(?= .{2,60}\b(?:erschienen|veröffentlicht))"
    r"|\bpublicad[oa] (?:originalmente|por primera vez|primeramente|por primeira vez)"
    r" (?:en|por|em|no|na)|\boriginalmente publicad[oa] (?:en|em|por|no|na)"
    r"|\b(?:apareció|se publicó) (?:originalmente|por primera vez|primero) en"
    r"|\b(?:initialement|à l.origine|d.abord|pour la première fois) (?:été )?(?:publié|paru)e?"
    r" (?:sur|dans|par|chez)"
    r"|\b(?:paru|publié)e? (?:initialement|à l.origine|d.abord|pour la première fois)"
    r" (?:sur|dans|par|chez)"
    r"|\b(?:pubblicat|appars)[oa] (?:originariamente|originalmente|inizialmente|per la prima volta)"
    r" (?:su|da|in)"
    r"|\b(?:verscheen (?:eerder|eerst|oorspronkelijk)|(?:eerder|oorspronkelijk) (?:gepubliceerd"
    r"|verschenen)) (?:op|in|bij)"
    r"|\bвпервые (?:опубликован[аоы]?|вышл[аои]?) (?:в|на)"
    r"|\bpierwotnie (?:opublikowan[yea]|ukazał[a-z]* się) (?:w|na)"
    r"|פורס(?:ם|מה|מו) (?:לראשונה|במקור) (?:באתר|אצל|על ידי|בעיתון)"
    r"|نشر(?:ت)? (?:هذا المقال )?(?:أول مرة|لأول مرة|أصلا) (?:في|على)"
    r")\s+(?P<who>.+)"
    r"|この記事は(?P<japanese>.{2,60}?)(?:に掲載|で公開|から転載|より転載)",
    re.IGNORECASE,
)
# A line of its own, or the last sentence of one, that is but a name: "Source: Harbour Post".
LABEL_LINE = re.compile(
    r"\W{0,3}(?:(?:original )?sources?|quelle|fuente|fonte|bron|источник|źródło|מקור|المصدر"
    r"|出典|初出|転載元|引用元|来源|來源|转载自|轉載自|출처)\s*[:：=]\s*(?P<who>\S.+)"
    r"|\W{0,3}via\b:?\s+(?P<by_way_of>\S.+)",
    re.IGNORECASE,
)
LONGEST_LABEL = 100  # characters
LABEL_WORDS = 8
ADDRESS = re.compile(
    r"(?:https?://)?(?P<host>(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?P<path>/[^\s<>\"]*)?",
    re.IGNORECASE,
)
NAME_ENDS = re.compile(
    r"[.;|()\[\]。（）]|,\s|\s(?:and (?:is|has|was)|under|as|on|with)\s"
    r"|\s(?:erschienen|veröffentlicht)\b"
)
LAST_SENTENCE = re.compile(r"[.!?。！？]\s*(?=[^.!?。！？]+$)")
LINES = "p,div,li,blockquote,small,em,i,span"
LONGEST_LINE = 400  # characters: a credit stands in a line of its own
LONGEST_NAME = 80
MOST_LINES = 400  # credits stand at the ends of a text; so many lines from either are looked at


@dataclass(frozen=True, slots=True)
class Origin:
    """The publisher a piece comes from, and the piece there."""

    publisher: str
    url: str | None


def credited(markup: str, base: str = "", own_name: str = "") -> Origin | None:
    """Return what the text's credit line says: "originally published at …"; None without one.

    A site that credits itself (by `base`, or by `own_name`) credits nobody.
    """
    tree = LexborHTMLParser(markup)
    if tree.body is None:
        return None
    for found in _found(tree.body, base):
        if not is_own(found, base, own_name):
            return found
    return None


def is_own(origin: Origin, base: str, own_name: str) -> bool:
    """Tell whether an origin is the site itself: many say of all they have that it is theirs."""
    if origin.url is not None and same_site(origin.url, base):
        return True
    if own_name and origin.publisher.casefold() in {
        own_name.casefold(),
        f"the {own_name}".casefold(),
    }:
        return True
    return origin.url is None and same_site(f"https://{origin.publisher}/", base)


def _found(body: LexborNode, base: str) -> Iterator[Origin]:
    lines = list(_lines(body))
    for line, text in lines:
        for said in CREDIT_LINE.finditer(text):
            origin = _origin(said["who"] or said["japanese"] or "", line, base)
            if origin is not None:
                yield origin
    for line, text in lines:
        label = _label(text)
        if label is not None and not _is_in_figure(line):
            origin = _origin(label["who"] or label["by_way_of"], line, base)
            if origin is not None:
                yield origin


def _lines(body: LexborNode) -> Iterator[tuple[LexborNode, str]]:
    """Yield the blocks that can be credits, the smallest first; the text itself without any."""
    nodes = body.css(LINES)
    if len(nodes) > 2 * MOST_LINES:
        nodes = nodes[:MOST_LINES] + nodes[-MOST_LINES:]
    for node in reversed(nodes):  # what is inside comes before what is around it
        text = one_line(node.text())
        if text and len(text) <= LONGEST_LINE:
            yield node, text
    text = one_line(body.text())
    yield body, text if len(text) <= LONGEST_LINE else text[-LONGEST_LINE:]


def _label(text: str) -> re.Match[str] | None:
    """Return what a line, or the last sentence of one, says that is a label and a name."""
    for part in (text, LAST_SENTENCE.split(text.rstrip(".。"), maxsplit=50)[-1]):
        said = LABEL_LINE.fullmatch(part) if len(part) <= LONGEST_LABEL else None
        if said is not None and len(part.split()) <= LABEL_WORDS:
            return said
    return None


def _is_in_figure(node: LexborNode) -> bool:
    above = node.parent
    while above is not None:
        if above.tag == "figure" or "caption" in (above.attributes.get("class") or ""):
            return True
        above = above.parent
    return node.tag == "body" and bool(node.css("figure,figcaption,[class*=caption]"))


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
    name = NAME_ENDS.split(f"{who} ", maxsplit=1)[0].strip(" \"'“”„「」『』")
    return Origin(shortened(name, LONGEST_NAME), None) if name else None


def _publisher(words: str, address: str) -> str:
    """Return the linked words, or the host's name when they are an address themselves."""
    written = ADDRESS.fullmatch(words.rstrip("./"))
    if written is not None:
        return written["host"]
    return shortened(words, LONGEST_NAME) if len(words) > 1 else host_of(address)
