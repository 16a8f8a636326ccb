"""Making, changing and looking at newsletters."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from mailer.config.read import read
from mailer.subscribers.model import Alarm, AlarmKind
from mailer.wiring import build
from tests.cli.conftest import Operator


def test_a_new_newsletter_says_when_it_goes_out_and_where_its_form_is(mailer: Operator) -> None:
    told = mailer.does(
        *("newsletters", "create", "brief", "--name", "The Brief"),
        *("--sender", "brief@example.org", "--rhythm", "weekly", "--weekday", "friday"),
    )

    assert told.out == (
        "Made brief: weekly on friday at 07:00 UTC."
        " Its form: https://news.example.org/subscribe/brief\n"
    )


def test_it_is_listed_for_people_and_for_programs(mailer: Operator, brief: str) -> None:
    (told,) = mailer.json("newsletters", "list")
    table = mailer.does("newsletters", "list").lines

    assert (told["slug"], told["at"], told["zone"]) == (brief, "07:00", "Europe/Berlin")
    assert told["sender"] == "brief@news.example.org"
    assert table[0].startswith("newsletter")
    assert "daily at 07:00 Europe/Berlin" in table[1]


def test_without_any_the_list_says_how_to_make_one(mailer: Operator) -> None:
    assert "mailer newsletters create" in mailer.does("newsletters", "list").out
    assert mailer.json("newsletters", "list") == []


def test_a_short_name_is_taken_once(mailer: Operator, brief: str) -> None:
    told = mailer("newsletters", "create", brief, "--name", "B", "--sender", "b@example.org")

    assert (told.code, told.err) == (1, "mailer: there is a newsletter brief already\n")


def test_all_that_is_wrong_is_named_at_once_and_nothing_is_made(mailer: Operator) -> None:
    told = mailer("newsletters", "create", "The Brief", "--at", "noon", "--zone", "Berlin")

    assert told.code == 2
    for fault in ("'The Brief'", "--name", "--sender", "--at", "--zone"):
        assert fault in told.err
    assert mailer.json("newsletters", "list") == []


def test_show_tells_everything(mailer: Operator, brief: str) -> None:
    mailer.does("feeds", "add", "https://post.example/feed.xml", "--newsletter", brief)

    shown = mailer.does("newsletters", "show", brief).out
    told = mailer.json("newsletters", "show", brief)

    assert "https://news.example.org/subscribe/brief" in shown
    assert "07:00 Europe/Berlin" in shown
    assert told["feeds"] == [{"section": "News", "url": "https://post.example/feed.xml"}]
    assert told["next_due_at"].endswith("Z")


def test_edit_changes_what_is_named_and_leaves_the_rest(mailer: Operator, brief: str) -> None:
    mailer.does("newsletters", "edit", brief, "--at", "06:30", "--private")

    told = mailer.json("newsletters", "show", brief)

    assert (told["at"], told["public"]) == ("06:30", False)
    assert (told["name"], told["zone"]) == ("The Harbour Brief", "Europe/Berlin")


def test_readers_follow_the_new_hour(mailer: Operator, brief: str) -> None:
    mailer.does("subscribers", "add", "ada@example.org", "--newsletter", brief)

    told = mailer.does("newsletters", "edit", brief, "--at", "06:30")

    assert told.lines[-1] == "Subscriptions that follow the new hour: 1."


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "nothing to change was named"),
        (("--rhythm", "hourly"), "--rhythm: 'hourly' is not one of at-once, daily, weekdays"),
        (("--name", "a\nb"), "--name: one line"),
    ],
)
def test_a_wrong_edit_changes_nothing(
    mailer: Operator, brief: str, words: tuple[str, ...], fault: str
) -> None:
    before = mailer.json("newsletters", "show", brief)

    told = mailer("newsletters", "edit", brief, *words)

    assert told.code == 2
    assert fault in told.err
    assert mailer.json("newsletters", "show", brief)["name"] == before["name"]


def test_one_that_nobody_knew_can_be_removed(mailer: Operator, brief: str) -> None:
    mailer.does("feeds", "add", "https://post.example/feed.xml", "--newsletter", brief)
    mailer.does("sections", "set", "Sport", "--newsletter", brief, "--topic", "sport")
    mailer.does("deliveries", "pause", "--newsletter", brief)
    mailer.does("subscribers", "add", "ada@example.org", "--newsletter", brief)
    mailer.does("subscribers", "erase", "ada@example.org", "--yes")

    mailer.does("newsletters", "remove", brief, "--yes")

    assert mailer.json("newsletters", "list") == []


def test_one_with_readers_stays(mailer: Operator, brief: str) -> None:
    mailer.does("subscribers", "add", "ada@example.org", "--newsletter", brief)

    told = mailer("newsletters", "remove", brief, "--yes")

    assert told.code == 2
    assert f"newsletters edit {brief} --private" in told.err
    assert len(mailer.json("newsletters", "list")) == 1


def test_embed_prints_a_link_a_form_a_box_and_a_frame(mailer: Operator, brief: str) -> None:
    told = mailer.does("newsletters", "embed", brief, "--variant", "footer").out

    assert "https://news.example.org/subscribe/brief\n" in told
    assert '<form method="post" action="https://news.example.org/subscribe/brief">' in told
    assert '<div data-newsletter="brief" data-variant="footer"' in told
    assert '<iframe src="https://news.example.org/embed/brief?variant=footer&amp;' in told


def test_an_accent_is_checked_and_what_is_used_is_told(mailer: Operator, brief: str) -> None:
    told = mailer.does("newsletters", "edit", brief, "--accent", "#FF1A75").out
    shown = mailer.does("newsletters", "show", brief, "--json").json["accent"]
    mailer.does("newsletters", "edit", brief, "--accent", "")
    wrong = mailer("newsletters", "edit", brief, "--accent", "pink")

    assert "#FF1A75 is too light: on white it has a contrast of 3.71" in told
    assert shown == "#E2005A"
    assert mailer.does("newsletters", "show", brief, "--json").json["accent"] is None
    assert wrong.code == 2
    assert "'pink' is not a colour like #0B5A87" in wrong.err


def test_a_private_newsletter_has_no_form_to_embed(mailer: Operator, brief: str) -> None:
    mailer.does("newsletters", "edit", brief, "--private")

    assert mailer("newsletters", "embed", brief).code == 2


def test_a_rest_from_signups_is_shown_and_ended_early(mailer: Operator, brief: str) -> None:
    store = build(read(mailer.config, {})).store
    now = datetime.now(UTC)
    with store.write() as tx:
        key = tx.newsletters.by_slug(brief).id
        tx.signup_alarms.ring(Alarm(AlarmKind.REST, key, now, now + timedelta(hours=6), "silence"))
    shown = mailer.does("newsletters", "show", brief).out
    status = mailer.does("status").out
    ended, again = (mailer("newsletters", "reopen", brief) for _ in range(2))

    assert re.search(r"signups +rest until .*: silence", shown)
    assert f"silence. mailer newsletters reopen {brief}" in status
    assert (ended.code, ended.out) == (0, f"{brief} takes signups again.\n")
    assert (again.code, again.out) == (1, f"{brief} does not rest.\n")
    assert mailer.json("newsletters", "show", brief)["rest"] is None
    assert mailer("newsletters", "reopen", "nothing").code == 1
    store.close()
