"""What stands in an article's text and is not the article: boxes, bars, by-lines, captions."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.feeds.captions import CREDIT_LABEL
from mailer.feeds.dates import read_date
from mailer.feeds.text import innermost_first, one_line
from mailer.feeds.wordings import FURNITURE, MORE

NOT_PROSE = (
    "script,style,noscript,template,iframe,object,form,button,select,textarea,svg,math,title,video,"
    "audio,figure,figcaption,nav,aside,footer,h1,h2,h3,h4,h5,h6,pre"
)
HIDDEN = "[hidden],[aria-hidden=true],[style*='display:none'],[style*='display: none']"
BLOCKS = "p,div,section,article,main,header,blockquote,ul,ol,li,dl,dt,dd,table,tr,td,th,hr"
BOX = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|sharedaddy|addtoany|social|likes?|subscribe|subscription"
    r"|newsletter|signup|sign-up|button|related|relatedposts|recirc|yarpp|taboola|outbrain|comments?"
    r"|respond|navigation|breadcrumbs?|pagination|toc|table-of-contents|tags|tag-list|field-tags"
    r"|byline|username|name-(?:title|uid|created)|submitted|datetime|dateline-date"
    r"|(?:post|entry|article)-(?:footer|meta|author|info)|author-(?:box|bio|info)|about-author"
    r"|wp-caption|caption|bildunterschrift|legende?|leyenda|didascalia|onderschrift|credits?"
    r"|footnotes?|cookie|advert|advertisement|promo|sponsor|paywall|more-link|embedded-content"
    r"|twitter-tweet|instagram-media|poll-embed|screen-reader-text|sr-only|visually-hidden)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
SIGNUP = re.compile(
    r"/(?:subscribe|signup|sign-up|newsletters?|portal/signup|abo|abonnement|membership|donate)/?"
    r"(?:[?#].*)?$",
    re.IGNORECASE,
)
# Marks of our own inside the text of a tree. No outside text has them: `text.storable` saw to that.
BREAK, SIGNUP_HERE, LINK_BEGINS, LINK_ENDS = "\x1e", "\x01", "\x02", "\x03"
LINK = re.compile(f"{LINK_BEGINS}[^{LINK_ENDS}]*{LINK_ENDS}")
WORD = re.compile(r"\w")
SENTENCE_MARK = re.compile(r"[.!?…。！？؟।]\W*$")
UPPER = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0152\u0160\u017d\u0141\u0410-\u042f"
NAME = rf"[{UPPER}][\w.'\u2019-]*"
BYLINE = re.compile(
    rf"(?:(?i:by|von|par|por|di|door|текст)|Da|Text):?\s+{NAME}(?:\s+{NAME}){{0,4}}"
    r"(?:\s*(?:,|\||&|/|\u2013|\u2014|-|\u2022|\u00b7).*|\s+(?:and|und|et|y|e|en|i|и)\s.*)?"
    r"|(?:מאת|بقلم|كتب(?:ت)?)\s*:?\s*\S+(?:\s\S+){0,4}"
    r"|(?:\S+ ){0,4}staff(?: (?:writer|reporter|report|writers))?",
)
SHORT_BLOCK = 300  # characters
LONGEST_WORDING = 400  # characters of a sentence that are looked at


def paragraphs(markup: str) -> list[str]:
    """Return the article's paragraphs as plain lines, without what is not the article.

    `markup` has been through `text.bounded`.
    """
    tree = LexborHTMLParser(markup)
    body = tree.body
    if body is None:
        return []
    _drop_boxes(body)
    _mark_links(body)
    lines = [(raw, one_line(raw)) for raw in _raw_lines(body)]
    prose = [(raw, line) for raw, line in lines if line and not _is_furniture_block(raw, line)]
    # A page of links alone is what there is.
    return [line for raw, line in prose if not _is_headline_link(raw, line)] or [
        line for _, line in prose
    ]


def is_furniture(sentence: str) -> bool:
    """Tell whether a sentence is about the page it stands on, and not about the news."""
    return FURNITURE.match(sentence[:LONGEST_WORDING]) is not None


def _raw_lines(body: LexborNode) -> list[str]:
    for node in body.css("br"):
        follower = node.next
        while follower is not None and follower.is_empty_text_node:
            follower = follower.next
        node.replace_with(BREAK if follower is not None and follower.tag == "br" else " ")
    for block in body.css(BLOCKS):
        block.insert_before(BREAK)
        block.insert_after(BREAK)
    return body.text().split(BREAK)


def _drop_boxes(body: LexborNode) -> None:
    for node in innermost_first(body, f"{NOT_PROSE},{HIDDEN}"):
        node.decompose()
    for link in innermost_first(body, "a"):
        if MORE.fullmatch(one_line(link.text())):
            link.decompose()
    whole = len(body.text())
    for node in innermost_first(body, "[class],[id]"):
        names = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
        # A box that holds most of the text is the article, whatever its name.
        if BOX.search(names) and len(node.text()) * 2 < whole:
            node.decompose()


def _mark_links(body: LexborNode) -> None:
    for link in body.css("a[href]"):
        wanted = SIGNUP.search(link.attributes.get("href") or "")
        link.insert_before(f"{SIGNUP_HERE if wanted else ''}{LINK_BEGINS}")
        link.insert_after(LINK_ENDS)


def _is_furniture_block(raw: str, line: str) -> bool:
    if len(line) > SHORT_BLOCK:
        return False
    return (
        SIGNUP_HERE in raw
        or is_furniture(line)
        or BYLINE.fullmatch(line) is not None
        or CREDIT_LABEL.search(line) is not None
        or read_date(line) is not None
    )


def _is_headline_link(raw: str, line: str) -> bool:
    """Tell whether a line is nothing but links to other stories."""
    if LINK_BEGINS not in raw or SENTENCE_MARK.search(line):
        return False
    return WORD.search(LINK.sub("", raw)) is None
