"""When a signup is answered."""

import time

import pytest

from mailer.address import parse_address
from mailer.subscribers.model import Ask, Verdict
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
