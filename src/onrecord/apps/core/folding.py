"""Letters as they are compared in searches."""

import unicodedata

#: Letters that no decomposition takes apart, as they are typed on a plain keyboard: lower case, of living
#: Latin alphabets, as Unicode CLDR's transform Latin-ASCII has them; the schwa as in passports (ICAO 9303).
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
    """Text as it is compared in searches: no accents, no case, no letters that few keyboards have."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    return bare.casefold().translate(_PLAIN_LETTERS)
