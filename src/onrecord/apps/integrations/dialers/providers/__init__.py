"""The dialers that send webhooks. Each has a module that verifies and maps its deliveries. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from onrecord.apps.integrations.dialers.canonical import RecordedCall
from onrecord.apps.integrations.dialers.providers import aircall, dialpad, justcall, zoom_phone
from onrecord.apps.integrations.dialers.providers.delivery import (
    Delivery,
    DeliveryError,
    SignatureError,
    read_object,
)

__all__ = ["PROVIDERS", "Delivery", "DeliveryError", "Provider", "Reading", "SignatureError", "read"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    #: The dialer's name, as lists show it.
    name: str
    #: The dialer's term for the signing secret.
    signs_with: str
    #: Raises SignatureError if the delivery is not signed with the secret.
    verify: Callable[[Delivery, str], None]
    #: The parts of the content that each describe a call; none if no call has ended.
    parts: Callable[[Any], list[Any]]
    #: The call that a part describes.
    call: Callable[[Any, Any], RecordedCall]
    #: Parses a body. Raises DeliveryError.
    content: Callable[[bytes], Any] = read_object
    #: The answer with which the dialer verifies our URL; None if the content is not such a challenge.
    challenge: Callable[[Any, str], dict[str, str] | None] = lambda _content, _secret: None


PROVIDERS: Mapping[str, Provider] = {
    "aircall": Provider(
        name="Aircall",
        signs_with="token",
        verify=aircall.verify,
        parts=aircall.parts,
        call=aircall.call,
    ),
    "dialpad": Provider(
        name="Dialpad",
        signs_with="secret",
        verify=dialpad.verify,
        parts=dialpad.parts,
        call=dialpad.call,
        content=dialpad.content,
    ),
    "justcall": Provider(
        name="JustCall",
        signs_with="API secret",
        verify=justcall.verify,
        parts=justcall.parts,
        call=justcall.call,
    ),
    "zoom_phone": Provider(
        name="Zoom Phone",
        signs_with="secret token",
        verify=zoom_phone.verify,
        parts=zoom_phone.parts,
        call=zoom_phone.call,
        challenge=zoom_phone.challenge,
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The result of reading a delivery."""

    calls: list[RecordedCall]
    #: Sentences that say why parts of it could not be used.
    problems: list[str]


def read(provider: Provider, content: Any) -> Reading:
    """The calls of a delivery. If one cannot be used, the others still are."""
    calls: list[RecordedCall] = []
    problems: list[str] = []
    try:
        parts = provider.parts(content)
    except _UNEXPECTED as error:
        return Reading(calls=[], problems=[_said(provider, error)])
    for part in parts:
        try:
            calls.append(provider.call(content, part))
        except _UNEXPECTED as error:
            problems.append(_said(provider, error))
    return Reading(calls=calls, problems=problems)


#: Errors that occur if content differs from the dialer's documentation.
_UNEXPECTED = (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError)


def _said(provider: Provider, error: Exception) -> str:
    """Why something cannot be used, without its values, which may include links to recordings."""
    if isinstance(error, DeliveryError):
        return str(error)
    if isinstance(error, ValidationError):
        found = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return f"This {provider.name} call cannot be used. {'; '.join(found)}."
    missing = f": {error} is missing" if isinstance(error, KeyError) else ""
    return f"This does not look like an event of {provider.name}{missing}."
