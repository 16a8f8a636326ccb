"""Floods of signups: what is done about them by itself, and when it ends."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailer.address import parse_address
from mailer.config.settings import Limit, ProofOfWork, SignupSettings
from mailer.delivery.model import Notice
from mailer.errors import NotFound
from mailer.links import Links
from mailer.store.database import Store
from mailer.subscribers.limits import unanswered
from mailer.subscribers.model import (
    Alarm,
    AlarmKind,
    Ask,
    FormState,
    Origin,
    SentForm,
    State,
    Verdict,
    Way,
)
from mailer.subscribers.signup import Signup
from mailer.subscribers.watch import Watch
from mailer.tokens import Keyring
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock

HOUR = timedelta(hours=1)
SETTINGS = replace(SignupSettings(), in_all=(Limit(40, HOUR),), unanswered=10)


@pytest.fixture
def signup(both_stores: Store, clock: StandingClock, keyring: Keyring) -> Signup:
    add_newsletter(both_stores)
    add_newsletter(both_stores, "other")
    return Signup(both_stores, clock, keyring, SETTINGS)


@pytest.fixture
def watch(both_stores: Store, clock: StandingClock, keyring: Keyring) -> Watch:
    return Watch(both_stores, clock, keyring, SETTINGS, parse_address("operator@example.org"))


def flood(
    signup: Signup, names: range, *, proved: bool = False, slug: str = "brief"
) -> set[Verdict]:
    asks = [
        Ask(
            slug,
            parse_address(f"reader{number}@example{number}.org"),
            Origin(Way.FORM),
            SentForm(FormState.GOOD, 1000 * (slug == "other") + number + 1, proved),
        )
        for number in names
    ]
    answers = signup.subscribe_all(asks)
    return {answer.verdict for answer in answers if not isinstance(answer, NotFound)}


def kinds(alarms: list[Alarm]) -> set[AlarmKind]:
    return {alarm.kind for alarm in alarms}


def test_a_rush_of_signups_makes_forms_want_a_proof_of_work_for_an_hour(
    both_stores: Store, signup: Signup, clock: StandingClock, keyring: Keyring
) -> None:
    watch = Watch(both_stores, clock, keyring, replace(SETTINGS, unanswered=0))
    assert flood(signup, range(20)) == {Verdict.TAKEN}

    assert kinds(watch.due()) == {AlarmKind.PROOF}
    assert (watch.due(), signup.wants_proof()) == ([], True)
    assert flood(signup, range(20, 22)) == {Verdict.UNPROVED}
    assert flood(signup, range(20, 22), proved=True) == {Verdict.TAKEN}

    clock.advance(2 * HOUR)
    assert (watch.due(), signup.wants_proof()) == ([], False)


def test_few_signups_raise_no_alarm(signup: Signup, watch: Watch, clock: StandingClock) -> None:
    flood(signup, range(4))
    clock.advance(3 * HOUR)

    assert (watch.due(), signup.wants_proof()) == ([], False)


def test_a_newsletter_whose_confirmations_nobody_answers_rests_and_no_other(
    both_stores: Store, signup: Signup, watch: Watch, clock: StandingClock
) -> None:
    flood(signup, range(12))
    assert AlarmKind.REST not in kinds(watch.due())  # nobody is held to answer at once
    clock.advance(3 * HOUR)

    (alarm,) = [one for one in watch.due() if one.kind is AlarmKind.REST]
    again = Signup(both_stores, clock, Keyring(["after a restart, a program as it was"]), SETTINGS)
    assert alarm.reason == "12 confirmations were not answered"
    assert flood(again, range(30, 32), proved=True) == {Verdict.TOO_MANY}
    assert flood(again, range(30, 32), proved=True, slug="other") == {Verdict.TAKEN}


def test_a_rest_ends_and_what_went_before_it_is_not_counted_again(
    signup: Signup, watch: Watch, clock: StandingClock
) -> None:
    flood(signup, range(12))
    clock.advance(3 * HOUR)
    watch.due()
    clock.advance(7 * HOUR)

    assert AlarmKind.REST not in kinds(watch.due())
    assert flood(signup, range(30, 32), proved=True) == {Verdict.TAKEN}


def alerts(store: Store) -> list[str]:
    """Return to whom alerts are owed."""
    with store.read() as tx:
        rows = tx.ledger_reports.rows(limit=100)
        keys = [row.id for row in rows]
        jobs = [job for job in tx.deliveries.jobs(keys) if job.notice is Notice.SIGNUPS_REST]
    assert all(job.wanted for job in jobs)
    return [job.recipient.text for job in jobs]


def test_the_operator_is_told_of_each_rest_by_one_mail(
    both_stores: Store, signup: Signup, watch: Watch, clock: StandingClock
) -> None:
    flood(signup, range(12))
    clock.advance(3 * HOUR)
    for _ in range(3):
        watch.due()
        clock.advance(HOUR / 60)
    assert alerts(both_stores) == ["operator@example.org"]

    clock.advance(7 * HOUR)
    flood(signup, range(30, 42), proved=True)
    clock.advance(3 * HOUR)
    watch.due()
    assert alerts(both_stores) == ["operator@example.org"] * 2


def test_an_operator_who_reads_the_newsletter_stays_its_reader(
    both_stores: Store, signup: Signup, watch: Watch, clock: StandingClock
) -> None:
    operator = parse_address("operator@example.org")
    signup.add("brief", operator)
    flood(signup, range(12))
    clock.advance(3 * HOUR)
    watch.due()

    assert alerts(both_stores) == ["operator@example.org"]
    with both_stores.read() as tx:
        (tie,) = tx.subscriptions.of_subscriber(tx.subscribers.by_address(operator).id)
    assert tie.state is State.ACTIVE


def test_an_operator_ends_a_rest_early_and_it_does_not_begin_again_for_the_same_signups(
    signup: Signup, watch: Watch, clock: StandingClock
) -> None:
    flood(signup, range(12))
    clock.advance(3 * HOUR)
    watch.due()

    assert (watch.reopen("brief"), watch.reopen("brief"), watch.reopen("other")) == (
        True,
        False,
        False,
    )
    clock.advance(HOUR)
    assert AlarmKind.REST not in kinds(watch.due())
    assert flood(signup, range(30, 32), proved=True) == {Verdict.TAKEN}


def test_people_who_confirm_keep_a_newsletter_open(
    both_stores: Store, signup: Signup, watch: Watch, clock: StandingClock, links: Links
) -> None:
    flood(signup, range(16))
    with both_stores.read() as tx:
        ties = [tx.subscriptions.by_id(row.subscription_id) for row in tx.subscribers.listing()]
    for tie in ties[:4]:
        signup.confirm(links.confirm(tie.id, tie.requested_at).rpartition("/")[2], Origin(Way.PAGE))
    clock.advance(3 * HOUR)

    assert AlarmKind.REST not in kinds(watch.due())


def test_an_owner_may_want_no_proof_or_always_one(
    both_stores: Store, signup: Signup, clock: StandingClock, keyring: Keyring
) -> None:
    never, always = (
        Signup(both_stores, clock, keyring, replace(SETTINGS, proof_of_work=when))
        for when in (ProofOfWork.OFF, ProofOfWork.ON)
    )
    flood(signup, range(20))
    Watch(both_stores, clock, keyring, replace(SETTINGS, proof_of_work=ProofOfWork.OFF)).due()

    assert (never.wants_proof(), always.wants_proof()) == (False, True)
    assert flood(never, range(20, 22)) == {Verdict.TAKEN}
    assert flood(always, range(22, 24)) == {Verdict.UNPROVED}


@pytest.mark.parametrize(
    ("asked", "answered", "open_ones"),
    [(0, 0, 0), (100, 0, 100), (100, 24, 76), (100, 25, 0), (100, 100, 0), (0, 5, 0)],
)
def test_where_one_in_four_answers_nothing_is_wrong(
    asked: int, answered: int, open_ones: int
) -> None:
    assert unanswered(asked, answered) == open_ones
