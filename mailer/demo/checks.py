"""What a mail has to be, each point by itself: pure questions to one letter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from mailer.demo.articles import Story
from mailer.inbox.letters import Letter

# Stands around, and in the middle of, what the sample feeds say; none of it is news.
FURNITURE = (
    "Stay updated with the latest news",
    "Subscribe to The Strait Review",
    "Share this",
    "Copy link",
    "(credit:",
    "contributed to this story",
    "Read more",
    "Leave a Comment",
    "Previous post",
    "Next post",
)
CLIPPED_AT = 102_400  # bytes of HTML that Gmail shows


@dataclass(frozen=True, slots=True)
class Check:
    """One point, and whether it held."""

    what: str
    held: bool


def unmet(checks: Iterable[Check]) -> list[str]:
    """Return the points that did not hold."""
    return [check.what for check in checks if not check.held]


def confirmation(letter: Letter, confirm_page: str, typed: str) -> list[Check]:
    """The first mail: one link, one purpose, and not a word of a stranger's in it."""
    links = [link for link in letter.links if link.startswith(confirm_page)]
    everything = "\n".join((letter.subject, letter.html or "", letter.text or ""))
    return [
        Check("it has an HTML part and a text part", bool(letter.html and letter.text)),
        Check("one confirmation link, the same in both parts", len(links) == 1),
        Check("nothing that was typed but the address", typed not in everything),
        Check(
            "Auto-Submitted says that nobody is to answer", bool(letter.header("Auto-Submitted"))
        ),
        Check("no List-Unsubscribe: there is no subscription yet", letter.one_click is None),
    ]


def digest(letter: Letter, stories: Sequence[Story], base_url: str, domain: str) -> list[Check]:
    """A digest: its headers, both parts, and how it looks."""
    return [*headers(letter, base_url, domain), *parts(letter, stories), *looks(letter)]


def headers(letter: Letter, base_url: str, domain: str) -> list[Check]:
    """What receivers and their programs read."""
    one_click = letter.one_click or ""
    return [
        Check("List-Unsubscribe leads to our page", one_click.startswith(f"{base_url}/leave/")),
        Check("List-Id names the newsletter", domain in letter.header("List-Id")),
        Check("Message-ID is on our domain", letter.header("Message-ID").endswith(f"@{domain}>")),
        Check("Feedback-ID", bool(letter.header("Feedback-ID"))),
        Check("Date", bool(letter.header("Date"))),
        Check("To is the reader and nobody else", letter.header("To") == letter.recipients[0]),
        Check("From is on our domain", letter.header("From").endswith(f"@{domain}>")),
        Check("each header stands once", _each_once(letter)),
    ]


def parts(letter: Letter, stories: Sequence[Story]) -> list[Check]:
    """What a person reads, in HTML and as text."""
    html, text = words_of_html(letter.html or ""), " ".join((letter.text or "").split())
    told = headlines(letter, stories)
    return [
        Check("it has an HTML part and a text part", bool(html and text)),
        Check("at least one story that is out", bool(told)),
        Check("every story is in the text part too", all(title in text for title in told)),
        Check("no story is told twice", len(told) == len(set(told))),
        *(
            Check(f"no “{words}” in it", words not in html and words not in text)
            for words in FURNITURE
        ),
        Check("no slot is left open", not any(mark in html + text for mark in "\ue000\ue001")),
    ]


def looks(letter: Letter) -> list[Check]:
    """How it can be shown."""
    html = letter.html or ""
    return [
        Check("it follows light and dark", "prefers-color-scheme" in html),
        Check("it says that it does", 'name="color-scheme"' in html),
        Check("nobody clips it", len(html.encode()) < CLIPPED_AT),
        Check("nothing in it runs", "<script" not in html.lower()),
    ]


def headlines(letter: Letter, stories: Sequence[Story]) -> list[str]:
    """Return the stories' titles that stand as a linked headline in the HTML, in order."""
    titles = {story.title for story in stories}
    anchors = LexborHTMLParser(letter.html or "").css("a[href]")
    words = [" ".join(anchor.text().split()) for anchor in anchors]
    return [text for text in words if text in titles]


def words_of_html(html: str) -> str:
    """Return what is written on a page, in one line."""
    tree = LexborHTMLParser(html)
    tree.strip_tags(["style", "script", "head"])
    return " ".join(tree.text(separator=" ").split())


def _each_once(letter: Letter) -> bool:
    names = [name.lower() for name, _ in letter.headers]
    return len(names) == len(set(names))
