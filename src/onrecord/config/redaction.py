"""Text for a log, without what opens anything. Pure."""

import re

_HIDDEN = "\u2026"
_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # Whoever knows a webhook's key and reads one delivery can deliver too.
        (r"(/webhooks/)[^\s/?'\"]+", rf"\1{_HIDDEN}"),
        (r"\bonr_[\w-]+", f"onr_{_HIDDEN}"),
        (r"(?i)\b(bearer|basic) +[\w.~+/=-]+", rf"\1 {_HIDDEN}"),
        # A link to a recording opens it: by its query, or by a part of its path that nobody can guess.
        (r"(https?://)(?:[^\s/?#@'\"]*@)?([^\s/?#'\"<>]+)[/?#][^\s'\"<>]+", rf"\1\2/{_HIDDEN}"),
        # No scheme is longer. Without a bound a path of many dots would be read in quadratic time.
        (r"(\b[a-z][a-z0-9+.-]{0,30}://)[^\s/@'\"]*@", rf"\1{_HIDDEN}@"),
        (
            r"(?i)((?:token|secret|password|api_key|authorization)['\"]\s*[:,]\s*)"
            r"b?(?:'[^']*'|\"[^\"]*\")",
            rf"\1{_HIDDEN}",
        ),
    )
]


def without_secrets(text: str) -> str:
    """The text with keys, tokens and the ends of links left out.

    Nothing of ours writes these on purpose. Errors of libraries quote what they were given, and Django logs
    the path of each request that it refuses.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
