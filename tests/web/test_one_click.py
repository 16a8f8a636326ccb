"""RFC 8058 as a table: two encodings, every kind of link and of body, what is answered and left.

And each kind of token at each door: none opens another than its own.
"""

from datetime import timedelta

import pytest

from mailer.address import parse_address
from mailer.subscribers.model import State
from mailer.tokens import Purpose
from tests.conftest import add_newsletter
from tests.fakes.clock import StandingClock
from tests.web.conftest import FORM, Site
from tests.web.test_leave import ENCODINGS, ONE_CLICK

WRONG_BODIES: dict[str, dict[str, str]] = {
    "no body": {},
    "wrong body": {"List-Unsubscribe": "one-click"},
    "more than the body": {**ONE_CLICK, "act": "stay"},
}
WHY = frozenset({Purpose.LEAVE, Purpose.PREFERENCES})  # the page that says why takes both
# How the link is, to what is answered and how the reader stands then.
TABLE = {
    "valid": (200, State.LEFT),
    "twice": (200, State.LEFT),
    "forged": (404, State.ACTIVE),
    "of another list": (200, State.ACTIVE),
    "of ten years ago": (200, State.LEFT),
    "after the address was changed": (200, State.LEFT),
    "of who is erased": (200, None),
    "of who never confirmed": (200, State.LEFT),
    **dict.fromkeys(WRONG_BODIES, (422, State.ACTIVE)),
    **dict.fromkeys(("GET", "HEAD", "OPTIONS"), (200, State.ACTIVE)),
}


def of_another_list(site: Site) -> str:
    """Return Ada's link to leave something else."""
    add_newsletter(site.mailer.store, "evening")
    site.mailer.signup.subscribe("evening", parse_address("ada@example.org"), FORM)
    with site.mailer.store.read() as tx:
        person = tx.subscribers.by_address(parse_address("ada@example.org"))
        other = tx.subscriptions.of_subscriber(person.id)[1]
    return site.mailer.links.leave(other.id, other.requested_at).rpartition("/")[2]


def link(site: Site, case: str, clock: StandingClock) -> str:
    """Bring the reader to where the case is, and return what the link in their mail holds."""
    found = site.ask() if case == "of who never confirmed" else site.join()
    token = site.leave_token()
    match case:
        case "forged":
            return site.confirm_token()
        case "of another list":
            return of_another_list(site)
        case "of ten years ago":
            clock.advance(timedelta(days=3650))
        case "after the address was changed":
            old, new = parse_address("ada@example.org"), parse_address("ada@elsewhere.example")
            site.mailer.moving.by_operator(old, new)
        case "of who is erased":
            site.mailer.privacy.erase_by_operator(parse_address("ada@example.org"))
    assert found.id > 0
    return token


def state(site: Site) -> State | None:
    """Return how the first tie of all stands; None: there is none."""
    with site.mailer.store.read() as tx:
        found = tx.subscriptions.get(1)
        return None if found is None else found.state


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("case", TABLE)
def test_a_receiver_is_answered_as_the_table_says(
    site: Site, clock: StandingClock, case: str, encoding: str
) -> None:
    page, body = f"/leave/{link(site, case, clock)}", WRONG_BODIES.get(case, ONE_CLICK)
    method = case if case.isupper() else "POST"

    if case == "twice":
        site.client.post(page, data=body, content_type=encoding)
    answer = site.client.open(page, method=method, data=body, content_type=encoding)

    assert (answer.status_code, state(site)) == TABLE[case]
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_a_provider_that_presses_for_thousands_from_one_address_is_never_held_off(
    site: Site,
) -> None:
    site.mailer.signup.add_all(
        "brief", [parse_address(f"reader{number}@example.org") for number in range(300)]
    )
    made = site.mailer.clock.now()

    codes = {
        site.client.post(
            f"/leave/{site.mailer.links.leave(key, made).rpartition('/')[2]}",
            data=ONE_CLICK,
            environ_base={"REMOTE_ADDR": "192.0.2.9"},
        ).status_code
        for key in range(1, 301)
    }

    assert codes == {200}
    with site.mailer.store.read() as tx:
        assert {tx.subscriptions.by_id(key).state for key in range(1, 301)} == {State.LEFT}


def doors_of(site: Site) -> dict[str, str]:
    """Return every route that takes a token, by its first word."""
    routes = [rule.rule for rule in site.client.application.url_map.iter_rules()]
    return {route.split("/")[1]: route for route in routes if "<token>" in route}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("purpose", Purpose)
def test_no_token_opens_another_door_than_its_own(
    site: Site, purpose: Purpose, method: str
) -> None:
    found = site.join()
    token = site.mailer.keyring.make(purpose, found.id, site.mailer.clock.now())
    doors = doors_of(site)
    own = {purpose.name.lower(), *(["why"] if purpose in WHY else [])}
    before = site.everything()

    codes = {
        name: site.client.open(
            rule.replace("<token>", token).replace("<word>", "good"), method=method
        ).status_code
        for name, rule in doors.items()
        if name not in own
    }

    assert len(codes) >= 9
    assert set(codes.values()) <= {404, 405}
    assert site.everything() == before
