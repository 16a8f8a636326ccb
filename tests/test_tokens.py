"""Links that prove themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.errors import TokenError, TokenExpired
from mailer.tokens import LIFETIME, Keyring, Purpose

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
OURS = Keyring(["new secret", "old secret"])
purposes = st.sampled_from(Purpose)
subjects = st.integers(0, 2**63 - 1)


@given(purposes, subjects)
def test_a_token_says_what_was_put_into_it(purpose: Purpose, subject: int) -> None:
    token = OURS.read(purpose, OURS.make(purpose, subject, NOW), NOW)

    assert (token.purpose, token.subject, token.made_at) == (purpose, subject, NOW)


@pytest.mark.parametrize("made_for", Purpose)
@pytest.mark.parametrize("used_for", Purpose)
def test_a_token_opens_nothing_but_what_it_was_made_for(
    made_for: Purpose, used_for: Purpose
) -> None:
    text = OURS.make(made_for, 7, NOW)

    if made_for is used_for:
        assert OURS.read(used_for, text, NOW).subject == 7
    else:
        with pytest.raises(TokenError):
            OURS.read(used_for, text, NOW)


def test_no_bit_of_a_token_can_be_changed() -> None:
    text = OURS.make(Purpose.LEAVE, 7, NOW)

    for place in range(len(text)):
        for bit in range(8):
            changed = text[:place] + chr(ord(text[place]) ^ 1 << bit) + text[place + 1 :]
            with pytest.raises(TokenError):
                OURS.read(Purpose.LEAVE, changed, NOW)


@given(st.text(max_size=80))
def test_nothing_that_was_not_made_here_is_believed(text: str) -> None:
    with pytest.raises(TokenError):
        OURS.read(Purpose.LEAVE, text, NOW)


def test_old_links_outlive_a_new_secret_and_not_its_removal() -> None:
    before = Keyring(["old secret"]).make(Purpose.LEAVE, 7, NOW)

    assert OURS.read(Purpose.LEAVE, before, NOW).subject == 7
    with pytest.raises(TokenError):
        Keyring(["new secret"]).read(Purpose.LEAVE, before, NOW)


def test_a_confirmation_link_works_for_72_hours_and_no_longer() -> None:
    text = OURS.make(Purpose.CONFIRM, 7, NOW)

    assert OURS.read(Purpose.CONFIRM, text, NOW + LIFETIME[Purpose.CONFIRM]).subject == 7
    with pytest.raises(TokenExpired):
        OURS.read(Purpose.CONFIRM, text, NOW + timedelta(hours=72, seconds=1))


def test_a_link_to_leave_never_expires() -> None:
    text = OURS.make(Purpose.LEAVE, 7, NOW)

    assert OURS.read(Purpose.LEAVE, text, NOW + timedelta(days=36_500)).subject == 7


def test_hashes_of_erased_addresses_outlive_a_new_secret() -> None:
    assert OURS.pepper == Keyring(["old secret"]).pepper
