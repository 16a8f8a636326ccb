"""A parsed feed as a JSON object, in the shape that `mailer feeds parse --json` promises."""

from mailer.errors import FeedError
from mailer.feeds.model import Draft, ParsedFeed


def parsed_as_json(file: str, parsed: ParsedFeed) -> dict[str, object]:
    """Return the object of a document that could be read."""
    return {
        "file": file,
        "error": None,
        "title": parsed.title,
        "language": parsed.language,
        "articles": [article_as_json(draft) for draft in parsed.drafts],
    }


def error_as_json(file: str, error: FeedError) -> dict[str, object]:
    """Return the object of a document that could not be read."""
    return {"file": file, "error": error.reason, "title": None, "language": None, "articles": []}


def article_as_json(draft: Draft) -> dict[str, object]:
    """Return one article."""
    published = draft.published_at
    return {
        "id": draft.identity,
        "url": draft.url or None,
        "title": draft.title,
        "summary": draft.summary,
        "html": draft.html,
        "author": draft.author,
        "published": None if published is None else published.isoformat(),
        "image": draft.image_url,
        "image_alt": draft.image_alt,
        "image_caption": draft.image_caption,
        "image_credit": draft.image_credit,
        "original_url": draft.original_url,
        "original_publisher": draft.original_publisher,
        "topics": list(draft.topics),
        "labels": list(draft.labels),
    }
