"""JustCall. It signs address, type and time but not the call itself, so the address has to be https."""

from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from onrecord.calls.state import Status
from onrecord.integrations.dialers.neutral import Party, RecordedCall, RecordingFile, Source
from onrecord.integrations.dialers.providers.delivery import (
    Delivery,
    SignatureError,
    expect,
    expect_recent,
    hex_hmac,
)

_EVENTS = {"call.completed", "call.updated"}
_DIRECTIONS: dict[str, Literal["outbound", "inbound"]] = {"Outgoing": "outbound", "Incoming": "inbound"}
_STATUSES = {"Answered": Status.COMPLETED, "Missed": Status.NO_ANSWER, "Unanswered": Status.NO_ANSWER}


def open_(delivery: Delivery, secret: str) -> Any:
    content = delivery.json()
    sent = delivery.headers.get("x-justcall-request-timestamp", "")
    try:
        signed_at = datetime.strptime(sent, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise SignatureError("The signed time is missing.") from error
    expect_recent(signed_at, delivery.now)
    # What was signed for another address is not for us.
    expect(str(content.get("webhook_url", "")), delivery.url)
    signed = f"{secret}|{quote(delivery.url, safe='')}|{content.get('type')}|{sent}"
    expect(delivery.headers.get("x-justcall-signature", ""), hex_hmac(secret, signed.encode()))
    return content


def calls(content: Any) -> list[RecordedCall]:
    if content["type"] not in _EVENTS:
        return []
    call = content["data"]
    facts = call["call_info"]
    started_at = datetime.fromisoformat(f"{call['call_date']}T{call['call_time']}+00:00")
    status = _STATUSES.get(facts["type"], Status.COMPLETED)
    recording = facts.get("recording")
    return [
        RecordedCall(
            source=Source(provider="justcall", call_id=str(call["call_sid"])),
            direction=_DIRECTIONS[facts["direction"]],
            status=status,
            started_at=started_at,
            answered_at=started_at if status is Status.COMPLETED else None,
            duration_seconds=call["call_duration"]["total_duration"],
            user=Party(
                number=_number(call.get("justcall_number")),
                name=call.get("agent_name") or "",
                email=call.get("agent_email") or "",
                provider_user_id=str(call.get("agent_id") or ""),
            ),
            person=Party(number=_number(call.get("contact_number")), name=call.get("contact_name") or ""),
            recording=RecordingFile(recording_id=str(call["call_sid"]), url=recording) if recording else None,
            disposition=(facts.get("disposition") or "")[:50],
            notes=facts.get("notes") or "",
        )
    ]


def _number(digits: Any) -> str | None:
    """JustCall writes numbers in full, without the plus sign."""
    return f"+{str(digits).lstrip('+')}" if digits else None
