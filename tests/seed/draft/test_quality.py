"""The quality of drafts: how much of what people read in articles the rules find, and what else.

``python -m tests.seed.draft.quality`` prints it.
"""

import pytest

from tests.seed.draft.quality import ARTICLES, REVIEWED, drafted, expected, quality_of, reviewed


def test_a_draft_of_the_article_has_much_of_what_was_reviewed_and_little_else() -> None:
    quality = quality_of(drafted(REVIEWED), reviewed())
    assert len(quality.found) >= 150, quality.missed
    assert len(quality.others) <= 5, quality.others


@pytest.mark.parametrize(
    ("name", "recall"),
    [
        ("press-release", 0.8),
        ("sports-news", 0.85),
        ("regional-news", 0.9),
        ("official-visit", 0.8),
    ],
)
def test_a_draft_of_another_article_is_mostly_right(name: str, recall: float) -> None:
    quality = quality_of(drafted(ARTICLES / name), expected(ARTICLES / name))
    assert quality.precision >= 0.95, quality.others
    assert quality.recall >= recall, quality.missed


def test_every_article_is_measured() -> None:
    measured = {"press-release", "sports-news", "regional-news", "official-visit"}
    assert {folder.name for folder in ARTICLES.iterdir()} == measured
