"""Signing up, confirming and leaving, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Thread

import pytest
from sqlalchemy import text

from mailer.address import address_hash, parse_address
from mailer.config.settings import SignupSettings
from mailer.delivery.model import Notice
from mailer.errors import NeverMailed, NotFound, TokenError, TokenExpired
from mailer.links import Links
from mailer.store.database import Store, Transaction
from mailer.subscribers.model import (
    Act,
    Added,
    FormState,
    Origin,
    SentForm,
    State,
    Subscription,
    Way,
)
from mailer.subscribers.signup import Signup
from mailer.tokens import Keyring
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock

ADA = parse_address("ada@example.org")
FORM = Origin(Way.FORM, "https://elsewhere.example/a", "192.0.2.0/24", "Browser")


@pytest.fixture
def signup(both_stores: Store, clock: StandingClock, keyring: Keyring) -> Signup:
    add_newsletter(both_stores)
    add_newsletter(both_stores, "other")
    return Signup(both_stores, clock, keyring, SignupSettings())


def tie(store: Store, slug: str = "brief") -> Subscription:
    with store.read() as tx:
        person = tx.subscribers.by_address(ADA)
        found = tx.subscriptions.find(person.id, tx.newsletters.by_slug(slug).id)
    assert found is not None
    return found


def confirm_token(links: Links, found: Subscription) -> str:
    return links.confirm(found.id, found.requested_at).rpartition("/")[2]


def leave_token(links: Links, found: Subscription) -> str:
    return links.leave(found.id, found.requested_at).rpartition("/")[2]


def mailed_and_answered(store: Store, clock: StandingClock) -> tuple[int, int]:
    """Return how many were mailed, and how many of them answered."""
    with store.read() as tx:
        newsletter = tx.newsletters.by_slug("brief").id
        return tx.signup_limits.confirmations(newsletter, None, clock.now() + timedelta(hours=2))


def waiting(tx: Transaction) -> int:
    """Return how many wait for a row that somebody else is changing; PostgreSQL only."""
    return int(
        tx.connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one()
    )


def acts(store: Store) -> list[Act]:
    with store.read() as tx:
        return [event.act for event in tx.consent.history(tie(store).id)]


def test_nobody_is_on_the_list_before_they_confirmed(
    both_stores: Store, signup: Signup, links: Links
) -> None:
    signup.subscribe("brief", ADA, FORM)
    assert tie(both_stores).state is State.PENDING
    assert tie(both_stores).next_due_at is None

    signup.confirm(confirm_token(links, tie(both_stores)), FORM)
    assert tie(both_stores).state is State.ACTIVE
    assert tie(both_stores).next_due_at == datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    assert acts(both_stores) == [Act.REQUESTED, Act.CONFIRMED]


def test_each_step_is_kept_with_its_words_and_origin(both_stores: Store, signup: Signup) -> None:
    signup.subscribe("brief", ADA, FORM)

    with both_stores.read() as tx:
        (event,) = tx.consent.history(tie(both_stores).id)
    assert event.origin == FORM
    assert (event.wording or "").startswith("One mail a day from The Harbour Brief")


def test_leaving_is_of_one_newsletter_and_coming_back_starts_from_the_start(
    both_stores: Store, signup: Signup, links: Links, clock: StandingClock
) -> None:
    for slug in ("brief", "other"):
        signup.add(slug, ADA)
    signup.leave(leave_token(links, tie(both_stores)), FORM)
    assert (tie(both_stores).state, tie(both_stores, "other").state) == (State.LEFT, State.ACTIVE)

    clock.advance(timedelta(days=1))
    signup.subscribe("brief", ADA, FORM)
    assert tie(both_stores).state is State.PENDING
    assert acts(both_stores) == [Act.ADDED, Act.LEFT, Act.REQUESTED]


def test_a_blocked_address_is_answered_like_any_other_and_kept_nowhere(
    both_stores: Store, signup: Signup, keyring: Keyring, clock: StandingClock
) -> None:
    with both_stores.write() as tx:
        tx.suppressions.add(address_hash(ADA, keyring.pepper), "complained", clock.now())

    signup.subscribe("brief", ADA, FORM)

    with both_stores.read() as tx:
        assert tx.subscribers.find(ADA) is None
    with pytest.raises(NeverMailed):
        signup.add("brief", ADA)


def test_many_are_put_on_a_list_as_one_by_one_they_would_be(
    both_stores: Store, signup: Signup, links: Links
) -> None:
    new, waiting, back = (parse_address(f"{name}@example.org") for name in ("new", "waits", "back"))
    signup.add("brief", ADA)
    signup.subscribe("brief", waiting, FORM)
    signup.add("brief", back)
    signup.unsubscribe(back)

    became = signup.add_all("brief", [ADA, new, waiting, back])
    signup.add("other", new)

    assert became == {Added.ADDED: 3, Added.KNOWN: 1}
    with both_stores.read() as tx:
        rows = tx.subscribers.listing(newsletter_slug="brief")
        ties = [tx.subscriptions.by_id(row.subscription_id) for row in rows]
        last = [tx.consent.history(one.id)[-1].act for one in ties]
    assert {(one.state, one.next_slot, one.left_at) for one in ties} == {
        (State.ACTIVE, "2026-11-24", None)
    }
    assert last == [Act.ADDED] * 4


def test_a_new_reader_begins_where_the_newest_edition_ended(
    both_stores: Store, signup: Signup
) -> None:
    assert signup.add("brief", ADA).watermark == 0


def test_links_that_are_not_ours_or_are_over_open_nothing(
    both_stores: Store, signup: Signup, links: Links, clock: StandingClock
) -> None:
    signup.subscribe("brief", ADA, FORM)
    token = confirm_token(links, tie(both_stores))

    with pytest.raises(TokenError):
        signup.leave(token, FORM)
    with pytest.raises(TokenError):
        signup.confirm(token[:-2] + "AA", FORM)
    clock.advance(timedelta(hours=73))
    with pytest.raises(TokenExpired):
        signup.confirm(token, FORM)
    assert tie(both_stores).state is State.PENDING


def test_the_operator_confirms_and_ends_by_hand(both_stores: Store, signup: Signup) -> None:
    signup.subscribe("brief", ADA, FORM)
    signup.confirm_by_operator("brief", ADA)
    with pytest.raises(NotFound, match="waiting signup"):
        signup.confirm_by_operator("brief", ADA)

    assert [found.slug for found in signup.unsubscribe(ADA)] == ["brief"]
    assert signup.unsubscribe(ADA) == []


def test_two_spellings_of_an_address_are_one_person(both_stores: Store, signup: Signup) -> None:
    signup.subscribe("brief", ADA, FORM)
    signup.subscribe("brief", parse_address("ADA@Example.org"), FORM)

    with both_stores.read() as tx:
        assert tx.subscribers.count() == 1


def test_a_list_can_be_searched_counted_and_turned_over(both_stores: Store, signup: Signup) -> None:
    for name in ("ada", "ben", "b_n", "cora"):
        signup.add("brief", parse_address(f"{name}@example.org"))

    with both_stores.read() as tx:
        found = tx.subscribers.listing(search="b_n")
        page = tx.subscribers.listing(limit=2, offset=1)
        assert [row.address for row in found] == ["b_n@example.org"]
        assert [row.address for row in page] == ["b_n@example.org", "ben@example.org"]
        assert tx.subscribers.count(newsletter_slug="brief", state=State.ACTIVE) == 4


def test_readers_with_the_newsletters_own_hour_follow_when_it_changes(
    both_stores: Store, signup: Signup, clock: StandingClock
) -> None:
    signup.add("brief", ADA)
    with both_stores.write() as tx:
        before = tx.newsletters.by_slug("brief")
        after = replace(before, schedule=replace(before.schedule, minute_of_day=8 * 60))
        tx.newsletters.change(after)
        assert tx.subscriptions.follow(before, after, clock.now()) == 1

    assert tie(both_stores).next_due_at == datetime(2026, 11, 24, 7, 0, tzinfo=UTC)


def test_what_was_counted_is_forgotten_when_it_counts_no_more(
    both_stores: Store, signup: Signup, clock: StandingClock
) -> None:
    signup.subscribe("brief", ADA, FORM, SentForm(FormState.GOOD, 7))
    kept = signup.tidy()
    clock.advance(timedelta(days=34))

    forgotten = signup.tidy()

    # The form's number, and the counts: four for the mail and one
    # for having asked, one each for network, domain and all.
    assert (kept, forgotten) == (0, 9)


def confirmations(store: Store) -> int:
    """Return how many mails to confirm were ever owed."""
    with store.read() as tx:
        return len([row for row in tx.ledger_reports.rows() if row.notice is Notice.CONFIRM])


def test_whoever_confirmed_and_left_may_come_back_on_the_same_day(
    both_stores: Store, signup: Signup, links: Links, clock: StandingClock
) -> None:
    signup.subscribe("brief", ADA, FORM)
    signup.confirm(confirm_token(links, tie(both_stores)), FORM)
    signup.leave(leave_token(links, tie(both_stores)), FORM)
    clock.advance(timedelta(minutes=1))

    for _ in range(3):
        signup.subscribe("brief", ADA, FORM)
        clock.advance(timedelta(minutes=1))

    assert confirmations(both_stores) == 2
    assert tie(both_stores).state is State.PENDING


def test_whoever_left_and_never_answers_is_asked_no_more_than_others(
    both_stores: Store, signup: Signup, links: Links, clock: StandingClock
) -> None:
    signup.add("brief", ADA)
    signup.leave(leave_token(links, tie(both_stores)), FORM)
    for _ in range(120):
        signup.subscribe("brief", ADA, FORM)
        clock.advance(timedelta(hours=4))

    assert confirmations(both_stores) == 3


def test_two_presses_at_once_are_one_confirmation(
    signup: Signup, both_stores: Store, links: Links, clock: StandingClock
) -> None:
    signup.subscribe("brief", ADA, FORM)
    found = tie(both_stores)
    link = confirm_token(links, found)
    press = partial(signup.confirm, link, FORM)

    with both_stores.write() as tx:
        tx.subscriptions.lock(found.id)
        presses = [Thread(target=press) for _ in range(2)]
        for one in presses:
            one.start()
        while tx.connection.dialect.name == "postgresql" and waiting(tx) < 2:
            pass
    for one in presses:
        one.join()

    assert acts(both_stores) == [Act.REQUESTED, Act.CONFIRMED]
    assert mailed_and_answered(both_stores, clock) == (1, 1)
