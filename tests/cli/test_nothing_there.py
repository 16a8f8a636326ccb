"""What an operator is told when there is nothing to do: why, and what to look at next."""

import pytest

from tests.cli.conftest import Operator
from tests.fakes.feed_server import FeedServer


def test_without_news_composing_leads_to_gathering(mailer: Operator, brief: str) -> None:
    told = mailer("editions", "compose", "--newsletter", brief)

    assert told.code == 2
    assert told.err.splitlines() == [
        "mailer: nothing is new for brief",
        "  `mailer feeds gather --newsletter brief` looks for news",
    ]


def test_with_nothing_due_sending_leads_to_what_waits(mailer: Operator) -> None:
    told = mailer.does("deliveries", "send", "--until-done")

    assert told.lines == ["Nothing was due: `mailer status` says what comes next, and what waits."]


def test_a_feed_that_failed_is_counted_from_the_second_time_on(
    mailer: Operator, brief: str
) -> None:
    with FeedServer() as feeds:
        feeds.serve("/feed.xml", "", status=500)
        mailer.does("feeds", "add", feeds.url("/feed.xml"), "--newsletter", brief)
        mailer("feeds", "gather", "--newsletter", brief)
        once = mailer.does("status").out
        mailer("feeds", "gather", "--newsletter", brief)
        twice = mailer.does("status").out

    assert "/feed.xml failed: " in once
    assert "/feed.xml failed 2 times in a row: " in twice


def test_whoever_is_known_elsewhere_is_told_from_whoever_is_not(
    mailer: Operator, brief: str
) -> None:
    mailer.does("subscribers", "add", "ada@example.org", "--newsletter", brief)
    second = ("--name", "Evening", "--sender", "evening@example.org")
    mailer.does("newsletters", "create", "evening", *second)

    told = mailer("subscribers", "resume", "ada@example.org", "--newsletter", "evening")

    assert told.code == 1
    assert told.err.splitlines() == [
        "mailer: there is no subscription to evening of ada@example.org",
        "  `mailer subscribers show ada@example.org` names what there is",
    ]


def test_a_mail_that_is_not_there_leads_to_the_list(mailer: Operator) -> None:
    told = mailer("deliveries", "show", "99")

    assert told.code == 1
    assert told.err.splitlines() == [
        "mailer: there is no delivery 99",
        "  `mailer deliveries list` names them, newest first",
    ]


@pytest.mark.parametrize("what", ["hold", "release", "urgent"])
def test_an_article_that_is_not_there_leads_to_the_list(mailer: Operator, what: str) -> None:
    told = mailer("articles", what, "9")

    assert told.code == 1
    assert told.err.splitlines() == [
        "mailer: there is no article 9",
        "  `mailer articles list` names them",
    ]


def test_a_doubt_that_is_none_leads_to_those_there_are(mailer: Operator) -> None:
    told = mailer("deliveries", "settle", "4", "--as", "sent", "--yes")

    assert told.code == 1
    assert "`mailer deliveries list --state in_doubt` names what is" in told.out


def test_a_house_where_no_job_begins_is_told_of(mailer: Operator, brief: str) -> None:
    before = mailer.does("status").out
    mailer.does("jobs", "run", "digests")
    after = mailer.does("status").out

    assert "No job has begun yet: `mailer run`" in before
    assert "No job has begun" not in after
