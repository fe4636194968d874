"""Listening: audio by ranges, the waveform's peaks, and the manifest."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import chain
from typing import cast

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.audit.models import Action, AuditEntry, record
from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.apps.recordings.mp3 import mp3_of
from onrecord.apps.recordings.opening import open_audio, open_manifest, open_peaks, reading_on
from onrecord.apps.recordings.verification import request_verification
from onrecord.web.serve_recording import send_audio, sent_on

#: Requests for later parts of the audio belong to a play that began within this time.
_ONE_PLAY = timedelta(hours=1)


#: Values of `?download=`. Empty means listening.
_FORMATS = frozenset({"", "ogg", "mp3"})


@require_safe
def audio(request: HttpRequest, call_id: str) -> HttpResponseBase:
    """Ogg Opus. `?download=ogg` and `?download=mp3` return a file, which needs another permission."""
    user = cast(User, request.user)
    download = request.GET.get("download", "")
    if download not in _FORMATS:
        raise BadRequest("Recordings can be downloaded as Ogg or MP3.")
    as_file = bool(download)
    permission = Permission.RECORDING_DOWNLOAD if as_file else Permission.RECORDING_LISTEN
    recording = _recording(user, call_id, permission)
    if download == "mp3":
        return _as_mp3(request, recording, user)
    headers = {"Cache-Control": "private, no-cache"}
    if as_file:
        headers["Content-Disposition"] = f'attachment; filename="{call_id}.ogg"'

    def note(from_start: bool) -> None:
        _note(recording, user, as_file=as_file, from_start=from_start)

    return send_audio(request, recording, headers, note=note)


def _as_mp3(request: HttpRequest, recording: Recording, user: User) -> HttpResponseBase:
    """The MP3 is encoded while it is sent, so its length is unknown and it does not support ranges."""
    headers = {
        "Content-Disposition": f'attachment; filename="{recording.pk}.mp3"',
        "Accept-Ranges": "none",
        "Cache-Control": "private, no-store",
    }
    audio = open_audio(recording)
    if request.method == "HEAD":
        return HttpResponse(content_type="audio/mpeg", headers=headers)
    pieces = mp3_of(audio)
    with reading_on(recording):
        first = next(pieces)
    record(Action.RECORDING_DOWNLOADED, recording, acting_user=user, format="MP3")
    body = sent_on(recording, _in_thread(chain([first], pieces)))
    return StreamingHttpResponse(body, content_type="audio/mpeg", headers=headers)


async def _in_thread(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def _note(recording: Recording, user: User, *, as_file: bool, from_start: bool) -> None:
    """Add one audit row per play or download, however many range requests it takes.

    A play normally starts with the first byte. A user who never requests that byte has still listened.
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
    content = open_peaks(recording)
    headers = {"Cache-Control": "private, max-age=3600"}
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


@require_safe
def manifest(request: HttpRequest, call_id: str) -> HttpResponse:
    user = cast(User, request.user)
    recording = _recording(user, call_id, Permission.RECORDING_MANIFEST_VIEW)
    content = open_manifest(recording)
    record(Action.RECORDING_MANIFEST_VIEWED, recording, acting_user=user)
    return HttpResponse(content, content_type="application/json")


@require_POST
def verify(request: HttpRequest, call_id: str) -> HttpResponse:
    """Start verifying the recording. Its page will show the result."""
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


urlpatterns = [
    path("recordings/<str:call_id>/audio", audio, name="recording-audio"),
    path("recordings/<str:call_id>/peaks", peaks, name="recording-peaks"),
    path("recordings/<str:call_id>/manifest", manifest, name="recording-manifest"),
    path("recordings/<str:call_id>/verify", verify, name="verify-recording"),
]
