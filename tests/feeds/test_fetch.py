"""Looks at a feed over real HTTP."""

import asyncio
import gzip
import socket
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from urllib.parse import quote

import pytest

from mailer.config.settings import FeedSettings
from mailer.errors import FetchError
from mailer.feeds.fetch import Fetch
from mailer.feeds.http_session import max_age, retry_after
from mailer.feeds.model import Fetched
from tests.fakes.feed_server import FeedServer

NARROW = ip_network("127.0.0.1/32")


def get(settings: FeedSettings, url: str, **conditions: str | None) -> Fetched:
    async def look() -> Fetched:
        async with Fetch(settings).session() as session:
            return await session.get(url, **conditions)

    return asyncio.run(look())


def trouble(settings: FeedSettings, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(settings, url)
    assert caught.value.url == url
    return caught.value


def test_a_feed_comes_with_what_the_server_said_about_it(
    server: FeedServer, settings: FeedSettings
) -> None:
    url = server.serve(
        "/feed.xml", "<rss/>", etag='W/"a b"', headers={"Cache-Control": "max-age=9"}
    )

    assert get(settings, url) == Fetched(
        status=200,
        url=url,
        body=b"<rss/>",
        content_type="application/rss+xml",
        etag='W/"a b"',
        last_modified=None,
        retry_after=None,
        max_age=9,
    )


def test_we_say_who_we_are_and_take_no_cookies(server: FeedServer, settings: FeedSettings) -> None:
    server.serve("/a", headers={"Set-Cookie": "reader=1; Path=/"}, status=200)
    server.redirect("/b", server.url("/a"))

    async def twice() -> None:
        async with Fetch(settings).session() as session:
            await session.get(server.url("/a"))
            await session.get(server.url("/b"))

    asyncio.run(twice())

    assert [request.path for request in server.requests] == ["/a", "/b", "/a"]
    for request in server.requests:
        assert request.headers["user-agent"].startswith("digest-mailer/")
        assert "cookie" not in request.headers


@pytest.mark.parametrize(
    ("name", "value"),
    [("etag", 'W/"x-1"'), ("last_modified", "Mon, 23 Nov 2026 18:00:00 GMT")],
)
def test_validators_go_back_as_they_came(
    server: FeedServer, settings: FeedSettings, name: str, value: str
) -> None:
    url = server.serve("/feed.xml", "<rss/>", **{name: value})  # type: ignore[arg-type]  # by name
    first = get(settings, url)

    second = get(settings, url, etag=first.etag, last_modified=first.last_modified)

    assert getattr(first, name) == value
    assert (second.status, second.body) == (304, b"")
    sent = server.requests[1].headers
    assert value in (sent.get("if-none-match"), sent.get("if-modified-since"))


def test_a_validator_that_cannot_be_kept_is_forgotten(
    server: FeedServer, settings: FeedSettings
) -> None:
    url = server.serve(
        "/feed.xml", "<rss/>", etag='"' + "x" * 2_000 + '"', last_modified="gest\xe4rn"
    )

    found = get(settings, url)

    assert (found.etag, found.last_modified) == (None, None)


@pytest.mark.parametrize("status", [404, 410, 403, 500])
def test_a_refusal_is_an_answer(server: FeedServer, settings: FeedSettings, status: int) -> None:
    url = server.serve("/feed.xml", "a long excuse", status=status)

    found = get(settings, url)

    assert (found.status, found.body) == (status, b"")


def test_a_server_may_ask_for_silence(server: FeedServer, settings: FeedSettings) -> None:
    url = server.serve("/feed.xml", status=503, headers={"Retry-After": "120"})

    assert get(settings, url).retry_after == 120


def test_silence_may_be_asked_for_until_a_date() -> None:
    said_at = "Mon, 23 Nov 2026 18:00:00 GMT"

    assert retry_after({"Retry-After": "Mon, 23 Nov 2026 18:30:00 GMT", "Date": said_at}) == 1800
    assert retry_after({"Retry-After": "Mon, 23 Nov 2026 17:30:00 GMT", "Date": said_at}) == 0


OTHER_ZONE = "Mon, 23 Nov 2026 18:30:00 +99999999999999999999"


@pytest.mark.parametrize(
    "text", ["", "soon", "-5", "1.5", "٣", "Mon, 99 Nov 2026 18:30:00 GMT", OTHER_ZONE]
)
def test_a_plea_that_makes_no_sense_is_none(text: str) -> None:
    assert retry_after({"Retry-After": text, "Date": "Mon, 23 Nov 2026 18:00:00 GMT"}) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("max-age=600", 600),
        ("public, Max-Age = 60, must-revalidate", 60),
        ("s-maxage=600", None),
        ("no-cache, max-age=600", None),
        ("max-age=forever", None),
        ("", None),
    ],
)
def test_freshness_is_read_from_cache_control(text: str, seconds: int | None) -> None:
    assert max_age({"Cache-Control": text}) == seconds


def test_a_redirect_is_followed_and_told(server: FeedServer, settings: FeedSettings) -> None:
    there = server.serve("/new.xml", "<rss/>")
    here = server.redirect("/old.xml", "/new.xml", status=301)

    found = get(settings, here)

    assert (found.url, found.body) == (there, b"<rss/>")


def test_a_circle_of_redirects_ends(server: FeedServer, settings: FeedSettings) -> None:
    url = server.redirect("/round", "/round")

    error = trouble(settings, url)

    assert (error.reason, error.temporary) == ("more than 5 redirects", False)
    assert len(server.requests) <= 6


def test_nobody_listens(settings: FeedSettings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]

    error = trouble(settings, f"http://127.0.0.1:{port}/feed.xml")

    assert error.temporary
    assert error.reason.startswith(f"no connection to 127.0.0.1:{port}")


def test_a_drip_ends_at_the_deadline(server: FeedServer, settings: FeedSettings) -> None:
    url = server.serve_slowly("/slow.xml")

    error = trouble(replace(settings, timeout=timedelta(seconds=0.2)), url)

    assert (error.reason, error.temporary) == ("no complete answer within 0.2 seconds", True)


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip bomb"])
def test_a_huge_answer_is_not_read_to_its_end(
    server: FeedServer, settings: FeedSettings, *, zipped: bool
) -> None:
    url = server.serve_huge("/huge.xml", megabytes=50, zipped=zipped)

    error = trouble(settings, url)

    assert error.reason == "the answer is larger than 1,000,000 bytes (feeds.max_bytes)"
    assert not error.temporary


def test_a_small_answer_that_unpacks_to_a_large_one_is_refused(
    server: FeedServer, settings: FeedSettings
) -> None:
    url = server.serve_huge("/bomb.xml", megabytes=3, zipped=True)

    error = trouble(replace(settings, max_bytes=5_000_000), url)

    assert error.reason == "the answer unpacks to more than 20 times its size"


def test_only_redirects_for_good_are_told_as_a_move(
    server: FeedServer, settings: FeedSettings
) -> None:
    new = server.serve("/new.xml", b"<rss/>")
    between = server.redirect("/between.xml", new, status=302)
    there = server.redirect("/there.xml", between, status=301)

    assert [get(settings, url).moved_to for url in (new, between, there)] == [None, None, between]


def test_a_compressed_answer_is_unpacked(server: FeedServer, settings: FeedSettings) -> None:
    url = server.serve("/feed.xml", gzip.compress(b"<rss/>"), headers={"Content-Encoding": "gzip"})

    assert get(settings, url).body == b"<rss/>"


def test_a_broken_compression_is_told(server: FeedServer, settings: FeedSettings) -> None:
    url = server.serve("/feed.xml", b"not gzip", headers={"Content-Encoding": "gzip"})

    assert "broken" in trouble(settings, url).reason


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/feed.xml", "file:///etc/hostname", "/etc/hostname", "http://", "http://[::"],
)
def test_only_the_web_is_asked(settings: FeedSettings, url: str) -> None:
    error = trouble(settings, url)

    assert "http or https" in error.reason
    assert not error.temporary


def test_a_redirect_cannot_leave_the_web(server: FeedServer, settings: FeedSettings) -> None:
    url = server.redirect("/feed.xml", "file:///etc/hostname")

    assert "http or https" in trouble(settings, url).reason


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"])
def test_the_guard_keeps_us_out_of_our_own_network(server: FeedServer, host: str) -> None:
    error = trouble(FeedSettings(), server.url("/feed.xml", host))

    assert "not a public address and port of the web; feeds.allow_networks" in error.reason
    assert not error.temporary
    assert server.requests == []


def test_the_guard_sees_where_a_redirect_leads(settings: FeedSettings) -> None:
    with FeedServer() as outside, FeedServer() as inside:
        here = outside.redirect("/feed.xml", inside.url("/secret", "127.0.0.2"))

        only_outside = replace(settings, allow_networks=(NARROW,))
        assert "not a public address" in trouble(only_outside, here).reason

        assert (len(outside.requests), inside.requests) == (1, [])


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.2", "127.8.9.10", "127.1", "127.0.1", "2130706434", "0x7f000002", "0x7f.0.0.2"),
        *("017700000002", "0177.0.0.2", "0177.0.00.002", "0", "0.0.0.0", "00", "0x0"),
        *(
            "localhost.",
            "x.localhost",
            "127.0.0.2.",
            "[::1]",
            "[::]",
            "[0:0:0:0:0:0:0:1]",
        ),
        *("[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "[0:0:0:0:0:ffff:127.0.0.2]", "[::127.0.0.2]"),
        *("[64:ff9b::7f00:2]", "[64:ff9b::127.0.0.2]", "[64:ff9b:1::7f00:2]", "[2002:7f00:2::]"),
        *(
            "[2001:0:7f00:2::]",
            "[fec0::1]",
            "[fe80::1]",
            "[fe80::1%25lo]",
            "[fd00::1]",
            "[ff02::1]",
        ),
        *(
            "224.0.0.1",
            "255.255.255.255",
            "169.254.169.254",
            "192.0.0.8",
            "10.0.0.1",
            "%31%32%37.1",
        ),
        *("\uff11\uff12\uff17.0.0.2", "\u2460\u2461\u2466.0.0.2", "127\u30020\u30020\u30022"),
    ],
)
def test_no_spelling_of_an_address_of_ours_passes_a_redirect(
    settings: FeedSettings, host: str
) -> None:
    with FeedServer() as outside, FeedServer("0.0.0.0") as canary:
        there = f"http://{host}:{canary.port}/secret"
        here = outside.redirect("/feed.xml", quote(there, safe="/:[]%@.", errors="strict"))

        trouble(replace(settings, allow_networks=(NARROW,)), here)

        assert (len(outside.requests), canary.requests) == (1, [])


def test_one_host_is_asked_by_two_at_a_time(server: FeedServer, settings: FeedSettings) -> None:
    urls = [server.serve(f"/{number}.xml", "<rss/>", late=True) for number in range(8)]

    async def all_at_once() -> list[Fetched]:
        async with Fetch(settings).session() as session:
            return await asyncio.gather(*map(session.get, urls))

    assert {found.status for found in asyncio.run(all_at_once())} == {200}
    assert server.busiest == 2


def test_nobody_s_deadline_runs_while_others_have_their_turn(
    server: FeedServer, settings: FeedSettings
) -> None:
    slow = [server.serve_slowly(f"/{number}.xml") for number in range(4)]
    quick = server.serve("/quick.xml", "<rss/>")

    async def all_at_once() -> list[Fetched | BaseException]:
        async with Fetch(replace(settings, timeout=timedelta(seconds=0.3))).session() as session:
            looks = (session.get(url) for url in [*slow, quick])
            return await asyncio.gather(*looks, return_exceptions=True)

    *late, in_time = asyncio.run(all_at_once())

    assert [type(one) for one in late] == [FetchError] * 4
    assert isinstance(in_time, Fetched)
