"""All URLs of the web. Each module defines its own `urlpatterns` at its end."""

from django.urls import include, path

from onrecord.web.api import switch_events
from onrecord.web.api.root import api
from onrecord.web.integrations import INTEGRATIONS
from onrecord.web.live import views as live
from onrecord.web.pages import (
    account,
    calls,
    people,
    playlists,
    recording_audio,
    recordings,
    reports,
    requests,
    reviews,
    share,
)
from onrecord.web.pages.settings import dispositions, governance, policy_preview, scorecards, sharing, team

_MODULES = (
    account,
    people,
    calls,
    recordings,
    recording_audio,
    share,
    playlists,
    reviews,
    requests,
    reports,
    team,
    governance,
    policy_preview,
    dispositions,
    scorecards,
    sharing,
    live,
    switch_events,
)

urlpatterns = [
    *(path("", include(module)) for module in _MODULES),
    *(path("", include(integration.urlpatterns)) for integration in INTEGRATIONS),
    path("api/v2/", api.urls),
]

handler400 = "onrecord.web.errors.bad_request"
handler403 = "onrecord.web.errors.permission_denied"
handler404 = "onrecord.web.errors.not_found"
handler500 = "onrecord.web.errors.server_error"
