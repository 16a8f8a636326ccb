"""Whoever looks for a decision finds it in the index."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"


def test_every_decision_stands_in_the_index_by_its_number_and_title() -> None:
    pages = sorted(page for page in FOLDER.glob("*.md") if page.name != "README.md")
    titles = [page.read_text().partition("\n")[0].removeprefix("# ") for page in pages]

    listed = re.findall(r"^- \[(.*)\]\((.*)\)$", (FOLDER / "README.md").read_text(), re.MULTILINE)

    assert listed == list(zip(titles, (page.name for page in pages), strict=True))
