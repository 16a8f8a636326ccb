"""Signatures that other programs believe: dkimpy, and Debian's opendkim."""

import shutil
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import dkim
import pytest
from hypothesis import given, settings

from mailer.config.settings import DkimSettings, Secret
from mailer.errors import ConfigError, HeaderError
from mailer.message.mime import build
from mailer.message.sign import Signer, Signers, hash_simple_body
from mailer.message.signing_key import SigningKey, generate_ed25519, generate_rsa, load_keys
from mailer.message.splice import compile_page, signed_at, splice
from mailer.message.verify import verify
from mailer.rendering.model import Page, Slot
from tests.conftest import require
from tests.message.test_injection import HEAD, PAGE
from tests.message.test_splice import ADDRESSES, OWN_VALUES, PAGES, of, own
from tests.rendering.samples import VALUES

RSA, ED25519 = load_keys(
    [
        DkimSettings("News.Example.org", "one", Secret(generate_rsa(1024))),
        DkimSettings("news.example.org", "two", Secret(generate_ed25519())),
    ]
)
KEYS = {"rsa": [RSA], "ed25519": [ED25519], "both": [RSA, ED25519]}
MESSAGE = build(HEAD, PAGE, VALUES)
NOW = signed_at(HEAD.date)

each_way = pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)


def believed(message: bytes, keys: Sequence[SigningKey]) -> list[bool]:
    """Return what dkimpy says of each signature, asking a DNS that has our records."""
    zone = {f"{key.name}.".encode(): key.record.encode() for key in keys}

    def ask(name: bytes, timeout: int = 5) -> bytes | None:
        return zone.get(name)

    found = dkim.DKIM(message)
    return [found.verify(idx=at, dnsfunc=ask) for at in range(len(keys))]


@each_way
def test_another_program_believes_it(keys: Sequence[SigningKey]) -> None:
    assert believed(Signer(keys).sign(MESSAGE, NOW), keys) == [True] * len(keys)


@settings(max_examples=25)
@given(PAGES, OWN_VALUES, ADDRESSES)
def test_what_is_spliced_is_signed_as_what_is_built(
    page: Page, values: dict[Slot, str], reader: object
) -> None:
    head = of(reader, 7, HEAD.date)  # type: ignore[arg-type]  # the strategy gives addresses
    signer = Signer([ED25519])

    spliced = splice(compile_page(HEAD, page, VALUES), own(head), values, utf8=True, signer=signer)

    assert spliced == signer.sign(build(head, page, values, utf8=True), NOW)
    assert believed(spliced, [ED25519]) == [True]


def test_the_same_mail_is_signed_the_same_again() -> None:
    form = compile_page(HEAD, PAGE, VALUES)
    signer, mine = Signer(KEYS["both"]), own(HEAD)

    assert splice(form, mine, VALUES, signer=signer) == splice(form, mine, VALUES, signer=signer)


@pytest.mark.parametrize(
    "added",
    [
        b"From: Mallory <mallory@example.net>\r\n",
        b"Subject: Another\r\n",
        b"List-Unsubscribe: <https://example.net/>\r\n",
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    ],
)
@each_way
def test_nobody_can_add_what_is_named_once_more(keys: Sequence[SigningKey], added: bytes) -> None:
    signed = Signer(keys).sign(MESSAGE, NOW)

    assert believed(added + signed, keys) == [False] * len(keys)
    assert not any(verdict.good for verdict in verify(added + signed, keys))


def test_a_body_that_was_changed_is_noticed() -> None:
    changed = Signer([RSA]).sign(MESSAGE, NOW).replace(b"example", b"exampel", -1)

    assert believed(changed, [RSA]) == [False]


def test_a_field_folded_anew_is_still_signed() -> None:
    signed = Signer([RSA]).sign(MESSAGE, NOW)
    folded = signed.replace(b"\r\nMIME-Version: 1.0\r\n", b"\r\nmime-version:\r\n\t1.0 \r\n")

    assert folded != signed
    assert believed(folded, [RSA]) == [True]
    assert [verdict.good for verdict in verify(folded, [RSA])] == [True]


def test_it_names_what_receivers_look_for_and_no_line_is_long() -> None:
    signature = Signer([RSA]).sign(MESSAGE, NOW).removesuffix(MESSAGE)

    names = signature.partition(b" h=")[2].partition(b";")[0].translate(None, b"\r\n ").split(b":")
    for twice in (b"from", b"list-unsubscribe", b"list-unsubscribe-post"):
        assert names.count(twice) == 2
    assert {b"to", b"subject", b"date", b"message-id", b"mime-version", b"list-id"} <= set(names)
    assert b"l=" not in signature.translate(None, b"\r\n ").split(b";")
    assert max(map(len, signature.split(b"\r\n"))) <= 78


def test_the_empty_body_is_one_line_end() -> None:
    known = "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="  # RFC 6376 section 3.4.3

    assert {b64encode(hash_simple_body(body)).decode() for body in (b"", b"\r\n\r\n")} == {known}


def test_without_a_from_nothing_is_signed() -> None:
    with pytest.raises(HeaderError, match="From"):
        Signer([RSA]).sign(b"To: ada@example.org\r\n\r\nx\r\n", NOW)


def test_a_domain_is_signed_for_by_itself_or_by_a_parent() -> None:
    signers = Signers([RSA])

    assert signers.of("news.example.org") is signers.of("brief.news.example.org")
    assert signers.of("example.org") is None
    assert signers.of("othernews.example.org") is None


def test_all_that_is_wrong_with_keys_is_said_at_once() -> None:
    weak = subprocess.check_output(["openssl", "genrsa", "512"], text=True, stderr=subprocess.PIPE)
    wrong = [
        DkimSettings("not a domain", "one", Secret(generate_ed25519())),
        DkimSettings("example.org", "-", Secret("no key")),
        DkimSettings("example.org", "three", Secret(weak)),
    ]

    with pytest.raises(ConfigError) as caught:
        load_keys(wrong)

    said = [fault.setting for fault in caught.value.faults]
    assert said == ["dkim[0].domain", "dkim[1].selector", "dkim[1].key", "dkim[2].key"]


@each_way
def test_opendkim_believes_it(keys: Sequence[SigningKey], tmp_path: Path) -> None:
    program = shutil.which("opendkim", path="/usr/sbin:/usr/bin")
    require(program, "opendkim (Debian: opendkim)")
    (tmp_path / "mail.eml").write_bytes(Signer(keys).sign(MESSAGE, NOW))
    records = "".join(f"{key.name} {key.record}\n" for key in keys)
    (tmp_path / "keys").write_text(records)
    (tmp_path / "opendkim.conf").write_text(f"Mode v\nTestPublicKeys {tmp_path / 'keys'}\n")

    words: list[str | Path] = [
        str(program),
        "-x",
        tmp_path / "opendkim.conf",
        "-vvv",
        "-t",
        tmp_path / "mail.eml",
    ]
    told = subprocess.run(words, capture_output=True, text=True, check=True)

    assert told.stdout.count("dkim=pass") == len(keys), told.stdout
