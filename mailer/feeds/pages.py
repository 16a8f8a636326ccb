"""Article pages fetched for feeds that give headlines alone: asked for politely, within a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace

from mailer.errors import FeedError
from mailer.feeds.article_page import lacks_text
from mailer.feeds.fetch import Session
from mailer.feeds.model import Draft, Fetched, ParsedFeed
from mailer.logs import only_logged

MOST_PAGES = 30  # a look; the newest come first
PATIENCE = 60.0  # seconds for all pages of a look

log = logging.getLogger(__name__)

Complete = Callable[[Draft, Fetched], Awaitable[Draft]]


async def with_pages(
    said: ParsedFeed, have: Collection[str], session: Session, complete: Complete
) -> ParsedFeed:
    """Return what a feed said, with the texts of pages where it gives none.

    `have` are the ids of articles whose text is known. A page that does not come, or says nothing,
    costs its article the text and nothing else.
    """
    wanted = [
        draft
        for draft in said.drafts
        if draft.url and lacks_text(draft) and draft.identity not in have
    ][:MOST_PAGES]
    found: dict[str, Draft] = {}

    async def ask(draft: Draft) -> None:
        with only_logged(log, "page.unreadable", url=draft.url):
            try:
                answer = await session.get(draft.url)
                if answer.status == 200 and _is_page(answer):
                    found[draft.identity] = await complete(draft, answer)
            except FeedError as why:
                log.info("page.unreadable", extra={"url": draft.url, "why": why.reason})

    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*map(ask, wanted))
    drafts = tuple(found.get(draft.identity, draft) for draft in said.drafts)
    return replace(said, drafts=drafts)


def _is_page(answer: Fetched) -> bool:
    return answer.content_type is None or "html" in answer.content_type.lower()
