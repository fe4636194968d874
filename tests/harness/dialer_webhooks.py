"""Signed deliveries as the dialers send them, according to their public documentation."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

SECRET = "a secret that an admin typed"
#: 14 April 2026, 15:00 UTC.
STARTED = 1_776_178_800
PERSON = "+1 404-555-0100"


def hex_hmac(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def aircall(recording: str | None, **data: Any) -> tuple[bytes, dict[str, str]]:
    call = {
        "id": 812,
        "direction": "outbound",
        "started_at": STARTED,
        "answered_at": STARTED + 6,
        "ended_at": STARTED + 70,
        "duration": 70,
        "raw_digits": PERSON,
        "recording": recording,
        "user": {"id": 7, "name": "Jo", "email": "jo@northwind.example"},
        "number": {"digits": "+1 470-555-0101"},
    }
    return json.dumps({"event": "call.ended", "token": SECRET, "data": call | data}).encode(), {}


def dialpad(recordings: list[str], secret: str = SECRET, **data: Any) -> tuple[bytes, dict[str, str]]:
    call = {
        "call_id": 5,
        "state": "recording",
        "direction": "outbound",
        "date_started": STARTED * 1000,
        "date_connected": STARTED * 1000 + 5000,
        "date_ended": STARTED * 1000 + 60_000,
        "duration": 55_000.0,
        "external_number": "+14045550100",
        "internal_number": "+14705550101",
        "target": {"id": 3, "name": "Jo", "email": "jo@northwind.example"},
        "contact": {"name": "Pat"},
        "recording_details": [
            {"id": f"r{number}", "recording_type": "admincallrecording", "duration": 54_000, "url": url}
            for number, url in enumerate(recordings)
        ],
    }
    return jwt(call | data, secret), {}


def jwt(content: dict[str, Any], secret: str, algorithm: str = "HS256") -> bytes:
    signed = b".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": algorithm, "typ": "JWT"}, content)
    )
    signature = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")


def zoom(content: dict[str, Any], at: datetime, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    body, time = json.dumps(content), str(int(at.timestamp()))
    signature = hex_hmac(secret, f"v0:{time}:{body}")
    return body.encode(), {"x-zm-request-timestamp": time, "x-zm-signature": f"v0={signature}"}


def zoom_recordings(*urls: str) -> dict[str, Any]:
    recordings = [
        {
            "id": f"z{number}",
            "call_id": "c1",
            "callee_name": "Pat",
            "callee_number": "+14045550100",
            "caller_number": "1001",
            "caller_did_number": "+14705550101",
            "date_time": "2026-04-14T15:00:00Z",
            "direction": "outbound",
            "download_url": url,
            "duration": 61,
            "recording_type": "Automatic",
            "user_id": "u7",
            "owner": {"id": "u7", "name": "Jo", "type": "user"},
        }
        for number, url in enumerate(urls)
    ]
    return {
        "event": "phone.recording_completed",
        "event_ts": STARTED * 1000,
        "download_token": "dt",
        "payload": {"account_id": "A", "object": {"recordings": recordings}},
    }


def justcall(
    recording: str | None, *, url: str, at: datetime, secret: str = SECRET
) -> tuple[bytes, dict[str, str]]:
    time = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    content = {
        "request_id": "01H",
        "webhook_url": url,
        "type": "call.completed",
        "data": {
            "call_sid": "CA9",
            "contact_number": "14045550100",
            "justcall_number": "14705550101",
            "agent_id": 12,
            "agent_email": "jo@northwind.example",
            "call_date": "2026-04-14",
            "call_time": "15:00:00",
            "call_info": {"direction": "Outgoing", "type": "Answered", "recording": recording},
            "call_duration": {"total_duration": 60},
        },
    }
    escaped = url.replace(":", "%3A").replace("/", "%2F")
    signature = hex_hmac(secret, f"{secret}|{escaped}|call.completed|{time}")
    headers = {"x-justcall-request-timestamp": time, "x-justcall-signature": signature}
    return json.dumps(content).encode(), headers
