"""What stands in an article's text and is not the article: boxes, bars, by-lines, captions."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailer.feeds.text import innermost_first, one_line

NOT_PROSE = (
    "script,style,noscript,template,iframe,object,form,button,select,textarea,svg,math,title,video,"
    "audio,figure,figcaption,nav,aside,footer,h1,h2,h3,h4,h5,h6,pre"
)
BLOCKS = "p,div,section,article,main,header,blockquote,ul,ol,li,dl,dt,dd,table,tr,td,th,hr"
BOX = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|sharedaddy|social|subscribe|subscription|newsletter|signup"
    r"|sign-up|related|relatedposts|comments?|respond|navigation|breadcrumbs?|pagination|byline"
    r"|wp-caption|caption|credit|cookie|advert|advertisement|promo|sponsor|paywall|more-link)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
MORE = re.compile(
    r"\W*(?:read|see|learn|view|keep|continue|find out|show|watch)?\s*"
    r"(?:more|on|reading|the (?:full|whole|rest).{0,30}|full (?:story|article|post))\b.{0,60}",
    re.IGNORECASE,
)
CREDIT = re.compile(
    r"[(\[](?:(?:photo|image|picture|illustration|video)s?\s*)?"
    r"(?:credits?|photos?|images?|pictures?|illustrations?|courtesy(?: of)?|source)"
    r"(?:\s+by|\s*:)\s*(?P<who>[^()\[\]]{1,100})[)\]]",
    re.IGNORECASE,
)
# Tried at the beginning of a sentence, or of a whole short block.
FURNITURE = re.compile(
    r"\W*(?:"
    r"stay (?:updated|informed|connected|tuned|up to date|in the know)\b"
    r"|keep up to date\b"
    r"|(?:please |don.t forget to )?(?:subscribe|sign up)\b(?! sheet)"
    r"|(?:get|receive|have) (?:\S+ ){0,8}(?:in|to|into) your (?:inbox|e-?mail|mailbox)\b"
    r"|join (?:\S+ ){0,6}(?:newsletter|subscribers|mailing list|channel|community)\b"
    r"|(?:follow|like|find) us\b"
    r"|(?:share|tweet|pin|e-?mail|print) (?:this|on|via)\b"
    r"|share:?\s*$"
    r"|click (?:here|to)\b"
    r"|(?:read|see|learn) (?:more|also|next)\b|also read\b|(?:continue|keep) reading\b"
    r"|read the (?:full|whole|rest|original)\b"
    r"|the post\b.{1,300}\bappeared first on\b"
    r"|(?:this|the) (?:article|story|piece|post|report|column|essay|content|text)\b.{0,60}"
    r"\b(?:originally|first) (?:published|appeared|posted)\b"
    r"|(?:originally|first) (?:published|appeared|posted) (?:at|on|in|by)\b"
    r"|(?:this (?:\w+ )?(?:was|is) )?"
    r"(?:(?:re)?published|reprinted|reproduced|syndicated) (?:here )?"
    r"(?:from|(?:with|by) (?:the )?(?:kind )?permission|courtesy of)\b"
    r"|via:? \S+(?: \S+){0,4}\s*$"
    r"|(?:zuerst|ursprünglich) (?:erschienen|veröffentlicht)\b"
    r"|publicado originalmente\b|originalmente publicado\b|pubblicato originariamente\b"
    r"|(?:initialement|à l.origine) (?:publié|paru)"
    r"|(?:publié|paru)e? (?:initialement|à l.origine)\b"
    r"|.{0,120}\bcontributed (?:reporting )?to this (?:story|report|article|piece|post)\b"
    r"|(?:with )?(?:additional )?reporting by\b"
    r"|(?:photo|image|picture|video|illustration|caption|credit|source)s?"
    r"(?:\s+(?:credits?|by|courtesy(?: of)?))?\s*:"
    r"|(?:photo|image|picture|illustration) (?:by|courtesy of)\b"
    r"|(?:advertisement|sponsored content|sponsored)\s*$"
    r"|(?:related|recommended|more)(?: \S+){0,2}\s*:"
    r"|related (?:articles?|stories|posts|topics|content)\s*$"
    r"|(?:tags?|tagged|filed under|posted in|categor(?:y|ies)|topics)\s*:"
    r"|(?:previous|next)\s+(?:post|article|story)\b|(?:previous|next)\s*[:»→]"
    r"|leave a (?:reply|comment)\b|\d+ comments?\s*$|comments? (?:are|is|off|closed)\b"
    r"|your e-?mail address will not be published\b|post (?:a )?comment\s*$"
    r"|(?:©|\(c\)|copyright\b|all rights reserved\b)"
    r"|skip to (?:main )?content\b|(?:back to top|home\s*[\u203a»>/])"
    r"|download (?:our|the) app\b"
    r")",
    re.IGNORECASE,
)
APPEARED_FIRST = re.compile(r".{0,300}\bappeared first on\b", re.IGNORECASE)
NAME = r"[A-Z][\w.'\u2019-]*"
BYLINE = re.compile(
    rf"(?:By|Von|Par|Por|Di)\s+{NAME}(?:\s+{NAME}){{0,3}}(?:\s*(?:,|\||&|and\b|/).*)?"
)
SHORT_BLOCK = 300  # characters


def paragraphs(markup: str) -> list[str]:
    """Return the article's paragraphs as plain lines, without what is not the article.

    `markup` has been through `text.bounded`.
    """
    tree = LexborHTMLParser(markup)
    body = tree.body
    if body is None:
        return []
    _drop_boxes(body)
    return [line for line in lines_of(body) if not _is_furniture_block(line)]


def lines_of(body: LexborNode) -> list[str]:
    """Return the text of each block as one line; changes the tree."""
    for node in body.css("br"):
        follower = node.next
        while follower is not None and follower.is_empty_text_node:
            follower = follower.next
        node.replace_with("\x1e" if follower is not None and follower.tag == "br" else " ")
    for block in body.css(BLOCKS):
        block.insert_before("\x1e")
        block.insert_after("\x1e")
    return [line for line in map(one_line, body.text().split("\x1e")) if line]


def is_furniture(sentence: str) -> bool:
    """Tell whether a sentence is about the page it stands on, and not about the news."""
    return bool(FURNITURE.match(sentence) or APPEARED_FIRST.match(sentence))


def _drop_boxes(body: LexborNode) -> None:
    for node in innermost_first(body, NOT_PROSE):
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


def _is_furniture_block(line: str) -> bool:
    if len(line) > SHORT_BLOCK:
        return False
    return is_furniture(line) or bool(BYLINE.fullmatch(line))
