"""Numbers that callers keep to themselves: pure."""

#: What carriers put in a withheld number's place: the word, spelled on a telephone's keys (Twilio's list).
_SPELLED = {
    "266696687",  # anonymous
    "7378742833",  # restricted
    "2562533",  # blocked
    "8656696",  # unknown
    "86282452253",  # unavailable
}


def is_withheld(text: str) -> bool:
    """Whether this stands for a number that nobody was told."""
    return text.strip().removeprefix("+") in _SPELLED
