"""The signature of events, so that the web accepts them only from this installation.

The value of the header is `t=<unix seconds>,v1=<hex>` with `v1 = HMAC-SHA-256(secret, "<t>." || body)`. `t`
is the sender's clock at sending, which shows the web how far that clock is off (ADR 21). Signatures do not
expire: the web applies each event once, so replaying one has no effect.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

HEADER = "OnRecord-Signature"

#: Longest time that a delivery may take, in seconds.
LONGEST_DELAY_S = 10

_VALUE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, now: float) -> str:
    """The header's value for `body`, sent at `now` (Unix seconds)."""
    seconds = int(now)
    return f"t={seconds},v1={_mac(secret, seconds, body)}"


def sent_at(secret: str, body: bytes, value: str) -> int | None:
    """When the sender sent this body, by its clock (Unix seconds); None if the signature is invalid."""
    match = _VALUE.fullmatch(value)
    if match is None:
        return None
    seconds = int(match[1])
    return seconds if hmac.compare_digest(match[2], _mac(secret, seconds, body)) else None


def ahead(sent: int, now: float) -> float:
    """Seconds by which the sender's clock is ahead of ours; 0 if the difference may be delay.

    `sent` is its clock at sending, `now` ours on arrival. If the sender seems behind by less than
    `LONGEST_DELAY_S`, that may be transmission time.
    """
    seems = sent - now
    return 0.0 if -LONGEST_DELAY_S <= seems <= 1 else seems


def by_our_clock(at: datetime, sent: int, now: float) -> datetime:
    """Convert a time from the sender to our clock; never in the future."""
    return min(at - timedelta(seconds=ahead(sent, now)), datetime.fromtimestamp(now, at.tzinfo))


def _mac(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
