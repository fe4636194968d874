"""Checks on every request before anything else reads it.

Text that a person can type is cleaned. Mistakes that only a program can make are refused.
"""

import codecs
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponseBase, QueryDict

from onrecord.apps.core.text import cleaned
from onrecord.web.errors import error, wants_json
from onrecord.web.streamed_body import NOT_UTF_8

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_CONTROL = "The address or a header contains control characters. Remove them and try again."


def clean_request(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: views get no text that a database rejects, and no visitor address that is invalid."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        problem = _problem(request)
        if problem:
            return error(request, HTTPStatus.BAD_REQUEST, "bad_request", problem)
        request.META["REMOTE_ADDR"] = _address(request.META.get("REMOTE_ADDR"))
        # Our cookies have no backslash. Python before 3.11.10 needs quadratic time for it (CVE-2024-7592).
        request.META["HTTP_COOKIE"] = request.META.get("HTTP_COOKIE", "").replace("\\", "")
        # Other programs on the same host can set cookies, too. Ignore theirs instead of refusing the request.
        request.COOKIES = {name: text for name, text in request.COOKIES.items() if cleaned(text) == text}
        request.GET = _cleaned(request.GET)  # type: ignore[assignment]
        # In the API, the view reads the body.
        if request.method == "POST" and request.content_type in _FORMS and not wants_json(request):
            request.POST = _cleaned(request.POST)  # type: ignore[assignment]
        return get_response(request)

    return middleware


def _problem(request: HttpRequest) -> str:
    named = (name for name in request.META if name.startswith("HTTP_") and name != "HTTP_COOKIE")
    headers = (request.META[name] for name in named)
    if any(cleaned(text) != text for text in (request.path, *headers)):
        return _CONTROL
    if request.encoding and codecs.lookup(request.encoding).name not in ("utf-8", "ascii"):
        return NOT_UTF_8
    return ""


def _address(text: str | None) -> str | None:
    """The visitor's address; None if X-Forwarded-For had something that is not an address."""
    try:
        # The zone of a link-local address is a local name. A database does not accept it.
        return str(ip_address((text or "").partition("%")[0]))
    except ValueError:
        return None


def _cleaned(sent: QueryDict) -> QueryDict:
    """The form or query with every name and value `cleaned`."""
    if all(cleaned(text) == text for pair in sent.lists() for text in (pair[0], *pair[1])):
        return sent
    clean = QueryDict(mutable=True)
    for name, texts in sent.lists():
        clean.setlist(cleaned(name), [cleaned(text) for text in texts])
    clean._mutable = False
    return clean
