"""The dialers that report by webhooks, each a module of its own that verifies and maps. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from onrecord.integrations.dialers.neutral import RecordedCall
from onrecord.integrations.dialers.providers import aircall, dialpad, justcall, zoom_phone
from onrecord.integrations.dialers.providers.delivery import Delivery, DeliveryError, SignatureError

__all__ = ["PROVIDERS", "Delivery", "DeliveryError", "Provider", "SignatureError", "read"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    #: As lists show it.
    name: str
    #: What the dialer calls the secret that signs.
    signs_with: str
    #: The content of a signed delivery. Raises SignatureError.
    open: Callable[[Delivery, str], Any]
    #: The calls that the content tells of; none for an event that tells of no finished call.
    calls: Callable[[Any], list[RecordedCall]]
    #: What has to be answered to the content for the address to be accepted; None for anything else.
    challenge: Callable[[Any, str], dict[str, str] | None] = lambda _content, _secret: None


PROVIDERS: Mapping[str, Provider] = {
    "aircall": Provider(name="Aircall", signs_with="Token", open=aircall.open_, calls=aircall.calls),
    "dialpad": Provider(name="Dialpad", signs_with="Secret", open=dialpad.open_, calls=dialpad.calls),
    "justcall": Provider(name="JustCall", signs_with="API secret", open=justcall.open_, calls=justcall.calls),
    "zoom_phone": Provider(
        name="Zoom Phone",
        signs_with="Secret token",
        open=zoom_phone.open_,
        calls=zoom_phone.calls,
        challenge=zoom_phone.challenge,
    ),
}


def read(provider: Provider, content: Any) -> list[RecordedCall]:
    """The calls of a delivery. Raises DeliveryError for content that is not as the dialer documents it."""
    try:
        return provider.calls(content)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        raise DeliveryError(
            f"This is no {provider.name} event as its documentation has it: {error!r}."
        ) from error
