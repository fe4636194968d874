"""A recording's audio over HTTP, decrypted from its sealed segments: whole or by ranges."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_actions import note_fault
from onrecord.apps.calls.recording_faults import Fault
from onrecord.apps.recordings.opening import CANNOT_BE_READ, open_audio, reading_on
from onrecord.storage.sealed import SealedReader
from onrecord.web.etags import is_held
from onrecord.web.ranges import ByteRange, UnsatisfiableError, requested_part

#: Bytes of plaintext that are read and sent at a time: a few sealed segments.
_PIECE = 256 * 1024


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
    """The response to GET or HEAD: 200, 206, 304, or 416 (RFC 9110).

    `note` is called before a body is sent, with whether the body has the first byte. `may_go_on` is called
    before each piece; if it returns False, the body ends early. Raises FaultyRecordingError,
    StoreUnreachableError.
    """
    etag = f'"{recording.sha256}"'
    headers = {"Accept-Ranges": "bytes", "ETag": etag} | headers
    reader = open_audio(recording)
    if is_held(request.headers.get("If-None-Match", ""), etag):
        return HttpResponse(status=304, headers=headers)
    try:
        part = requested_part(_range(request, etag), reader.size)
    except UnsatisfiableError:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{reader.size}"})
    sent = part or ByteRange(start=0, stop=reader.size)
    headers["Content-Length"] = str(sent.stop - sent.start)
    if part is not None:
        headers["Content-Range"] = part.content_range(reader.size)
    status = 206 if part else 200
    if request.method == "HEAD":
        return HttpResponse(b"", status=status, content_type="audio/ogg", headers=headers)
    # Read before the status is sent: if the recording does not open, the response can say so.
    with reading_on(recording):
        first = reader.read(sent.start, min(sent.start + _PIECE, sent.stop))
    note(sent.start == 0)
    body = sent_on(recording, _pieces(reader, sent, first, may_go_on))
    return StreamingHttpResponse(body, status=status, content_type="audio/ogg", headers=headers)


async def sent_on(recording: Recording, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A body that is read while it is sent. It breaks off where the recording does not open."""
    try:
        async for piece in pieces:
            yield piece
    except CANNOT_BE_READ as error:
        await sync_to_async(note_fault)(recording, Fault.DAMAGED, str(error))
        raise


def _range(request: HttpRequest, etag: str) -> str | None:
    """The Range header if it applies (RFC 9110): only for GET (14.2), and only if the client has a part of
    this representation (If-Range, 13.1.5; a date never matches, because we send no Last-Modified)."""
    is_current = request.headers.get("If-Range", etag) == etag
    return request.headers.get("Range") if request.method == "GET" and is_current else None


async def _pieces(
    reader: SealedReader, part: ByteRange, first: bytes, may_go_on: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    piece = first
    for start in range(part.start, part.stop, _PIECE):
        if not await may_go_on():
            return
        if start > part.start:
            piece = await asyncio.to_thread(reader.read, start, min(start + _PIECE, part.stop))
        yield piece
