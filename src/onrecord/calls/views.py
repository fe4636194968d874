"""Pages of calls."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from onrecord.accounts.models import User
from onrecord.accounts.scope import require_calls
from onrecord.calls.queries import list_calls, shown_calls
from onrecord.calls.timeline import timeline
from onrecord.governance import inputs


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    require_calls(user)
    q = request.GET.get("q", "").strip()
    found = list_calls(user, q=q, cursor=request.GET.get("cursor"))
    context = {"calls": found.rows, "q": q, "next_cursor": found.next_cursor}
    return render(request, "calls/list.html", context)


@require_safe
def call(request: HttpRequest, call_id: str) -> HttpResponse:
    user = cast(User, request.user)
    require_calls(user)
    shown = get_object_or_404(shown_calls(user).select_related("log"), pk=call_id)
    context = {
        "call": shown,
        "events": timeline(shown),
        "decision": shown.decision,
        "inputs": inputs.sentence(shown.inputs) if shown.inputs else "",
        "recording": shown.recording,
    }
    return render(request, "calls/detail.html", context)
