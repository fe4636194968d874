"""Every address of the web."""

from django.urls import path

from onrecord.accounts import views as accounts
from onrecord.api import api
from onrecord.calls import intake
from onrecord.calls import views as calls
from onrecord.live import views as live
from onrecord.people import views as people
from onrecord.recordings import views as recordings

urlpatterns = [
    path("", people.home, name="home"),
    path("sign-in", accounts.sign_in, name="sign-in"),
    path("sign-out", accounts.sign_out, name="sign-out"),
    path("people", people.people, name="people"),
    path("people/<int:person_id>", people.person, name="person"),
    path("calls", calls.calls, name="calls"),
    path("calls/<str:call_id>", calls.call, name="call"),
    path("recordings/<str:call_id>/audio", recordings.audio, name="recording-audio"),
    path("recordings/<str:call_id>/peaks", recordings.peaks, name="recording-peaks"),
    path("recordings/<str:call_id>/manifest", recordings.manifest, name="recording-manifest"),
    path("events", live.events, name="live-events"),
    path("internal/events", intake.events, name="event-intake"),
    path("api/v2/", api.urls),
]

handler400 = "onrecord.errors.bad_request"
handler403 = "onrecord.errors.permission_denied"
handler404 = "onrecord.errors.not_found"
handler500 = "onrecord.errors.server_error"
