"""What a reader is to know of an article before its headline, and how feeds say it."""

import re
from collections.abc import Iterable, Sequence

from mailer.feeds.model import Article, Label

# Categories by which programs and desks mark such pieces; a word among others says nothing.
MARKED = {
    Label.SPONSORED: (
        "sponsored", "sponsored content", "sponsored post", "advertorial", "advertisement",
        "paid post", "paid content", "partner content", "branded content", "anzeige", "gesponsert",
        "sponsorisé", "contenu sponsorisé", "publireportage", "patrocinado",
        "contenido patrocinado", "publirreportaje", "conteúdo patrocinado", "sponsorizzato",
        "publiredazionale", "gesponsord", "artykuł sponsorowany", "תוכן שיווקי",
        "תוכן ממומן", "محتوى مدفوع", "タイアップ",
    ),
    Label.OPINION: (
        "opinion", "opinions", "op-ed", "comment", "commentary", "editorial", "column", "columns",
        "meinung", "kommentar", "leitartikel", "kolumne", "tribune", "éditorial", "chronique",
        "opinión", "editoriales", "columna", "opinião", "opinione", "opinioni", "editoriale",
        "opinie", "mening", "felieton", "komentarz", "думка", "колонка", "דעות", "דעה",
        "رأي", "آراء", "社説", "オピニオン",
    ),
    Label.SUBSCRIBERS: (
        "subscribers only", "subscriber only", "subscribers-only", "premium", "paywall",
        "members only", "abonnés", "réservé aux abonnés", "solo suscriptores", "abonnenten",
    ),
}  # fmt: skip
BY_TOPIC = {word: label for label, words in MARKED.items() for word in words}
# `dcterms:accessRights` (Dublin Core) in the words of COAR's vocabulary and of publishers.
# Words begin so: "unrestricted" is open.
CLOSED = re.compile(r"\b(?:subscri|paywall|paid|premium|members|restricted|closed|metered)")


def marked(topics: Iterable[str], rights: str = "") -> tuple[Label, ...]:
    """Return what a feed marks an article as, by its categories and its access rights."""
    found = {BY_TOPIC[topic.casefold()] for topic in topics if topic.casefold() in BY_TOPIC}
    if CLOSED.search(rights.casefold()):
        found.add(Label.SUBSCRIBERS)
    return in_order(found)


def in_order(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Return labels once each, as they stand before a headline."""
    known = frozenset(labels)
    return tuple(label for label in Label if label in known)


def shown(
    said: Sequence[Label] | None, found: Sequence[Label], of_feed: Sequence[Label]
) -> tuple[Label, ...]:
    """Return an article's labels: what an editor said of it, else what it and its feed are."""
    return in_order([*found, *of_feed] if said is None else said)


def unpaid(articles: Iterable[Article]) -> list[Article]:
    """Return those that nobody pays for: they alone may stand where no label does."""
    return [article for article in articles if Label.SPONSORED not in article.labels]
