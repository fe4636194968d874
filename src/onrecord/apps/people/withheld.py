"""Withheld caller numbers. Pure."""

#: What carriers send in place of a withheld number: a word, spelled on a phone's keypad (Twilio's list).
_SPELLED = {
    "266696687",  # anonymous
    "7378742833",  # restricted
    "2562533",  # blocked
    "8656696",  # unknown
    "86282452253",  # unavailable
}


def is_withheld(text: str) -> bool:
    """Whether the text means that the caller withheld the number."""
    return text.strip().removeprefix("+") in _SPELLED
