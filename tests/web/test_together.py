"""When a signup is answered."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from mailer.address import parse_address
from mailer.errors import NotFound, StoreError
from mailer.subscribers.model import Ask, Verdict
from mailer.web.app import create_app
from mailer.web.together import Together, until_stroke
from tests.web.conftest import FORM, Site


@pytest.mark.parametrize(
    ("passed", "left"), [(0.0, 0.05), (0.01, 0.04), (0.049, 0.001), (0.05, 0.05), (0.12, 0.03)]
)
def test_an_answer_waits_for_the_next_stroke(passed: float, left: float) -> None:
    assert until_stroke(passed, 0.05) == pytest.approx(left)


@pytest.mark.parametrize("name", ["new", "active"])
def test_whoever_comes_alone_is_answered_at_a_stroke(site: Site, name: str) -> None:
    site.join("active@example.org")
    begun = time.monotonic()

    answer = Together(site.mailer.signup, 0.2).subscribe(
        Ask("brief", parse_address(f"{name}@example.org"), FORM)
    )

    assert answer.verdict is Verdict.TAKEN
    assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize("way", ["data", "json"])
@pytest.mark.parametrize("name", ["new", "active"])
def test_a_form_and_a_script_are_answered_at_a_stroke(site: Site, way: str, name: str) -> None:
    site.join("active@example.org")
    client = create_app(site.mailer, stroke=0.2).test_client()
    begun = time.monotonic()

    answer = client.post("/subscribe/brief", **{way: site.filled(f"{name}@example.org")})

    assert answer.status_code in {202, 303}
    assert time.monotonic() - begun >= 0.2


def test_a_crowd_is_answered_each_for_themselves_and_nobody_is_lost(site: Site) -> None:
    names = [f"reader{number}" for number in range(40)]
    slugs = ["brief", "brief", "brief", "unknown"] * 10
    together = Together(site.mailer.signup, 0.05)

    def answer(slug: str, name: str) -> Verdict | str:
        try:
            asked = Ask(slug, parse_address(f"{name}@example.org"), FORM)
            return together.subscribe(asked).verdict
        except NotFound:
            return "nothing"

    with ThreadPoolExecutor(len(names)) as crowd:
        answers = list(crowd.map(answer, slugs, names))

    assert answers == [Verdict.TAKEN, Verdict.TAKEN, Verdict.TAKEN, "nothing"] * 10
    assert len(site.notices()) == 30


def test_a_trouble_is_told_to_everybody_whom_it_kept_out_and_to_nobody_after(site: Site) -> None:
    together = Together(site.mailer.signup, 0.05)
    ask = Ask("brief", parse_address("ada@example.org"), FORM)

    def fails(_: int) -> bool:
        try:
            return together.subscribe(ask) is None
        except StoreError:
            return True

    with site.mailer.store.write() as tx:
        tx.connection.execute(text("ALTER TABLE consent_event RENAME TO away"))
    with ThreadPoolExecutor(12) as crowd:
        assert all(crowd.map(fails, range(12)))
    with site.mailer.store.write() as tx:
        tx.connection.execute(text("ALTER TABLE away RENAME TO consent_event"))

    assert together.subscribe(ask).verdict is Verdict.TAKEN
    assert [name for name, _ in site.notices()] == ["confirm"]
