"""Many who sign up at one moment are answered as if they had come one after the other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailer.address import parse_address
from mailer.config.settings import Limit, SignupSettings
from mailer.errors import NotFound
from mailer.store.database import Store
from mailer.subscribers.model import (
    Answer,
    Ask,
    FormState,
    Origin,
    SentForm,
    State,
    Verdict,
    Way,
)
from mailer.subscribers.signup import Signup
from mailer.tokens import Keyring
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock

HOUR = timedelta(hours=1)


def ask(name: str, slug: str = "brief", form: int | None = None, network: str = "a") -> Ask:
    sent = None if form is None else SentForm(FormState.GOOD, form)
    return Ask(slug, parse_address(f"{name}@example.org"), Origin(Way.FORM, None, network), sent)


def told(answers: list[Answer | NotFound]) -> list[Verdict | None]:
    return [answer.verdict if isinstance(answer, Answer) else None for answer in answers]


@pytest.fixture
def signup(both_stores: Store, clock: StandingClock, keyring: Keyring) -> Signup:
    add_newsletter(both_stores)
    settings = replace(SignupSettings(), per_network=(Limit(3, HOUR),))
    return Signup(both_stores, clock, keyring, settings)


def people(store: Store) -> list[str]:
    with store.read() as tx:
        return sorted(one.address for one in tx.subscribers.listing())


def test_a_limit_that_is_reached_among_them_lets_the_first_ones_in(
    both_stores: Store, signup: Signup
) -> None:
    answers = signup.subscribe_all([ask(name) for name in "abcde"] + [ask("f", network="b")])

    few, many = Verdict.TAKEN, Verdict.TOO_MANY
    assert told(answers) == [few, few, few, many, many, few]
    assert people(both_stores) == [f"{name}@example.org" for name in "abcf"]


def test_who_was_refused_among_them_costs_nobody_else_a_place(
    signup: Signup, clock: StandingClock
) -> None:
    signup.subscribe_all([ask(name) for name in "abcde"])
    clock.advance(HOUR + HOUR / 10)

    assert told(signup.subscribe_all([ask(name) for name in "def"])) == [Verdict.TAKEN] * 3


def test_one_address_twice_among_them_is_one_tie_and_one_mail(
    both_stores: Store, signup: Signup
) -> None:
    answers = signup.subscribe_all([ask("ada", form=7), ask("Ada", form=7), ask("ada", form=8)])

    assert told(answers) == [Verdict.TAKEN] * 3
    with both_stores.read() as tx:
        assert len(tx.ledger_reports.rows(limit=9)) == 1
        (tie,) = tx.subscriptions.of_subscriber(tx.subscribers.by_address(ask("ada").address).id)
    assert tie.state is State.PENDING


def test_a_form_counts_for_the_first_address_among_them(signup: Signup) -> None:
    answers = signup.subscribe_all([ask("zoe", form=7), ask("ada", form=7), ask("eve", form=8)])

    assert told(answers) == [Verdict.TAKEN, Verdict.FORM_USED, Verdict.TAKEN]


def test_a_newsletter_that_is_not_there_is_said_to_whoever_asked_for_it(signup: Signup) -> None:
    assert told(signup.subscribe_all([ask("ada", "nothing"), ask("eve")])) == [None, Verdict.TAKEN]
