"""Keys: made, shown, and looked for in mails."""

import resource
import signal
from pathlib import Path

import pytest

from mailer.config.settings import DkimSettings, Secret
from mailer.message.sign import Signer
from mailer.message.signing_key import load_keys
from tests.cli.conftest import Operator
from tests.message.test_sign import MESSAGE, NOW


@pytest.fixture
def signing(mailer: Operator) -> Operator:
    """An operator who made a key and did as they were told."""
    said = mailer.does("dkim", "generate", "news.example.org").out
    table = said[said.index("[[dkim]]") : said.index("Publish")]
    mailer.config.write_text(f"{mailer.config.read_text()}\n{table}")
    return mailer


def key_file(operator: Operator) -> Path:
    return operator.config.parent / "dkim-news.example.org-mailer.pem"


def signed(operator: Operator) -> bytes:
    pem = Secret(key_file(operator).read_text())
    return Signer(load_keys([DkimSettings("news.example.org", "mailer", pem)])).sign(MESSAGE, NOW)


def test_a_new_key_is_the_operators_alone_and_is_never_overwritten(signing: Operator) -> None:
    before = key_file(signing).read_bytes()
    again = signing("dkim", "generate", "news.example.org")

    assert key_file(signing).stat().st_mode & 0o777 == 0o600
    assert (again.code, key_file(signing).read_bytes()) == (2, before)
    assert "--selector" in again.err


def test_a_full_disk_leaves_no_half_of_a_key(mailer: Operator) -> None:
    path = key_file(mailer)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))  # the disk ends here
    try:
        told = mailer("dkim", "generate", "news.example.org")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)

    assert (told.code, path.exists()) == (1, False)


def test_the_record_is_shown_as_a_zone_file_has_it(signing: Operator) -> None:
    (line,) = signing.does("dkim", "show").lines
    (told,) = signing.json("dkim", "show")

    assert line.startswith('mailer._domainkey.news.example.org. IN TXT ( "v=DKIM1; k=rsa; p=')
    assert max(map(len, line.split('"')[1::2])) <= 255
    assert "".join(line.split('"')[1::2]) == told["record"]


def test_without_a_key_it_says_how_to_make_one(mailer: Operator) -> None:
    told = mailer("dkim", "show")

    assert told.code == 1
    assert "mailer dkim generate" in told.out


def test_a_mail_that_came_through_is_right_even_with_the_line_ends_of_a_file(
    signing: Operator, tmp_path: Path
) -> None:
    (tmp_path / "mail.eml").write_bytes(signed(signing).replace(b"\r\n", b"\n"))

    (verdict,) = signing.json("dkim", "verify", tmp_path / "mail.eml")

    assert (verdict["good"], verdict["algorithm"]) == (True, "rsa-sha256")


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (b"--\r\n", b"--\r\n\r\nBuy this.\r\n", "body was changed"),
        (b"\r\nSubject: ", b"\r\nSubject: Re: ", "a header was changed"),
        (b"a=rsa-sha256", b"a=rsa-sha1", "says rsa-sha1"),
        (b"s=mailer", b"s=other", "another signer"),
    ],
)
def test_a_mail_that_was_changed_is_told_with_the_reason(
    signing: Operator, tmp_path: Path, before: bytes, after: bytes, why: str
) -> None:
    mail = signed(signing)
    assert before in mail
    (tmp_path / "mail.eml").write_bytes(mail.replace(before, after))

    told = signing("dkim", "verify", tmp_path / "mail.eml")

    assert told.code == 1
    assert why in " ".join(told.out.split())


def test_a_mail_without_a_signature_is_no(signing: Operator, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_bytes(MESSAGE)

    told = signing("dkim", "verify", tmp_path / "mail.eml")

    assert (told.code, told.out) == (1, "The mail has no DKIM-Signature.\n")
