"""The signature that an event carries, so that the web takes events from this installation only.

The value of the header is `t=<unix seconds>,v1=<hex>` with `v1 = HMAC-SHA-256(secret, "<t>." || body)`.
"""

import hashlib
import hmac
import re

HEADER = "OnRecord-Signature"

#: How far, in seconds, the sender's clock may stand from ours: an event caught on the wire is soon
#: worth nothing.
MAX_SKEW_S = 300

_VALUE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, now: float) -> str:
    """The header's value for `body`, sent at `now` (unix seconds)."""
    seconds = int(now)
    return f"t={seconds},v1={_mac(secret, seconds, body)}"


def check(secret: str, body: bytes, value: str, now: float) -> bool:
    """Whether `value` signs exactly this body, at most `MAX_SKEW_S` away from `now` (unix seconds)."""
    match = _VALUE.fullmatch(value)
    if match is None:
        return False
    seconds = int(match[1])
    if abs(now - seconds) > MAX_SKEW_S:
        return False
    return hmac.compare_digest(match[2], _mac(secret, seconds, body))


def _mac(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
