"""Settings > Sharing."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.accounts.queries import recent_changes
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.audit.models import Action
from onrecord.apps.sharing import actions
from onrecord.apps.sharing.queries import list_links, may_any_open, rules_of, with_status
from onrecord.apps.sharing.rules import DAYS, Rules


@require_http_methods(["GET", "HEAD", "POST"])
def sharing(request: HttpRequest) -> HttpResponse:
    """The rules and all links. POST `allowed`, `passcode_required`, and `longest_days` changes the rules."""
    user = _manager(request)
    if request.method == "POST":
        days = request.POST.get("longest_days", "")
        # A value that cannot be read counts as the strictest.
        rules = Rules(
            allowed="allowed" in request.POST,
            longest_days=int(days) if days in map(str, DAYS) else DAYS[0],
            passcode_required="passcode_required" in request.POST,
        )
        actions.change_rules(rules, acting_user=user)
        return redirect("sharing")
    found = list_links(user, cursor=request.GET.get("cursor"))
    scope = Scope.of(user)
    context = {
        # For a call that the manager may not see, the list shows only that there is a link.
        "seen": {link.pk for link in found.rows if scope.covers(link.recording.call.user)},
        "rules": rules_of(user.team_id),
        "days": DAYS,
        "links": with_status(found.rows),
        "may_any_open": may_any_open(user.team_id),
        "next_cursor": found.next_cursor,
        "changes": recent_changes(Action.SHARING_RULES_CHANGED, Action.SHARES_REVOKED),
    }
    return render(request, "settings/sharing.html", context)


@require_POST
def revoke_all(request: HttpRequest) -> HttpResponse:
    actions.revoke_all(acting_user=_manager(request))
    return redirect("sharing")


def _manager(request: HttpRequest) -> User:
    require(request.user, Permission.SHARING_MANAGE)
    return cast(User, request.user)


urlpatterns = [
    path("settings/sharing", sharing, name="sharing"),
    path("settings/sharing/revoke-all", revoke_all, name="revoke-all-links"),
]
