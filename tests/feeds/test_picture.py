"""The picture that goes with an article."""

import pytest

from mailer.feeds.captions import credit_in
from mailer.feeds.picture import Picture, is_image_file, lead_picture

BASE = "https://harbour.example/1"
FIGURE = (
    '<figure><a href="/big"><img src="/boat.jpg" alt="A ferry"></a>'
    "<figcaption>The boat at dawn. (credit: Tomas Reed)</figcaption></figure>"
)


def test_the_first_figure_of_the_text_gives_picture_words_and_credit() -> None:
    found = lead_picture((), f"<p>Text</p>{FIGURE}", BASE)

    assert found == Picture(
        "https://harbour.example/boat.jpg", "A ferry", "Tomas Reed", "The boat at dawn."
    )


def test_the_feeds_own_picture_goes_first_and_borrows_what_it_lacks() -> None:
    offered = (Picture("https://harbour.example/lead.jpg"),)

    assert lead_picture(offered, FIGURE, BASE) == Picture(
        "https://harbour.example/lead.jpg", "A ferry", "Tomas Reed", "The boat at dawn."
    )
    assert lead_picture(offered, "<p>Text</p>", BASE) == offered[0]


@pytest.mark.parametrize(
    "image",
    [
        '<img src="https://stats.example/pixel.gif">',
        '<img src="/a.gif" width="1" height="1">',
        '<img src="/face.jpg" class="avatar photo">',
        '<img src="/smile.png" class="wp-smiley">',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="javascript:alert(1)">',
        "<img>",
        "<p>Text</p>",
        "",
    ],
)
def test_counters_faces_and_what_is_not_on_the_web_are_no_pictures(image: str) -> None:
    assert lead_picture((), image, BASE) is None
    assert lead_picture((), image + FIGURE, BASE) == lead_picture((), FIGURE, BASE)


def test_old_captions_are_read_too() -> None:
    markup = '<div class="wp-caption"><img src="/b.jpg" alt=" "><p>Dawn. Photo: T. Reed</p></div>'

    assert lead_picture((), markup, BASE) == Picture(
        "https://harbour.example/b.jpg", None, "T. Reed", "Dawn"
    )


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("The boat (credit: Tomas Reed / Harbour Post)", "Tomas Reed / Harbour Post"),
        ("The boat. (photo credit: TOMAS REED)", "TOMAS REED"),
        ("The boat. [Photo by Tomas Reed]", "Tomas Reed"),
        ("The boat. Photo: Tomas Reed.", "Tomas Reed"),
        ("Photo by Tomas Reed", "Tomas Reed"),
        ("Photo: Tomas Reed", "Tomas Reed"),
        ("The boat | Image credit: Tomas Reed", "Tomas Reed"),
        ("Courtesy of the port", "the port"),
        ("Die Fähre. Foto: Tom Riedel/dpa", "Tom Riedel/dpa"),
        ("Le bateau (crédit : Anne Roux)", "Anne Roux"),
        ("צילום: רונית כהן", "רונית כהן"),
        ("夜明けの港（写真：佐藤健）", "佐藤健"),
        ("El barco al amanecer. Foto: EFE", "EFE"),
        ("A boat. Image courtesy of the port", "the port"),
        ("The boat on a photo from 1931", None),
        ("", None),
    ],
)
def test_a_caption_says_whose_picture_it_is(caption: str, credit: str | None) -> None:
    assert credit_in(caption) == credit


def test_the_line_behind_a_picture_is_its_caption_when_it_credits_somebody() -> None:
    markup = "<p><img src='/b.jpg' alt='Dawn'></p><p>The boat. Foto: Tom Riedel/dpa</p>"

    assert lead_picture((), markup, BASE) == Picture(
        "https://harbour.example/b.jpg", "Dawn", "Tom Riedel/dpa", "The boat"
    )


def test_a_stamp_of_a_picture_gives_way_to_the_picture() -> None:
    stamp = Picture("https://harbour.example/boat=s72.jpg", width=72)

    assert lead_picture((stamp,), FIGURE, BASE) == lead_picture((), FIGURE, BASE)
    assert lead_picture((stamp,), "<p>Text</p>", BASE) == stamp


def test_a_picture_that_a_script_would_load_is_found() -> None:
    markup = '<img src="data:image/gif;base64,R0lGOD" data-src="/boat.jpg">'

    assert lead_picture((), markup, BASE) == Picture("https://harbour.example/boat.jpg")


def test_an_image_is_known_by_its_name() -> None:
    assert is_image_file("https://harbour.example/a.JPG?w=300")
    assert not is_image_file("https://harbour.example/a.mp3")
