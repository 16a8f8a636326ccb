"""An edition drawn by Debian's Chromium, which asks nobody for anything."""

import shutil
import struct
from pathlib import Path

import pytest

from mailer.checks.clients import VIEWS
from mailer.checks.shots import shots
from mailer.errors import BrowserError
from mailer.rendering.model import Page
from tests.conftest import require

HTML = (
    "<!doctype html><html><head><style>body{margin:0;background:#ffffff}</style>"
    "<script>document.body.style.height='9000px'</script></head><body>"
    '<img alt="A quay" src="https://news.example.org/p/a.png" width="100" height="50">'
    '<img alt="Gone" src="https://elsewhere.example/b.png"><p>The tide turns</p></body></html>'
)
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def size(png: bytes) -> tuple[int, int]:
    """Return the width and height of a PNG."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.browser
def test_every_view_is_drawn_as_wide_as_it_is_and_as_high_as_it_needs(tmp_path: Path) -> None:
    require(shutil.which("chromium"), "Chromium (Debian: chromium)")
    asked: list[str] = []

    def picture(url: str) -> tuple[str, bytes] | None:
        asked.append(url)
        return ("image/png", DOT) if "news.example.org" in url else None

    drawn = list(shots(Page("Tide", HTML, "The tide turns.\n" * 200), tmp_path / "new", picture))

    found = {path.stem: path.read_bytes() for path in drawn}
    assert {name: size(png)[0] for name, png in found.items()} == {v.name: v.width for v in VIEWS}
    assert size(found["light"])[1] < 1_000 < size(found["text"])[1]
    assert len({found["light"], found["dark"], found["inverted"], found["pictures-off"]}) == 4
    assert set(asked) == {"https://news.example.org/p/a.png", "https://elsewhere.example/b.png"}


def test_a_machine_without_a_browser_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BrowserError, match="need Chromium") as caught:
        list(shots(Page("", HTML, ""), tmp_path, lambda _: None))

    assert "apt install chromium" in str(caught.value.help)
