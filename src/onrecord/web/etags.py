"""Conditional requests: whether the client already has a representation (RFC 9110, 13.1.2). Pure."""

from django.utils.http import parse_etags


def is_held(if_none_match: str, etag: str) -> bool:
    """Whether the header matches the ETag, so that the answer is 304. It is `*` or a list of ETags.

    The comparison is weak, because a proxy that compresses turns strong ETags into weak ones.
    """
    named = parse_etags(if_none_match)
    return named == ["*"] or etag in (one.removeprefix("W/") for one in named)
