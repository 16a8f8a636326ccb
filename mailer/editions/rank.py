"""Which articles may go into a digest, in which order, and why.

Every point and every refusal has a rule's name and a note, so that a person who asks "why this
one, why not that one" gets the same answer the program acted on.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from mailer.editions.model import Piece, Reason
from mailer.feeds.model import Article, Source

FRESH = 4.0  # points of an article that has just been published; half of them a day later
HALF_LIFE = timedelta(days=1)
FIRST_FEED = 2.0  # points for the owner's first feed; the second gets a half of them, …
PICTURE = 1.0
SUMMARY = 1.0
# Counted up to its arrival here and not up to the digest: what an archive feed brings is old at
# once, and what a reader's pause, a month's rhythm or a missed run delayed never becomes old.
OLD_NEWS = timedelta(days=7)


def rank(articles: Sequence[Article], sources: Sequence[Source], due_at: datetime) -> list[Piece]:
    """Return a piece for each article of a known feed: first those that are in, best first."""
    places = {source.feed_id: source for source in sources}
    known = [article for article in articles if article.feed_id in places]
    scored = [(article, _points(article, places[article.feed_id], due_at)) for article in known]
    scored.sort(key=lambda pair: (-_total(pair[1]), -pair[0].arrival))
    told: dict[str, str] = {}  # each place a story can be found, and the headline it was told under
    pieces = []
    for article, points in scored:
        refusal = _refusal(article) or _repeats(article, told)
        if refusal is None:
            told.update(dict.fromkeys(_places(article), article.title))
        section = places[article.feed_id].section
        pieces.append(_piece(article, section, points, refusal))
    return sorted(pieces, key=lambda piece: not piece.included)


def _piece(
    article: Article, section: str, points: Sequence[Reason], refusal: Reason | None
) -> Piece:
    return Piece(
        article_id=article.id,
        arrival=article.arrival,
        section=section,
        score=_total(points),
        included=refusal is None,
        reasons=tuple(points) if refusal is None else (refusal, *points),
    )


def _total(points: Iterable[Reason]) -> float:
    return round(sum(reason.points for reason in points), 2)


def _points(article: Article, place: Source, due_at: datetime) -> list[Reason]:
    age = max(timedelta(0), due_at - article.published_at)  # a feed's clock may be ahead of ours
    fresh = round(FRESH * 0.5 ** (age / HALF_LIFE), 2)
    reasons = [
        Reason("freshness", fresh, f"published {_span(age)} before the digest"),
        Reason(
            "position",
            round(FIRST_FEED / (place.position + 1), 2),
            f"from feed {place.position + 1} in the owner's order",
        ),
    ]
    if article.image_url:
        reasons.append(Reason("picture", PICTURE, "has a picture"))
    if article.summary:
        reasons.append(Reason("summary", SUMMARY, "has a summary"))
    return reasons


def _refusal(article: Article) -> Reason | None:
    """Return what keeps the article out whatever the others are."""
    if not article.title.strip():
        return Reason("title", 0.0, "has no headline")
    age = article.seen_at - article.published_at
    if age > OLD_NEWS:
        return Reason(
            "age",
            0.0,
            f"was {_span(age)} old when it arrived, more than {_span(OLD_NEWS)}",
        )
    return None


def _repeats(article: Article, told: dict[str, str]) -> Reason | None:
    """Return the refusal of a copy, and let whatever copies it count as the same story."""
    headline = next((told[place] for place in _places(article) if place in told), None)
    if headline is None:
        return None
    told.update({place: told.get(place, headline) for place in _places(article)})
    return Reason("duplicate", 0.0, f"the same story as “{headline}”")


def _places(article: Article) -> list[str]:
    """Return where the story stands, itself and as the original, in one spelling."""
    return [_spelling(url) for url in (article.url, article.original_url) if url]


def _spelling(url: str) -> str:
    """Return the address without what two links to one page may differ in."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # a bracket in the host, for instance: it is only like itself
        return url
    host = parts.netloc.lower().removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def _span(span: timedelta) -> str:
    """Return the length in the largest unit that fits: "3 hours"."""
    minutes = int(span / timedelta(minutes=1))
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= size:
            return _count(minutes // size, unit)
    return _count(minutes, "minute")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
