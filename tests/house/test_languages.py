"""Every message for readers has its place in every catalogue, and keeps its placeholders."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mailer.languages.portable_object import Key, read

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "languages").glob("*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
OPTIONAL = {"%(num)s"}  # "one story" and "two stories" may be words


def test_the_catalogues_hold_what_the_templates_and_the_program_say() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "script" / "messages.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, f"run script/translate\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_translations_keep_their_placeholders_and_have_every_plural_form(path: Path) -> None:
    entries = read(path.read_text("utf-8"), path.name)
    forms = int(re.findall(r"nplurals=(\d)", entries.pop(Key(""))[0])[0])
    for key, words in entries.items():
        wanted = set(PLACEHOLDER.findall(key.message))
        for text in filter(None, words):
            found = set(PLACEHOLDER.findall(text))
            assert found | OPTIONAL == wanted | OPTIONAL, (key.message, text)
        assert len(words) == (forms if key.plural else 1), key
        assert "\x00" not in "".join(words)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nearly_every_message_has_words(path: Path) -> None:
    """A new sentence may wait for its translators; a language that is half there is none."""
    entries = read(path.read_text("utf-8"), path.name)
    missing = [key.message for key, words in entries.items() if not all(words)]

    assert len(missing) <= len(entries) / 10, missing
