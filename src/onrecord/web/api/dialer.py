"""What the dialer needs before a call."""

from typing import Self, cast

from django.http import HttpRequest
from ninja import Router, Schema

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.packages import Package
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.calls.actions import choose_recording
from onrecord.apps.governance.decisions import decide_for, decide_next
from onrecord.apps.people.dialing import to_dial
from onrecord.apps.people.models import Person
from onrecord.apps.people.numbers import NumberError
from onrecord.apps.people.queries import owner_of_number
from onrecord.policy.decision import Decision
from onrecord.policy.mode import Mode
from onrecord.web.api.call_schemas import PersonLink

router = Router(tags=["dialer"])


class NumberOut(Schema):
    e164: str
    formatted: str


class DecisionOut(Schema):
    mode: Mode
    records: bool
    #: Whether the rep may pause and resume during the call.
    may_change: bool
    #: Whether the rep may choose before the call, with "Record Next Call".
    may_choose: bool
    sentence: str

    @classmethod
    def of(cls, decision: Decision) -> Self:
        return cls(
            mode=decision.mode,
            records=decision.record_at_start,
            may_change=decision.may_change,
            may_choose=decision.may_choose,
            sentence=_with_announcement(decision),
        )


def _with_announcement(decision: Decision) -> str:
    if not (decision.announcements and decision.record_at_start):
        return decision.sentence
    return f"{decision.sentence} An announcement is played first. Recording starts when it ends."


class PreviewOut(Schema):
    number: NumberOut | None
    problem: str | None
    person: PersonLink | None
    #: For the number, or for the next call if there is no number. None if the text is not a number.
    decision: DecisionOut | None


class WantedIn(Schema):
    wanted: bool


@router.get("/preview", response=PreviewOut)
def preview(request: HttpRequest, number: str = "", person_id: int | None = None) -> PreviewOut:
    user = _dialing_user(request)
    return _preview(user, number[:100], person_id)


@router.put("/record-next-call", response=PreviewOut)
def record_next_call(request: HttpRequest, body: WantedIn) -> PreviewOut:
    user = _dialing_user(request)
    choose_recording(wanted=body.wanted, acting_user=user)
    return _preview(user, "", None)


def _dialing_user(request: HttpRequest) -> User:
    user = cast(User, request.user)
    require(user, Permission.CALLS_PLACE)
    user.team.require(Package.DIALER)
    return user


def _preview(user: User, typed: str, person_id: int | None) -> PreviewOut:
    if not typed.strip() and person_id is not None:
        typed = _first_number(user, person_id)
    if not typed.strip():
        decision = DecisionOut.of(decide_next(user))
        return PreviewOut(number=None, problem=None, person=None, decision=decision)
    try:
        number = to_dial(typed, user.region)
    except NumberError as problem:
        return PreviewOut(number=None, problem=problem.message, person=None, decision=None)
    person = owner_of_number(user.team, number.e164, person_id=person_id)
    return PreviewOut(
        number=NumberOut(e164=number.e164, formatted=number.formatted),
        problem=None,
        person=PersonLink.of(person),
        decision=DecisionOut.of(decide_for(user, number.e164, person)),
    )


def _first_number(user: User, person_id: int) -> str:
    person = Person.objects.visible_to(user).filter(pk=person_id).first()
    first = person.numbers.order_by("pk").first() if person is not None else None
    return first.e164 if first is not None else ""
