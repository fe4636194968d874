"""Dialing and controlling a call."""

from typing import Annotated, Any, cast

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.packages import Package
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.calls import actions, log_actions
from onrecord.apps.calls.joining import join, reattach
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.notes import LONGEST_NOTES, Notes
from onrecord.apps.calls.placing import place
from onrecord.apps.calls.queries import call_to_log, live_call_of, shown_calls
from onrecord.apps.calls.switch_errors import asking, switch
from onrecord.apps.calls.tickets import issue, role_in
from onrecord.apps.core.api_error import ApiError
from onrecord.apps.dispositions.lists import LONGEST_NAME
from onrecord.apps.dispositions.lists import Field as ListField
from onrecord.apps.people.models import Person
from onrecord.policy.mode import Mode
from onrecord.protocol.commands import RecordingResponse
from onrecord.protocol.error_codes import ErrorCode
from onrecord.protocol.fields import Count, Digits, Role
from onrecord.web.api.call_schemas import CallOut

router = Router(tags=["calls"])

#: A browser's offer is 2-6 kB. No valid offer is larger than this.
Sdp = Annotated[str, StringConstraints(min_length=1, max_length=100_000)]


class PlaceIn(Schema):
    to: str = Field(max_length=100)
    sdp: Sdp
    person_id: int | None = None


class SdpIn(Schema):
    sdp: Sdp


class SdpOut(Schema):
    sdp: str


class PlaceOut(SdpOut):
    call: CallOut
    #: Lets the user pause recording, hang up, leave, and detach even if everything else fails (`control`).
    ticket: str


class CurrentOut(Schema):
    call: CallOut | None
    #: The user's role in the call.
    role: Role | None
    ticket: str | None
    #: The user's last call, if it has to be logged.
    to_log: CallOut | None


class CallReply(Schema):
    call: CallOut


class RecordIn(Schema):
    #: The generation of the recording that the user saw.
    generation: Count


class DtmfIn(Schema):
    digits: Digits


class NotesIn(Schema):
    notes: str = Field(max_length=LONGEST_NOTES)
    #: The revision that the writer saw before writing.
    notes_revision: int | None = None

    @property
    def written(self) -> Notes:
        return Notes(text=self.notes, revision=self.notes_revision)


class NotesReply(Schema):
    notes: str
    notes_revision: int


class LogIn(Schema):
    disposition: str = Field("", max_length=LONGEST_NAME)
    sentiment: str = Field("", max_length=LONGEST_NAME)
    notes: str = Field("", max_length=LONGEST_NOTES)
    notes_revision: int | None = None
    #: The person to log it to; by default, the owner of the number.
    person_id: int | None = None


@router.post("", response={201: PlaceOut})
def place_call(request: HttpRequest, body: PlaceIn) -> Any:
    user = _user(request)
    require(user, Permission.CALLS_PLACE)
    user.team.require(Package.DIALER)
    call, sdp = place(to=body.to, sdp=body.sdp, person_id=body.person_id, acting_user=user)
    return Status(201, PlaceOut(call=CallOut.of(call, user), sdp=sdp, ticket=issue(call, user)))


@router.get("/current", response=CurrentOut)
def current_call(request: HttpRequest) -> CurrentOut:
    user = _user(request)
    call = live_call_of(user)
    if call is None:
        waiting = call_to_log(user) if user.may(Permission.CALLS_LOG) else None
        to_log = CallOut.of(waiting, user) if waiting else None
        return CurrentOut(call=None, role=None, ticket=None, to_log=to_log)
    return CurrentOut(
        call=CallOut.of(call, user), role=role_in(call, user), ticket=issue(call, user), to_log=None
    )


@router.post("/{call_id}/join", response=PlaceOut)
def join_call(request: HttpRequest, call_id: str, body: SdpIn) -> PlaceOut:
    """Users who may place calls and can see the call may join it."""
    user = _user(request)
    require(user, Permission.CALLS_PLACE)
    user.team.require(Package.DIALER)
    call = _live(shown_calls(user).filter(pk=call_id).first())
    sdp = join(call, sdp=body.sdp, acting_user=user)
    return PlaceOut(call=CallOut.of(call, user), sdp=sdp, ticket=issue(call, user))


@router.post("/{call_id}/attach", response=SdpOut)
def attach(request: HttpRequest, call_id: str, body: SdpIn) -> SdpOut:
    call = _joined_live_call(request, call_id)
    return SdpOut(sdp=reattach(call, sdp=body.sdp, acting_user=_user(request)))


@router.post("/{call_id}/record", response=RecordingResponse)
def record(request: HttpRequest, call_id: str, body: RecordIn) -> RecordingResponse:
    """Start or resume recording. Pausing does not need a session: `control`."""
    user = _user(request)
    call = _joined_live_call(request, call_id)
    if not user.may(Permission.RECORDING_CONTROL):
        actions.refuse_recording(call, code=ErrorCode.NOT_PERMITTED, acting_user=user)
        require(user, Permission.RECORDING_CONTROL)
    if call.mode == Mode.NONE or not call.may_change:
        actions.refuse_recording(call, code=ErrorCode.NOT_CHANGEABLE, acting_user=user)
        raise ApiError(403, "not_allowed", call.effective_decision["sentence"])
    try:
        with asking():
            return switch().record(call.pk, actor=str(user.pk), generation=body.generation)
    except ApiError as error:
        if error.status == 403:
            raise ApiError(403, "not_allowed", call.effective_decision["sentence"]) from error
        raise


@router.post("/{call_id}/dtmf", response={204: None})
def dtmf(request: HttpRequest, call_id: str, body: DtmfIn) -> Any:
    call = _joined_live_call(request, call_id)
    with asking():
        switch().dtmf(call.pk, body.digits)
    return Status(204, None)


@router.put("/{call_id}/notes", response=NotesReply)
def take_notes(request: HttpRequest, call_id: str, body: NotesIn) -> NotesReply:
    """Save notes while they are being written, during or after the call."""
    user = _user(request)
    require(user, Permission.CALLS_LOG)
    log = log_actions.take_notes(_own_call(request, call_id), body.written, acting_user=user)
    return NotesReply(notes=log.notes, notes_revision=log.notes_revision)


@router.put("/{call_id}/log", response=CallReply)
def log(request: HttpRequest, call_id: str, body: LogIn) -> CallReply:
    """Log the call with the given fields. An empty body changes nothing."""
    user = _user(request)
    require(user, Permission.CALLS_LOG)
    call = _own_call(request, call_id)
    given = body.model_fields_set
    if given:
        try:
            log_actions.write_log(
                call,
                changes={field: getattr(body, field) for field in ListField if field in given},
                notes=Notes(text=body.notes, revision=body.notes_revision) if "notes" in given else None,
                person=_person(user, body.person_id),
                acting_user=user,
            )
        except log_actions.LogError as problem:
            raise ApiError(400, "log_incomplete", str(problem)) from problem
    return CallReply(call=CallOut.of(call, user))


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own_call(request: HttpRequest, call_id: str) -> Call:
    """A call that the user placed. Seeing other users' calls does not mean controlling them."""
    user = _user(request)
    require(user, Permission.CALLS_PLACE)
    call = (
        Call.objects.select_related("person", "recording", "user", "log__person", "team")
        .filter(pk=call_id, user=user)
        .first()
    )
    if call is None:
        raise Http404
    return call


def _joined_live_call(request: HttpRequest, call_id: str) -> Call:
    """A live call that the user placed or has joined."""
    user = _user(request)
    require(user, Permission.CALLS_PLACE)
    calls = Call.objects.with_(user).select_related("person", "recording", "user", "log__person", "team")
    return _live(calls.filter(pk=call_id).first())


def _person(user: User, person_id: int | None) -> Person | None:
    if person_id is None:
        return None
    person = Person.objects.visible_to(user).filter(pk=person_id).first()
    if person is None:
        raise Http404
    return person


def _live(call: Call | None) -> Call:
    if call is None:
        raise Http404
    if call.ended_at is not None:
        raise ApiError(409, "call_ended", "The call has ended.")
    return call
