"""A reader's own feed: their selection, for nobody else, and with or without mail."""

from datetime import timedelta
from xml.etree import ElementTree as ET

from mailer.address import parse_address
from mailer.editions.model import TopicSection
from mailer.subscribers.model import State, Subscription
from mailer.subscribers.preferences import Wishes
from tests.fakes.clock import StandingClock
from tests.feeds.samples import a_draft
from tests.web.conftest import FORM, Site

ATOM = "{http://www.w3.org/2005/Atom}"


def path(site: Site, found: Subscription) -> str:
    assert found.feed_since is not None
    return site.mailer.links.feed(found.id, found.feed_since).partition("example.org")[2]


def published(site: Site, **articles: str) -> None:
    """Let the newsletter have these articles, each with its topic."""
    now = site.mailer.clock.now()
    with site.mailer.store.write() as tx:
        brief = tx.newsletters.by_slug("brief")
        feed = tx.feeds.add("https://harbour.example/feed.xml", now)
        tx.newsletters.add_source(brief.id, feed.id, "World")
        tx.sections.put(brief.id, TopicSection("Sport", ("sport",)))
        drafts = [
            a_draft(f"https://harbour.example/{name}", title=name, topics=(topic,), html="")
            for name, topic in articles.items()
        ]
        tx.articles.keep(feed.id, drafts, now)


def reading(site: Site) -> Subscription:
    published(site, Cup="sport", Dam="news")
    return site.mailer.private_feed.open(site.join().id)


def titles(site: Site, page: str) -> set[str]:
    root = ET.fromstring(site.client.get(page).data)  # noqa: S314 - we wrote it
    return {one.findtext(f"{ATOM}title") or "" for one in root.iter(f"{ATOM}entry")}


def test_it_has_what_the_reader_chose(site: Site) -> None:
    found = reading(site)
    assert titles(site, path(site, found)) == {"Cup", "Dam"}

    site.mailer.preferences.edit(found.id, Wishes(sections=["Sport"]))

    assert titles(site, path(site, found)) == {"Cup"}


def test_who_has_it_already_is_told_so_and_nobody_between_keeps_it(site: Site) -> None:
    page = path(site, reading(site))
    first = site.client.get(page)

    again = site.client.get(page, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert first.mimetype == "application/atom+xml"
    for answer in (first, again):
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_stopping_the_mail_keeps_the_feed(site: Site) -> None:
    page = path(site, reading(site))

    site.mailer.signup.leave(site.leave_token(), FORM)

    assert site.state() is State.LEFT
    assert titles(site, page) == {"Cup", "Dam"}


def test_a_new_address_closes_the_old_one_and_so_does_giving_it_up(site: Site) -> None:
    found = reading(site)
    again = site.mailer.private_feed.open(found.id)
    assert [site.client.get(path(site, one)).status_code for one in (found, again)] == [410, 200]

    site.mailer.private_feed.close(found.id)

    assert site.client.get(path(site, again)).status_code == 410


def test_erasure_closes_it(site: Site) -> None:
    found = reading(site)

    site.mailer.privacy.erase_by_operator(parse_address("ada@example.org"))

    assert site.client.get(path(site, found)).status_code == 410


def test_no_other_link_opens_it(site: Site) -> None:
    found = reading(site)
    assert found.feed_since is not None
    for make in (site.mailer.links.leave, site.mailer.links.preferences):
        token = make(found.id, found.feed_since).rpartition("/")[2]
        assert site.client.get(f"/feed/{token}").status_code == 404


def test_an_entry_keeps_its_name_and_what_is_old_goes(site: Site, clock: StandingClock) -> None:
    page = path(site, reading(site))
    root = ET.fromstring(site.client.get(page).data)  # noqa: S314 - we wrote it
    names = {one.findtext(f"{ATOM}id") for one in root.iter(f"{ATOM}entry")}
    assert names == {f"tag:news.example.org,2026-11-01:brief/{number}" for number in (1, 2)}

    clock.advance(timedelta(days=15))

    assert titles(site, page) == set()
