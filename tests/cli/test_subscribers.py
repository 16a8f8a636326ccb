"""People: put on the list, looked up, confirmed, taken off, brought from elsewhere."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailer.address import parse_address
from mailer.config.read import read
from mailer.subscribers.model import Origin, Way
from mailer.wiring import build
from tests.cli.conftest import Operator

ADA, BEN = "ada@example.org", "ben@example.org"
ACTIVE = ("--state", "active", "--yes")


@pytest.fixture
def waiting(mailer: Operator, brief: str) -> str:
    """Somebody who signed up by the form and has not confirmed."""
    program = build(read(mailer.config, {}))
    program.signup.subscribe(brief, parse_address(BEN), Origin(Way.FORM))
    program.store.close()
    return BEN


def states(mailer: Operator) -> dict[str, str]:
    return {row["address"]: row["state"] for row in mailer.json("subscribers", "list")}


def test_whoever_is_added_is_on_the_list_at_once(mailer: Operator, brief: str) -> None:
    told = mailer.does("subscribers", "add", ADA, "--newsletter", brief)

    assert re.fullmatch(
        rf"{ADA} gets brief every day at 07:00 Europe/Berlin\. Next mail: \w+day 07:00\.\n",
        told.out,
    )
    assert states(mailer) == {ADA: "active"}


def test_nobody_is_added_twice(mailer: Operator, brief: str) -> None:
    mailer.does("subscribers", "add", ADA, "--newsletter", brief)

    told = mailer("subscribers", "add", ADA.upper(), "--newsletter", brief)

    assert told.code == 1
    assert "already" in told.err
    assert states(mailer) == {ADA: "active"}


@pytest.mark.parametrize("text", ["nobody", "a@b@example.org", "a@example.org\nb@example.org"])
def test_what_is_no_address_is_told(mailer: Operator, brief: str, text: str) -> None:
    told = mailer("subscribers", "add", text, "--newsletter", brief)

    assert told.code == 1
    assert "This is not an e-mail address" in told.err


def test_a_waiting_signup_is_confirmed_by_hand(mailer: Operator, brief: str, waiting: str) -> None:
    assert states(mailer) == {BEN: "pending"}

    mailer.does("subscribers", "confirm", waiting, "--newsletter", brief)

    assert states(mailer) == {BEN: "active"}


def test_where_nobody_waits_nothing_is_confirmed(mailer: Operator, brief: str) -> None:
    mailer.does("subscribers", "add", ADA, "--newsletter", brief)

    told = mailer("subscribers", "confirm", ADA, "--newsletter", brief)

    assert told.code == 1
    assert "there is no waiting signup of ada@example.org" in told.err


def test_show_tells_each_step_of_the_consent_in_its_words(
    mailer: Operator, brief: str, waiting: str
) -> None:
    mailer.does("subscribers", "confirm", waiting, "--newsletter", brief)

    shown = mailer.does("subscribers", "show", BEN).out
    (tie,) = mailer.json("subscribers", "show", BEN)["subscriptions"]

    assert [event["act"] for event in tie["history"]] == ["requested", "confirmed"]
    assert tie["history"][0]["wording"]
    assert "brief: active, every day at 07:00 Europe/Berlin. Next mail: " in shown
    assert "agreed to: “" in shown


def test_an_unknown_person_is_a_no(mailer: Operator) -> None:
    assert mailer("subscribers", "show", ADA).code == 1


def test_unsubscribe_ends_all_and_says_what(mailer: Operator, brief: str) -> None:
    mailer.does("subscribers", "add", ADA, "--newsletter", brief)

    told = mailer.does("subscribers", "unsubscribe", ADA, "--yes")
    again = mailer("subscribers", "unsubscribe", ADA, "--yes")

    assert told.out == f"{ADA} has left brief.\n"
    assert (again.code, again.out) == (1, f"{ADA} was not on the list.\n")
    assert states(mailer) == {ADA: "left"}


def test_the_list_is_cut_and_says_so(mailer: Operator, brief: str) -> None:
    for number in range(5):
        mailer.does("subscribers", "add", f"reader{number}@example.org", "--newsletter", brief)

    told = mailer.does("subscribers", "list", "--limit", "2", "--offset", "1")

    assert [line.split()[0] for line in told.lines[1:]] == [
        "reader1@example.org",
        "reader2@example.org",
    ]
    assert told.err == "2 more: --offset 3\n"


def test_the_list_can_be_searched(mailer: Operator, brief: str, waiting: str) -> None:
    mailer.does("subscribers", "add", ADA, "--newsletter", brief)

    assert [row["address"] for row in mailer.json("subscribers", "list", "--search", "AD")] == [ADA]
    assert [row["address"] for row in mailer.json("subscribers", "list", "--state", "pending")] == [
        waiting
    ]
    assert mailer.does("subscribers", "list", "--search", "zoe").out == "Nobody like that.\n"


def test_a_file_of_addresses_is_imported(mailer: Operator, brief: str, tmp_path: Path) -> None:
    mailer.does("subscribers", "add", ADA, "--newsletter", brief)
    file = tmp_path / "readers.csv"
    file.write_text(f"\ufeffEmail,Name\n{ADA},Ada\n{BEN},Ben\n{BEN},Ben again\n\n", "utf-8")

    told = mailer.does(
        "subscribers", "import", file, "--newsletter", brief, "--state", "active", "--yes"
    )

    assert told.out.startswith("1 added, 1 were known, 0 want no mail")
    assert states(mailer) == {ADA: "active", BEN: "active"}


@pytest.mark.parametrize(
    "raw",
    [
        b'email;name\r\nada@example.org;Ada\r\n"ben@example.org";Ben\r\n',
        b"name\temail\nAda\tada@example.org\nBen\tben@example.org\n",
        b'name,address,email\n"Lovelace, Ada",1 Quay,ada@example.org\nBen,,ben@example.org\n',
        "email\tname\r\nada@example.org\tAda\r\nben@example.org\tBen\r\n".encode("utf-16"),
        b"Ada Lovelace <ada@example.org>\n<ben@example.org>\n",
    ],
    ids=["semicolons", "tabs", "another-column", "utf-16", "names-before"],
)
def test_files_of_spreadsheets_and_mail_programs_are_read(
    mailer: Operator, brief: str, tmp_path: Path, raw: bytes
) -> None:
    file = tmp_path / "readers.csv"
    file.write_bytes(raw)

    told = mailer.does(*("subscribers", "import", file, "--newsletter", brief), *ACTIVE)

    assert told.out.startswith("2 added, ")
    assert states(mailer) == {ADA: "active", BEN: "active"}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"email,name\nben@example.org,Ben\nada@example.org,\xc4da\n", "line 3: this is not UTF-8"),
        (b'ben@example.org\n"ada@example.org\nx@example.org\n', "its quotation marks"),
    ],
    ids=["8-bit", "quotes"],
)
def test_a_file_that_cannot_be_read_to_its_end_adds_nobody_and_says_where(
    mailer: Operator, brief: str, tmp_path: Path, raw: bytes, told: str
) -> None:
    file = tmp_path / "readers.csv"
    file.write_bytes(raw)

    refused = mailer(*("subscribers", "import", file, "--newsletter", brief), *ACTIVE)

    assert refused.code == 2
    assert told in refused.err
    assert states(mailer) == {}


def test_whoever_wants_no_mail_is_not_imported(
    mailer: Operator, brief: str, waiting: str, tmp_path: Path
) -> None:
    mailer.does("subscribers", "erase", waiting, "--yes")
    file = tmp_path / "readers.txt"
    file.write_text(f"{ADA}\n{BEN}\n")

    told = mailer.does(*("subscribers", "import", file, "--newsletter", brief), *ACTIVE)

    assert told.out.startswith("1 added, 0 were known, 1 want no mail")
    assert states(mailer) == {ADA: "active"}


def test_a_line_without_an_address_is_named_and_the_others_go_in(
    mailer: Operator, brief: str, tmp_path: Path
) -> None:
    file = tmp_path / "readers.txt"
    file.write_text(f"{ADA}\nnot an address\n{BEN}\n")

    told = mailer(
        "subscribers", "import", file, "--newsletter", brief, "--state", "active", "--yes"
    )

    assert told.code == 1
    assert f"{file}, line 2: " in told.err
    assert states(mailer) == {ADA: "active", BEN: "active"}


def test_a_dry_run_adds_nobody(mailer: Operator, brief: str, tmp_path: Path) -> None:
    file = tmp_path / "readers.txt"
    file.write_text(f"{ADA}\n{BEN}\n")

    told = mailer.does(
        "subscribers", "import", file, "--newsletter", brief, "--state", "active", "--dry-run"
    )

    assert told.out == "2 addresses in the file, 0 lines without one.\n"
    assert states(mailer) == {}


def test_a_file_that_is_no_text_is_refused_whole(
    mailer: Operator, brief: str, tmp_path: Path
) -> None:
    file = tmp_path / "readers.xls"
    file.write_bytes(b"\xd0\xcf\x11\xe0" + ADA.encode())

    told = mailer(
        "subscribers", "import", file, "--newsletter", brief, "--state", "active", "--yes"
    )

    assert told.code == 2
    assert states(mailer) == {}


def test_history_tells_how_somebody_came_and_erase_ends_it(
    mailer: Operator, brief: str, waiting: str
) -> None:
    told = mailer.json("subscribers", "history", waiting)
    copy = json.loads(mailer.does("subscribers", "export", waiting).out)
    mailer.does("subscribers", "erase", waiting, "--yes")

    assert [step["event"]["act"] for step in told] == ["requested"]
    assert [row["newsletter"] for row in copy["subscription"]] == [brief]
    assert mailer("subscribers", "history", waiting).code == 1
    assert mailer("subscribers", "add", waiting, "--newsletter", brief).code == 1


def test_what_a_reader_gets_is_edited_paused_and_resumed(mailer: Operator, brief: str) -> None:
    mailer.does("subscribers", "add", ADA, "--newsletter", brief)
    of = (ADA, "--newsletter", brief)

    days = ("--rhythm", "weekly", "--days", "monday,thursday", "--at", "18:30")
    told = mailer.does("subscribers", "edit", *of, *days)
    assert "every Monday and Thursday at 18:30 Europe/Berlin. Next mail: " in told.out

    assert "nothing before " in mailer.does("subscribers", "pause", *of, "--weeks", "2").out
    assert states(mailer) == {ADA: "paused"}
    assert "Next mail: " in mailer.does("subscribers", "resume", *of).out


def test_a_wrong_day_or_hour_is_told(mailer: Operator, brief: str) -> None:
    mailer.does("subscribers", "add", ADA, "--newsletter", brief)

    for words in (("--days", "funday"), ("--at", "25:00"), ()):
        assert mailer("subscribers", "edit", ADA, "--newsletter", brief, *words).code != 0


# At any hour UTC has another date than one of the two.
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_pause_of_weeks_begins_with_the_reader_s_own_day(
    mailer: Operator, brief: str, zone: str
) -> None:
    of = (ADA, "--newsletter", brief)
    mailer.does("subscribers", "add", *of)
    mailer.does("subscribers", "edit", *of, "--zone", zone)

    before = datetime.now(ZoneInfo(zone)).date()
    told = mailer.does("subscribers", "pause", *of, "--weeks", "1").out
    after = datetime.now(ZoneInfo(zone)).date()

    expected = {f"nothing before {day + timedelta(weeks=1)}." for day in (before, after)}
    assert any(words in told for words in expected)


def test_a_reader_is_moved_to_another_address_with_all_they_get(
    mailer: Operator, brief: str
) -> None:
    mailer.does("subscribers", "add", ADA, "--newsletter", brief)

    told = mailer.does("subscribers", "move", ADA, BEN, "--yes").out

    assert told.startswith(f"{BEN} gets what {ADA} got.")
    assert states(mailer)[BEN] == "active"
    assert [row["kind"] for row in mailer.json("deliveries", "list")] == ["notice"]


def test_a_reader_s_own_feed_is_opened_anew_and_closed(mailer: Operator, brief: str) -> None:
    of = (ADA, "--newsletter", brief)
    mailer.does("subscribers", "add", *of)

    address = mailer.does("subscribers", "feed", *of).out.strip()
    closed = mailer.does("subscribers", "feed", *of, "--close").out

    assert address.startswith("https://news.example.org/feed/")
    assert closed == f"{ADA} has no feed of {brief}.\n"


def test_what_somebody_gets_of_another_newsletter_is_not_edited(
    mailer: Operator, brief: str
) -> None:
    told = mailer("subscribers", "edit", ADA, "--newsletter", brief, "--rhythm", "weekly")

    assert told.code == 1
    assert f"there is no subscriber {ADA}" in told.err
