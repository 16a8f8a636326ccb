"""Editions: listed, shown, held, let go, frozen and cancelled by an operator."""

from collections.abc import Iterator
from io import StringIO

import pytest

from tests.cli.conftest import Operator
from tests.cli.test_feeds import a_feed
from tests.fakes.feed_server import FeedServer

ADA = "ada@example.org"


@pytest.fixture
def site() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.serve("/feed.xml", a_feed("Ferries sail again", "Night buses return"))
        yield server


@pytest.fixture
def desk(mailer: Operator, brief: str, site: FeedServer) -> Operator:
    """An operator with one reader and an edition that is a draft, number 1."""
    mailer.does("feeds", "add", site.url("/feed.xml"), "--newsletter", brief)
    mailer.does("feeds", "gather")
    mailer.does("subscribers", "add", ADA, "--newsletter", brief)
    mailer.does("editions", "compose", "--newsletter", brief)
    return mailer


def state(desk: Operator) -> str:
    (edition,) = desk.json("editions", "list")
    return str(edition["state"])


def owed(desk: Operator) -> int:
    """Plan what is due, and return how many digests somebody is owed."""
    desk("deliveries", "send")
    return len(desk.json("deliveries", "list", "--edition", "1"))


def test_what_composing_made_is_listed_and_shown_with_its_reasons(desk: Operator) -> None:
    listed = desk.does("editions", "list").lines
    shown = desk.does("editions", "show", 1).out

    assert [word in listed[1] for word in ("brief", "draft", "Ferries")] == [True] * 3
    assert "state      draft" in shown
    assert "Night buses return" in shown
    assert "freshness" in shown


def test_a_draft_goes_to_nobody_and_an_approved_one_to_its_readers(desk: Operator) -> None:
    before = owed(desk)

    told = desk.does("editions", "approve", 1, "--yes").out

    assert told == "Edition 1 is approved. `mailer run` sends it, or `mailer deliveries send`.\n"
    assert (before, owed(desk)) == (0, 1)


def test_what_a_pause_keeps_is_not_called_nothing(desk: Operator, brief: str) -> None:
    desk.does("editions", "approve", 1, "--yes")
    desk.does("deliveries", "pause", "--newsletter", brief)

    told = desk.does("deliveries", "send").out

    assert told == "1 more wait: `mailer status` says for what.\n"


def test_without_a_yes_nothing_is_approved(desk: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())

    told = desk("editions", "approve", 1)

    assert (told.code, state(desk)) == (2, "draft")
    assert "nobody answered; nothing was changed" in told.err


def test_what_is_held_goes_to_nobody_until_it_is_approved(desk: Operator) -> None:
    desk.does("editions", "approve", 1, "--yes")
    desk.does("editions", "hold", 1)
    held = (state(desk), owed(desk))

    desk.does("editions", "approve", 1, "--yes")

    assert held == ("held", 0)
    assert (state(desk), owed(desk)) == ("approved", 1)


def test_what_is_cancelled_goes_to_nobody_for_good(desk: Operator) -> None:
    desk.does("editions", "cancel", 1, "--because", "its headline was wrong", "--yes")

    told = desk("editions", "approve", 1, "--yes")

    assert told.code == 1
    assert (state(desk), owed(desk)) == ("cancelled", 0)
    assert "because its headline was wrong" in desk.does("editions", "show", 1).out


def test_an_edition_is_hidden_and_shown_again(desk: Operator) -> None:
    told = desk.does("editions", "hide", 1).out
    again = desk.does("editions", "hide", 1, "--undo").out

    assert "who has its address may read it" in told
    assert "is in the archive" in again


def test_an_edition_that_lost_every_story_says_that_nobody_is_mailed(desk: Operator) -> None:
    desk.does("editions", "approve", 1, "--yes")
    for article in desk.json("articles", "list"):
        desk.does("articles", "withdraw", article["id"], "--yes")

    told = desk.does("editions", "show", 1).lines

    assert told[1].endswith("approved, and none of its stories is left: nobody is mailed")
    assert owed(desk) == 0


def test_a_frozen_one_is_what_readers_of_later_hours_get(desk: Operator) -> None:
    told = desk.does("editions", "freeze", 1).out

    assert told.startswith("Edition 1 is what every reader of 20")


@pytest.mark.parametrize(
    "act", ["show", "explain", "lint", "hold", "freeze", "hide", "cancel", "approve"]
)
def test_an_edition_that_is_not_there_leads_to_the_list(mailer: Operator, act: str) -> None:
    told = mailer("editions", act, 7)

    assert told.code == 1
    assert told.err.splitlines() == [
        "mailer: there is no edition 7",
        "  `mailer editions list` names them all",
    ]
