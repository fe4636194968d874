"""Where dialers report. What is signed is taken in once; a repetition changes nothing."""

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from onrecord.errors import ApiError
from onrecord.integrations.dialers import actions
from onrecord.integrations.dialers.models import Connection
from onrecord.integrations.dialers.providers import (
    PROVIDERS,
    Delivery,
    DeliveryError,
    Provider,
    SignatureError,
    read,
)
from onrecord.integrations.dialers.secret_text import unseal
from onrecord.settings import config

log = logging.getLogger(__name__)


def address(connection: Connection) -> str:
    """The webhook's public address, which the admin gives to the dialer."""
    return f"{config.public_url}/webhooks/{connection.key}"


@login_not_required
@csrf_exempt  # signed instead: no browser comes here
@require_POST
def deliver(request: HttpRequest, key: str) -> HttpResponse:
    connection = Connection.objects.select_related("team").filter(pk=key, removed_at=None).first()
    if connection is None:
        raise Http404
    provider = PROVIDERS[connection.provider]
    secret = unseal(connection.secret, config.secrets.master_key)
    delivery = Delivery(
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
        url=address(connection),
        now=timezone.now(),
    )
    try:
        content = provider.open(delivery, secret)
        answer = provider.challenge(content, secret)
        if answer is None:
            answer = {"taken": str(_take(provider, content, connection))}
    except SignatureError as error:
        log.warning("%s %s: a delivery was refused: %s", provider.name, key, error)
        return ApiError(401, "bad_signature", str(error)).response()
    except DeliveryError as error:
        log.warning("%s %s: %s", provider.name, key, error)
        return ApiError(400, "bad_delivery", str(error)).response()
    return JsonResponse(answer)


def _take(provider: Provider, content: Any, connection: Connection) -> int:
    """Enter the calls; how many of them are new."""
    taken = [
        actions.take(call, team=connection.team, source=provider.name, connection=connection)
        for call in read(provider, content)
    ]
    return sum(is_new for _, is_new in taken)
