"""Aircall. Each event carries the webhook's token; nothing is signed, so the address has to be https."""

from typing import Any

from onrecord.calls.state import Status
from onrecord.integrations.dialers.neutral import Party, RecordedCall, RecordingFile, Source
from onrecord.integrations.dialers.providers.delivery import Delivery, expect, moment, moment_or_none

#: The recording may be ready only after the end.
_EVENTS = {"call.ended", "call.comm_assets_generated"}


def open_(delivery: Delivery, secret: str) -> Any:
    content = delivery.json()
    expect(str(content.get("token", "")), secret)
    return content


def calls(content: Any) -> list[RecordedCall]:
    if content["event"] not in _EVENTS:
        return []
    call = content["data"]
    user = call.get("user") or {}
    recording = call.get("recording")
    number = str(call["id"])
    return [
        RecordedCall(
            source=Source(provider="aircall", call_id=number),
            direction=call["direction"],
            status=Status.COMPLETED if call.get("answered_at") else Status.NO_ANSWER,
            started_at=moment(call["started_at"]),
            answered_at=moment_or_none(call.get("answered_at")),
            duration_seconds=call["duration"],
            user=Party(
                number=(call.get("number") or {}).get("digits"),
                name=user.get("name") or "",
                email=user.get("email") or "",
                provider_user_id=str(user.get("id") or ""),
            ),
            person=Party(number=call.get("raw_digits")),
            recording=RecordingFile(recording_id=number, url=recording) if recording else None,
        )
    ]
