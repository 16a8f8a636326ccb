"""Which articles may go into a digest, in which order, and why.

Every point and every refusal has a rule's name and a note, so that a person who asks "why this
one, why not that one" gets the same answer the program acted on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from mailer.editions.model import Piece, Reason, TopicSection
from mailer.editions.same_story import same_story
from mailer.editions.select import beyond_first, let_in_by, refused_by_rules, refused_by_state
from mailer.feeds.model import NO_RULES, Article, Rules, Source

FRESH = 4.0  # points of an article that has just been published; half of them a day later
HALF_LIFE = timedelta(days=1)
FIRST_FEED = 2.0  # points for the owner's first feed; the second gets a half of them, …
PICTURE = 1.0
SUMMARY = 1.0
WEIGHT = 2.0  # points for each unit that a feed weighs more than the others
COVERAGE = 0.5  # points for each further feed that tells the story
MOST_COVERAGE = 4
# Counted up to its arrival here and not up to the digest: what an archive feed brings is old at
# once, and what a reader's pause, a month's rhythm or a missed run delayed never becomes old.
OLD_NEWS = timedelta(days=7)


def rank(
    articles: Sequence[Article],
    sources: Sequence[Source],
    due_at: datetime,
    told: Sequence[Article] = (),
    rules: Rules = NO_RULES,
    sections: Sequence[TopicSection] = (),
) -> list[Piece]:
    """Return a piece for each article of a known feed: first those that are in, best first.

    `told` is what earlier editions brought: its stories do not come again. Of the copies of a story
    the one from the feed that is first in the owner's order is in. `rules` are the newsletter's,
    `sections` its headings by topic: what is of none of them stands under its feed's own.
    """
    places = {source.feed_id: source for source in sources}
    known = [article for article in articles if article.feed_id in places]
    story = same_story([*told, *known])
    headline = {story[article.id]: article.title for article in reversed(told)}
    refused = _refusals(known, places, rules, due_at)
    # A copy that no reader could get leaves the others as new as they are.
    first = _first_arrivals([one for one in known if refused[one.id] is None], story)
    pieces = []
    for copies in _grouped(known, story, places):
        fit = [article for article in copies if refused[article.id] is None]
        before = headline.get(story[copies[0].id])
        for article in copies:
            refusal = refused[article.id]
            if refusal is None and before is not None:
                refusal = Reason("told", 0.0, f"an earlier edition had it as “{before}”")
            elif refusal is None and article is not fit[0]:
                refusal = Reason("duplicate", 0.0, f"the same story as “{fit[0].title}”")
            place = places[article.feed_id]
            heading = _heading(article, place, sections)
            points = [*_points(article, place, due_at), *_section_points(heading, sections)]
            if article in fit[:1] and len(fit) > 1:
                points.append(_coverage(fit))
            if refusal is None:
                points += [*let_in_by(article, place.rules), *let_in_by(article, rules)]
            at = first.get(story[article.id], article.arrival)
            pieces.append(_piece(article, at, heading, points, refusal))
    return sorted(pieces, key=lambda one: (not one.included, -one.score, -one.arrival))


def _refusals(
    articles: Sequence[Article], places: Mapping[int, Source], rules: Rules, due_at: datetime
) -> dict[int, Reason | None]:
    """Return what keeps each article out whatever the others are."""
    found: dict[int, Reason | None] = {}
    for article in articles:
        found[article.id] = (
            refused_by_state(article)
            or _refusal(article)
            or refused_by_rules(article, places[article.feed_id].rules, due_at)
            or refused_by_rules(article, rules, due_at)
        )
    for place in places.values():
        first = place.rules.first
        fit = [one for one in articles if one.feed_id == place.feed_id and found[one.id] is None]
        for key in beyond_first(fit, first):
            found[key] = Reason("first", 0.0, f"is not among its feed's newest {first}")
    fit = [one for one in articles if found[one.id] is None]
    for key in beyond_first(fit, rules.first):
        found[key] = Reason("first", 0.0, f"is not among the newest {rules.first} of all feeds")
    return found


def _heading(article: Article, place: Source, sections: Sequence[TopicSection]) -> str:
    """Return the first of the owner's headings that is for one of the article's topics."""
    topics = {topic.casefold() for topic in article.topics}
    for section in sections:
        if not topics.isdisjoint(topic.casefold() for topic in section.topics):
            return section.name
    return place.section


def _section_points(heading: str, sections: Sequence[TopicSection]) -> list[Reason]:
    return [
        Reason("section", round(section.points, 2), f"stands under “{heading}”")
        for section in sections
        if section.name == heading and section.points
    ]


def _grouped(
    articles: Sequence[Article], story: Mapping[int, int], places: Mapping[int, Source]
) -> list[list[Article]]:
    """Return the copies of each story, the one that the owner would rather have first."""
    groups: dict[int, list[Article]] = {}
    for article in articles:
        groups.setdefault(story[article.id], []).append(article)
    for copies in groups.values():
        copies.sort(key=lambda article: (places[article.feed_id].position, article.arrival))
    return list(groups.values())


def _first_arrivals(articles: Sequence[Article], story: Mapping[int, int]) -> dict[int, int]:
    """Return when the first article of each story arrived."""
    first: dict[int, int] = {}
    for article in articles:
        key = story[article.id]
        first[key] = min(first.get(key, article.arrival), article.arrival)
    return first


def _coverage(copies: Sequence[Article]) -> Reason:
    feeds = len({article.feed_id for article in copies})
    points = round(COVERAGE * min(feeds - 1, MOST_COVERAGE), 2)
    return Reason("coverage", points, f"told by {_count(feeds, 'feed')}")


def _piece(
    article: Article, story: int, section: str, points: Sequence[Reason], refusal: Reason | None
) -> Piece:
    return Piece(
        article_id=article.id,
        arrival=article.arrival,
        story=story,
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
    if place.weight != 1:
        points = round((place.weight - 1) * WEIGHT, 2)
        reasons.append(Reason("weight", points, f"its feed weighs {place.weight:g}"))
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


def _span(span: timedelta) -> str:
    """Return the length in the largest unit that fits: "3 hours"."""
    minutes = int(span / timedelta(minutes=1))
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= size:
            return _count(minutes // size, unit)
    return _count(minutes, "minute")


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
