"""Aircall. Events contain the webhook's token but no signature, so the URL must be https."""

from typing import Any

from onrecord.apps.integrations.dialers.canonical import CallSource, Party, RecordedCall, RecordingFile
from onrecord.apps.integrations.dialers.providers.delivery import (
    Delivery,
    between,
    expect,
    moment,
    moment_or_none,
    number_of_call,
    seconds,
    text,
)
from onrecord.protocol.call_status import Status

#: The recording may only be ready some time after the call ends.
_EVENTS = {"call.ended", "call.comm_assets_generated"}


def verify(delivery: Delivery, secret: str) -> None:
    expect(text(delivery.json().get("token")), secret)


def parts(content: Any) -> list[Any]:
    return [content["data"]] if content["event"] in _EVENTS else []


def call(_: Any, part: Any) -> RecordedCall:
    user = part.get("user") or {}
    recording = part.get("recording")
    number = number_of_call(part["id"])
    return RecordedCall(
        source=CallSource(provider="aircall", call_id=number),
        direction=part["direction"],
        status=Status.COMPLETED if part.get("answered_at") else Status.NO_ANSWER,
        started_at=moment(part["started_at"]),
        answered_at=moment_or_none(part.get("answered_at")),
        duration_seconds=seconds(
            part.get("duration"), instead=between(part["started_at"], part.get("ended_at"))
        ),
        user=Party(
            number=text((part.get("number") or {}).get("digits")) or None,
            name=text(user.get("name")),
            email=text(user.get("email")),
            provider_user_id=text(user.get("id")),
        ),
        person=Party(number=text(part.get("raw_digits")) or None),
        recording=RecordingFile(recording_id=number, url=recording) if recording else None,
    )
