"""The pages as a program sees them."""

from email import message_from_bytes
from email.policy import default

import pytest
from flask.testing import FlaskClient

from mailer.inbox.letters import Letter, Letterbox
from mailer.inbox.pages import person
from tests.inbox.conftest import Inbox, a_message

VIEWS = ("", "?view=html", "?view=text", "?view=headers", "?view=source", "?view=nonsense")


def put(box: Letterbox, **headers: str) -> Letter:
    return box.put("", ("ada@example.org",), a_message(**headers).as_bytes())


def test_an_empty_inbox_says_so(pages: FlaskClient) -> None:
    assert "No letter yet." in pages.get("/").text


def test_a_letter_sent_by_smtp_stands_in_the_list(inbox: Inbox, pages: FlaskClient) -> None:
    inbox.send(a_message(Subject="Fresh from the wire"))

    page = pages.get("/").text

    assert "Fresh from the wire" in page
    assert "The Harbour Brief" in page
    assert "1 letter" in page


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_escapes_what_the_letter_says(
    view: str, box: Letterbox, pages: FlaskClient
) -> None:
    nasty = "<script>alert(1)</script>"
    put(box, Subject=nasty, From=f'"{nasty}" <a@example.org>', X_Note=nasty)

    answer = pages.get(f"/letters/1{view}")

    assert answer.status_code == 200
    assert nasty not in answer.text


def test_the_views_show_their_part(box: Letterbox, pages: FlaskClient) -> None:
    put(box, X_Mark="here")

    assert "The tide turns: https://" in pages.get("/letters/1?view=text").text
    assert "X-Mark" in pages.get("/letters/1?view=headers").text
    assert "MIME-Version: 1.0" in pages.get("/letters/1?view=source").text
    assert "<iframe" in pages.get("/letters/1").text


def test_a_letter_without_html_opens_at_its_text(box: Letterbox, pages: FlaskClient) -> None:
    box.put("", (), b"Subject: plain\r\n\r\nOnly words\r\n")

    page = pages.get("/letters/1").text

    assert "Only words" in page
    assert "<iframe" not in page


def test_the_frame_can_run_nothing_and_call_nobody(box: Letterbox, pages: FlaskClient) -> None:
    put(box)

    answer = pages.get("/letters/1/frame?scheme=dark")

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox;")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert '<base target="_blank">' in answer.text


def test_a_downloaded_letter_is_what_came(box: Letterbox, pages: FlaskClient) -> None:
    kept = put(box, Subject='Ä "quoted" / path')

    answer = pages.get("/letters/1.eml")

    assert answer.data == kept.source
    assert message_from_bytes(answer.data, policy=default)["To"] == "ada@example.org"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="1-quoted-path.eml"'


def test_programs_get_the_list_and_one_letter(box: Letterbox, pages: FlaskClient) -> None:
    put(box)

    listed = pages.get("/letters.json").get_json()["letters"]
    one = pages.get("/letters/1.json").get_json()

    assert [(each["id"], each["subject"]) for each in listed] == [(1, "The tide turns")]
    assert one["links"] == ["https://news.example.org/tide"]
    assert ["To", "ada@example.org"] in one["headers"]
    assert one["text"].startswith("The tide turns")


@pytest.mark.parametrize(
    "path", ["/letters/7", "/letters/7/frame", "/letters/7.json", "/letters/7.eml"]
)
def test_a_letter_that_is_not_there_is_not_found(path: str, pages: FlaskClient) -> None:
    assert pages.get(path).status_code == 404


def test_the_list_is_sent_again_only_when_it_changed(box: Letterbox, pages: FlaskClient) -> None:
    etag = pages.get("/list").headers["ETag"]
    assert pages.get("/list", headers={"If-None-Match": etag}).status_code == 304

    put(box)

    assert pages.get("/list", headers={"If-None-Match": etag}).status_code == 200


def test_clearing_empties_the_list(box: Letterbox, pages: FlaskClient) -> None:
    put(box)

    assert pages.post("/clear").status_code == 303
    assert "No letter yet." in pages.get("/").text


@pytest.mark.parametrize("host", ["news.example.org", "127.0.0.1.example.org:80", "[::1"])
def test_a_foreign_name_for_this_machine_reads_nothing(host: str, pages: FlaskClient) -> None:
    assert pages.get("/letters.json", headers={"Host": host}).status_code in {400, 403}


@pytest.mark.parametrize("host", ["127.0.0.1:8025", "localhost", "[::1]:80"])
def test_this_machines_own_names_are_answered(host: str, pages: FlaskClient) -> None:
    assert pages.get("/letters.json", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://localhost:1", "null"])
def test_another_sites_form_changes_nothing(
    origin: str, box: Letterbox, pages: FlaskClient
) -> None:
    put(box)

    answer = pages.post("/clear", headers={"Origin": origin})

    assert answer.status_code == 403
    assert len(box.all()) == 1


def test_the_unsubscribe_button_is_there_only_with_one_click(
    box: Letterbox, pages: FlaskClient
) -> None:
    put(box)
    put(
        box,
        List_Unsubscribe="<https://news.example.org/leave/x>",
        List_Unsubscribe_Post="List-Unsubscribe=One-Click",
    )

    assert "<button>Unsubscribe" not in pages.get("/letters/1").text
    assert "<button>Unsubscribe" in pages.get("/letters/2").text
    assert pages.post("/letters/1/unsubscribe").status_code == 404


def test_the_unsubscribe_button_tells_what_was_answered(
    box: Letterbox, inbox: Inbox, pages: FlaskClient
) -> None:
    post = {"List_Unsubscribe_Post": "List-Unsubscribe=One-Click"}
    put(box, List_Unsubscribe=f"<{inbox.url}/clear>", **post)
    put(box, List_Unsubscribe="<https://news.example.org/leave/x>", **post)

    assert "only addresses on this machine" in pages.post("/letters/2/unsubscribe").text
    assert "<b>303</b>" in pages.post("/letters/1/unsubscribe").text  # a redirect is no success


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("The Brief <b@example.org>", "The Brief"),
        ("b@example.org", "b@example.org"),
        ("", ""),
        ("nonsense <", "nonsense"),
    ],
)
def test_a_person_is_called_by_name(header: str, name: str) -> None:
    assert person(header) == name
