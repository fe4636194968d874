"""The pages of reports."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission, require
from onrecord.apps.accounts.scope import require_calls
from onrecord.apps.calls.queries import reps_of
from onrecord.apps.reports.queries import LISTED, recording_report
from onrecord.apps.reports.selection import groups_of, read


@require_safe
def recording(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    require(user, Permission.RECORDING_REPORT_VIEW)
    require_calls(user)
    selection = read(user, request.GET.dict())
    reps = reps_of(user)
    context = {
        "selection": selection,
        "report": recording_report(selection),
        "listed": LISTED,
        "groups": groups_of(reps),
        "reps": reps,
    }
    return render(request, "reports/recording.html", context)


urlpatterns = [
    path("reports/recording", recording, name="recording-report"),
]
