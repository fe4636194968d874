"""Whole numbers as forms and addresses send them."""


def whole_number(text: str) -> int | None:
    """The number; None for anything else, and for more than an id of the database can be."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None
