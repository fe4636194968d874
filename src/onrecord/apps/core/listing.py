"""Lists inside a sentence."""

from collections.abc import Sequence


def listed(words: Sequence[str]) -> str:
    """Words with commas and "and": "a and b", "a, b, and c". Empty if there are none."""
    if len(words) < 3:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"


def with_article(word: str) -> str:
    """The word with "a" or "an". Goes by its first letter, not its sound."""
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
