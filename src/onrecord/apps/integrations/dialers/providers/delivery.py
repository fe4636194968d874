"""A webhook delivery as it came in, and what all dialers' modules need."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from onrecord.apps.core.json_input import JsonError, read_json
from onrecord.apps.core.moments import is_plausible

#: Seconds that a signed time may differ from ours; an older delivery is a replay.
SKEW_S = 300


#: Longer calls are mistakes of a unit.
LONGEST_S = 7 * 24 * 3600


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
        """The body where the signature is part of it. Raises SignatureError: unreadable is unsigned."""
        try:
            return read_object(self.body)
        except DeliveryError as error:
            raise SignatureError(str(error)) from error


def read_object(body: bytes) -> Any:
    """The JSON object that a body is. Raises DeliveryError."""
    try:
        content = read_json(body)
    except JsonError as error:
        raise DeliveryError(str(error)) from error
    if not isinstance(content, dict):
        raise DeliveryError("The body is not a JSON object.")
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
        raise SignatureError("The signed time is too far from the current time.")


def moment(seconds: float) -> datetime:
    """A Unix time."""
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: Any) -> datetime | None:
    """A Unix time that is good to have; None for none, for the 0 that some send instead, and for nonsense."""
    try:
        at = moment(float(seconds))
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at if is_plausible(at) else None


def number_of_call(value: Any) -> str:
    """What the dialer calls a call or a recording. Raises DeliveryError: without it all calls are one."""
    if not text(value):
        raise DeliveryError("The call ID is missing.")
    return text(value)


def text(value: Any) -> str:
    """A fact that is good to have, as text; empty for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def seconds(value: Any, *, instead: float = 0.0) -> float:
    """The length of a call; `instead` where it is missing or cannot be."""
    try:
        length = float(value)
    except (TypeError, ValueError, OverflowError):
        return instead
    return length if 0 <= length <= LONGEST_S else instead


def between(start: Any, end: Any) -> float:
    """Seconds from one Unix time to another; 0 where one of them is missing or they cannot be."""
    try:
        return seconds(float(end) - float(start))
    except (TypeError, ValueError, OverflowError):
        return 0.0
