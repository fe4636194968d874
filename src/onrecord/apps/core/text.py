"""Text as it comes in: what no database takes and nobody sees is taken out once, where it comes in."""

import unicodedata

#: Control characters with a meaning in what people write.
_MEANT = "\t\n\r"
_UNSEEN = {
    code: None for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc" and chr(code) not in _MEANT
}


def cleaned(text: str) -> str:
    """Text without control characters other than tabs and line ends.

    PostgreSQL takes no NUL; caller IDs are padded with it, terminals and PDFs leave others. Half an emoji,
    which programs leave that cut texts at a fixed length, becomes U+FFFD: no encoding takes it.
    """
    if text.isprintable():
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.translate(_UNSEEN)
