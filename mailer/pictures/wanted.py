"""Which articles of an edition need a picture, in which crops, the most important first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mailer.editions.layout import Layout, lay_out, leads
from mailer.editions.model import Piece
from mailer.feeds.model import Article
from mailer.pictures.model import Crop, Illustration

MOST = 30  # pictures of an edition; a page shows half as many


@dataclass(frozen=True, slots=True)
class Wanted:
    """One address on an outlet's host, and what is to be made of what is there."""

    url: str
    article_ids: tuple[int, ...]  # copies of a story may carry one picture
    crops: tuple[Crop, ...]


def crops_of(
    pieces: Sequence[Piece], opens: int, max_stories: int, headings: Sequence[str]
) -> dict[int, tuple[Crop, ...]]:
    """Return the crops that an edition's pages may show, by article, from top to bottom.

    Readers who have seen a part of the window, or chose some headings, get a page with another
    lead: each article that can be one gets that crop.
    """

    def laid_out(chosen: Sequence[Piece]) -> Layout:
        return lay_out(chosen, opens, max_stories, headings)

    told = [piece for piece in pieces if piece.included]
    whole = laid_out(told)
    if whole.lead is None:
        return {}
    under: dict[str, list[Piece]] = {}
    for piece in told:
        under.setdefault(piece.section, []).append(piece)
    pages = [*map(laid_out, under.values()), whole]
    lead = leads(told, max_stories) | {one.lead.article_id for one in pages if one.lead is not None}
    top = whole.lead.article_id
    order = [piece.article_id for piece in (*whole.stories, *whole.left_over)]
    return {
        key: (
            *((Crop.LEAD,) if key in lead else ()),
            Crop.THUMB,
            *((Crop.CARD,) if key == top else ()),
        )
        for key in sorted(order, key=lambda key: key not in lead)[:MOST]
    }


def wanted(
    crops: Sequence[tuple[Article, tuple[Crop, ...]]],
    without: Collection[int],
    known: Sequence[Illustration],
    *,
    again: bool,
) -> list[Wanted]:
    """Return what is to be fetched: each address once.

    `without` are the feeds whose pictures may not be shown. What is `known` is made, or was refused
    for good reason; with `again` what was refused is tried once more.
    """
    done = {(one.article_id, one.crop) for one in known if one.picture is not None or not again}
    by_url: dict[str, tuple[dict[int, None], dict[Crop, None]]] = {}
    for article, names in crops:
        missing = [crop for crop in names if (article.id, crop) not in done]
        if article.image_url is None or article.feed_id in without or not missing:
            continue
        keys, all_crops = by_url.setdefault(article.image_url, ({}, {}))
        keys[article.id] = None
        all_crops |= dict.fromkeys(missing)
    return [Wanted(url, tuple(keys), tuple(names)) for url, (keys, names) in by_url.items()]
