"""Folding: the form of a text that searches compare."""

import unicodedata

#: Letters that Unicode does not decompose, and how people type them on a plain keyboard. Lowercase letters of
#: living Latin alphabets, from Unicode CLDR's transform Latin-ASCII; the schwa as in passports (ICAO 9303).
_PLAIN_LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ŋ": "n", "ŧ": "t", "ĸ": "q", "ɓ": "b", "ɖ": "d", "ɗ": "d", "ƒ": "f", "ɠ": "g", "ǥ": "g", "ɨ": "i",
        "ƙ": "k", "ɲ": "n", "ɔ": "o", "ɛ": "e", "ə": "e", "ǝ": "e", "ʈ": "t", "ʉ": "u",
        "\N{LATIN SMALL LETTER V WITH HOOK}": "v", "ƴ": "y",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """The text as searches compare it: without accents, case, or letters that few keyboards have."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    return bare.casefold().translate(_PLAIN_LETTERS)
