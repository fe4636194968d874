"""Webhooks of other dialers. A signed delivery gets a 200: it is received once, or kept if unusable."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from onrecord.apps.core.api_error import ApiError
from onrecord.apps.integrations.dialers import kept
from onrecord.apps.integrations.dialers.models import Connection
from onrecord.apps.integrations.dialers.providers import (
    PROVIDERS,
    Delivery,
    DeliveryError,
    Provider,
    SignatureError,
)
from onrecord.apps.integrations.dialers.sealed_secrets import unseal
from onrecord.config import host_config

log = logging.getLogger(__name__)


def address(connection: Connection) -> str:
    """The webhook's public URL, which the admin enters at the dialer."""
    return host_config().public_url + reverse("webhook", kwargs={"key": connection.key})


@login_not_required
@csrf_exempt  # deliveries are signed; browsers do not come here
@require_POST
def deliver(request: HttpRequest, key: str) -> HttpResponse:
    connection = Connection.objects.select_related("team").filter(pk=key, removed_at=None).first()
    if connection is None:
        raise Http404
    provider = PROVIDERS[connection.provider]
    secret = unseal(connection.secret, host_config().secrets.master_key)
    delivery = Delivery(
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
        url=address(connection),
        now=timezone.now(),
    )
    try:
        provider.verify(delivery, secret)
    except SignatureError as error:
        # Do not log the URL's key: together with the signing secret, it would let others deliver.
        log.warning("%s: a delivery was refused: %s", provider.name, error)
        return ApiError(401, "bad_signature", str(error)).response()
    answer = _challenge(provider, delivery.body, secret)
    return JsonResponse(answer or {"taken": str(kept.receive_delivery(connection, delivery.body))})


def _challenge(provider: Provider, body: bytes, secret: str) -> dict[str, str] | None:
    """The answer that confirms our address to the dialer; None for any other delivery."""
    try:
        return provider.challenge(provider.content(body), secret)
    except DeliveryError:
        # The delivery is kept, with the reason.
        return None
