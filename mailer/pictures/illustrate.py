"""Fetches the pictures of an edition's stories and makes files of ours, before it goes."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from mailer.clock import Clock
from mailer.config.settings import PictureSettings
from mailer.editions.model import Edition
from mailer.errors import FetchError, PictureError
from mailer.feeds.fetch import Fetch, Session, run_and_leave
from mailer.feeds.model import Fetched
from mailer.logs import only_logged
from mailer.pictures.darkroom import Darkroom
from mailer.pictures.model import Crop, Developed
from mailer.pictures.wanted import Wanted, crops_of, wanted
from mailer.store.database import Store, Transaction

SLACK = timedelta(seconds=30)  # for writing down what came; then the edition goes without
AT_ONCE = 8  # pictures in memory as they came
KEPT_UNUSED = timedelta(days=7)  # of an edition that was cancelled, or is not composed yet
ACCEPT = "image/jpeg,image/png,image/webp,image/avif;q=0.9,image/gif;q=0.8,*/*;q=0.1"

log = logging.getLogger(__name__)

Made = Mapping[Crop, Developed | str]


@dataclass(frozen=True, slots=True)
class IllustrateReport:
    """What a round came to, in addresses of pictures."""

    asked: int = 0
    made: int = 0


class Illustrate:
    """A step between composing and rendering. A slow host costs a story its picture, no digest."""

    def __init__(self, store: Store, clock: Clock, fetch: Fetch, settings: PictureSettings) -> None:
        self._store = store
        self._clock = clock
        self._fetch = fetch
        self._settings = settings

    def due(self) -> IllustrateReport:
        """Have the pictures of editions that were not asked for yet; each edition once.

        While one program does that, nobody approves or plans these editions. Whatever happens to
        it, they go on when its time is over.
        """
        return self._editions(None)

    def again(self, edition_id: int) -> IllustrateReport:
        """Ask for what one edition lacks once more, by hand."""
        return self._editions(edition_id)

    def tidy(self) -> int:
        """Forget what no edition shows any more; return how many files that were."""
        with self._store.write() as tx:
            return tx.pictures.tidy(self._clock.now() - KEPT_UNUSED)

    def _editions(self, only: int | None) -> IllustrateReport:
        seconds = self._settings.wait_seconds
        if not seconds:
            return IllustrateReport()
        now = self._clock.now()
        with self._store.write() as tx:
            until = now + timedelta(seconds=seconds) + SLACK
            editions = tx.editions.claim_unillustrated(now, until, only)
        if not editions:
            return IllustrateReport()
        report = IllustrateReport()
        with only_logged(log, "pictures.failed"):
            report = self._round(editions, again=only is not None)
        with self._store.write() as tx:
            tx.editions.go_on([edition.id for edition in editions])
        fields = {"editions": len(editions), "asked": report.asked, "made": report.made}
        log.info("pictures.made", extra=fields)
        return report

    def _round(self, editions: Sequence[Edition], *, again: bool) -> IllustrateReport:
        with self._store.read() as tx:
            todo = _what_to_fetch(tx, editions, again=again)
        came: dict[str, Made | str] = {}
        if todo:
            run_and_leave(self._all(todo, came))
        late = f"it was not there within {self._settings.wait_seconds} seconds"
        made = 0
        for one in todo:
            told = came.get(one.url, late)
            crops = dict.fromkeys(one.crops, told) if isinstance(told, str) else told
            made += any(not isinstance(crop, str) for crop in crops.values())
            with self._store.write() as tx:
                for key in one.article_ids:
                    tx.pictures.keep(key, one.url, crops, self._clock.now())
        return IllustrateReport(len(todo), made)

    async def _all(self, todo: Sequence[Wanted], came: dict[str, Made | str]) -> None:
        """Ask for all pictures at once; what has not come when the time is over is left."""
        few = asyncio.Semaphore(AT_ONCE)
        with ThreadPoolExecutor(1, "darkroom") as bench, Darkroom() as darkroom:
            async with self._fetch.session() as session:
                asked = (self._one(session, bench, darkroom, few, one, came) for one in todo)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._settings.wait_seconds):
                        await asyncio.gather(*asked)
                darkroom.stop()  # it may be in the middle of one that comes too late

    async def _one(
        self,
        session: Session,
        bench: ThreadPoolExecutor,
        darkroom: Darkroom,
        few: asyncio.Semaphore,
        one: Wanted,
        came: dict[str, Made | str],
    ) -> None:
        """Note what one address comes to: files by their crops, or why there are none."""
        with only_logged(log, "picture.failed", url=one.url):
            try:
                async with few:
                    answer = await session.get(one.url, accept=ACCEPT)
                    came[one.url] = await asyncio.get_running_loop().run_in_executor(
                        bench, self._developed, darkroom, answer, one.crops
                    )
            except (FetchError, PictureError) as why:
                came[one.url] = why.reason
        came.setdefault(one.url, "something broke on our side; the log says what")

    def _developed(self, darkroom: Darkroom, answer: Fetched, crops: Sequence[Crop]) -> Made:
        if answer.status != 200:
            raise PictureError(f"its host answers {answer.status}")
        return darkroom.develop(answer.body, crops, max_pixels=self._settings.max_pixels)


def _what_to_fetch(tx: Transaction, editions: Sequence[Edition], *, again: bool) -> list[Wanted]:
    """Return what the editions may show and is not here yet."""
    crops: dict[int, tuple[Crop, ...]] = {}
    for edition in editions:
        newsletter = tx.newsletters.by_id(edition.newsletter_id)
        if newsletter.pictures:
            headings = tx.sections.headings(newsletter.id)
            pieces = tx.editions.pieces(edition.id)
            found = crops_of(pieces, edition.opens, newsletter.max_stories, headings)
            for key, names in found.items():
                crops[key] = tuple(dict.fromkeys((*crops.get(key, ()), *names)))
    articles = {article.id: article for article in tx.articles.by_ids(list(crops))}
    feeds = tx.feeds.by_ids(sorted({article.feed_id for article in articles.values()}))
    return wanted(
        [(articles[key], names) for key, names in crops.items() if key in articles],
        {feed.id for feed in feeds if not feed.pictures},
        tx.pictures.of(list(crops)),
        again=again,
    )
