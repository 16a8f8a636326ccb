"""Proof of work, in ALTCHA's protocol: a form that costs whoever sends it a moment of computing.

The sender is told a salt and a hash, and finds the number whose SHA-256 behind the salt is that
hash. Nothing of it is kept: we sign what we gave out. The salt names the form and when it is over,
so a proof counts for one form, and a form counts once.
"""

import base64
import binascii
import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypedDict
from urllib.parse import parse_qs

from mailer.tokens import Keyring

ALGORITHM = "SHA-256"
MOST = 50_000  # the number is below; a browser finds it in about a second
LONGEST = 2_000  # characters of an answer
LIFETIME = timedelta(hours=2)  # a form's own


class Challenge(TypedDict):
    """What a form's script is given; the names are the protocol's."""

    algorithm: str
    challenge: str  # SHA-256 of the salt and the number, hex
    maxnumber: int
    salt: str
    signature: str  # HMAC-SHA-256 of the challenge, hex


def challenge(keyring: Keyring, form: int, secret: str, number: int, now: datetime) -> Challenge:
    """Return what is to be solved for a form; `secret` and `number` are nobody else's to guess."""
    expires = int((now + LIFETIME).timestamp())
    # The & at its end: without it, digits of `expires` could be taken for some of the number.
    salt = f"{secret}?form={form}&expires={expires}&"
    hashed = _hash(salt, number)
    return Challenge(
        algorithm=ALGORITHM,
        challenge=hashed,
        maxnumber=MOST,
        salt=salt,
        signature=keyring.sign(hashed),
    )


def is_proof(keyring: Keyring, text: str, form: int, now: datetime) -> bool:
    """Whether an answer, base64 of JSON, solves what was given out for a form of late."""
    answer = _read(text)
    salt, number = answer.get("salt"), answer.get("number")
    if not isinstance(salt, str) or type(number) is not int or not salt.endswith("&"):
        return False
    said = parse_qs(salt.partition("?")[2])
    hashed = _hash(salt, number)
    return (
        answer.get("algorithm") == ALGORITHM
        and answer.get("challenge") == hashed
        and keyring.is_ours(hashed, str(answer.get("signature")))
        and said.get("form") == [str(form)]
        and int(said["expires"][0]) > now.timestamp()
    )


def _read(text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        return {}
    try:
        answer = json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _hash(salt: str, number: int) -> str:
    return sha256(f"{salt}{number}".encode("utf-8", "replace")).hexdigest()
