"""What an editor or a feed says of a story stands before its headline, wherever it is told."""

from dataclasses import replace

import pytest

from mailer.editions.model import EditionState
from mailer.errors import EditionStopped
from mailer.feeds.model import Label
from mailer.jobs.run import run_job
from mailer.wiring import build
from tests.system.world import World


def with_an_edition(world: World) -> World:
    """Bring a story of a bank, first, and one of the harbour to Ada's edition."""
    world.newsletter()
    world.reader("ada@example.org")
    world.publish_item("Ferries run again between the islands")
    world.publish_item("A bank for the harbour and its people")
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    return world


def bank(world: World) -> int:
    with world.mailer.store.read() as tx:
        (found,) = [one for one in tx.articles.listing(None, None, 9) if "bank" in one.title]
    return found.id


def told(world: World) -> tuple[str, str, str]:
    """Return subject, HTML and text of the edition as it would leave."""
    page = world.mailer.render.preview(1)
    return page.subject, page.html, " ".join(page.text.split())


def test_what_is_paid_for_says_so_above_its_headline_in_both_parts_and_is_no_subject(
    both_worlds: World,
) -> None:
    world = with_an_edition(both_worlds)
    world.mailer.retract.label([bank(world)], [Label.SPONSORED])
    run_job(world.mailer, "digests")

    subject, html, text = told(world)

    assert subject.startswith("Ferries run again")
    assert "Sponsored A bank for the harbour and its people" in text
    before, _, _ = html.partition("A bank for the harbour and its people</a>")
    assert before.rpartition("<p")[2].count(">Sponsored</p>") == 1
    assert world.mailer.inspect.edition(1).stops == ()


def test_a_label_that_comes_later_is_in_what_has_not_left(both_worlds: World) -> None:
    world = with_an_edition(both_worlds)
    run_job(world.mailer, "digests")

    world.mailer.retract.label([bank(world)], [Label.SPONSORED, Label.OPINION])
    run_job(world.mailer, "digests")
    world.mailer.send.until_done()

    (mail,) = world.digests("ada@example.org")
    assert "Sponsored =C2=B7 Opinion" in mail


def test_a_feeds_label_is_on_all_it_brought_and_brings(both_worlds: World) -> None:
    world = with_an_edition(both_worlds)
    run_job(world.mailer, "digests")
    with world.mailer.store.read() as tx:
        (feed,) = tx.feeds.all()

    world.mailer.retract.label_feed(feed, [Label.SUBSCRIBERS])
    assert told(world)[2].count("Subscribers only") == 2

    world.mailer.retract.label([bank(world)], [])
    assert told(world)[2].count("Subscribers only") == 1
    world.mailer.retract.label([bank(world)], None)
    assert told(world)[2].count("Subscribers only") == 2


def test_a_template_that_leaves_the_label_out_stops_the_edition(world: World) -> None:
    theme = world.settings.site.data_dir / "theme" / "digest"
    theme.mkdir(parents=True)
    (theme / "body.html").write_text(
        "<!doctype html><html><body>{% for one in digest.stories %}<h3>{{ one.title }}</h3>"
        "{% endfor %}</body></html>"
    )
    world.mailer.store.close()
    site = replace(world.settings.site, theme=theme.parent)
    world.settings = replace(world.settings, site=site)
    world.mailer = build(world.settings, world.clock)
    with_an_edition(world)
    world.mailer.retract.label([bank(world)], [Label.SPONSORED])
    run_job(world.mailer, "digests")

    with pytest.raises(EditionStopped, match="is paid for: the HTML part does not say so"):
        world.mailer.approve.approve(1)
    with world.mailer.store.read() as tx:
        assert tx.editions.by_id(1).state is EditionState.HELD
