"""The mail that asks to confirm: nothing in it was typed by whoever filled in the form."""

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from mailer.tokens import Purpose
from mailer.web.app import create_app
from tests.system.world import World

PLANTED = "BUY-NOW"
A_WHILE = timedelta(seconds=30)


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_a_visitor_typed_is_in_the_first_mail(world: World, *, as_json: bool) -> None:
    world.newsletter()
    told = {
        "email": "ada@example.org",
        "form": world.mailer.keyring.make(Purpose.FORM, 7, world.clock.now()),
        "return_to": f"https://pills.example/{PLANTED}",
        **dict.fromkeys(("name", "subject", "message", "first_name", "title"), PLANTED),
    }
    where = {"Referer": f"https://pills.example/{PLANTED}", "User-Agent": PLANTED}
    where |= {"Origin": f"https://{PLANTED.lower()}.example", "Accept-Language": PLANTED}
    world.clock.advance(A_WHILE)
    door = create_app(world.mailer).test_client()

    how = {"json": told} if as_json else {"data": told}
    answer = door.post("/subscribe/brief", headers=where, **how)
    world.mailer.send.until_done()

    assert answer.status_code in {202, 303}
    (mail,) = [message_from_bytes(one.content, policy=default) for one in world.relay.messages]
    assert isinstance(mail, EmailMessage)
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    whole = " ".join([*parts, *map(str, mail.values())])
    assert "ada@example.org" in whole
    assert PLANTED.lower() not in whole.lower()
    assert "pills.example" not in whole
