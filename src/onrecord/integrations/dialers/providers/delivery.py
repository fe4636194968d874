"""A webhook delivery as it came in, and what all dialers' modules need."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: Seconds that a signed time may differ from ours; an older delivery is a replay.
SKEW_S = 300


class SignatureError(Exception):
    """The delivery is not signed by whom it says."""


class DeliveryError(ValueError):
    """The delivery is signed but cannot be understood."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    #: By lower-case names.
    headers: Mapping[str, str]
    body: bytes
    #: The public address it was sent to.
    url: str
    now: datetime

    def json(self) -> Any:
        """The body. Raises SignatureError: what cannot be read is not signed either."""
        try:
            content = json.loads(self.body)
        except ValueError as error:
            raise SignatureError("The body is no JSON.") from error
        if not isinstance(content, dict):
            raise SignatureError("The body is no JSON object.")
        return content


def hex_hmac(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def expect(given: str, expected: str) -> None:
    """Compare two texts in constant time. Raises SignatureError."""
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise SignatureError("The signature is wrong.")


def expect_recent(signed_at: datetime, now: datetime) -> None:
    """Raise SignatureError for a time that is not about now."""
    if abs((now - signed_at).total_seconds()) > SKEW_S:
        raise SignatureError("The signed time is too far from now.")


def moment(seconds: float) -> datetime:
    """A Unix time."""
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: float | None) -> datetime | None:
    """None for none, and for the 0 that some dialers send instead."""
    return moment(seconds) if seconds else None
