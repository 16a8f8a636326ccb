"""How was this edition? Looking answers nothing; a press counts once, and nobody is named."""

import re

import pytest

from mailer.editions.model import Tally
from mailer.web.app import create_app
from mailer.web.reader import TRAP
from tests.system.conftest import both_worlds, world
from tests.system.world import World

__all__ = ["both_worlds", "world"]

ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def paper(both_worlds: World) -> World:
    """An edition that asks, in the mailboxes of two readers."""
    both_worlds.newsletter(feedback=True)
    both_worlds.reader(ADA, BOB)
    both_worlds.publish(2)
    both_worlds.at(2026, 11, 24, 6, 0)
    both_worlds.run_what_is_due()
    return both_worlds


def link(world: World, reader: str, word: str) -> str:
    """Return the path of a link in a reader's mail."""
    (mail,) = world.digests(reader)
    found = re.search(rf"news\.example\.org(/answer/[\w-]+/{word})", mail.replace("=\r\n", ""))
    assert found is not None
    return found[1]


def said(world: World) -> Tally:
    with world.mailer.store.read() as tx:
        return tx.answers.of(1)


def test_a_look_answers_nothing_and_a_press_counts_once(paper: World) -> None:
    client, page = create_app(paper.mailer).test_client(), link(paper, ADA, "good")
    shown = client.get(page)
    assert (shown.status_code, said(paper)) == (200, Tally(0, 0))
    assert '<button type="submit">It was good</button>' in shown.text
    assert client.post(page, data={"act": TRAP}).status_code == 422
    assert said(paper) == Tally(0, 0)

    for _ in range(2):
        assert "Thank you, it is noted." in client.post(page).text
    assert said(paper) == Tally(1, 0)


def test_each_reader_counts_and_may_change_their_mind(paper: World) -> None:
    client = create_app(paper.mailer).test_client()
    client.post(link(paper, ADA, "good"))
    client.post(link(paper, BOB, "good"))

    client.post(link(paper, BOB, "poor"))

    assert said(paper) == Tally(1, 1)
    assert link(paper, ADA, "good") != link(paper, BOB, "good")


def test_whose_an_answer_is_stands_nowhere(paper: World) -> None:
    create_app(paper.mailer).test_client().post(link(paper, ADA, "poor"))

    with paper.mailer.store.read() as tx:
        (row,) = tx.connection.exec_driver_sql("SELECT * FROM answer").all()
    assert (row[0], len(row[1]), bool(row[2])) == (1, 64, False)


def test_a_link_of_another_purpose_or_another_word_is_no_answer(paper: World) -> None:
    client, page = create_app(paper.mailer).test_client(), link(paper, ADA, "good")
    leave = paper.mailer.links.leave(1, paper.clock.now()).rpartition("/")[2]

    codes = [
        client.post(one).status_code
        for one in (page.replace("good", "superb"), f"/answer/{leave}/good", f"{page}x")
    ]

    assert (set(codes) <= {400, 404}, said(paper)) == (True, Tally(0, 0))


def test_who_is_not_to_ask_does_not(both_worlds: World) -> None:
    both_worlds.newsletter()
    both_worlds.reader(ADA)
    both_worlds.publish(2)
    both_worlds.at(2026, 11, 24, 6, 0)
    both_worlds.run_what_is_due()

    (mail,) = both_worlds.digests(ADA)
    assert "/answer/" not in mail
