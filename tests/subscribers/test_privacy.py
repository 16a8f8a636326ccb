"""Erasure, copies, and never again: on both databases."""

from datetime import date
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from mailer.address import address_hash, parse_address
from mailer.config.settings import SignupSettings
from mailer.delivery.model import Notice
from mailer.errors import NotFound, TokenError, TokenExpired
from mailer.links import Links
from mailer.store.database import Store
from mailer.store.erasure import HOLDING_PEOPLE
from mailer.subscribers.adding import activate
from mailer.subscribers.limits import uses_of_mailbox
from mailer.subscribers.model import Act, Origin, Reason, State, Subscription, Way
from mailer.subscribers.preferences import Preferences
from mailer.subscribers.privacy import Privacy
from mailer.subscribers.signup import Signup
from mailer.tokens import Keyring
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock
from tests.fakes.postgres import PostgresServer
from tests.subscribers.test_signup import waiting

ADA = parse_address("ada.lovelace@example.org")
FORM = Origin(Way.FORM, "https://elsewhere.example/a", "192.0.2.0/24", "Browser")


@pytest.fixture
def signup(both_stores: Store, clock: StandingClock, keyring: Keyring) -> Signup:
    add_newsletter(both_stores)
    return Signup(both_stores, clock, keyring, SignupSettings())


@pytest.fixture
def privacy(both_stores: Store, clock: StandingClock, keyring: Keyring) -> Privacy:
    return Privacy(both_stores, clock, keyring)


def tie(store: Store) -> Subscription:
    with store.read() as tx:
        (found,) = tx.subscriptions.of_subscriber(tx.subscribers.by_address(ADA).id)
        return found


def token(link: str) -> str:
    return link.rpartition("/")[2]


def join(store: Store, signup: Signup, links: Links) -> Subscription:
    signup.subscribe("brief", ADA, FORM)
    signup.confirm(token(links.confirm(tie(store).id, tie(store).requested_at)), FORM)
    return tie(store)


def notices(store: Store) -> list[str]:
    with store.read() as tx:
        return [row.notice or "" for row in tx.ledger_reports.rows()]


def test_erasure_leaves_no_row_and_a_hash(
    both_stores: Store, signup: Signup, privacy: Privacy, links: Links, keyring: Keyring
) -> None:
    found = join(both_stores, signup, links)
    privacy.erase(token(links.data(found.id, found.requested_at)))

    with both_stores.read() as tx:
        left = {
            table: tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in HOLDING_PEOPLE
        }
        assert left == dict.fromkeys(HOLDING_PEOPLE, 0)
        assert tx.suppressions.holds(address_hash(ADA, keyring.pepper))


def test_the_address_is_in_no_file_of_the_database(
    store: Store, sqlite_url: str, clock: StandingClock, keyring: Keyring, links: Links
) -> None:
    add_newsletter(store)
    signup = Signup(store, clock, keyring, SignupSettings())
    join(store, signup, links)
    Privacy(store, clock, keyring).erase_by_operator(ADA)

    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent
    files = sorted(folder.glob("mailer.db*"))
    assert len(files) >= 2
    assert [path.name for path in files if b"ada.lovelace" in path.read_bytes().lower()] == []


@pytest.mark.postgres
def test_once_its_tables_are_written_anew_the_address_is_in_no_table_of_a_server(
    postgres_server: PostgresServer,
    postgres_url: str,
    clock: StandingClock,
    keyring: Keyring,
    links: Links,
) -> None:
    store = Store(postgres_url)
    add_newsletter(store)
    signup = Signup(store, clock, keyring, SignupSettings())
    for number in range(40):  # enough for the server to sample them
        signup.subscribe("brief", parse_address(f"reader{number}@example.org"), FORM)
    join(store, signup, links)
    postgres_server.ask(postgres_url, "ANALYZE", "CHECKPOINT")
    assert postgres_server.files_with(postgres_url, b"ada.lovelace")

    Privacy(store, clock, keyring).erase_by_operator(ADA)
    assert store.scrub(whole=True)
    postgres_server.ask(postgres_url, "CHECKPOINT")

    assert postgres_server.files_with(postgres_url, b"ada.lovelace") == []
    store.close()


def test_whoever_was_erased_can_sign_up_anew_and_confirms_again(
    both_stores: Store, signup: Signup, privacy: Privacy, links: Links
) -> None:
    join(both_stores, signup, links)
    privacy.erase_by_operator(ADA)
    signup.subscribe("brief", ADA, FORM)

    assert tie(both_stores).state is State.PENDING


def test_a_copy_tells_each_step_of_consent_in_its_words(
    both_stores: Store, signup: Signup, privacy: Privacy, links: Links, clock: StandingClock
) -> None:
    found = join(both_stores, signup, links)
    copy = privacy.copy(token(links.data(found.id, clock.now())))

    assert [row["act"] for row in copy["consent_event"]] == ["requested", "confirmed"]
    assert "We send a link to confirm first" in str(copy["consent_event"][0]["words"])
    assert copy["subscriber"][0]["address"] == ADA.text
    assert copy["subscription"][0]["newsletter"] == "brief"


def test_a_link_to_leave_opens_no_data(
    both_stores: Store, signup: Signup, privacy: Privacy, links: Links, clock: StandingClock
) -> None:
    found = join(both_stores, signup, links)
    forwarded = token(links.leave(found.id, clock.now()))

    for act in (privacy.copy, privacy.erase):
        with pytest.raises(TokenError):
            act(forwarded)
    assert tie(both_stores).state is State.ACTIVE


def test_a_private_link_is_mailed_to_the_address_once_a_day(
    both_stores: Store, signup: Signup, privacy: Privacy, links: Links, clock: StandingClock
) -> None:
    found = join(both_stores, signup, links)
    for _ in range(3):
        privacy.mail_link(token(links.leave(found.id, clock.now())), Notice.DATA_LINK)

    assert notices(both_stores).count("data_link") == 1


def test_a_link_of_somebody_who_is_gone_says_so(
    both_stores: Store, signup: Signup, privacy: Privacy, links: Links, clock: StandingClock
) -> None:
    found = join(both_stores, signup, links)
    link = token(links.data(found.id, clock.now()))
    privacy.erase(link)

    with pytest.raises(TokenExpired):
        privacy.erase(link)
    with pytest.raises(NotFound):
        privacy.erase_by_operator(ADA)


def test_never_again_keeps_a_hash_and_no_address(
    both_stores: Store, signup: Signup, links: Links, keyring: Keyring
) -> None:
    signup.subscribe("brief", ADA, FORM)
    found = tie(both_stores)
    for _ in range(2):
        signup.refuse(token(links.refuse(found.id, found.requested_at)))
    signup.subscribe("brief", ADA, FORM)

    with both_stores.read() as tx:
        assert tx.subscribers.find(ADA) is None
        assert tx.suppressions.holds(address_hash(ADA, keyring.pepper))


def test_never_again_is_not_for_whoever_has_confirmed(
    both_stores: Store, signup: Signup, links: Links
) -> None:
    found = join(both_stores, signup, links)
    signup.refuse(token(links.refuse(found.id, found.requested_at)))

    assert tie(both_stores).state is State.ACTIVE


def test_never_again_finds_who_confirms_at_the_same_moment_a_reader(
    both_stores: Store, signup: Signup, links: Links, clock: StandingClock
) -> None:
    signup.subscribe("brief", ADA, FORM)
    found = tie(both_stores)
    refuse = token(links.refuse(found.id, found.requested_at))

    with both_stores.write() as tx:
        activate(tx, tx.subscriptions.lock(found.id), Act.CONFIRMED, FORM, clock.now())
        press = Thread(target=signup.refuse, args=(refuse,))
        press.start()
        while tx.connection.dialect.name == "postgresql" and waiting(tx) < 1:
            pass
    press.join()

    assert tie(both_stores).state is State.ACTIVE
    with both_stores.read() as tx:
        assert not tx.suppressions.covers(found.subscriber_id)


@pytest.mark.parametrize("state", [State.ACTIVE, State.PAUSED])
def test_never_again_keeps_what_a_reader_of_something_else_chose(
    both_stores: Store, signup: Signup, links: Links, clock: StandingClock, state: State
) -> None:
    found = join(both_stores, signup, links)
    if state is State.PAUSED:
        Preferences(both_stores, clock).pause(found.id, date(2026, 12, 24))
    add_newsletter(both_stores, "evening")
    signup.subscribe("evening", ADA, FORM)
    with both_stores.read() as tx:
        ties = tx.subscriptions.of_subscriber(found.subscriber_id)

    signup.refuse(token(links.refuse(ties[1].id, ties[1].requested_at)))

    with both_stores.read() as tx:
        assert tx.subscriptions.by_id(found.id).state is state
        assert tx.suppressions.covers(found.subscriber_id)


def test_why_somebody_left_is_noted_once_when_it_is_said_twice_at_once(
    both_stores: Store, signup: Signup, links: Links
) -> None:
    found = join(both_stores, signup, links)
    leave = token(links.leave(found.id, found.requested_at))
    signup.leave(leave, FORM)
    says = partial(signup.explain, leave, Reason.TOO_OFTEN, FORM)

    with both_stores.write() as tx:
        tx.subscriptions.lock(found.id)
        presses = [Thread(target=says) for _ in range(2)]
        for one in presses:
            one.start()
        while tx.connection.dialect.name == "postgresql" and waiting(tx) < 2:
            pass
    for one in presses:
        one.join()

    with both_stores.read() as tx:
        acts = [event.act for event in tx.consent.history(found.id)]
    assert acts.count(Act.EXPLAINED) == 1


def test_who_is_erased_while_a_link_is_asked_for_is_owed_no_mail(
    both_stores: Store, signup: Signup, privacy: Privacy, links: Links
) -> None:
    found = join(both_stores, signup, links)
    leave = token(links.leave(found.id, found.requested_at))

    with both_stores.write() as tx:
        tx.erasure.erase(found.subscriber_id)
        press = Thread(target=privacy.mail_link, args=(leave, Notice.DATA_LINK))
        press.start()
        while tx.connection.dialect.name == "postgresql" and waiting(tx) < 1:
            pass
    press.join()

    with both_stores.read() as tx:
        left = tx.connection.exec_driver_sql("SELECT count(*) FROM delivery").scalar_one()
    assert left == 0


def owed_to_nobody(store: Store) -> int:
    """Return how many rows of the ledger have no reader."""
    query = (
        "SELECT count(*) FROM delivery WHERE subscription_id NOT IN (SELECT id FROM subscription)"
    )
    with store.read() as tx:
        return int(tx.connection.exec_driver_sql(query).scalar_one())


def test_who_is_erased_in_the_midst_of_signing_up_again_leaves_no_mail_to_nobody(
    both_stores: Store,
    signup: Signup,
    privacy: Privacy,
    links: Links,
    clock: StandingClock,
    keyring: Keyring,
) -> None:
    found = join(both_stores, signup, links)
    hashed = address_hash(ADA, keyring.pepper)
    uses = uses_of_mailbox(Notice.ALREADY_SUBSCRIBED, found.newsletter_id, hashed)
    signing = Thread(target=signup.subscribe, args=("brief", ADA, FORM))
    erasing = Thread(target=privacy.erase_by_operator, args=(ADA,))

    with both_stores.write() as tx:
        tx.signup_limits.give_back(
            uses, clock.now()
        )  # for which whoever signs up waits, at its end
        signing.start()
        while tx.connection.dialect.name == "postgresql" and waiting(tx) < 1:
            pass
        erasing.start()
        while tx.connection.dialect.name == "postgresql" and waiting(tx) < 2:
            if not erasing.is_alive():
                break
    signing.join()
    erasing.join()

    assert owed_to_nobody(both_stores) == 0


def test_who_signs_up_while_they_are_erased_is_asked_as_somebody_new(
    both_stores: Store, signup: Signup, links: Links
) -> None:
    found = join(both_stores, signup, links)
    signing = Thread(target=signup.subscribe, args=("brief", ADA, FORM))

    with both_stores.write() as tx:
        tx.erasure.hold(found.subscriber_id)
        signing.start()
        while tx.connection.dialect.name == "postgresql" and waiting(tx) < 1:
            pass
        tx.erasure.erase(found.subscriber_id)
    signing.join()

    assert tie(both_stores).state is State.PENDING
    assert owed_to_nobody(both_stores) == 0
