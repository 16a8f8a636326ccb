"""Which stories are shown with a picture, and what is said of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from mailer.editions.layout import Layout
from mailer.editions.model import Newsletter
from mailer.feeds.model import Article, Feed
from mailer.pictures.model import Crop, Illustration, Picture

MOST = 15  # pictures of a mail
MOST_IN_SECTION = 2  # thumbnails: a page of stamps is none of news
SENTENCE_ENDS = re.compile(r"[.!?…。！？؟][”“\"»«’')\]」』]*$")
HEAVIEST = 800_000  # octets of all pictures of a mail together


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture as a template prints it."""

    url: str
    width: int  # CSS pixels
    height: int
    alt: str  # "" when the words beside it say the same
    caption: str
    credit: str  # a name: whose it is, or who published it

    @property
    def is_sentence(self) -> bool:
        """Whether its caption ends as a sentence does: then a credit may follow behind a space."""
        return SENTENCE_ENDS.search(self.caption) is not None

    @property
    def path(self) -> str:
        """Its address on our own pages."""
        return urlsplit(self.url).path


def pictured_articles(
    newsletter: Newsletter, articles: Iterable[Article], feeds: Iterable[Feed]
) -> list[int]:
    """Return the articles whose pictures may be shown, by what the owner has said."""
    allowed = {feed.id for feed in feeds if feed.pictures}
    return [one.id for one in articles if newsletter.pictures and one.feed_id in allowed]


def placed(layout: Layout, made: Iterable[Illustration]) -> dict[int, Picture]:
    """Return the picture that each story is shown with, by article; most have none.

    The lead has a large one; of a section's stories the first two that have one. A story whose
    picture is missing is a whole story, and its picture's place is not kept.
    """
    there = {(one.article_id, one.crop): one.picture for one in made if one.picture is not None}
    shown: dict[int, Picture] = {}
    left = HEAVIEST

    def show(key: int, crop: Crop) -> bool:
        nonlocal left
        found = there.get((key, crop))
        if found is None or len(shown) == MOST or found.size > left:
            return False
        shown[key] = found
        left -= found.size
        return True

    if layout.lead is not None:
        show(layout.lead.article_id, Crop.LEAD)
    for section in layout.sections:
        places = MOST_IN_SECTION
        for piece in section.pieces:
            if places and show(piece.article_id, Crop.THUMB):
                places -= 1
    return shown


def figure(article: Article, crop: Crop, url: str, publisher: str) -> Figure:
    """Return what a template prints; a picture without a credit is its publisher's."""
    width, height = crop.shown
    caption = (article.image_caption or "").strip() if crop is Crop.LEAD else ""
    return Figure(
        url=url,
        width=width,
        height=height,
        alt=_alt(article, [caption, article.title]) if crop is Crop.LEAD else "",
        caption=caption,
        credit=(article.image_credit or "").strip() or publisher,
    )


def _alt(article: Article, beside: Sequence[str]) -> str:
    """Return the alt text, when it says more than the words that stand beside the picture."""
    alt = (article.image_alt or "").strip()
    said = alt.casefold().rstrip(".")
    return "" if any(said in words.casefold() for words in beside) else alt
