"""The page on forms and pages names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_docs_name_is_one() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs/explanation/pages.md").read_text())
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))

    assert len(named) > 30
    assert [name for name in named if f"def {name}(" not in tests] == []
