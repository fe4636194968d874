"""`POST /conversations/calls`: a program enters a call that another dialer made."""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Annotated, Any, Literal, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from ninja.security import HttpBearer
from pydantic import AwareDatetime, Field, HttpUrl, ValidationError

from onrecord.accounts.permissions import Permission
from onrecord.errors import ApiError, require
from onrecord.integrations.dialers import actions
from onrecord.integrations.dialers.models import ApiToken, ImportedCall
from onrecord.integrations.dialers.neutral import ChannelName, Party, RecordedCall, RecordingFile, Source
from onrecord.integrations.dialers.queries import user_by_guid
from onrecord.integrations.dialers.work import imports_folder
from onrecord.people.numbers import NumberError, normalise
from onrecord.recordings.models import Recording

#: How exactly the last use of a token is known: a row is not written for each request.
_USE_KNOWN_TO = timedelta(minutes=1)


class TokenAuth(HttpBearer):
    """A token stands for its author, and may do no more than they."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = ApiToken.objects.select_related("author", "team").filter(
            digest=actions.digest(token), revoked_at=None, author__is_active=True
        )
        known = found.first()
        if known is None:
            raise ApiError(401, "bad_token", "The token is wrong or revoked. Ask an admin for another.")
        require(known.author, Permission.CALLS_IMPORT)
        now = timezone.now()
        if known.last_used_at is None or now - known.last_used_at > _USE_KNOWN_TO:
            ApiToken.objects.filter(pk=known.pk).update(last_used_at=now)
        return known

    def __call__(self, request: HttpRequest) -> Any:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            raise ApiError(401, "bad_token", "Send an API token: `Authorization: Bearer onr_...`.")
        return super().__call__(request)


class RecordingIn(Schema):
    url: HttpUrl
    id: str = Field(default="", max_length=200)
    channels: list[ChannelName] | None = Field(default=None, min_length=1, max_length=2)


class CallIn(Schema):
    """The body as JSON. As multipart its fields are the same, `recording` being the file."""

    from_: Annotated[str, Field(alias="from", max_length=50)]
    to: str = Field(max_length=50)
    direction: Literal["inbound", "outbound"]
    #: Seconds.
    duration: float = Field(ge=0, le=604_800)
    call_created_at: AwareDatetime
    #: Id or email address of one of our users.
    user_guid: str = Field(min_length=1, max_length=254)
    recording: RecordingIn | None = None
    #: The dialer's own id of the call; makes a repetition one.
    call_id: str = Field(default="", max_length=200)
    #: The dialer's name, as lists show it; else the token's.
    source: str = Field(default="", max_length=40)
    #: Whether a consent announcement was played.
    announced: bool = False
    disposition: str = Field(default="", max_length=50)
    notes: str = Field(default="", max_length=20_000)


class FileCallIn(CallIn):
    """The fields of a multipart body beside the file."""

    recording: None = None
    recording_id: str = Field(default="", max_length=200)
    #: Comma-separated.
    channels: str = ""


class RecordingOut(Schema):
    status: str
    reason_code: str | None
    reason: str


class ImportedOut(Schema):
    id: str
    url: str
    recording: RecordingOut


router = Router(auth=TokenAuth(), tags=["conversations"])


@router.post(
    "/calls",
    response={200: ImportedOut, 201: ImportedOut},
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": CallIn.json_schema()}}}},
)
def enter_call(request: HttpRequest) -> Status[ImportedOut]:
    """201 for a new call, 200 for one that is known already; either way the state of its recording."""
    token = cast(ApiToken, request.auth)  # type: ignore[attr-defined]
    upload = request.FILES.get("recording")
    body, file = _read(request, upload)
    user = user_by_guid(token.team, body.user_guid)
    if user is None:
        message = f"No user has the id or email address {body.user_guid!r}. Send that of an active user."
        raise ApiError(422, "no_such_user", message)
    source = body.source or token.name
    ours, theirs = (body.from_, body.to) if body.direction == "outbound" else (body.to, body.from_)
    try:
        normalise(theirs, user.region)
    except NumberError as error:
        raise ApiError(422, str(error.code), str(error)) from error
    call = RecordedCall(
        source=Source(provider="api", account_id=source, call_id=_call_id(request, body, file)),
        direction=body.direction,
        started_at=body.call_created_at,
        duration_seconds=body.duration,
        user=Party(number=ours, provider_user_id=body.user_guid[:100]),
        person=Party(number=theirs),
        recording=file,
        announced=body.announced,
        disposition=body.disposition,
        notes=body.notes,
    )
    name = _keep(upload) if upload is not None else ""
    try:
        row, is_new = actions.take(call, team=token.team, source=source, user=user, file=name)
    except BaseException:
        _drop(name)
        raise
    if not is_new:
        _drop(name)
    return Status(201 if is_new else 200, _out(row))


def _read(request: HttpRequest, upload: "UploadedFile[bytes] | None") -> tuple[CallIn, RecordingFile | None]:
    try:
        if request.content_type == "multipart/form-data":
            fields = FileCallIn.model_validate(request.POST.dict())
            channels = [one.strip() for one in fields.channels.split(",") if one.strip()] or None
            named = {"recording_id": fields.recording_id, "channels": channels}
            return fields, RecordingFile.model_validate(named) if upload is not None else None
        body = CallIn.model_validate_json(request.body)
        if body.recording is None:
            return body, None
        return body, RecordingFile(
            recording_id=body.recording.id, url=body.recording.url, channels=body.recording.channels
        )
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors()
        )
        raise ApiError(400, "bad_request", f"The call cannot be used: {problems}.") from error


def _call_id(request: HttpRequest, body: CallIn, file: RecordingFile | None) -> str:
    """What tells a repetition: the dialer's id, else the Idempotency-Key, else all that was said."""
    if body.call_id:
        return body.call_id
    if key := request.headers.get("Idempotency-Key", ""):
        return f"key:{key[:190]}"
    said = body.model_dump(mode="json") | {"file": file.model_dump(mode="json") if file else None}
    return f"sha256:{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"


def _keep(upload: "UploadedFile[bytes]") -> str:
    """Put the file where the worker finds it; its name there."""
    name = f"{secrets.token_hex(16)}.upload"
    with (imports_folder() / name).open("xb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return name


def _drop(name: str) -> None:
    if name:
        (imports_folder() / name).unlink(missing_ok=True)


def _out(row: ImportedCall) -> ImportedOut:
    recording = Recording.objects.get(pk=row.call_id)
    return ImportedOut(
        id=recording.pk,
        url=f"/calls/{recording.pk}",
        recording=RecordingOut(
            status=recording.status, reason_code=recording.reason_code or None, reason=recording.reason
        ),
    )
