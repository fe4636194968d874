"""Settings > Integrations: API tokens, connected dialers, and their deliveries."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.calls.models import Call
from onrecord.apps.core.query_params import whole_number
from onrecord.apps.integrations.dialers import connections, kept, queries, receive
from onrecord.apps.integrations.dialers.models import ApiToken, Connection, ImportedCall
from onrecord.apps.integrations.dialers.providers import PROVIDERS
from onrecord.web.guards import requires
from onrecord.web.integrations.dialers.webhooks import address

#: Choices for whose voice is on which channel of a dialer's files.
CHANNELS = {
    "": "Unknown, or both in one channel",
    "user,person": "Rep on the left, contact on the right",
    "person,user": "Contact on the left, rep on the right",
}
#: How many unusable deliveries the page shows. The rest appear as these are dealt with.
_KEPT_SHOWN = 25
_LONGEST_NAME = ApiToken._meta.get_field("name").max_length


_admins = requires(Permission.INTEGRATIONS_MANAGE)


@require_safe
@_admins
def integrations(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    user = cast(User, request.user)
    found = queries.deliveries(user, cursor=request.GET.get("cursor"))
    # A user who manages integrations may not be allowed to see every call.
    calls = Call.objects.visible_to(user).filter(pk__in=[row.call_id for row in found.rows])
    shared = {
        "providers": PROVIDERS,
        "channels": CHANNELS,
        "tokens": queries.tokens(user),
        "connections": [(one, address(one)) for one in queries.connections(user)],
        "deliveries": found.rows,
        "next_cursor": found.next_cursor,
        "kept": list(queries.kept_deliveries(user)[:_KEPT_SHOWN]),
        "kept_count": queries.kept_deliveries(user).count(),
        "visible": set(calls.values_list("pk", flat=True)),
        "users": User.objects.filter(team_id=user.team_id, is_active=True).order_by("name"),
        "longest_name": _LONGEST_NAME,
    }
    return render(request, "integrations/dialers.html", shared | context, status=status)


def _back_to(section: str) -> HttpResponse:
    """Redirect to a section of the page."""
    return redirect(f"{reverse('integrations')}#{section}")


@require_POST
@_admins
def create_token(request: HttpRequest) -> HttpResponse:
    """Only this answer shows the token."""
    name = request.POST.get("name", "").strip()
    if not name or len(name) > cast(int, _LONGEST_NAME):
        return _page(request, 422, problem=f"Give the token a name of at most {_LONGEST_NAME} characters.")
    _, text = connections.create_token(name, acting_user=cast(User, request.user))
    response = _page(request, new_token=text, new_name=name)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@_admins
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    user = cast(User, request.user)
    connections.revoke_token(get_object_or_404(ApiToken, team_id=user.team_id, pk=token_id), acting_user=user)
    return _back_to("tokens")


@require_POST
@_admins
def connect(request: HttpRequest) -> HttpResponse:
    provider, secret = request.POST.get("provider", ""), request.POST.get("secret", "").strip()
    channels = request.POST.get("channels", "")
    if provider not in PROVIDERS or channels not in CHANNELS or not secret:
        return _page(request, 422, problem="Choose the dialer, and enter its signing secret.")
    connections.connect(
        provider,
        secret=secret,
        api_key=request.POST.get("api_key", "").strip(),
        announces=request.POST.get("announces") == "on",
        channels=channels,
        acting_user=cast(User, request.user),
    )
    return _back_to("dialers")


@require_POST
@_admins
def disconnect(request: HttpRequest, key: str) -> HttpResponse:
    user = cast(User, request.user)
    connections.disconnect(get_object_or_404(Connection, team_id=user.team_id, pk=key), acting_user=user)
    return _back_to("dialers")


@require_POST
@_admins
def link_user(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Link a dialer's user to one of ours."""
    acting = cast(User, request.user)
    row = get_object_or_404(ImportedCall.objects.of_team(acting), pk=delivery_id)
    chosen = request.POST.get("user", "")
    users = User.objects.filter(team_id=acting.team_id, is_active=True)
    user = users.filter(pk=whole_number(chosen) or 0).first()
    if user is None:
        return _page(request, 422, problem="Choose the user whose call it is.")
    receive.link_user(row, user, acting_user=acting)
    return _back_to("deliveries")


@require_POST
@_admins
def retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    acting = cast(User, request.user)
    row = get_object_or_404(ImportedCall.objects.of_team(acting), pk=delivery_id)
    if not receive.try_again(row, acting_user=acting):
        return _page(
            request, 422, problem="There is nothing to fetch again. Ask the dialer to send the file again."
        )
    return _back_to("deliveries")


@require_POST
@_admins
def retry_kept(request: HttpRequest, kept_id: int) -> HttpResponse:
    """Retry an unusable delivery."""
    acting = cast(User, request.user)
    found = get_object_or_404(queries.kept_deliveries(acting), pk=kept_id)
    if not kept.try_again(found, acting_user=acting):
        return _page(request, 422, problem=f"It still cannot be used. {found.problem}")
    return _back_to("deliveries")
