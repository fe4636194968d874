"""JustCall. It signs URL, type, and time but not the call itself, so the URL must be https."""

from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from onrecord.apps.integrations.dialers.canonical import CallSource, Party, RecordedCall, RecordingFile
from onrecord.apps.integrations.dialers.providers.delivery import (
    Delivery,
    SignatureError,
    expect,
    expect_recent,
    hex_hmac,
    number_of_call,
    seconds,
    text,
)
from onrecord.protocol.call_status import Status

_EVENTS = {"call.completed", "call.updated"}
_DIRECTIONS: dict[str, Literal["outbound", "inbound"]] = {"outgoing": "outbound", "incoming": "inbound"}
_STATUSES = {"answered": Status.COMPLETED, "missed": Status.NO_ANSWER, "unanswered": Status.NO_ANSWER}


def verify(delivery: Delivery, secret: str) -> None:
    content = delivery.json()
    sent = delivery.headers.get("x-justcall-request-timestamp", "")
    try:
        signed_at = datetime.strptime(sent, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise SignatureError("The signed time is missing.") from error
    expect_recent(signed_at, delivery.now)
    # Reject what was signed for another URL.
    expect(str(content.get("webhook_url", "")), delivery.url)
    signed = f"{secret}|{quote(delivery.url, safe='')}|{content.get('type')}|{sent}"
    expect(delivery.headers.get("x-justcall-signature", ""), hex_hmac(secret, signed.encode()))


def parts(content: Any) -> list[Any]:
    return [content["data"]] if content["type"] in _EVENTS else []


def call(_: Any, part: Any) -> RecordedCall:
    facts = part["call_info"]
    started_at = datetime.fromisoformat(f"{part['call_date']}T{part['call_time']}+00:00")
    status = _STATUSES.get(text(facts.get("type")).lower(), Status.COMPLETED)
    recording = facts.get("recording")
    number = number_of_call(part["call_sid"])
    return RecordedCall(
        source=CallSource(provider="justcall", call_id=number),
        direction=_DIRECTIONS[text(facts["direction"]).lower()],
        status=status,
        started_at=started_at,
        answered_at=started_at if status is Status.COMPLETED else None,
        duration_seconds=seconds((part.get("call_duration") or {}).get("total_duration")),
        user=Party(
            number=_number(part.get("justcall_number")),
            name=text(part.get("agent_name")),
            email=text(part.get("agent_email")),
            provider_user_id=text(part.get("agent_id")),
        ),
        person=Party(number=_number(part.get("contact_number")), name=text(part.get("contact_name"))),
        recording=RecordingFile(recording_id=number, url=recording) if recording else None,
        disposition=text(facts.get("disposition")),
        notes=text(facts.get("notes")),
    )


def _number(digits: Any) -> str | None:
    """JustCall sends full numbers without the plus sign."""
    return f"+{text(digits).lstrip('+')}" if text(digits) else None
