"""E-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.address import address_hash, parse_address
from mailer.errors import AddressError


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@@example.org",
        "ada@example.org, ben@example.org",
        "ada lovelace@example.org",
        "Ada <ada@example.org>",
        "ada@example.org\r\nBcc: eve@example.org",
        "ada\x00@example.org",
        "ada@exam\u2028ple.org",
        "ada@[127.0.0.1]",
        "\ufffd\ufffd@example.org",
        f"{'a' * 65}@example.org",
        f"ada@{'a' * 250}.org",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(text)

    assert caught.value.reason.endswith(".")


def test_spellings_of_one_mailbox_have_one_key() -> None:
    spellings = ["Ada@Example.org", " ada@example.org ", "ADA@EXAMPLE.ORG", "\uff41da@example.org"]

    assert {parse_address(text).key for text in spellings} == {"ada@example.org"}


def test_the_wire_keeps_the_local_part_and_has_the_domain_in_ascii() -> None:
    address = parse_address("Ada@Bücher.example")

    assert (address.wire, address.needs_smtputf8) == ("Ada@xn--bcher-kva.example", False)


def test_a_local_part_beyond_ascii_needs_a_server_that_takes_it() -> None:
    assert parse_address("zoë@example.org").needs_smtputf8


def test_a_masked_address_is_of_use_to_its_owner_alone() -> None:
    assert parse_address("reader@example.org").masked == "r…@example.org"


def test_the_hash_that_outlives_a_person_depends_on_our_secret() -> None:
    ada = parse_address("ada@example.org")

    assert address_hash(ada, b"one") != address_hash(ada, b"other")
    assert address_hash(ada, b"one") == address_hash(parse_address("ADA@example.org"), b"one")


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_clear_no(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert address.wire.isprintable()
    assert parse_address(address.text) == address
