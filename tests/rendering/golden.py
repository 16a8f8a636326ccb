"""The editions every check looks at: short, usual, pictureless, long, corrected, labelled, foreign.

`python -m tests.rendering.golden FOLDER` writes each as NAME.html, NAME.txt and NAME.eml.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mailer.address import parse_address
from mailer.editions.layout import Layout, Section
from mailer.editions.model import Newsletter, Piece
from mailer.feeds.model import Article, Label
from mailer.message.mime import build
from mailer.message.model import Head, ListHead
from mailer.message.slots import fill
from mailer.pictures.model import Crop, Illustration, Picture
from mailer.rendering.figures import placed
from mailer.rendering.model import Page, Variant
from mailer.rendering.stories import CorrectionLine, DigestView, digest_view
from tests.conftest import a_newsletter
from tests.rendering.samples import (
    LINKS,
    OUTLETS,
    STORIES,
    TEMPLATES,
    TUESDAY,
    an_article,
    an_edition,
    values_in,
)
from tests.rendering.scripts import PAPERS, Paper

COPIES = {1: [an_article(14), an_article(15)]}  # two other outlets tell the first story


@dataclass(frozen=True, slots=True)
class Golden:
    """One edition as it reaches a reader."""

    name: str
    view: DigestView
    page: Page  # for one reader: no slots

    def message(self, date: datetime) -> bytes:
        """Return the mail that one reader gets."""
        page = TEMPLATES.digest(self.view)
        return build(head_of(self.view)._replace(date=date), page, values_in(self.view.language))


def digest(
    articles: list[Article],
    places: list[str],
    newsletter: Newsletter,
    language: str = "",
    copies: Mapping[int, list[Article]] | None = None,
    *,
    pictures: bool = True,
    outlets: Mapping[int, str] = OUTLETS,
) -> DigestView:
    """Return an edition whose first article leads and whose others stand where `places` says."""
    pieces = [
        Piece(article.id, article.arrival, article.arrival, place, 1.0, included=True, reasons=())
        for article, place in zip(articles, places, strict=True)
    ]
    names = dict.fromkeys(place for place in places[1:] if place)
    layout = Layout(
        lead=pieces[0],
        sections=tuple(
            Section(name, tuple(piece for piece in pieces[1:] if piece.section == name))
            for name in names
        ),
        brief=tuple(piece for piece in pieces[1:] if not piece.section),
        left_over=(),
    )
    edition = an_edition(subject=articles[0].title[:70], preheader=_preheader(articles))
    return digest_view(
        edition,
        newsletter,
        Variant(0, language or newsletter.language),
        layout,
        {article.id: article for article in articles},
        outlets,
        LINKS,
        copies or {},
        pictures=placed(layout, illustrations(articles)) if pictures else {},
    )


def illustrations(articles: list[Article]) -> list[Illustration]:
    """Return what was made of the photos of these articles; the file's name is its article's."""
    return [
        Illustration(
            article.id,
            crop,
            article.image_url,
            Picture(f"{article.id}-{crop}", "image/jpeg", *crop.stored, crop.largest // 2),
            None,
            TUESDAY,
        )
        for article in articles
        for crop in Crop
        if article.image_url is not None
    ]


def _preheader(articles: list[Article]) -> str:
    line = " · ".join(article.title for article in articles[1:4]) or articles[0].summary
    return line[:139]


def short() -> DigestView:
    """Three stories."""
    more = {
        1: f" {STORIES[3][1]}",
        2: " Her next opponent won it all last year, and has never met her.",
        4: " The first appear on Friday, those of the ferries and of three old tankers among them.",
    }
    articles = [
        an_article(number, summary=STORIES[number - 1][1] + told) for number, told in more.items()
    ]
    return digest(articles, ["", "World", "World"], a_newsletter(), copies=COPIES)


def usual() -> DigestView:
    """Twelve stories in three sections, one told by others too."""
    articles = [an_article(number) for number in range(1, 13)]
    places = ["World"] * 4 + ["City & schools"] * 3 + ["Business & science"] * 2 + [""] * 3
    return digest(articles, places, a_newsletter(), copies=COPIES)


def no_pictures() -> DigestView:
    """The usual one, of outlets that have none."""
    articles = [an_article(number) for number in range(1, 13)]
    places = ["World"] * 4 + ["City & schools"] * 3 + ["Business & science"] * 2 + [""] * 3
    return digest(articles, places, a_newsletter(), copies=COPIES, pictures=False)


def fifty() -> DigestView:
    """As many stories as ever."""
    articles = [
        an_article(
            number,
            title=f"{STORIES[(number - 1) % 12][0]}, part {number}",
            url=f"https://post.example.net/2026/11/24/story-number-{number}",
        )
        for number in range(1, 51)
    ]
    places = [f"Section {1 + number // 6}" for number in range(36)] + [""] * 14
    return digest(articles, places, a_newsletter(max_stories=50), copies=COPIES)


def correction() -> DigestView:
    """With what was wrong in an earlier one."""
    lines = (
        CorrectionLine(
            "Bridge to the old town closed until spring",
            "It was another bridge. We are sorry.",
            None,
            withdrawn=True,
        ),
        CorrectionLine(
            "Batteries covered the evening peak",
            "It happened on Saturday, not on Sunday.",
            "https://lab.example.net/2026/11/batteries-covered-the-peak",
            withdrawn=False,
        ),
    )
    return replace(usual(), corrections=lines)


def labelled() -> DigestView:
    """Paid, opinion, for subscribers, in another language; it asks how it was."""
    own: dict[int, tuple[Label, ...]] = {
        1: (Label.OPINION,),
        2: (Label.SPONSORED,),
        6: (Label.OPINION, Label.SUBSCRIBERS),
        10: (Label.SPONSORED, Label.SUBSCRIBERS),
    }
    articles = [an_article(number, labels=own.get(number, ())) for number in range(1, 13)]
    articles[4] = an_article(5, **_told(PAPERS["he"], 2))
    places = ["World"] * 4 + ["City & schools"] * 3 + ["Business & science"] * 2 + [""] * 3
    return digest(articles, places, a_newsletter(feedback=True), copies=COPIES)


def hebrew() -> DigestView:
    """From right to left."""
    return _of(PAPERS["he"])


def arabic() -> DigestView:
    """From right to left, joined letters."""
    return _of(PAPERS["ar"])


def japanese() -> DigestView:
    """No spaces between words."""
    return _of(PAPERS["ja"])


def mixed() -> DigestView:
    """Hebrew, Arabic, Japanese and English stories in a Hebrew edition."""
    paper = PAPERS["he"]
    articles = [
        _article(paper, 1),
        _article(paper, 3),
        an_article(3, **_told(PAPERS["ar"], 3)),
        an_article(4, **_told(PAPERS["ja"], 1)),
        an_article(5, title=STORIES[0][0], summary=STORIES[0][1]),
        _article(paper, 2),
    ]
    articles = [replace(one, id=n, arrival=n) for n, one in enumerate(articles, 1)]
    return _printed(paper, articles, ["", *["עולם"] * 4, ""])


def _of(paper: Paper) -> DigestView:
    world, city = paper.sections
    articles = [_article(paper, number) for number in range(1, len(paper.stories) + 1)]
    return _printed(paper, articles, ["", world, world, city, city, ""])


def _printed(paper: Paper, articles: list[Article], places: list[str]) -> DigestView:
    newsletter = a_newsletter(language=paper.language, name=paper.name)
    others = [an_article(number, **_told(paper, 1)) for number in (14, 15)]
    return digest(articles, places, newsletter, copies={1: others}, outlets=paper.outlets)


def _article(paper: Paper, number: int) -> Article:
    return an_article(number, **_told(paper, number))


def _told(paper: Paper, number: int) -> dict[str, object]:
    title, summary = paper.stories[number - 1]
    author = paper.authors[number - 1]
    found: dict[str, object] = {"title": title, "summary": summary, "author": author}
    if number == 1:
        found.update(paper.photo)
    elif author is not None:
        found["image_credit"] = author
    host = ("city", "lab", "post")[(number - 1) % 3]
    url = f"https://{host}.example.net/articles/{number}"
    return {**found, "language": paper.language, "url": url}


EDITIONS: Mapping[str, Callable[[], DigestView]] = {
    made.__name__: made
    for made in (
        short,
        usual,
        no_pictures,
        fifty,
        correction,
        labelled,
        hebrew,
        arabic,
        japanese,
        mixed,
    )
}


def golden(name: str) -> Golden:
    """Return one of the editions, filled in for one reader."""
    view = EDITIONS[name]()
    return Golden(name, view, fill(TEMPLATES.digest(view), values_in(view.language)))


def head_of(view: DigestView) -> Head:
    """Return the head of one reader's mail."""
    return Head(
        message_id="1.k3y@news.example.org",
        date=TUESDAY,
        sender_name=view.newsletter.name,
        sender=view.newsletter.sender,
        reply_to=view.newsletter.reply_to,
        recipient=parse_address("ada@example.org"),
        list=ListHead(
            id="brief.news.example.org",
            unsubscribe_url="https://news.example.org/leave/token",
            archived_at=view.edition_url,
            feedback_id="1:brief:digest:mailer",
            unsubscribe_mail=f"mailto:leave@news.example.org?subject=unsubscribe.{'A' * 46}",
        ),
    )


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)  # filters find fault with a mail that took days to come
    for each in map(golden, EDITIONS):
        (folder / f"{each.name}.html").write_text(each.page.html, "utf-8")
        (folder / f"{each.name}.txt").write_text(each.page.text, "utf-8")
        (folder / f"{each.name}.eml").write_bytes(each.message(now))
