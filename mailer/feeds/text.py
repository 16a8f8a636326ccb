"""Outside text made harmless: plain, visible, on one line."""

import html
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Characters that nobody sees: controls, what turns the direction of text, zero-width ones, lone
# surrogates (no database takes them) and private-use ones (a slot of ours is marked by two of
# them: `rendering.model.Slot`). In a title they only serve to make it look like something else.
CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
UNSTORABLE = r"\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\U000f0000-\U0010ffff"
HIDDEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
FORBIDDEN = re.compile(f"[{CONTROLS}{UNSTORABLE}]")
INVISIBLE = re.compile(
    f"[{CONTROLS}{UNSTORABLE}{HIDDEN}]"
    # Joiners shape Persian and Hindi words and join emoji; beside an ASCII letter they only hide.
    r"|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&#?\w+;")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
BREAK = re.compile(r"<(?:br|/?(?:p|div|li|h[1-6]))\b", re.IGNORECASE)
PROGRAM = re.compile(r"<(?:script|style|svg|!--)")
PROGRAM_ENDS = {"<!--": "-->"}
DATA = "ld+json"
SILENT = "script,style,noscript,template,iframe,svg,title"
# These end by themselves, or with the next of their kind: they cannot be nested by being many.
FLAT = frozenset({
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
    "option", "p", "param", "source", "track", "wbr",
})  # fmt: skip
DEEPEST = 200
MOST_LOOKED_AT = 1_000_000  # characters
LONGEST_MARKUP = 150_000  # characters: twenty thousand words
LONGEST_LINE_OF_MARKUP = 10_000  # of a title, a name
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")  # written without spaces


def storable(text: str) -> str:
    """Return the text without the characters that no database or page should meet."""
    return FORBIDDEN.sub("", text)


def one_line(text: str) -> str:
    """Return plain text as one line of visible characters, single spaces between words."""
    # First the line breaks of all kinds become spaces, so that no two words grow together.
    return " ".join(INVISIBLE.sub("", " ".join(text.split())).split())


def line_of_html(markup: str) -> str:
    """Return what a reader would see of a fragment of HTML, as one line."""
    markup = markup[:LONGEST_LINE_OF_MARKUP]
    if not MARKUP.search(markup):
        return one_line(markup)
    tree = LexborHTMLParser(BREAK.sub(r" \g<0>", bounded(markup)))
    if tree.body is None:
        return ""
    for node in innermost_first(tree.body, SILENT):
        node.decompose()
    return one_line(tree.body.text())


def innermost_first(root: LexborNode, selector: str) -> list[LexborNode]:
    """Return what the selector finds, each node once, so that each may be taken out of the tree.

    lexbor frees a node with all that is in it, and its `css` gives a node twice that is selected
    twice: to take out a parent before its child, or anything twice, is to write to freed memory.
    """
    once = {node.mem_id: node for node in root.css(selector)}
    return list(reversed(once.values()))


def html_of_text(text: str) -> str:
    """Return plain text as HTML that shows the same; an empty line divides paragraphs."""
    return "<br><br>".join(html.escape(part) for part in re.split(r"\n\s*\n", text))


def bounded(markup: str) -> str:
    """Return the HTML, cut when it is a book, without its tags when there is no sane reading of it.

    Parsers of HTML take quadratic time on depth: 100,000 open elements keep them busy for half a
    minute, and no article has 200.
    """
    markup = storable(markup[:MOST_LOOKED_AT])
    depth = 0
    for tag in TAG.finditer(markup):
        if tag[2].lower() not in FLAT:
            depth += -1 if tag[1] else 1
        if depth > DEEPEST:
            return TAG.sub(" ", markup).replace("<", "&lt;")[:LONGEST_MARKUP]
    return markup[:LONGEST_MARKUP]


def without_programs(page: str) -> str:
    """Return a web page without programs, styles, drawings and comments; JSON-LD stays.

    What they hold is most of many pages, and none of what a page says. Takes linear time.
    """
    kept: list[str] = []
    lower, at = page.lower(), 0
    for found in PROGRAM.finditer(lower):
        begin = found.start()
        if begin < at or (found[0] == "<script" and DATA in lower[begin : begin + 200]):
            continue
        end = lower.find(PROGRAM_ENDS.get(found[0], f"</{found[0][1:]}"), begin)
        kept.append(page[at:begin])
        at = len(page) if end < 0 else end
    return "".join([*kept, page[at:]])


def shortened(text: str, most: int) -> str:
    """Return at most so many characters, cut between words and marked when something is lost."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def count_words(text: str) -> int:
    """Return the number of words; where a script has no spaces, two characters count as one."""
    return len(UNSPACED.sub("", text).split()) + len(UNSPACED.findall(text)) // 2
