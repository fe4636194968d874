"""Dialpad. With a secret, the whole body is a JSON Web Token signed with HS256 (RFC 7515, RFC 7518)."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import Any

from onrecord.apps.core.json_input import read_json
from onrecord.apps.integrations.dialers.canonical import CallSource, Party, RecordedCall, RecordingFile
from onrecord.apps.integrations.dialers.providers.delivery import (
    Delivery,
    DeliveryError,
    SignatureError,
    between,
    moment,
    moment_or_none,
    number_of_call,
    read_object,
    seconds,
    text,
)
from onrecord.protocol.call_status import Status

#: The call has ended; its recordings are ready.
_STATES = {"hangup", "recording"}


def verify(delivery: Delivery, secret: str) -> None:
    try:
        head, payload, signature = delivery.body.strip().split(b".")
        algorithm, given = read_json(_decode(head))["alg"], _decode(signature)
    except (LookupError, TypeError, ValueError, binascii.Error) as error:
        raise SignatureError("The body is not a JSON Web Token. Set a secret for the webhook.") from error
    # Accept no other algorithm: the token must not decide how it is verified.
    expected = hmac.new(secret.encode(), head + b"." + payload, hashlib.sha256).digest()
    if algorithm != "HS256" or not hmac.compare_digest(given, expected):
        raise SignatureError("The signature is wrong.")


def content(body: bytes) -> Any:
    """The token's payload."""
    try:
        payload = _decode(body.strip().split(b".")[1])
    except (LookupError, ValueError, binascii.Error) as error:
        raise DeliveryError("The token's content cannot be read.") from error
    return read_object(payload)


def _decode(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def parts(content: Any) -> list[Any]:
    """The recordings, or None once for a call without any."""
    if content["state"] not in _STATES:
        return []
    # A voicemail is not a recording of a conversation.
    details = [
        one for one in content.get("recording_details") or [] if one.get("recording_type") != "voicemail"
    ]
    return details or [None]


def call(content: Any, part: Any) -> RecordedCall:
    user, contact = content.get("target") or {}, content.get("contact") or {}
    return RecordedCall(
        source=CallSource(provider="dialpad", call_id=number_of_call(content["call_id"])),
        direction=content["direction"],
        status=Status.COMPLETED if content.get("date_connected") else Status.NO_ANSWER,
        started_at=moment(float(content["date_started"]) / 1000),
        answered_at=_connected(content),
        duration_seconds=_seconds(content),
        user=Party(
            number=text(content.get("internal_number")) or None,
            name=text(user.get("name")),
            email=text(user.get("email")),
            provider_user_id=text(user.get("id")),
        ),
        person=Party(number=text(content.get("external_number")) or None, name=text(contact.get("name"))),
        recording=None
        if part is None
        else RecordingFile(recording_id=number_of_call(part["id"]), url=part["url"]),
    )


def _connected(content: Any) -> datetime | None:
    try:
        return moment_or_none(float(content["date_connected"]) / 1000)
    except (LookupError, TypeError, ValueError):
        return None


def _seconds(content: Any) -> float:
    """Dialpad sends milliseconds."""
    start, end = (content.get(name) or 0 for name in ("date_started", "date_ended"))
    try:
        return seconds(float(content["duration"]) / 1000, instead=between(start, end) / 1000)
    except (LookupError, TypeError, ValueError):
        return between(start, end) / 1000
