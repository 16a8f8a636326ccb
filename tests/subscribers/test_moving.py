"""Another address: confirmed from the new mailbox, taken back from the old one."""

from datetime import timedelta
from threading import Thread

import pytest

from mailer.address import Address, address_hash, parse_address
from mailer.config.settings import SignupSettings
from mailer.delivery.model import Notice
from mailer.editions.model import Rhythm
from mailer.errors import NeverMailed, TokenError, TokenExpired
from mailer.links import Links
from mailer.store.database import Store
from mailer.store.suppressions import NOT_ME
from mailer.subscribers.model import Act, Origin, State, Subscription, Way
from mailer.subscribers.moving import Moving, Standing
from mailer.subscribers.preferences import Preferences, Wishes
from mailer.subscribers.privacy import Privacy
from mailer.subscribers.private_feed import PrivateFeed
from mailer.subscribers.signup import Signup
from mailer.tokens import Keyring, Purpose
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock
from tests.subscribers.test_signup import waiting

OLD, NEW = parse_address("ada@example.org"), parse_address("ada@elsewhere.example")
PAGE = Origin(Way.PAGE, None, "192.0.2.0/24", "Browser")


@pytest.fixture
def signup(both_stores: Store, clock: StandingClock, keyring: Keyring) -> Signup:
    add_newsletter(both_stores)
    made = a_signup(both_stores, clock, keyring)
    made.add("brief", OLD)
    return made


def a_signup(store: Store, clock: StandingClock, keyring: Keyring) -> Signup:
    return Signup(store, clock, keyring, SignupSettings())


@pytest.fixture
def moving(both_stores: Store, clock: StandingClock, keyring: Keyring, signup: Signup) -> Moving:
    del signup  # there is a reader before there is anything to move
    return Moving(both_stores, clock, keyring)


def tie(store: Store, address: Address = OLD) -> Subscription:
    with store.read() as tx:
        (found,) = tx.subscriptions.of_subscriber(tx.subscribers.by_address(address).id)
        return found


def acts(store: Store) -> list[Act]:
    with store.read() as tx:
        return [event.act for event in tx.consent.history(tie(store).id)]


def mails(store: Store) -> list[tuple[str, str]]:
    """Return the notices that are owed, and to which address they go."""
    with store.read() as tx:
        rows = tx.ledger_reports.rows()
    return [(row.notice or "", row.recipient) for row in rows if row.state == "due"]


def token(link: str) -> str:
    return link.rpartition("/")[2]


def ask(store: Store, moving: Moving, links: Links, clock: StandingClock) -> str:
    """Ask for the new address, and return what the link in its mailbox holds."""
    moving.ask(tie(store).id, NEW)
    return token(links.move(tie(store, NEW).id, clock.now()))


def test_nothing_moves_before_the_new_mailbox_says_so(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    link = ask(both_stores, moving, links, clock)

    seen = moving.look(Purpose.MOVE, link)

    assert (seen.standing, seen.address) == (Standing.ASKED, NEW.masked)
    assert tie(both_stores).state is State.ACTIVE
    assert sorted(mails(both_stores)) == [
        (Notice.ADDRESS_ASKED, OLD.text),
        (Notice.ADDRESS_CONFIRM, NEW.text),
    ]


def test_the_reader_moves_with_all_they_chose_and_had(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    wishes = Wishes(rhythm=Rhythm.WEEKLY, days=[3], language="de")
    Preferences(both_stores, clock).edit(tie(both_stores).id, wishes)
    before = tie(both_stores)
    link = ask(both_stores, moving, links, clock)
    clock.advance(timedelta(hours=1))

    moved = [moving.confirm(link, PAGE) for _ in range(2)]

    assert tie(both_stores, NEW) == before
    assert {(one.standing, one.address) for one in moved} == {(Standing.DONE, NEW.masked)}
    with both_stores.read() as tx:
        assert [event.act for event in tx.consent.history(before.id)][-1:] == [Act.MOVED]
    assert mails(both_stores) == [(Notice.ADDRESS_CHANGED, OLD.text)]


def test_the_old_mailbox_takes_it_back_within_seven_days(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    before = tie(both_stores)
    moving.confirm(ask(both_stores, moving, links, clock), PAGE)
    back = token(links.restore(tie(both_stores).id, clock.now()))
    clock.advance(timedelta(days=6))

    for _ in range(2):
        assert moving.undo(back, PAGE).address == OLD.masked

    assert tie(both_stores) == before
    assert tie(both_stores, NEW).state is State.LEFT


def test_the_old_mailbox_stops_it_before_it_happens(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    link = ask(both_stores, moving, links, clock)

    moving.undo(token(links.restore(tie(both_stores).id, clock.now())), PAGE)

    with pytest.raises(TokenExpired):
        moving.confirm(link, PAGE)
    assert tie(both_stores).state is State.ACTIVE


def test_whoever_keeps_the_old_address_stops_all_that_was_asked_for(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    ask(both_stores, moving, links, clock)
    first = clock.now()
    clock.advance(timedelta(minutes=1))
    other = parse_address("eve@elsewhere.example")
    moving.ask(tie(both_stores).id, other)
    second = token(links.move(tie(both_stores, other).id, clock.now()))

    clock.advance(timedelta(minutes=1))
    moving.undo(token(links.restore(tie(both_stores).id, first)), PAGE)

    with pytest.raises(TokenExpired):
        moving.confirm(second, PAGE)


def test_after_seven_days_the_old_address_is_nowhere(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    moving.confirm(ask(both_stores, moving, links, clock), PAGE)
    back = token(links.restore(tie(both_stores).id, clock.now()))
    clock.advance(timedelta(days=7, seconds=1))

    assert moving.tidy() == 1

    with both_stores.read() as tx:
        assert tx.subscribers.find(OLD) is None
    with pytest.raises(TokenExpired):
        moving.undo(back, PAGE)
    assert tie(both_stores, NEW).state is State.ACTIVE


def test_what_nobody_confirms_is_forgotten(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    ask(both_stores, moving, links, clock)
    clock.advance(timedelta(hours=73))

    assert moving.tidy() == 1

    with both_stores.read() as tx:
        assert tx.subscribers.find(NEW) is None


def test_who_is_never_to_be_written_to_is_not(
    both_stores: Store, moving: Moving, keyring: Keyring, clock: StandingClock
) -> None:
    with both_stores.write() as tx:
        tx.suppressions.add(address_hash(NEW, keyring.pepper), NOT_ME, clock.now())

    moving.ask(tie(both_stores).id, NEW)

    assert mails(both_stores) == [(Notice.ADDRESS_ASKED, OLD.text)]
    with pytest.raises(NeverMailed):
        moving.by_operator(OLD, NEW)


def test_who_gets_it_already_is_told_so_by_mail(
    both_stores: Store, moving: Moving, signup: Signup
) -> None:
    signup.add("brief", NEW)

    moving.ask(tie(both_stores).id, NEW)

    assert (Notice.ALREADY_SUBSCRIBED, NEW.text) in mails(both_stores)
    assert (tie(both_stores).state, tie(both_stores, NEW).state) == (State.ACTIVE,) * 2


def test_a_link_in_wrong_hands_bombs_nobody(
    both_stores: Store, moving: Moving, clock: StandingClock
) -> None:
    for number in range(20):
        moving.ask(tie(both_stores).id, parse_address(f"victim{number}@example.org"))
        clock.advance(timedelta(minutes=1))

    asked = [notice for notice, _ in mails(both_stores) if notice == Notice.ADDRESS_CONFIRM]
    assert len(asked) == 3


def test_a_link_opens_what_it_is_for(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    link = ask(both_stores, moving, links, clock)
    wrong = links.preferences(tie(both_stores).id, clock.now())

    for text in (token(wrong), token(links.leave(tie(both_stores, NEW).id, clock.now()))):
        with pytest.raises(TokenError):
            moving.confirm(text, PAGE)
    with pytest.raises(TokenError):
        moving.undo(link, PAGE)


def test_whoever_signed_up_meanwhile_keeps_their_own(
    both_stores: Store, moving: Moving, signup: Signup, links: Links, clock: StandingClock
) -> None:
    link = ask(both_stores, moving, links, clock)
    found = tie(both_stores, NEW)
    signup.confirm(token(links.confirm(found.id, found.requested_at)), PAGE)

    with pytest.raises(TokenExpired):
        moving.confirm(link, PAGE)


def test_erasure_takes_the_other_address_with_it(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock, keyring: Keyring
) -> None:
    moving.confirm(ask(both_stores, moving, links, clock), PAGE)

    Privacy(both_stores, clock, keyring).erase_by_operator(NEW)

    with both_stores.read() as tx:
        assert [tx.subscribers.find(address) for address in (OLD, NEW)] == [None, None]


def test_an_operator_moves_a_reader_who_may_take_it_back(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    moving.by_operator(OLD, NEW)
    assert mails(both_stores) == [(Notice.ADDRESS_CHANGED, OLD.text)]

    moving.undo(token(links.restore(tie(both_stores).id, clock.now())), PAGE)

    assert tie(both_stores).state is State.ACTIVE


def test_whoever_stops_a_move_shuts_out_who_asked_for_it(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock, keyring: Keyring
) -> None:
    feeds, signup = PrivateFeed(both_stores, clock, keyring), a_signup(both_stores, clock, keyring)
    found = tie(both_stores)
    stolen = token(links.preferences(found.id, clock.now()))
    opened = feeds.open(found.id).feed_since
    assert opened is not None
    ask(both_stores, moving, links, clock)
    stop = token(links.restore(found.id, clock.now()))
    clock.advance(timedelta(minutes=1))

    for _ in range(2):
        assert moving.undo(stop, PAGE).standing is Standing.UNDONE

    with pytest.raises(TokenExpired):
        signup.look(Purpose.PREFERENCES, stolen)
    with pytest.raises(TokenExpired):
        feeds.read(token(links.feed(found.id, opened)))
    fresh = token(links.preferences(found.id, clock.now()))
    assert signup.look(Purpose.PREFERENCES, fresh) is not None
    assert acts(both_stores) == [Act.ADDED, Act.STAYED]


@pytest.mark.parametrize("days", [4, 6])
def test_a_stop_shuts_out_when_what_was_asked_for_is_forgotten(
    both_stores: Store,
    moving: Moving,
    links: Links,
    clock: StandingClock,
    keyring: Keyring,
    days: int,
) -> None:
    found = tie(both_stores)
    ask(both_stores, moving, links, clock)
    stop = token(links.restore(found.id, clock.now()))
    stolen = token(links.preferences(found.id, clock.now()))
    clock.advance(timedelta(days=days))
    moving.tidy()
    assert moving.look(Purpose.RESTORE, stop).standing is Standing.ASKED

    assert moving.undo(stop, PAGE).address == OLD.masked

    assert moving.look(Purpose.RESTORE, stop).standing is Standing.UNDONE
    with pytest.raises(TokenExpired):
        a_signup(both_stores, clock, keyring).look(Purpose.PREFERENCES, stolen)


def test_whoever_takes_a_move_back_closes_the_feeds_that_were_opened(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock, keyring: Keyring
) -> None:
    found = tie(both_stores)
    moving.confirm(ask(both_stores, moving, links, clock), PAGE)
    back = token(links.restore(found.id, clock.now()))
    clock.advance(timedelta(minutes=1))
    opened = PrivateFeed(both_stores, clock, keyring).open(found.id).feed_since
    assert opened is not None

    moving.undo(back, PAGE)

    assert tie(both_stores).feed_since is None
    with pytest.raises(TokenExpired):
        PrivateFeed(both_stores, clock, keyring).read(token(links.feed(found.id, opened)))


def test_a_stop_holds_against_a_press_at_the_same_moment(
    both_stores: Store, moving: Moving, links: Links, clock: StandingClock
) -> None:
    """Whichever is first, the other finds it done: never both stopped and moved."""
    found = tie(both_stores)
    link = ask(both_stores, moving, links, clock)
    stop = token(links.restore(found.id, clock.now()))
    ended: list[Standing | None] = []

    def press() -> None:
        try:
            ended.append(moving.confirm(link, PAGE).standing)
        except TokenExpired:
            ended.append(None)

    with both_stores.write() as tx:
        tx.subscriptions.lock(found.id)
        presses = [Thread(target=press), Thread(target=moving.undo, args=(stop, PAGE))]
        for waits, one in enumerate(presses, 1):
            one.start()
            while tx.connection.dialect.name == "postgresql" and waiting(tx) < waits:
                pass
    for one in presses:
        one.join()

    assert tie(both_stores).state is State.ACTIVE
    assert acts(both_stores)[1:] in ([Act.STAYED], [Act.MOVED, Act.MOVED_BACK])
