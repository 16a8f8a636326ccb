"""Verdicts on articles, read from the store and printed: which rule let each in or kept it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailer.cli.output import print_table, say
from mailer.editions.apart import apart
from mailer.editions.explain import Verdict, explain, kept_apart
from mailer.editions.forecast import NextMail
from mailer.editions.model import Edition, Newsletter, Reason
from mailer.errors import NotFound
from mailer.feeds.model import Article
from mailer.wiring import Mailer


@dataclass(frozen=True, slots=True)
class Story:
    """One candidate of an edition, as a person is told of it."""

    article: int
    place: str  # lead, a section's name, in brief; left over or out when it is not shown
    title: str
    url: str
    score: float
    reasons: tuple[Reason, ...]


def stories_of(
    mailer: Mailer,
    number: int,
    since: int | None = None,
    article: int | None = None,
    own: str = "",
) -> tuple[Edition, Newsletter, list[Story]]:
    """Return an edition with its candidates as readers see it who have seen all up to `since`.

    None: what came before the edition. With `article` only that one; raise NotFound when the
    edition did not look at it. `own` is the key of what those readers had at once.
    """
    with mailer.store.read() as tx:
        edition = tx.editions.by_id(number)
        newsletter = tx.newsletters.by_id(edition.newsletter_id)
        sections = tx.sections.headings(newsletter.id)
        pieces = tx.editions.pieces(edition.id)
        found = tx.articles.by_ids([piece.article_id for piece in pieces])
    articles = {one.id: one for one in found}
    begins = max(edition.opens, since or 0)
    had = apart(own)
    verdicts = [
        *explain(had.of(pieces), begins, newsletter.max_stories, sections),
        *kept_apart(had, pieces),
    ]
    chosen = [one for one in verdicts if article in {None, one.article_id}]
    if article is not None and not chosen:
        raise NotFound(
            f"article of edition {number}", article, help=f"mailer editions explain {number}"
        )
    return edition, newsletter, [_story(one, articles[one.article_id]) for one in chosen]


def stories_to_come(mail: NextMail) -> list[Story]:
    """Return what a mail that is not made yet would do with each article."""
    return [_story(one, mail.articles[one.article_id]) for one in mail.verdicts]


def _story(verdict: Verdict, article: Article) -> Story:
    return Story(
        article.id, verdict.place, article.title, article.url, verdict.score, verdict.reasons
    )


def print_reasons(stories: Sequence[Story]) -> None:
    """Print each story with a line for every rule that had a say."""
    for story in stories:
        say("")
        say(f"{story.place.upper()}: {story.title} (article {story.article}, {story.score:.2f})")
        print_table(
            ("rule", "points", "why"),
            [(one.rule, one.points, one.note) for one in story.reasons],
            "No rule had a say.",
        )
