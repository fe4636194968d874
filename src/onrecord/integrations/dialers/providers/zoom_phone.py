"""Zoom Phone. Signed by HMAC-SHA-256 of `v0:timestamp:body`; the address is validated by a challenge."""

from datetime import UTC, datetime
from typing import Any

from onrecord.integrations.dialers.neutral import Party, RecordedCall, RecordingFile, Source
from onrecord.integrations.dialers.providers.delivery import (
    Delivery,
    SignatureError,
    expect,
    expect_recent,
    hex_hmac,
)


def open_(delivery: Delivery, secret: str) -> Any:
    sent = delivery.headers.get("x-zm-request-timestamp", "")
    if not sent.isdecimal():
        raise SignatureError("The signed time is missing.")
    expect_recent(datetime.fromtimestamp(int(sent), UTC), delivery.now)
    signature = hex_hmac(secret, f"v0:{sent}:".encode() + delivery.body)
    expect(delivery.headers.get("x-zm-signature", ""), f"v0={signature}")
    return delivery.json()


def challenge(content: Any, secret: str) -> dict[str, str] | None:
    if content.get("event") != "endpoint.url_validation":
        return None
    plain = str(content["payload"]["plainToken"])
    return {"plainToken": plain, "encryptedToken": hex_hmac(secret, plain.encode())}


def calls(content: Any) -> list[RecordedCall]:
    if content["event"] != "phone.recording_completed":
        return []
    token = content.get("download_token")
    payload = content["payload"]
    return [
        _call(payload["account_id"], one, f"Bearer {token}" if token else "")
        for one in payload["object"]["recordings"]
    ]


def _call(account: str, one: Any, authorization: str) -> RecordedCall:
    ours, theirs = ("caller", "callee") if one["direction"] == "outbound" else ("callee", "caller")
    owner = one.get("owner") or {}
    return RecordedCall(
        source=Source(
            provider="zoom_phone", account_id=account, call_id=str(one.get("call_id") or one["id"])
        ),
        direction=one["direction"],
        started_at=one["date_time"],
        answered_at=one["date_time"],
        duration_seconds=one["duration"],
        user=Party(
            # The number without the DID may be an extension.
            number=one.get(f"{ours}_did_number") or one.get(f"{ours}_number"),
            name=owner.get("name") or one.get(f"{ours}_name") or "",
            provider_user_id=str(one.get("user_id") or owner.get("id") or ""),
        ),
        person=Party(
            number=one.get(f"{theirs}_did_number") or one.get(f"{theirs}_number"),
            name=one.get(f"{theirs}_name") or "",
        ),
        recording=RecordingFile(
            recording_id=str(one["id"]), url=one["download_url"], authorization=authorization
        ),
    )
