"""The pages about another address."""

import pytest

from mailer.address import address_hash, parse_address
from mailer.store.suppressions import NOT_ME
from mailer.subscribers.model import Subscription
from tests.web.conftest import Site, words

NEW = "ada@elsewhere.example"


def choices(site: Site, found: Subscription) -> str:
    return site.mailer.links.preferences(found.id, site.mailer.clock.now()).partition("org")[2]


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
    assert site.subscription() == found

    assert "a…@elsewhere.example" in words(site.client.post(there).text)
    assert site.subscription(NEW) == found
    back = links.restore(site.subscription().id, now).partition("org")[2]
    assert "a…@example.org" in words(site.client.get(back).text)

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


@pytest.mark.parametrize("typed", ["", "no address", "a@b@c"])
def test_what_is_no_address_is_not_taken(site: Site, typed: str) -> None:
    assert wanted(site, site.join(), typed)[0] == 422


def test_a_forged_link_opens_nothing(site: Site) -> None:
    found = site.join()
    wrong = site.mailer.links.leave(found.id, site.mailer.clock.now()).rpartition("/")[2]

    for page in ("move", "restore"):
        assert site.client.get(f"/{page}/{wrong}").status_code == 404
        assert site.client.post(f"/{page}/{wrong}").status_code == 404
