"""A compiled page with a reader's values in it is the message built the slow way, byte for byte."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.address import Address
from mailer.errors import HeaderError, RenderError
from mailer.message.mime import build
from mailer.message.model import Head, Own
from mailer.message.splice import compile_page, splice
from mailer.rendering.model import Page, Slot
from tests.message.test_injection import HEAD, PAGE
from tests.message.test_mime import part, read
from tests.rendering.samples import VALUES

TEXT = st.text(
    st.one_of(
        st.sampled_from(". =\n\t\"'<&"), st.characters(exclude_categories=("Cs", "Co", "Cc"))
    ),
    max_size=120,
)
WITH_SLOTS = st.lists(st.one_of(TEXT, st.sampled_from(list(Slot)).map(lambda slot: slot.marker)))
PAGES = st.builds(
    lambda text, html, delsp: Page("News", "".join(html), "".join(text), delsp),
    WITH_SLOTS,
    st.one_of(st.just([]), WITH_SLOTS),
    st.booleans(),
)
PATHS = st.text("abcXYZ0189_.=&;%-", max_size=300)
URLS = PATHS.map("https://news.example/{}".format)
OWN_VALUES = st.fixed_dictionaries(
    {
        Slot.ADDRESS: TEXT,
        Slot.SIGNED_UP_ON: TEXT,
        **dict.fromkeys(sorted(set(Slot) - {Slot.ADDRESS, Slot.SIGNED_UP_ON}), URLS),
    }
)
LOCAL = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}", fullmatch=True)
LOCAL_UTF8 = st.text(st.characters(categories=("Lu", "Ll", "Lo", "Nd")), min_size=1, max_size=20)
ADDRESSES = st.one_of(LOCAL, LOCAL_UTF8).map(
    lambda local: Address(f"{local}@example.org", "example.org", local)
)
MOMENTS = st.integers(1_600_000_000, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))


MAILTOS = st.sampled_from(
    (None, "mailto:leave@example.org?subject=unsubscribe.AQb-_9", "mailto:a%2Fb+c@b.example")
)


def of(reader: Address, number: int, moment: datetime, mailto: str | None = None) -> Head:
    assert HEAD.list is not None
    mine = HEAD.list._replace(
        unsubscribe_url=f"https://news.example.org/leave/{number}", unsubscribe_mail=mailto
    )
    return HEAD._replace(
        recipient=reader, message_id=f"{number}.k@example.org", date=moment, list=mine
    )


def own(head: Head) -> Own:
    assert head.list is not None
    ways = (head.list.unsubscribe_url, head.list.unsubscribe_mail)
    return Own(head.message_id, head.date, head.recipient, *ways)


@given(PAGES, OWN_VALUES, ADDRESSES, st.integers(0), MOMENTS, MAILTOS)
def test_spliced_is_built(
    page: Page,
    values: dict[Slot, str],
    reader: Address,
    number: int,
    moment: datetime,
    mailto: str | None,
) -> None:
    head = of(reader, number, moment, mailto)
    form = compile_page(HEAD, page, VALUES)

    assert splice(form, own(head), values, utf8=True) == build(head, page, values, utf8=True)


@given(PAGES, OWN_VALUES)
def test_no_line_begins_with_a_dot_or_is_too_long(page: Page, values: dict[Slot, str]) -> None:
    message = splice(compile_page(HEAD, page, VALUES), own(HEAD), values)

    body = message.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert max(map(len, body)) <= 76
    assert not any(line.startswith(b".") for line in message.split(b"\r\n"))


def test_what_a_reader_sees_is_the_page_with_their_values() -> None:
    link = Slot.LEAVE_URL.marker
    page = Page("News", f"<a href='{link}'>leave</a>", f"Leave: {link}\n")

    message = read(splice(compile_page(HEAD, page, VALUES), own(HEAD), VALUES))

    assert VALUES[Slot.LEAVE_URL] in part(message, "plain")
    assert VALUES[Slot.LEAVE_URL] in part(message, "html")


def test_a_subject_with_a_slot_is_each_readers_own() -> None:
    page = Page(f"For {Slot.ADDRESS.marker}", "<p>x</p>", "x")

    message = splice(compile_page(HEAD, page, VALUES), own(HEAD), VALUES)

    assert message == build(HEAD, page, VALUES)
    assert VALUES[Slot.ADDRESS] in str(read(message)["Subject"])


def test_a_value_that_is_missing_is_an_error_and_no_mail() -> None:
    form = compile_page(HEAD, Page("News", "", Slot.LEAVE_URL.marker), VALUES)

    with pytest.raises(RenderError):
        splice(form, own(HEAD), {})


@pytest.mark.parametrize("url", ["https://x.example/\r\nBcc: a@example.org", "javascript:x", "a b"])
def test_a_link_that_could_be_a_header_is_refused(url: str) -> None:
    form = compile_page(HEAD, PAGE, VALUES)

    with pytest.raises(HeaderError):
        splice(form, own(HEAD)._replace(unsubscribe_url=url), VALUES)


@pytest.mark.parametrize(
    "mailto", ["mailto:a@b.example?subject=x\r\nBcc: c@d.example", "mailto:a@b>, <https://x", "x"]
)
def test_a_mailto_that_could_be_a_header_is_refused(mailto: str) -> None:
    form = compile_page(HEAD, PAGE, VALUES)

    with pytest.raises(HeaderError):
        splice(form, own(HEAD)._replace(unsubscribe_mail=mailto), VALUES)


@pytest.mark.parametrize("end", ["x", ".", "é"])
def test_a_last_line_that_is_full_gives_its_last_sign_to_the_next(end: str) -> None:
    full = "a" * (76 - len(end.encode()) * (1 if end.isascii() else 3)) + end
    page = Page("News", "", f"{full}{Slot.ADDRESS.marker}\n")

    message = splice(compile_page(HEAD, page, VALUES), own(HEAD), VALUES)

    assert part(read(message), "plain").startswith(f"{full}{VALUES[Slot.ADDRESS]}")
    assert max(map(len, message.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


@pytest.mark.parametrize("end", ["x", ".", "é"])
def test_a_value_that_fills_its_last_line_gives_its_last_sign_to_the_next(end: str) -> None:
    full = "é" + "a" * (70 - len(end.encode()) * (1 if end.isascii() else 3)) + end
    page = Page("News", "", f"{Slot.ADDRESS.marker}{Slot.LEAVE_URL.marker}\n")
    values = {**VALUES, Slot.ADDRESS: full}

    message = splice(compile_page(HEAD, page, VALUES), own(HEAD), values)

    assert message == build(HEAD, page, values)
    assert part(read(message), "plain").startswith(f"{full}{VALUES[Slot.LEAVE_URL]}")
    assert max(map(len, message.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
