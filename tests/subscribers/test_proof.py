"""The proof of work: what a form's sender has to find, and what does not pass for it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count

import pytest

from mailer.subscribers.proof import LIFETIME, Challenge, challenge, is_proof
from mailer.tokens import Keyring

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
SECRET = "a secret that is long enough to be one"
KEYS = Keyring([SECRET])
FORM, NUMBER = 7, 1234


def given() -> Challenge:
    return challenge(KEYS, FORM, "0a1b2c", NUMBER, NOW)


def solved(task: Challenge, **changes: object) -> str:
    """Return an answer found by trying, as any ALTCHA client finds it."""
    hashes = ((n, sha256(f"{task['salt']}{n}".encode()).hexdigest()) for n in count())
    number = next(n for n, hashed in hashes if hashed == task["challenge"])
    answer = {**task, "number": number, "took": 5, **changes}
    return base64.b64encode(json.dumps(answer).encode()).decode()


def test_a_number_that_was_found_is_a_proof_for_its_form_until_it_expires() -> None:
    answer = solved(given())

    assert is_proof(KEYS, answer, FORM, NOW)
    assert not is_proof(KEYS, answer, FORM + 1, NOW)
    assert not is_proof(KEYS, answer, FORM, NOW + LIFETIME)


def test_a_key_may_change_while_forms_are_open() -> None:
    answer = solved(given())

    assert is_proof(Keyring(["a newer one, long enough too", SECRET]), answer, FORM, NOW)
    assert not is_proof(Keyring(["a newer one, long enough too"]), answer, FORM, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"number": NUMBER + 1},
        {"number": str(NUMBER)},
        {"number": True},
        {"number": None},
        {"signature": "0" * 64},
        {"signature": "\u00e9"},
        {"signature": None},
        {"algorithm": "SHA-1"},
        {"challenge": "0" * 64},
        {"salt": "x"},
        {"salt": "x&"},
        {"salt": 7},
        {"salt": "\ud800&"},
    ],
    ids=str,
)
def test_an_answer_that_was_changed_is_none(changes: dict[str, object]) -> None:
    assert not is_proof(KEYS, solved(given(), **changes), FORM, NOW)


@pytest.mark.parametrize("text", ["", "x", "e30=", "bnVsbA==", "\u00e9", "W" * 4000, "W1tb" * 400])
def test_what_is_no_answer_at_all_is_none(text: str) -> None:
    assert not is_proof(KEYS, text, FORM, NOW)


def test_digits_of_the_number_do_not_pass_for_some_of_when_it_expires() -> None:
    """The hash is of the salt and the number in one: only the & keeps them apart."""
    task = given()
    digits = str(NUMBER)
    longer = {"salt": task["salt"][:-1] + digits[:2], "number": int(digits[2:])}

    later = NOW + timedelta(days=1)
    assert not is_proof(KEYS, solved(task, **longer), FORM, later)
