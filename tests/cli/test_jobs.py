"""What runs by itself, run by hand."""

from tests.cli.conftest import Operator


def test_every_job_is_listed_and_has_not_run_yet(mailer: Operator) -> None:
    told = mailer.json("jobs", "list")

    assert [job["name"] for job in told] == ["gather", "digests", "urgent", "watch", "tidy", "send"]
    assert all(job["what"] and job["last_run"] is None for job in told)


def test_a_job_run_by_hand_says_what_it_did_and_is_noted(mailer: Operator) -> None:
    told = mailer.does("jobs", "run", "gather")

    assert told.out == "gather: 0 feeds looked at, 0 new articles\n"
    assert mailer.json("jobs", "list")[0]["last_run"]["outcome"] in told.out
    assert "0 feeds looked at" in mailer.does("jobs", "list").lines[1]


def test_an_unknown_job_names_the_known_ones(mailer: Operator) -> None:
    told = mailer("jobs", "run", "dance")

    assert told.code == 1
    assert (
        told.err
        == "mailer: there is no job dance\n  there are gather, digests, urgent, watch, tidy, send\n"
    )
