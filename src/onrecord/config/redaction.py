"""Removing secrets from text for a log. Pure."""

import re

_HIDDEN = "\u2026"
_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # With a webhook's key and one delivery, others could deliver, too.
        (r"(/webhooks/)[^\s/?'\"]+", rf"\1{_HIDDEN}"),
        (r"\bonr_[\w-]+", f"onr_{_HIDDEN}"),
        (r"(?i)\b(bearer|basic) +[\w.~+/=-]+", rf"\1 {_HIDDEN}"),
        # A link to a recording opens it, through its query or a part of its path that cannot be guessed.
        (r"(https?://)(?:[^\s/?#@'\"]*@)?([^\s/?#'\"<>]+)[/?#][^\s'\"<>]+", rf"\1\2/{_HIDDEN}"),
        # No scheme is longer. Without a limit, a path with many dots would take quadratic time.
        (r"(\b[a-z][a-z0-9+.-]{0,30}://)[^\s/@'\"]*@", rf"\1{_HIDDEN}@"),
        (
            r"(?i)((?:token|secret|password|api_key|authorization)['\"]\s*[:,]\s*)"
            r"b?(?:'[^']*'|\"[^\"]*\")",
            rf"\1{_HIDDEN}",
        ),
    )
]


def without_secrets(text: str) -> str:
    """The text without keys, tokens, and the ends of links.

    We never log these on purpose. But errors from libraries quote their input, and Django logs the path of
    each request that it refuses.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
