"""Lists inside a sentence."""

import pytest

from onrecord.apps.core.listing import listed, with_article


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b, and c")],
)
def test_three_words_or_more_have_a_serial_comma(words: list[str], text: str) -> None:
    assert listed(words) == text


def test_a_word_that_begins_with_a_vowel_takes_an() -> None:
    assert [with_article(word) for word in ("sentiment", "industry")] == ["a sentiment", "an industry"]
