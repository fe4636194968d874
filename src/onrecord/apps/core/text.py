"""Cleaning text on input: removing characters that databases reject and nobody can see."""

import unicodedata

#: Control characters that mean something in text that people write.
_MEANT = "\t\n\r"
_UNSEEN = {
    code: None for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc" and chr(code) not in _MEANT
}


def cleaned(text: str) -> str:
    """The text without control characters, except tabs and line ends.

    PostgreSQL rejects NUL, which some systems pad caller IDs with. Text pasted from terminals and PDFs has
    other control characters. Half an emoji (a lone surrogate), left by programs that cut text at a fixed
    length, becomes U+FFFD, because it cannot be encoded.
    """
    if text.isprintable():
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.translate(_UNSEEN)
