"""What a template sees of an article."""

import pytest

from tests.rendering.samples import a_view, an_article

FIRST, SECOND = "The ferries sail again on Wednesday.", "Repairs took a week longer than planned."


@pytest.mark.parametrize(
    ("most", "told"), [(60, f"{FIRST} {SECOND}"), (8, FIRST), (3, "The ferries sail…"), (0, "")]
)
def test_no_more_is_told_of_a_feed_than_its_owner_allows(most: int, told: str) -> None:
    article = an_article(1, summary=f"{FIRST} {SECOND}")

    limited = a_view(article, excerpts={article.feed_id: most})
    other = a_view(article, excerpts={article.feed_id + 1: most})

    assert [story.summary for story in limited.stories] == [told]
    assert [story.summary for story in other.stories] == [f"{FIRST} {SECOND}"]
