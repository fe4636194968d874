"""Zoom Phone. Signed with HMAC-SHA-256 of `v0:timestamp:body`. Zoom verifies our URL with a challenge."""

import re
from datetime import UTC, datetime
from typing import Any

from onrecord.apps.integrations.dialers.canonical import CallSource, Party, RecordedCall, RecordingFile
from onrecord.apps.integrations.dialers.providers.delivery import (
    Delivery,
    DeliveryError,
    SignatureError,
    expect,
    expect_recent,
    hex_hmac,
    number_of_call,
    seconds,
    text,
)

#: A Unix timestamp before the year 5139.
_SECONDS = re.compile(r"[0-9]{1,11}")


def verify(delivery: Delivery, secret: str) -> None:
    sent = delivery.headers.get("x-zm-request-timestamp", "")
    if not _SECONDS.fullmatch(sent):
        raise SignatureError("The signed time is missing.")
    expect_recent(datetime.fromtimestamp(int(sent), UTC), delivery.now)
    signature = hex_hmac(secret, f"v0:{sent}:".encode() + delivery.body)
    expect(delivery.headers.get("x-zm-signature", ""), f"v0={signature}")


def challenge(content: Any, secret: str) -> dict[str, str] | None:
    if content.get("event") != "endpoint.url_validation":
        return None
    try:
        plain = str(content["payload"]["plainToken"])
    except (LookupError, TypeError) as error:
        raise DeliveryError("The challenge does not contain a plainToken.") from error
    return {"plainToken": plain, "encryptedToken": hex_hmac(secret, plain.encode())}


def parts(content: Any) -> list[Any]:
    if content["event"] != "phone.recording_completed":
        return []
    return list(content["payload"]["object"]["recordings"])


def call(content: Any, part: Any) -> RecordedCall:
    ours, theirs = ("caller", "callee") if part["direction"] == "outbound" else ("callee", "caller")
    owner = part.get("owner") or {}
    token = content.get("download_token")
    number = number_of_call(part["id"])
    started_at = _moment(part["date_time"])
    return RecordedCall(
        source=CallSource(
            provider="zoom_phone",
            account_id=text(content["payload"]["account_id"]),
            call_id=text(part.get("call_id")) or number,
        ),
        direction=part["direction"],
        started_at=started_at,
        answered_at=started_at,
        duration_seconds=seconds(part.get("duration")),
        user=Party(
            # Without a DID, this may be an extension.
            number=text(part.get(f"{ours}_did_number")) or text(part.get(f"{ours}_number")) or None,
            name=text(owner.get("name")) or text(part.get(f"{ours}_name")),
            provider_user_id=text(part.get("user_id")) or text(owner.get("id")),
        ),
        person=Party(
            number=text(part.get(f"{theirs}_did_number")) or text(part.get(f"{theirs}_number")) or None,
            name=text(part.get(f"{theirs}_name")),
        ),
        recording=RecordingFile(
            recording_id=number,
            url=part["download_url"],
            authorization=f"Bearer {token}" if token else "",
        ),
    )


def _moment(written: Any) -> datetime:
    """Zoom sends times in UTC but sometimes omits the Z."""
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
