"""A webhook delivery, and helpers for the dialers' modules."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from onrecord.apps.core.json_input import JsonError, read_json
from onrecord.apps.core.moments import is_plausible
from onrecord.apps.integrations.dialers.canonical import LONGEST_S

#: Seconds that the signed time may differ from ours. An older delivery is treated as a replay.
SKEW_S = 300


class SignatureError(Exception):
    """The delivery's signature is missing or wrong."""


class DeliveryError(ValueError):
    """The delivery is signed but cannot be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    #: With lowercase names.
    headers: Mapping[str, str]
    body: bytes
    #: The public URL it was sent to.
    url: str
    now: datetime

    def json(self) -> Any:
        """The body, if it contains the signature. Raises SignatureError if it cannot be read."""
        try:
            return read_object(self.body)
        except DeliveryError as error:
            raise SignatureError(str(error)) from error


def read_object(body: bytes) -> Any:
    """The JSON object in the body. Raises DeliveryError."""
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
    """Compare two texts in constant time. Raises SignatureError if they differ."""
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise SignatureError("The signature is wrong.")


def expect_recent(signed_at: datetime, now: datetime) -> None:
    """Raise SignatureError if the time is not close to now."""
    if abs((now - signed_at).total_seconds()) > SKEW_S:
        raise SignatureError("The signed time is too far from the current time.")


def moment(seconds: float) -> datetime:
    """The time of a Unix timestamp."""
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: Any) -> datetime | None:
    """The time of an optional Unix timestamp. None if it is missing, nonsense, or 0, which some send."""
    try:
        at = moment(float(seconds))
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at if is_plausible(at) else None


def number_of_call(value: Any) -> str:
    """The dialer's id of a call or recording. Raises DeliveryError: without ids, all calls would be one."""
    if not text(value):
        raise DeliveryError("The call ID is missing.")
    return text(value)


def text(value: Any) -> str:
    """An optional value as text; empty if it is neither text nor a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def seconds(value: Any, *, instead: float = 0.0) -> float:
    """The length of a call, or `instead` if it is missing or impossible."""
    try:
        length = float(value)
    except (TypeError, ValueError, OverflowError):
        return instead
    return length if 0 <= length <= LONGEST_S else instead


def between(start: Any, end: Any) -> float:
    """Seconds from one Unix timestamp to another; 0 if one is missing or they are impossible."""
    try:
        return seconds(float(end) - float(start))
    except (TypeError, ValueError, OverflowError):
        return 0.0
