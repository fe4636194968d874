"""Listening: audio by ranges, the waveform's peaks, the manifest."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import cache
from typing import cast

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from onrecord.accounts.models import User
from onrecord.accounts.permissions import Permission
from onrecord.audit.models import Action, AuditEntry, record
from onrecord.blobs.sealed import SealedReader
from onrecord.blobs.store import AUDIO, MANIFEST, PEAKS, BlobStore
from onrecord.errors import require
from onrecord.recordings.models import Recording
from onrecord.recordings.mp3 import mp3_of
from onrecord.recordings.outcome import RecordingStatus
from onrecord.recordings.ranges import Part, UnsatisfiableError, requested_part
from onrecord.recordings.verification import request_verification
from onrecord.settings import config

#: Plaintext read and sent at once: a few sealed segments.
_PIECE = 256 * 1024

#: Requests for later parts belong to a play that began within this time.
_ONE_PLAY = timedelta(hours=1)


#: What `?download=` may say; empty: to be listened to.
_FORMATS = frozenset({"", "ogg", "mp3"})


@cache
def blob_store() -> BlobStore:
    return BlobStore(config.blob_url, config.secrets.master_key)


@require_safe
def audio(request: HttpRequest, call_id: str) -> HttpResponseBase:
    """Ogg Opus. `?download=ogg` asks for it as a file, `?download=mp3` for MP3: a permission of its own."""
    user = cast(User, request.user)
    download = request.GET.get("download", "")
    if download not in _FORMATS:
        raise BadRequest("A recording can be downloaded as ogg or mp3.")
    as_file = bool(download)
    permission = Permission.RECORDING_DOWNLOAD if as_file else Permission.RECORDING_LISTEN
    recording = _recording(user, call_id, permission)
    if download == "mp3":
        return _as_mp3(request, recording, user)
    etag = f'"{recording.sha256}"'
    headers = {"Accept-Ranges": "bytes", "ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    reader = blob_store().open(call_id, AUDIO)
    try:
        part = None if _is_stale(request, etag) else requested_part(request.headers.get("Range"), reader.size)
    except UnsatisfiableError:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{reader.size}"})
    if as_file:
        headers["Content-Disposition"] = f'attachment; filename="{call_id}.ogg"'
    if request.method == "GET":
        _note(recording, user, as_file=as_file, from_start=part is None or part.start == 0)
    return _send(request, reader, part, headers)


def _as_mp3(request: HttpRequest, recording: Recording, user: User) -> HttpResponseBase:
    """Made while it is sent, so nobody knows its length and it has no ranges."""
    headers = {
        "Content-Disposition": f'attachment; filename="{recording.pk}.mp3"',
        "Accept-Ranges": "none",
        "Cache-Control": "private, no-store",
    }
    if request.method == "HEAD":
        return HttpResponse(content_type="audio/mpeg", headers=headers)
    record(Action.RECORDING_DOWNLOADED, recording, acting_user=user, format="MP3")
    pieces = _in_thread(mp3_of(blob_store().open(recording.pk, AUDIO)))
    return StreamingHttpResponse(pieces, content_type="audio/mpeg", headers=headers)


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def _is_stale(request: HttpRequest, etag: str) -> bool:
    """If-Range (RFC 9110, 13.1.5): a range counts only if what the client has is of this representation."""
    return request.headers.get("If-Range", etag) != etag


def _send(
    request: HttpRequest, reader: SealedReader, part: Part | None, headers: dict[str, str]
) -> HttpResponseBase:
    sent = part or Part(start=0, stop=reader.size)
    headers["Content-Length"] = str(sent.stop - sent.start)
    if part is not None:
        headers["Content-Range"] = part.content_range(reader.size)
    body = _pieces(reader, sent) if request.method == "GET" else b""
    response = StreamingHttpResponse if request.method == "GET" else HttpResponse
    return response(body, status=206 if part else 200, content_type="audio/ogg", headers=headers)


async def _pieces(reader: SealedReader, part: Part) -> AsyncIterator[bytes]:
    for start in range(part.start, part.stop, _PIECE):
        yield await asyncio.to_thread(reader.read, start, min(start + _PIECE, part.stop))


def _note(recording: Recording, user: User, *, as_file: bool, from_start: bool) -> None:
    """Leave an audit row for each play or download, however many ranges it takes.

    A play is a request from the start; but who never asks for the first byte has listened all the same.
    """
    action = Action.RECORDING_DOWNLOADED if as_file else Action.RECORDING_LISTENED
    belongs_to_earlier = (
        not from_start
        and AuditEntry.objects.filter(
            actor=user, action=action, object_id=recording.pk, at__gte=timezone.now() - _ONE_PLAY
        ).exists()
    )
    if not belongs_to_earlier:
        record(action, recording, acting_user=user)


@require_safe
def peaks(request: HttpRequest, call_id: str) -> HttpResponse:
    recording = _recording(cast(User, request.user), call_id, Permission.RECORDING_LISTEN)
    content = blob_store().get(recording.pk, PEAKS)
    headers = {"Cache-Control": "private, max-age=3600"}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


@require_safe
def manifest(request: HttpRequest, call_id: str) -> HttpResponse:
    user = cast(User, request.user)
    recording = _recording(user, call_id, Permission.RECORDING_MANIFEST_VIEW)
    content = blob_store().get(recording.pk, MANIFEST)
    record(Action.RECORDING_MANIFEST_VIEWED, recording, acting_user=user)
    return HttpResponse(content, content_type="application/json")


@require_POST
def verify(request: HttpRequest, call_id: str) -> HttpResponse:
    """Have the recording proved; its page shows what comes of it."""
    user = cast(User, request.user)
    recording = _recording(user, call_id, Permission.RECORDING_MANIFEST_VIEW)
    request_verification(recording, acting_user=user)
    return redirect("call", call_id)


def _recording(user: User, call_id: str, permission: Permission) -> Recording:
    """A finished recording that the user may see. Raises PermissionDenied, Http404."""
    require(user, permission)
    visible = Recording.objects.visible_to(user).filter(pk=call_id, status=RecordingStatus.COMPLETED)
    recording = visible.first()
    if recording is None:
        raise Http404
    return recording
