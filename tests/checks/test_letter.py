"""Golden editions are ready, and every single damage is noticed."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from mailer.checks.model import Verdict
from tests.checks.samples import a_letter, report, spoiled
from tests.rendering.golden import EDITIONS

PICTURE = '<img src="https://news.example.org/i/1.jpg" alt="" width="120" height="80">'
STOP, LOOK = Verdict.STOP, Verdict.LOOK


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def with_picture(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace("<h3", PICTURE.replace(old, new) + "<h3", 1)


@pytest.mark.parametrize("name", EDITIONS)
def test_a_golden_edition_is_ready(name: str) -> None:
    found = report(a_letter(name))

    assert found.findings == ()
    assert found.verdict is Verdict.READY
    assert found.score >= 97.5
    assert found.word >= 90
    assert found.contrast >= 4.5


DAMAGE: dict[str, tuple[Callable[[str], str], str, Verdict]] = {
    "alt gone": (with_picture(' alt=""', ""), "pictures", STOP),
    "picture of others": (with_picture("news.example.org", "cdn.example"), "pictures", STOP),
    "picture inside": (with_picture("https://news.example.org/i/1.jpg", "data:image/png;base64,AA"),
                       "pictures", STOP),
    "WebP": (with_picture("1.jpg", "1.webp"), "pictures", LOOK),
    "picture without credit": (lambda html: html.replace("Reed", "Somebody"),
                               "pictures", STOP),
    "picture read out twice": (swap(' aria-hidden="true" tabindex', " tabindex"), "pictures", LOOK),
    "picture without size": (with_picture(' width="120"', ""), "pictures", LOOK),
    "lang gone": (swap('<html lang="en"', "<html"), "structure", LOOK),
    "role gone": (swap('role="presentation"', ""), "structure", LOOK),
    "script": (swap("</body>", "<script></script></body>"), "structure", STOP),
    "heading skipped": (lambda html: re.sub("h2", "h4", html), "structure", LOOK),
    "title another": (swap("<title>", "<title>Re: "), "structure", LOOK),
    "no preview line": (lambda html: re.sub(r"(<div [^>]*>)[^<]*", r"\1Hello", html, count=1),
                        "preview", LOOK),
    "token": (swap("Ines Calder", "{{ author }}"), "tokens", STOP),
    "script link": (swap('href="https://city', 'href="javascript:https://city'), "links", STOP),
    "plain http": (lambda html: html.replace("https://lab", "http://lab"), "links", LOOK),
    "click here": (swap(">Past&nbsp;editions<", ">Click here<"), "links", LOOK),
    "same words, two places": (swap(">Past&nbsp;editions<", ">Unsubscribe<"), "links", LOOK),
    "no way out": (lambda html: html.replace("/leave/token", "/leave"), "unsubscribe", STOP),
    "no address": (swap("1 Quay Street", ""), "address", STOP),
    "no credit": (lambda html: re.sub(r'href="https://post\.example\.net/2026/11/three[^"]*"',
                                      'href="https://news.example.org/"', html), "credits", STOP),
    "too big": (swap("<h1", " " * 90_000 + "<h1"), "size", STOP),
    "broken CSS": (swap(":root{", "p{color:red;:root{"), "styles", STOP),
    "long style block": (swap(":root{", "p{margin:0}" * 2_000 + ":root{"), "styles", STOP),
    "small letters": (swap("font:14px", "font:11px"), "type", LOOK),
    "grey on white": (swap("color:#1C1B19", "color:#AAAAAA"), "contrast", STOP),
    "no dark rule for meta lines": (swap(".m,.m a{color:#B4AFA5!important}", ""), "contrast", STOP),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_noticed_by_the_rule_that_is_meant(damage: str) -> None:
    change, rule, verdict = DAMAGE[damage]

    found = report(spoiled(change))

    assert (rule, verdict) in {(one.rule, one.verdict) for one in found.findings}
    assert found.verdict is STOP or verdict is LOOK


def test_flexbox_costs_support() -> None:
    flexed = spoiled(swap("<h1 ", '<p style="display:flex;gap:4px">x</p><h1 '))

    assert report(flexed).score < report(a_letter()).score - 1


@pytest.mark.parametrize(
    ("change", "rule", "verdict"),
    [
        (lambda _: "", "text", STOP),
        (lambda text: text.replace("/leave/token", "/leave"), "unsubscribe", STOP),
        (swap("World", "&amp; World"), "text", LOOK),
        (swap("\nhttps://city.example.net", "\nread https://city.example.net"), "text", LOOK),
        (swap("World", "World " * 20), "text", LOOK),
        (swap("World", "World " * 200), "text", STOP),
    ],
)
def test_damage_of_the_text_part_is_noticed(
    change: Callable[[str], str], rule: str, verdict: Verdict
) -> None:
    found = report(spoiled(change, "text"))

    assert (rule, verdict) in {(one.rule, one.verdict) for one in found.findings}


@pytest.mark.parametrize(
    ("subject", "verdict"),
    [("", STOP), ("Short", LOOK), ("x" * 71, LOOK), ("BUYING TODAY saves money", LOOK)],
)
def test_a_subject_is_read_whole_and_does_not_shout(subject: str, verdict: Verdict) -> None:
    found = report(spoiled(lambda _: subject, "subject"))

    assert ("subject", verdict) in {(one.rule, one.verdict) for one in found.findings}


def test_a_subject_differs_from_the_last() -> None:
    letter = a_letter()

    found = report(replace(letter, last_subject=letter.page.subject))

    assert [one.rule for one in found.findings] == ["subject"]


def test_a_feed_that_writes_braces_stops_nothing() -> None:
    letter = spoiled(swap("Ines Calder", "{{7*7}}"))
    told = replace(letter.stories[0], texts=("{{7*7}}",))

    assert report(replace(letter, stories=[told, *letter.stories[1:]])).findings == ()


def test_what_is_wrong_in_many_places_is_said_once() -> None:
    letter = spoiled(lambda html: html.replace("https://lab", "http://lab"))

    found = [one.message for one in report(letter).findings if one.rule == "links"]

    assert len(found) == len(set(found)) == 4  # addresses of that outlet
