"""Headers that Python or Django fails on, or parses for seconds: refused early, with a message."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from onrecord.web.incoming import clean_request
from onrecord.web.streamed_body import StreamingHandler

TEXT = "text/plain; "
MULTIPART = "multipart/form-data; boundary=x"
PART = 'Content-Disposition: form-data; name="a"'


def status(content_type: str, body: bytes = b"") -> int:
    """The status of a POST to sign-in."""

    async def answered() -> int:
        sent = list[Mapping[str, Any]]()
        messages = [{"type": "http.request", "body": body}]

        async def receive() -> dict[str, Any]:
            return messages.pop() if messages else await asyncio.get_running_loop().create_future()

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)

        headers = {
            "host": "localhost",
            "content-type": content_type,
            "content-length": str(len(body)),
        }
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/sign-in",
            "query_string": b"",
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
        await StreamingHandler(frozenset())(scope, receive, send)
        return int(sent[0]["status"])

    return asyncio.run(answered())


@pytest.mark.parametrize(
    "content_type",
    [
        TEXT + "charset*=utf-8''a%00b",
        TEXT + "charset*=nope''x",
        TEXT + "a*=nul\0''x",
        TEXT + "a*=x; a*0=y",
        TEXT + "charset*=idna''xn--%ff",
        TEXT + 'a="' + ";" * 60_000,
    ],
)
def test_a_content_type_that_cannot_be_read_is_a_bad_request(content_type: str) -> None:
    assert status(content_type) == 400


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("head", [f"{PART}; a*=x; a*0=y", f"{PART}\r\nX-Odd: y; a*=x; a*0=y"])
def test_a_part_with_an_unreadable_header_is_a_bad_request(head: str) -> None:
    body = f"--x\r\n{head}\r\n\r\nv\r\n--x--\r\n".encode()
    assert status(MULTIPART, body) == 400
    assert status(MULTIPART, body.replace(b"a*0=y", b"b=y")) == 403, "read, and its CSRF token missed"


def test_backslashes_in_other_programs_cookies_are_ignored() -> None:
    seen = dict[str, str]()

    def view(request: HttpRequest) -> HttpResponse:
        seen.update(request.COOKIES)
        return HttpResponse()

    cookies = 'odd="' + "\\\\" * 30_000 + '"; sessionid=ours'
    clean_request(view)(RequestFactory(headers={"Cookie": cookies}).get("/"))
    assert seen == {"odd": "", "sessionid": "ours"}
