"""Composing and approving, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from mailer.address import parse_address
from mailer.checks.inspect import Inspect
from mailer.config.settings import SignupSettings
from mailer.editions.approve import Approve
from mailer.editions.compose import Compose
from mailer.editions.model import Approval, Edition, EditionState
from mailer.errors import Conflict, EditionStopped, MoveError, UsageError
from mailer.rendering.pages import Pages
from mailer.store.database import Store
from mailer.subscribers.signup import Signup
from mailer.tokens import Keyring
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock
from tests.feeds.samples import a_draft
from tests.rendering.samples import LINKS, TEMPLATES

GRACE = timedelta(hours=6)


class Desk:
    """A newsletter with one reader and one feed."""

    def __init__(self, store: Store, clock: StandingClock, **changes: object) -> None:
        self.store, self.clock = store, clock
        self.newsletter = add_newsletter(store, "brief", **changes)
        with store.write() as tx:
            self.feed = tx.feeds.add("https://post.example/feed.xml", clock.now()).id
            tx.newsletters.add_source(self.newsletter.id, self.feed, "World")
        Signup(store, clock, Keyring(["x" * 32]), SignupSettings()).add(
            "brief", parse_address("ada@example.org")
        )
        self.compose = Compose(store, clock, GRACE)
        inspect = Inspect(store, Pages(store, TEMPLATES, LINKS), LINKS)
        self.approve = Approve(store, clock, inspect)

    def publish(self, *names: str) -> None:
        drafts = [a_draft(identity=name, url=f"https://post.example/{name}") for name in names]
        with self.store.write() as tx:
            tx.articles.keep(self.feed, drafts, self.clock.now())

    def stories(self, edition: Edition) -> int:
        with self.store.read() as tx:
            return len(tx.editions.pieces(edition.id))


def test_nothing_is_composed_before_its_hour(both_stores: Store, clock: StandingClock) -> None:
    desk = Desk(both_stores, clock)
    desk.publish("one")

    assert desk.compose.due() == []


def test_an_edition_holds_what_arrived_since_the_last_one(
    both_stores: Store, clock: StandingClock
) -> None:
    desk = Desk(both_stores, clock)
    desk.publish("one", "two")
    clock.advance(timedelta(hours=1))

    (edition,) = desk.compose.due()

    assert (edition.state, edition.slot, edition.number) == (EditionState.DRAFT, "2026-11-24", 1)
    assert (edition.opens, edition.closes, desk.stories(edition)) == (0, 2, 2)
    assert desk.compose.due() == []


def test_two_composers_at_once_leave_one_edition(both_stores: Store, clock: StandingClock) -> None:
    desk = Desk(both_stores, clock)
    desk.publish("one")
    clock.advance(timedelta(hours=1))
    start = Barrier(4)
    made: list[Edition] = []

    def compose() -> None:
        start.wait()
        made.extend(desk.compose.due())

    threads = [Thread(target=compose) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1
    assert desk.stories(made[0]) == 1


def test_a_day_without_news_is_an_empty_edition_and_has_no_number(
    store: Store, clock: StandingClock
) -> None:
    desk = Desk(store, clock)
    clock.advance(timedelta(hours=1))

    (edition,) = desk.compose.due()

    assert (edition.state, edition.number) == (EditionState.EMPTY, 0)


def test_what_is_found_too_late_is_missed(store: Store, clock: StandingClock) -> None:
    desk = Desk(store, clock)
    desk.publish("one")
    clock.advance(timedelta(hours=8))

    (edition,) = desk.compose.due()

    assert edition.state is EditionState.MISSED


def test_by_hand_makes_todays_edition_once(store: Store, clock: StandingClock) -> None:
    desk = Desk(store, clock)
    with pytest.raises(UsageError, match="nothing is new"):
        desk.compose.by_hand("brief")

    desk.publish("one")
    edition = desk.compose.by_hand("brief")

    assert (edition.slot, edition.at_once) == ("2026-11-24", True)
    with pytest.raises(Conflict, match="2026-11-24"):
        desk.compose.by_hand("brief")


def test_automatic_drafts_are_approved_at_their_hour_and_others_wait(
    both_stores: Store, clock: StandingClock
) -> None:
    desk = Desk(both_stores, clock, approval=Approval.MANUAL)
    desk.publish("one")
    clock.advance(timedelta(hours=1))
    (draft,) = desk.compose.due()

    assert desk.approve.due() == []
    assert desk.approve.approve(draft.id).approved_at == clock.now()


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (Approve.approve, Approve.approve),
        (Approve.cancel, Approve.approve),
        (Approve.cancel, Approve.hold),
    ],
)
def test_a_move_that_the_table_has_not_is_refused(
    store: Store,
    clock: StandingClock,
    first: Callable[[Approve, int], Edition],
    then: Callable[[Approve, int], Edition],
) -> None:
    desk = Desk(store, clock)
    desk.publish("one")
    edition = desk.compose.by_hand("brief")
    first(desk.approve, edition.id)

    with pytest.raises(MoveError, match=f"edition {edition.id} is"):
        then(desk.approve, edition.id)


def test_an_edition_that_the_checks_stop_is_held_for_a_person(
    both_stores: Store, clock: StandingClock
) -> None:
    desk = Desk(both_stores, clock, postal_address="")
    desk.publish("one")
    clock.advance(timedelta(hours=1))
    (draft,) = desk.compose.due()

    assert desk.approve.due() == []

    with both_stores.read() as tx:
        assert tx.editions.by_id(draft.id).state is EditionState.HELD
    with pytest.raises(EditionStopped, match="postal address"):
        desk.approve.approve(draft.id)
    assert desk.approve.approve(draft.id, despite=True).state is EditionState.APPROVED
