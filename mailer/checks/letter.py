"""The rules: what one mail, as one reader gets it, must and should be."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from mailer.checks import features
from mailer.checks.contrast import Contrast, contrasts
from mailer.checks.css import AtRule, BrokenCss, Rule, rules
from mailer.checks.markup import Element, read
from mailer.checks.model import Finding, Report, Verdict
from mailer.checks.support import WORD, Known, support
from mailer.rendering.model import Page
from mailer.rendering.plain_text import columns

CLIPPED = 102_400  # bytes: Gmail shows no more, and then drops the styles too (email-bugs 41, 56)
BUDGET = 80_000
OVERHEAD, A_STORY = 12_000, 2_000  # bytes
SUBJECT = (15, 70)  # characters
PREVIEW = (40, 140)  # columns, of which a letter of Japanese fills two; characters
SMALLEST_TYPE = 13  # pixels
MOST_PICTURES = 15
HEAVIEST_PICTURES = 800_000  # bytes
LABELS = 80  # characters between the first of them and the headline
TEXT_LINE, WIRE_LINE = 78, 998  # characters, octets: RFC 5322 section 2.1.1
TOKEN = re.compile(r"\{\{|\{%|%%\{|%\(\w+\)s|\*\|[A-Z_]+\|\*|[\ue000\ue001⟦⟧]|\[object Object\]")
SHOUTED = re.compile(r"\b[^\W\d_]{5,}\b")
MARKUP = re.compile(r"</?[a-z][^>]*>|&(?:amp|nbsp|lt|gt|quot|#\d+);")
FORBIDDEN = ("script", "form", "iframe", "video", "audio", "object", "embed", "svg", "link")
VAGUE = frozenset(
    {
        "here",
        "click here",
        "click",
        "read more",
        "more",
        "link",
        "this",
        "continue reading",
        "learn more",
        "weiterlesen",
        "mehr",
        "hier",
        "lire la suite",
        "ici",
        "leer más",
        "aquí",
        "leggi tutto",
        "qui",
        "lees meer",
        "więcej",
        "tutaj",
    }
)
ODD_PICTURES = (".webp", ".svg", ".avif", ".bmp", ".tiff", ".heic")  # Word Outlook shows none

Say = Callable[[str, Verdict, str], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What the mail was made of, as far as rules ask for it."""

    title: str
    source_url: str | None
    texts: tuple[str, ...]  # everything the feed said that is printed
    picture_url: str | None = None
    picture_credit: str = ""
    label: str = ""  # the words that say that somebody pays for it; nothing: nobody does


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail with everything the rules compare it to."""

    page: Page  # a reader's values filled in
    stories: Sequence[Told]
    leave_url: str | None  # None: no mail of a list, one that a reader asked for
    postal_address: str
    own_host: str  # pictures come from it alone
    language: str
    last_subject: str = ""  # of the edition before
    picture_bytes: int = 0  # of all its pictures together
    picture_troubles: Sequence[str] = ()  # why stories have none, in words


def examine(letter: Letter, known: Known) -> Report:
    """Return everything that is not as it should be."""
    findings: list[Finding] = []

    def say(rule: str, verdict: Verdict, message: str) -> None:
        findings.append(Finding(rule, verdict, message))

    document = read(letter.page.html)
    sheets = list(_sheets(document, say))
    _subject(letter, say)
    _size(letter, say)
    _tokens(letter, say)
    _structure(letter, document, say)
    _links(letter, document, say)
    _pictures(letter, document, say)
    _credits(letter, document, say)
    _labels(letter, document, say)
    _text_part(letter, document, say)
    seen = list(contrasts(document, [rule for rule in sheets if isinstance(rule, Rule)]))
    _contrast(seen, say)
    found = support(features.used(letter.page.html, document, sheets), known)
    for slug in found.missing:
        say("support", Verdict.LOOK, f"{slug} is missing in a client that many readers have")
    once = dict.fromkeys(findings)  # a story leads to one address three times
    return Report(
        findings=tuple(sorted(once, key=lambda one: list(Verdict).index(one.verdict))),
        size=len(letter.page.html.encode()),
        score=found.score,
        word=found.clients.get(WORD, 0.0),
        contrast=min((one.ratio for one in seen), default=21.0),
    )


def _subject(letter: Letter, say: Say) -> None:
    subject = letter.page.subject.strip()
    least, most = SUBJECT
    if not subject:
        say("subject", Verdict.STOP, "there is no subject")
    elif not least <= len(subject) <= most:
        say("subject", Verdict.LOOK, f"{len(subject)} characters; {least} to {most} are read whole")
    if subject.count("!") > 1 or sum(w.isupper() for w in SHOUTED.findall(subject)) > 1:
        say("subject", Verdict.LOOK, "it shouts: filters and readers take it for an advertisement")
    if subject and subject == letter.last_subject:
        say("subject", Verdict.LOOK, "the edition before had the same one")


def _size(letter: Letter, say: Say) -> None:
    size = len(letter.page.html.encode())
    room = OVERHEAD + A_STORY * len(letter.stories)
    if size > CLIPPED:
        say("size", Verdict.STOP, f"{size:,} bytes: Gmail clips it at {CLIPPED:,}")
    elif size > BUDGET:
        say("size", Verdict.LOOK, f"{size:,} bytes, and {BUDGET:,} are the budget")
    if size > room:
        say("size", Verdict.LOOK, f"{size:,} bytes are a lot for {len(letter.stories)} stories")


def _tokens(letter: Letter, say: Say) -> None:
    """A feed may write what looks like a token; what is nowhere in its words is ours."""
    said = "\n".join(text for told in letter.stories for text in told.texts)
    for part in (letter.page.subject, re.sub(r"(?s)<style.*?</style>", "", letter.page.html),
                 letter.page.text):  # fmt: skip
        for token in sorted(set(TOKEN.findall(part)) - set(TOKEN.findall(said))):
            say("tokens", Verdict.STOP, f"{token!r} was not filled in")


def _sheets(document: Element, say: Say) -> Iterator[Rule | AtRule]:
    for block in document.all("style"):
        css = "".join(text for text in block.children if isinstance(text, str))
        if len(css.encode()) > features.LARGEST_BLOCK:
            say("styles", Verdict.STOP, f"a block of {len(css.encode()):,} bytes: Gmail drops it")
        if any(one.tag == "body" for one in block.and_around()):
            say("styles", Verdict.LOOK, "a style block outside of the head")
        try:
            yield from rules(css)
        except BrokenCss as why:
            say("styles", Verdict.STOP, f"{why}: a client that stumbles drops the whole block")


def _structure(letter: Letter, document: Element, say: Say) -> None:
    for element in document.all(*FORBIDDEN):
        say("structure", Verdict.STOP, f"<{element.tag}> has no place in a mail")
    if letter.page.html.lstrip()[:9].lower() != "<!doctype":
        say("structure", Verdict.LOOK, "no doctype")
    if not document.attributes.get("lang") or document.attributes.get("dir") not in {"ltr", "rtl"}:
        say("structure", Verdict.LOOK, "html without lang and dir: it is read out wrongly")
    if [title.words for title in document.all("title")] != [" ".join(letter.page.subject.split())]:
        say("structure", Verdict.LOOK, "the title is not the subject")
    levels = [int(one.tag[1]) for one in document.all("h1", "h2", "h3", "h4", "h5", "h6")]
    skips = any(after - before > 1 for before, after in pairwise(levels))
    if levels.count(1) != 1 or levels[:1] != [1] or skips:
        say("structure", Verdict.LOOK, f"headings are not in order: {levels}")
    for table in document.all("table"):
        if table.attributes.get("role") not in {"presentation", "none"} and not any(
            table.all("th")
        ):
            say("structure", Verdict.LOOK, "a layout table without role: it is read out as data")
            break
    _preview(document, say)
    _type(document, say)


def _preview(document: Element, say: Say) -> None:
    body = next(document.all("body"), document)
    first = next((one for one in body.all() if _own_words(one)), None)
    line = "" if first is None or not first.is_hidden else first.words
    least, most = PREVIEW
    if columns(line) < least or len(line) > most:
        say("preview", Verdict.LOOK, f"the line behind the subject has {len(line)} characters")


def _type(document: Element, say: Say) -> None:
    for element in document.all():
        told = f"{element.style.get('font', '')} {element.style.get('font-size', '')}"
        size = re.search(r"(\d+(?:\.\d+)?)px", told)
        if size and float(size[1]) < SMALLEST_TYPE and _own_words(element):
            say("type", Verdict.LOOK, f"letters of {size[1]} pixels: “{element.words[:40]}”")


def _links(letter: Letter, document: Element, say: Say) -> None:
    targets: dict[str, str] = {}
    hrefs = set()
    for link in document.all("a"):
        href = link.attributes.get("href", "")
        hrefs.add(_page(href))
        kind = urlsplit(href).scheme
        if kind not in {"https", "http", "mailto"}:
            say("links", Verdict.STOP, f"{href[:60]!r} is no address for a mail")
        elif kind == "http":
            say("links", Verdict.LOOK, f"{href[:60]} is not https")
        if link.attributes.get("aria-hidden") == "true":
            continue
        words = link.words or " ".join(one.attributes.get("alt", "") for one in link.all("img"))
        if not words.strip():
            say("links", Verdict.LOOK, f"the link to {href[:60]} says nothing")
        if words.lower().rstrip(" .…›»→") in VAGUE:
            say("links", Verdict.LOOK, f"“{words}” does not say where it leads")
        if targets.setdefault(words, href) != href:
            say("links", Verdict.LOOK, f"“{words}” leads to two places")
    if letter.leave_url is not None and letter.leave_url not in hrefs:
        say("unsubscribe", Verdict.STOP, "the HTML part has no way out")


def _pictures(letter: Letter, document: Element, say: Say) -> None:
    pictures = list(document.all("img"))
    for picture in pictures:
        source, has = picture.attributes.get("src", ""), picture.attributes
        if "alt" not in has:
            say("pictures", Verdict.STOP, f"{source[:60]} has no alt text")
        if urlsplit(source).hostname != letter.own_host:
            say("pictures", Verdict.STOP, f"{source[:60]} is not on our own host")
        if not (has.get("width", "").isdecimal() and has.get("height", "").isdecimal()):
            say("pictures", Verdict.LOOK, f"{source[:60]} has no size: the mail jumps")
        if source.partition("?")[0].lower().endswith(ODD_PICTURES):
            say("pictures", Verdict.LOOK, f"{source[:60]} is in a format Outlook does not show")
    _told_of_pictures(letter, document, say)
    if len(pictures) > MOST_PICTURES:
        say("pictures", Verdict.LOOK, f"{len(pictures)} pictures; {MOST_PICTURES} are enough")


def _told_of_pictures(letter: Letter, document: Element, say: Say) -> None:
    """What is said of pictures: whose each is, where it leads, and why one is missing."""
    words = next(document.all("body"), document).words
    sources = {picture.attributes.get("src", "") for picture in document.all("img")}
    for told in letter.stories:
        if told.picture_url in sources and told.picture_credit not in words.replace("\xa0", " "):
            say("pictures", Verdict.STOP, f"the picture of “{told.title}” does not say whose it is")
    for link in document.all("a"):
        if any(link.all("img")) and not link.words and link.attributes.get("aria-hidden") != "true":
            say("pictures", Verdict.LOOK, "a picture's link is read out beside its headline's")
    if letter.picture_bytes > HEAVIEST_PICTURES:
        say("pictures", Verdict.LOOK, f"{letter.picture_bytes:,} bytes of pictures are a lot")
    for trouble in letter.picture_troubles:
        say("pictures", Verdict.LOOK, trouble)


def _credits(letter: Letter, document: Element, say: Say) -> None:
    words = next(document.all("body"), document).words
    hrefs = {link.attributes.get("href", "") for link in document.all("a")}
    if not letter.postal_address.strip():
        say("address", Verdict.STOP, "the newsletter has no postal address; the law asks for one")
    elif " ".join(letter.postal_address.split()) not in words:
        say("address", Verdict.STOP, "the postal address does not stand in the mail")
    for told in letter.stories:
        if told.source_url is None:
            say("credits", Verdict.LOOK, f"“{told.title}” does not say where it is from")
        elif told.source_url not in hrefs:
            say("credits", Verdict.STOP, f"“{told.title}” has no link to where it was published")


def _labels(letter: Letter, document: Element, say: Say) -> None:
    """What somebody pays for says so right before its headline, in both parts."""
    for told in letter.stories:
        if not told.label:
            continue
        before = re.compile(
            rf"{re.escape(told.label)}.{{0,{LABELS}}}?{re.escape(told.title)}", re.S
        )
        for part, words in (("HTML", document.words), ("text", " ".join(letter.page.text.split()))):
            if before.search(words.replace("\xa0", " ")) is None:
                say(
                    "label",
                    Verdict.STOP,
                    f"“{told.title[:40]}” is paid for: the {part} part does not say so",
                )


def _text_part(letter: Letter, document: Element, say: Say) -> None:
    lines = letter.page.text.split("\n")
    if not letter.page.text.strip():
        say("text", Verdict.STOP, "there is no text part")
        return
    if letter.leave_url is not None and letter.leave_url not in map(_page, lines):
        say("unsubscribe", Verdict.STOP, "the text part has no way out on a line of its own")
    if any(len(line.encode()) > WIRE_LINE for line in lines):
        say("text", Verdict.STOP, f"a line of more than {WIRE_LINE} bytes")
    for line in lines:
        if len(line) > TEXT_LINE and not line.startswith(("https://", "http://")):
            say("text", Verdict.LOOK, f"a line of {len(line)} characters: “{line[:40]}…”")
    said = "\n".join(text for told in letter.stories for text in told.texts)
    for mark in sorted(set(MARKUP.findall(letter.page.text)) - set(MARKUP.findall(said))):
        say("text", Verdict.LOOK, f"{mark!r} is markup, not text")
    for link in document.all("a"):
        href = link.attributes.get("href", "")
        if href.startswith("http") and href not in lines:
            say("text", Verdict.LOOK, f"{href[:60]} is missing in the text part")


def _page(address: str) -> str:
    """Return an address without the place on its page."""
    return address.partition("#")[0]


def _contrast(seen: Sequence[Contrast], say: Say) -> None:
    told = set()
    for one in seen:
        if one.ratio >= one.wanted - 0.005 or (one.view, round(one.ratio, 2)) in told:
            continue
        told.add((one.view, round(one.ratio, 2)))
        verdict = Verdict.STOP if one.view in {"light", "dark"} else Verdict.LOOK
        say("contrast", verdict, f"{one.ratio:.2f} where it is {one.view}: “{one.words[:40]}”")


def _own_words(element: Element) -> str:
    return "".join(text for text in element.children if isinstance(text, str)).strip()
