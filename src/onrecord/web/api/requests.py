"""Making a request in the dialer, and counts of open requests and new answers."""

from typing import Any, cast

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.packages import Package
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.calls.models import Call
from onrecord.apps.core.api_error import ApiError
from onrecord.apps.governance.decisions import decide_for
from onrecord.apps.people.dialing import to_dial
from onrecord.apps.people.numbers import NumberError
from onrecord.apps.people.queries import owner_of_number
from onrecord.apps.requests import actions
from onrecord.apps.requests.actions import LONGEST_TEXT, AskedDecision
from onrecord.apps.requests.models import RecordingRequest
from onrecord.policy.reasons import read_by

router = Router(tags=["requests"])


class AskIn(Schema):
    """A request about a number before a call, or about a call that the user placed or joined."""

    number: str = Field("", max_length=100)
    person_id: int | None = None
    call_id: str | None = None
    note: str = Field("", max_length=LONGEST_TEXT)


class AskOut(Schema):
    id: int
    #: The sentence of the decision that the request is about.
    sentence: str
    policy_version: int


class RequestCounts(Schema):
    #: Open requests; 0 if the user may not answer them.
    open: int
    #: The user's own requests that were settled since they last looked.
    news: int


@router.post("", response={201: AskOut})
def ask(request: HttpRequest, body: AskIn) -> Any:
    user = cast(User, request.user)
    require(user, Permission.CALLS_PLACE)
    reason = _of_call(user, body.call_id) if body.call_id else _before_call(user, body)
    try:
        asked = actions.ask(reason, note=body.note, acting_user=user)
    except actions.RequestRefusedError as refusal:
        raise ApiError(409, "asked_already", str(refusal)) from refusal
    rep = reason.call.user if reason.call else user
    sentence = read_by(reason.sentence, is_rep=rep == user, rep=rep.name)
    return Status(201, AskOut(id=asked.pk, sentence=sentence, policy_version=reason.policy_version))


@router.get("/counts", response=RequestCounts)
def counts(request: HttpRequest) -> RequestCounts:
    user = cast(User, request.user)
    requests = RecordingRequest.objects
    answers = user.may(Permission.RECORDING_REQUESTS_ANSWER)
    return RequestCounts(
        open=requests.of_team(user).open().count() if answers else 0, news=requests.news_for(user).count()
    )


def _of_call(user: User, call_id: str) -> AskedDecision:
    call = Call.objects.with_(user).select_related("person", "user").filter(pk=call_id).first()
    if call is None:
        raise Http404
    effective_decision = call.effective_decision
    return AskedDecision(
        number=call.number,
        person=call.person,
        call=call,
        mode=effective_decision["mode"],
        sentence=effective_decision["sentence"],
        policy_version=effective_decision["policy_version"],
    )


def _before_call(user: User, body: AskIn) -> AskedDecision:
    """Decided again on the server, because the browser's copy of a decision cannot be trusted."""
    user.team.require(Package.DIALER)
    try:
        number = to_dial(body.number, user.region).e164
    except NumberError as problem:
        raise ApiError(400, problem.code, problem.message) from problem
    person = owner_of_number(user.team, number, person_id=body.person_id)
    decision = decide_for(user, number, person)
    return AskedDecision(
        number=number,
        person=person,
        call=None,
        mode=decision.mode,
        sentence=decision.sentence,
        policy_version=decision.policy_version,
    )
