"""Which part of a picture is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.pictures.cropping import Cut, cut
from mailer.pictures.model import Crop

SIZES = st.integers(1, 12_000)


def test_a_large_photo_is_cut_to_twice_its_place() -> None:
    found = cut(3000, 2000, Crop.LEAD)

    assert isinstance(found, Cut)
    assert (found.width, found.height) == (1104, 620)
    assert (found.left, found.right) == (0, 3000)


def test_of_a_tall_photo_the_part_with_the_face_is_kept() -> None:
    found = cut(1000, 1300, Crop.LEAD)

    assert isinstance(found, Cut)
    assert found.top < (1300 - found.bottom)
    assert found.top <= 0.35 * 1300 <= found.bottom


@pytest.mark.parametrize(
    ("width", "height", "why"),
    [(500, 400, "too few"), (4000, 200, "too few"), (900, 2400, "no shape"), (6000, 1000, "no sh")],
)
def test_what_would_be_a_blur_or_a_strip_is_no_lead(width: int, height: int, why: str) -> None:
    assert why in str(cut(width, height, Crop.LEAD))


@given(SIZES, SIZES, st.sampled_from(Crop))
def test_every_cut_lies_in_its_picture_and_is_never_scaled_up(w: int, h: int, crop: Crop) -> None:
    found = cut(w, h, crop)
    if isinstance(found, str):
        return
    wide, high = found.right - found.left, found.bottom - found.top

    assert 0 <= found.left < found.right <= w
    assert 0 <= found.top < found.bottom <= h
    assert found.width <= min(wide + 1, crop.stored[0])
    assert abs(found.width / found.height - crop.shown[0] / crop.shown[1]) < 0.02
    assert found.width >= crop.shown[0]
    assert abs(wide / high - found.width / found.height) < 0.05
