"""One run of one job, and the clock that starts it."""

from datetime import date
from threading import Event, Thread

import pytest
from sqlalchemy import text

from mailer.address import parse_address
from mailer.errors import JobBroken, NotFound, RelayAway
from mailer.jobs.catalogue import BY_NAME, JOBS
from mailer.jobs.local import run_scheduler
from mailer.jobs.run import run_job
from mailer.store.job_runs import JobRun
from mailer.subscribers.model import State
from tests.conftest import add_newsletter
from tests.feeds.samples import a_draft
from tests.system.world import World


def runs(world: World) -> dict[str, JobRun]:
    with world.mailer.store.read() as tx:
        return {run.name: run for run in tx.job_runs.all()}


def test_every_job_says_what_it_does_and_can_be_run(world: World) -> None:
    assert len(BY_NAME) == len(JOBS)
    for job in JOBS:
        assert job.what
        assert run_job(world.mailer, job.name)


def test_a_run_leaves_a_note_of_when_and_with_what_outcome(world: World) -> None:
    world.newsletter()
    world.publish(3)

    outcome = run_job(world.mailer, "gather")

    assert outcome == "1 feed looked at, 3 new articles"
    run = runs(world)["gather"]
    assert (run.started_at, run.outcome, run.failed) == (world.clock.now(), outcome, False)


def test_a_run_that_fails_leaves_its_reason_and_the_next_one_clears_it(world: World) -> None:
    world.newsletter()
    world.reader("ada@example.org")
    world.publish()
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    run_job(world.mailer, "digests")
    world.relay.answer("greeting", *["554 not today"] * 4)

    with pytest.raises(RelayAway):
        run_job(world.mailer, "send")
    assert runs(world)["send"].failed
    assert "does not take mail" in (runs(world)["send"].outcome or "")

    world.relay.forget_answers()
    run_job(world.mailer, "send")
    assert not runs(world)["send"].failed


def test_a_step_that_breaks_keeps_no_digest_from_going_out(world: World) -> None:
    world.newsletter()
    world.reader("ada@example.org")
    world.publish()
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    (world.settings.site.data_dir / "leavings.parked").mkdir()  # no file: it cannot be opened

    with pytest.raises(JobBroken, match="leave"):
        run_job(world.mailer, "digests")
    run_job(world.mailer, "send")

    assert runs(world)["digests"].failed
    assert len(world.digests("ada@example.org")) == 1


def two_newsletters(world: World) -> None:
    """`broken`, and behind it `brief`, both with a reader and an article."""
    broken = add_newsletter(world.mailer.store, "broken")
    world.mailer.signup.add("broken", parse_address("ben@example.org"))
    world.newsletter()
    world.reader("ada@example.org")
    world.publish()
    world.at(2026, 11, 24, 6, 0)
    run_job(world.mailer, "gather")
    with world.mailer.store.write() as tx:
        feed = tx.feeds.add("https://other.example/feed.xml", world.clock.now())
        tx.newsletters.add_source(broken.id, feed.id, "World")
        tx.articles.keep(feed.id, [a_draft()], world.clock.now())


def spoil(world: World) -> None:
    """Leave the article of `broken` as a hand may leave it."""
    other = "SELECT id FROM feed WHERE url LIKE '%other%'"
    with world.mailer.store.write() as tx:
        tx.connection.execute(
            text(f"UPDATE article SET topics = 'no JSON' WHERE feed_id = ({other})")
        )


def test_a_newsletter_that_cannot_be_composed_keeps_no_other_from_its_readers(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    two_newsletters(world)
    spoil(world)

    run_job(world.mailer, "digests")
    run_job(world.mailer, "send")

    assert "edition.not_composed" in caplog.text
    assert len(world.digests("ada@example.org")) == 1


def test_an_edition_that_cannot_be_looked_at_keeps_no_other_from_its_readers(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    two_newsletters(world)
    world.mailer.compose.due()
    spoil(world)

    moved = world.mailer.approve.due()

    assert "edition.not_approved" in caplog.text
    assert [edition.newsletter_id for edition in moved] == [2]


def test_an_urgent_article_that_cannot_be_told_keeps_no_other_from_its_readers(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    two_newsletters(world)
    with world.mailer.store.write() as tx:
        ties = "UPDATE subscription SET urgent = :yes"
        tx.connection.execute(text(ties), {"yes": True})
        marked = [one.id for one in tx.articles.listing(None, None, 9)]
    world.mailer.retract.mark_urgent(marked, urgent=True)
    spoil(world)

    made = world.mailer.urgent.due()

    assert "edition.not_composed" in caplog.text
    assert [edition.newsletter_id for edition in made] == [2]


def test_a_pause_that_cannot_be_ended_keeps_no_other_from_ending(world: World) -> None:
    world.newsletter()
    join = world.mailer.signup.add
    ben, ada = (join("brief", parse_address(f"{name}@example.org")) for name in ("ben", "ada"))
    for one in (ben, ada):
        world.mailer.preferences.pause(one.id, date(2026, 11, 26))
    with world.mailer.store.write() as tx:  # a zone that the machine has no more
        nowhere = f"UPDATE subscription SET zone = 'Mars/Base' WHERE id = {ben.id}"
        tx.connection.execute(text(nowhere))
    world.at(2026, 11, 27, 6, 0)

    run_job(world.mailer, "digests")

    with world.mailer.store.read() as tx:
        states = [tx.subscriptions.by_id(one.id).state for one in (ben, ada)]
    assert states == [State.PAUSED, State.ACTIVE]


def test_an_unknown_job_is_told_which_there_are(world: World) -> None:
    with pytest.raises(NotFound) as caught:
        run_job(world.mailer, "everything")

    assert caught.value.help == "there are gather, digests, urgent, watch, tidy, send"


def test_what_was_missed_while_nothing_ran_is_made_up_for_with_the_news_of_now(
    world: World,
) -> None:
    world.newsletter()
    world.reader("ada@example.org")
    world.publish(2)
    world.at(2026, 11, 24, 9, 0)  # three hours late, and nothing was gathered
    stop = Event()
    scheduler = Thread(target=run_scheduler, args=(world.mailer, stop))

    scheduler.start()
    with world.sender_at_work():
        world.relay.wait_for(1)
    stop.set()
    scheduler.join(30)

    assert not scheduler.is_alive()
    assert "Story number 2" in world.digests("ada@example.org")[0]
