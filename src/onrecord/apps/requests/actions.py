"""Make, answer, and close requests."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.calls.models import Call
from onrecord.apps.people.models import Person
from onrecord.apps.requests.models import RecordingRequest

LONGEST_TEXT = 2000


class RequestRefusedError(Exception):
    """Nothing was changed. The text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedDecision:
    """The decision that the rep is asking about."""

    #: E.164.
    number: str
    person: Person | None
    #: None if no call has started.
    call: Call | None
    mode: str
    sentence: str
    policy_version: int


def ask(reason: AskedDecision, *, note: str, acting_user: User) -> RecordingRequest:
    """Raises RequestRefusedError if an earlier request about the number is still open."""
    try:
        with transaction.atomic():
            request = RecordingRequest.objects.create(
                team_id=acting_user.team_id,
                user=acting_user,
                note=note.strip(),
                number=reason.number,
                person=reason.person,
                call=reason.call,
                mode=reason.mode,
                sentence=reason.sentence,
                policy_version_id=reason.policy_version,
            )
            record(Action.RECORDING_REQUEST_ASKED, request, acting_user=acting_user, number=reason.number)
    except IntegrityError as error:
        if not RecordingRequest.objects.open().filter(user=acting_user, number=reason.number).exists():
            raise
        raise RequestRefusedError(
            "You already asked about this number. The answer will appear in Your requests."
        ) from error
    return request


@transaction.atomic
def answer(request: RecordingRequest, text: str, *, acting_user: User) -> None:
    """Raises RequestRefusedError."""
    if not text.strip():
        raise RequestRefusedError("Write an answer first, or close the request without one.")
    if len(text) > LONGEST_TEXT:
        raise RequestRefusedError(f"The answer is too long. Use at most {LONGEST_TEXT} characters.")
    _settle(request, text.strip(), acting_user)
    record(Action.RECORDING_REQUEST_ANSWERED, request, acting_user=acting_user, answer=text.strip())


@transaction.atomic
def close(request: RecordingRequest, *, acting_user: User) -> None:
    """Close a request without an answer. Raises RequestRefusedError."""
    _settle(request, "", acting_user)
    record(Action.RECORDING_REQUEST_CLOSED, request, acting_user=acting_user)


@transaction.atomic
def mark_seen(acting_user: User) -> None:
    """The rep has seen the outcome of their requests."""
    RecordingRequest.objects.news_for(acting_user).update(seen_at=timezone.now())


def _settle(request: RecordingRequest, text: str, acting_user: User) -> None:
    still_open = RecordingRequest.objects.open().filter(pk=request.pk)
    if not still_open.update(settled_at=timezone.now(), settled_by=acting_user, answer=text):
        request.refresh_from_db()
        who = "You have" if request.settled_by == acting_user else f"{request.settled_by} has"
        raise RequestRefusedError(f"{who} already handled this request.")
