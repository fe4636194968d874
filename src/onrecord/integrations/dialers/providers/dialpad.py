"""Dialpad. With a secret, the whole body is a JSON Web Token signed by HS256 (RFC 7515, RFC 7518)."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from onrecord.calls.state import Status
from onrecord.integrations.dialers.neutral import Party, RecordedCall, RecordingFile, Source
from onrecord.integrations.dialers.providers.delivery import Delivery, SignatureError, moment, moment_or_none

#: The end of a call, and that its recordings are ready.
_STATES = {"hangup", "recording"}


def open_(delivery: Delivery, secret: str) -> Any:
    try:
        head, payload, signature = delivery.body.strip().split(b".")
        algorithm, given = json.loads(_decode(head))["alg"], _decode(signature)
        # No other algorithm: a token must not choose how it is checked.
        expected = hmac.new(secret.encode(), head + b"." + payload, hashlib.sha256).digest()
        if algorithm != "HS256" or not hmac.compare_digest(given, expected):
            raise SignatureError("The signature is wrong.")
        return json.loads(_decode(payload))
    except (LookupError, TypeError, ValueError, binascii.Error) as error:
        raise SignatureError("The body is no JSON Web Token: set a secret for the webhook.") from error


def _decode(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def calls(content: Any) -> list[RecordedCall]:
    if content["state"] not in _STATES:
        return []
    # A voicemail is not a recording of a conversation.
    details = [one for one in content.get("recording_details") or [] if one["recording_type"] != "voicemail"]
    files = [RecordingFile(recording_id=str(one["id"]), url=one["url"]) for one in details]
    return [_call(content, file) for file in files] or [_call(content, None)]


def _call(content: Any, file: RecordingFile | None) -> RecordedCall:
    user, contact = content.get("target") or {}, content.get("contact") or {}
    return RecordedCall(
        source=Source(provider="dialpad", call_id=str(content["call_id"])),
        direction=content["direction"],
        status=Status.COMPLETED if content.get("date_connected") else Status.NO_ANSWER,
        started_at=moment(float(content["date_started"]) / 1000),
        answered_at=moment_or_none(float(content.get("date_connected") or 0) / 1000),
        duration_seconds=(content.get("duration") or 0) / 1000,
        user=Party(
            number=content.get("internal_number"),
            name=user.get("name") or "",
            email=user.get("email") or "",
            provider_user_id=str(user.get("id") or ""),
        ),
        person=Party(number=content.get("external_number"), name=contact.get("name") or ""),
        recording=file,
    )
