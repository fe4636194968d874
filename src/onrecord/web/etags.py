"""Whether a client holds what it asks for (RFC 9110, section 13.1.2): pure."""

from django.utils.http import parse_etags


def is_held(if_none_match: str, etag: str) -> bool:
    """Whether the header names the representation, so that 304 answers it: `*`, or a list with its ETag.

    Compared weakly: a proxy that compresses marks the ETags that it passes on as weak.
    """
    named = parse_etags(if_none_match)
    return named == ["*"] or etag in (one.removeprefix("W/") for one in named)
