"""The dialers that report by webhooks, each a module of its own that verifies and maps. Pure."""

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
    #: As lists show it.
    name: str
    #: What the dialer calls the secret that signs.
    signs_with: str
    #: Raises SignatureError for a delivery that the secret did not sign.
    verify: Callable[[Delivery, str], None]
    #: What the content tells of, a call each; none for an event that tells of no finished call.
    parts: Callable[[Any], list[Any]]
    #: The call that a part of the content is.
    call: Callable[[Any, Any], RecordedCall]
    #: The content of a body. Raises DeliveryError.
    content: Callable[[bytes], Any] = read_object
    #: What has to be answered to the content for the address to be accepted; None for anything else.
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
    """What a delivery told."""

    calls: list[RecordedCall]
    #: Sentences: why something in it could not be used.
    problems: list[str]


def read(provider: Provider, content: Any) -> Reading:
    """The calls of a delivery; one that cannot be used takes no other with it."""
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


#: What comes of taking content for what the documentation says it is.
_UNEXPECTED = (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError)


def _said(provider: Provider, error: Exception) -> str:
    """Why something cannot be used, without its values: among them are links that open recordings."""
    if isinstance(error, DeliveryError):
        return str(error)
    if isinstance(error, ValidationError):
        found = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return f"This {provider.name} call cannot be used. {'; '.join(found)}."
    missing = f": {error} is missing" if isinstance(error, KeyError) else ""
    return f"This does not look like an event of {provider.name}{missing}."
