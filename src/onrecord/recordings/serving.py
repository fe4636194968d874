"""A recording's audio over HTTP, from its sealed segments: whole or by ranges."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from onrecord.blobs.sealed import SealedReader
from onrecord.blobs.store import AUDIO, BlobStore
from onrecord.recordings.models import Recording
from onrecord.recordings.ranges import Part, UnsatisfiableError, requested_part
from onrecord.settings import config

#: Plaintext read and sent at once: a few sealed segments.
_PIECE = 256 * 1024


@cache
def blob_store() -> BlobStore:
    return BlobStore(config.blob_url, config.secrets.master_key)


async def _always() -> bool:
    return True


def send_audio(
    request: HttpRequest,
    recording: Recording,
    headers: dict[str, str],
    *,
    note: Callable[[bool], None],
    may_go_on: Callable[[], Awaitable[bool]] = _always,
) -> HttpResponseBase:
    """The answer to GET or HEAD: 200, 206, 304 or 416 (RFC 9110).

    `note` is called once a body is to be sent, with whether it holds the first byte. `may_go_on` is asked
    before each piece; the body ends short where it says no.
    """
    etag = f'"{recording.sha256}"'
    headers = {"Accept-Ranges": "bytes", "ETag": etag} | headers
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    reader = blob_store().open(recording.pk, AUDIO)
    try:
        part = requested_part(_range(request, etag), reader.size)
    except UnsatisfiableError:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{reader.size}"})
    sent = part or Part(start=0, stop=reader.size)
    headers["Content-Length"] = str(sent.stop - sent.start)
    if part is not None:
        headers["Content-Range"] = part.content_range(reader.size)
    status = 206 if part else 200
    if request.method == "HEAD":
        return HttpResponse(b"", status=status, content_type="audio/ogg", headers=headers)
    note(sent.start == 0)
    body = _pieces(reader, sent, may_go_on)
    return StreamingHttpResponse(body, status=status, content_type="audio/ogg", headers=headers)


def _range(request: HttpRequest, etag: str) -> str | None:
    """The Range header where it counts (RFC 9110): for GET alone (14.2), and if what the client has is of
    this representation (If-Range, 13.1.5; a date never is, as there is no Last-Modified)."""
    is_current = request.headers.get("If-Range", etag) == etag
    return request.headers.get("Range") if request.method == "GET" and is_current else None


async def _pieces(
    reader: SealedReader, part: Part, may_go_on: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    for start in range(part.start, part.stop, _PIECE):
        if not await may_go_on():
            return
        yield await asyncio.to_thread(reader.read, start, min(start + _PIECE, part.stop))
