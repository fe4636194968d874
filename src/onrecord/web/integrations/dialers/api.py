"""`POST /conversations/calls`: a program sends a call that another dialer made."""

from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema, Status
from ninja.security import HttpBearer
from pydantic import ValidationError

from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.calls.models import Recording
from onrecord.apps.calls.recording_status import RecordingStatus
from onrecord.apps.core.api_error import ApiError
from onrecord.apps.core.json_input import JsonError, read_json
from onrecord.apps.core.text import cleaned
from onrecord.apps.integrations.dialers.canonical import RecordingFile
from onrecord.apps.integrations.dialers.connections import digest
from onrecord.apps.integrations.dialers.models import ApiToken, ImportedCall
from onrecord.apps.integrations.dialers.receive import receive
from onrecord.apps.integrations.dialers.schemas import (
    CallIn,
    EntryError,
    FileCallIn,
    canonical,
    fingerprint,
    user_of,
    what_is_wrong,
)
from onrecord.apps.integrations.dialers.upload import FIELD, SealingUpload
from onrecord.web.body_limit import BodyTooLargeError

#: Precision of a token's last use. Without this, every request would write a row.
_USE_KNOWN_TO = timedelta(minutes=1)


class TokenAuth(HttpBearer):
    """A token acts for its author and has at most the author's permissions."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = ApiToken.objects.select_related("author", "team").filter(
            digest=digest(token), revoked_at=None, author__is_active=True
        )
        known = found.first()
        if known is None:
            raise ApiError(
                401, "bad_token", "The token is wrong or was revoked. Ask an admin for another one."
            )
        require(known.author, Permission.CALLS_IMPORT)
        now = timezone.now()
        if known.last_used_at is None or now - known.last_used_at > _USE_KNOWN_TO:
            ApiToken.objects.filter(pk=known.pk).update(last_used_at=now)
        return known

    def __call__(self, request: HttpRequest) -> Any:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            raise ApiError(401, "bad_token", "Send an API token: `Authorization: Bearer onr_...`.")
        return super().__call__(request)


class ImportedRecordingOut(Schema):
    status: RecordingStatus
    reason_code: str | None
    reason: str


class ImportedOut(Schema):
    id: str
    url: str
    recording: ImportedRecordingOut


router = Router(auth=TokenAuth(), tags=["conversations"])


@router.post(
    "/calls",
    response={200: ImportedOut, 201: ImportedOut},
    openapi_extra={
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/CallIn"}}}}
    },
)
def enter_call(request: HttpRequest) -> Status[ImportedOut]:
    """201 for a new call, 200 for a known one. Both answers have the status of its recording."""
    token = cast(ApiToken, request.auth)  # type: ignore[attr-defined]
    upload = SealingUpload(request)
    request.upload_handlers = [upload]
    try:
        row, is_new = _receive(request, token, upload)
    except BaseException:
        upload.discard()
        raise
    if not is_new:
        upload.discard()
    return Status(201 if is_new else 200, _out(row))


def _receive(request: HttpRequest, token: ApiToken, upload: SealingUpload) -> tuple[ImportedCall, bool]:
    """Read the request, store its file in the imports folder, and store the call. Raises ApiError."""
    try:
        body, file = _read(request)
        user = user_of(body, token.team)
        source = body.source or token.name
        call_id = _call_id(request, body, file)
        call = canonical(body, user=user, provider="api", source=source, call_id=call_id, file=file)
    except ValidationError as error:
        raise ApiError(400, "bad_request", what_is_wrong(error)) from error
    except JsonError as error:
        raise ApiError(400, "bad_request", str(error)) from error
    except EntryError as error:
        raise ApiError(error.status, error.code, str(error)) from error
    except BodyTooLargeError as error:
        raise ApiError(413, "too_large", str(error)) from error
    except (UnreadablePostError, MultiPartParserError) as error:
        raise ApiError(
            400, "bad_request", "The request is incomplete or cannot be read. Send it again."
        ) from error
    return receive(call, team=token.team, source=source, user=user, file=upload.name)


def _read(request: HttpRequest) -> tuple[CallIn, RecordingFile | None]:
    if request.content_type == "multipart/form-data":
        sent = {name: cleaned(str(text)) for name, text in request.POST.items()}
        fields = FileCallIn.model_validate(sent)
        return fields, fields.file if FIELD in request.FILES else None
    body = CallIn.model_validate(read_json(request.body))
    return body, body.file


def _call_id(request: HttpRequest, body: CallIn, file: RecordingFile | None) -> str:
    """Identifies repetitions: the dialer's call id, else the Idempotency-Key, else a hash of all fields."""
    if body.call_id:
        return body.call_id
    if key := request.headers.get("Idempotency-Key", ""):
        return f"key:{key[:190]}"
    return fingerprint(body, file.model_dump(mode="json") if file else None)


def _out(row: ImportedCall) -> ImportedOut:
    recording = Recording.objects.get(pk=row.call_id)
    return ImportedOut(
        id=recording.pk,
        url=reverse("call", kwargs={"call_id": recording.pk}),
        recording=ImportedRecordingOut(
            status=RecordingStatus(recording.status),
            reason_code=recording.reason_code or None,
            reason=recording.reason,
        ),
    )
