"""The pages about another address."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from mailer.address import address_hash, parse_address
from mailer.store.suppressions import NOT_ME
from mailer.store.tables import delivery
from mailer.subscribers.model import Subscription
from mailer.subscribers.preferences import Wishes
from mailer.web.reader import TRAP
from tests.fakes.clock import StandingClock
from tests.web.conftest import Site, words

NEW = "ada@elsewhere.example"


def choices(site: Site, found: Subscription) -> str:
    return site.mailer.links.preferences(found.id, site.mailer.clock.now()).partition("org")[2]


def owed_to(site: Site, notice: str) -> list[int]:
    with site.mailer.store.read() as tx:
        rows = tx.connection.execute(select(delivery).where(delivery.c.notice == notice))
        return [row.subscription_id for row in rows]


def wanted(site: Site, found: Subscription, address: str = NEW) -> tuple[int, bytes]:
    form = {"act": "address", "email": address}
    answer = site.client.post(choices(site, found), data=form)
    return answer.status_code, answer.data


def test_a_press_in_the_new_mailbox_moves_a_reader_and_one_in_the_old_takes_it_back(
    site: Site,
) -> None:
    found = site.join()
    wanted(site, found)
    links, now = site.mailer.links, site.mailer.clock.now()
    there = links.move(site.subscription(NEW).id, now).partition("org")[2]
    assert "a…@elsewhere.example" in words(site.client.get(there).text)
    assert site.client.post(there, data={"act": TRAP}).status_code == 422
    assert site.subscription() == found

    assert "a…@elsewhere.example" in words(site.client.post(there).text)
    assert site.subscription(NEW) == found
    back = links.restore(site.subscription().id, now).partition("org")[2]
    assert "a…@example.org" in words(site.client.get(back).text)
    assert site.client.post(back, data={"act": TRAP}).status_code == 422
    assert site.subscription(NEW) == found

    assert "a…@example.org" in words(site.client.post(back).text)
    assert site.subscription() == found


def test_the_answer_is_one_whatever_the_address_s_state(site: Site) -> None:
    answers = set()
    pepper = site.mailer.keyring.pepper
    site.join("known@example.org")
    site.ask("waiting@example.org")
    with site.mailer.store.write() as tx:
        never = address_hash(parse_address("never@example.org"), pepper)
        tx.suppressions.add(never, NOT_ME, site.mailer.clock.now())
    for number, name in enumerate(("new", "known", "waiting", "never", "reader3")):
        found = site.join(f"reader{number}@example.org")
        answers.add(wanted(site, found, f"{name}@example.org"))

    assert [code for code, _ in answers] == [200]


@pytest.mark.parametrize("kind", ["preferences", "data"])
def test_a_link_that_was_mailed_to_another_address_opens_nothing(
    site: Site, clock: StandingClock, kind: str
) -> None:
    found, links = site.join(), site.mailer.links
    wanted(site, found)
    asked = site.mailer.clock.now()
    clock.advance(timedelta(minutes=1))
    site.client.post(links.move(site.subscription(NEW).id, asked).partition("org")[2])
    clock.advance(timedelta(minutes=1))
    there = getattr(links, kind)(found.id, site.mailer.clock.now()).partition("org")[2]
    assert site.client.get(there).status_code == 200

    clock.advance(timedelta(minutes=1))
    site.client.post(links.restore(site.subscription().id, asked).partition("org")[2])
    for act in ("keep", "address", "copy", "erase", ""):
        assert site.client.post(there, data={"act": act}).status_code == 410

    assert site.subscription().id == found.id
    assert "mail me" in site.client.get(there).text.lower()


@pytest.mark.parametrize("typed", ["", "no address", "a@b@c"])
def test_what_is_no_address_is_not_taken(site: Site, typed: str) -> None:
    assert wanted(site, site.join(), typed)[0] == 422


def test_a_forged_link_opens_nothing(site: Site) -> None:
    found = site.join()
    wrong = site.mailer.links.leave(found.id, site.mailer.clock.now()).rpartition("/")[2]

    for page in ("move", "restore"):
        assert site.client.get(f"/{page}/{wrong}").status_code == 404
        assert site.client.post(f"/{page}/{wrong}").status_code == 404


@pytest.mark.parametrize("kind", ["move", "restore"])
def test_an_expired_link_has_the_reader_mailed_the_page_to_ask_again(
    site: Site, clock: StandingClock, kind: str
) -> None:
    found = site.join()
    wanted(site, found)
    tie = site.subscription(NEW) if kind == "move" else found
    there = getattr(site.mailer.links, kind)(tie.id, clock.now()).partition("org")[2]
    clock.advance(timedelta(days=8))

    answer = site.client.get(there)
    again = site.client.post(there)
    renewed = site.client.post(there, data={"act": "renew"})

    assert (answer.status_code, again.status_code, renewed.status_code) == (410, 410, 200)
    assert "Mail me a link to my choices" in answer.text
    assert "@" not in words(answer.text)
    assert site.notices()[-1][0] == "preferences_link"
    assert owed_to(site, "preferences_link") == [found.id]


def test_an_expired_link_of_which_nothing_is_left_says_where_to_ask_again(
    site: Site, clock: StandingClock
) -> None:
    wanted(site, site.join())
    there = site.mailer.links.move(site.subscription(NEW).id, clock.now()).partition("org")[2]
    clock.advance(timedelta(days=8))
    site.mailer.moving.tidy()

    answer = site.client.get(there)

    assert answer.status_code == 410
    assert "Another address can be asked for again" in words(answer.text)
    assert site.client.post(there, data={"act": "renew"}).status_code == 200


def test_a_page_about_another_address_speaks_its_readers_language(site: Site) -> None:
    found = site.join()
    site.mailer.preferences.edit(found.id, Wishes(language="de"))
    wanted(site, found)

    page = site.client.get(
        site.mailer.links.move(site.subscription(NEW).id, site.mailer.clock.now()).partition("org")[
            2
        ]
    )

    assert '<html lang="de"' in page.text
