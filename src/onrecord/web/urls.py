"""Every address of the web."""

from django.urls import path

from onrecord.web.api import switch_events
from onrecord.web.api.root import api
from onrecord.web.integrations import INTEGRATIONS
from onrecord.web.live import views as live
from onrecord.web.pages import account as accounts
from onrecord.web.pages import calls, people, reports, requests, reviews
from onrecord.web.pages import playlists as coaching
from onrecord.web.pages import recording_audio as recordings
from onrecord.web.pages import recordings as recording_pages
from onrecord.web.pages import share as sharing
from onrecord.web.pages.settings import dispositions as outcomes
from onrecord.web.pages.settings import governance as settings
from onrecord.web.pages.settings import policy_preview, scorecards, team
from onrecord.web.pages.settings import sharing as sharing_settings

urlpatterns = [
    path("", people.home, name="home"),
    path("sign-in", accounts.sign_in, name="sign-in"),
    path("sign-out", accounts.sign_out, name="sign-out"),
    path("people", people.people, name="people"),
    path("people/<int:person_id>", people.person, name="person"),
    path("people/<int:person_id>/do-not-record", people.do_not_record, name="do-not-record"),
    path("calls", calls.calls, name="calls"),
    path("calls/export", calls.export, name="calls-export"),
    path("calls/<str:call_id>", calls.call, name="call"),
    path("calls/<str:call_id>/log", calls.log, name="call-log"),
    path("recordings", recording_pages.recordings, name="recordings"),
    path("recordings/views", recording_pages.save_view, name="save-view"),
    path("recordings/views/<int:view_id>", recording_pages.rename_view, name="rename-view"),
    path("recordings/views/<int:view_id>/delete", recording_pages.delete_view, name="delete-view"),
    path("recordings/<str:call_id>/links", sharing.share, name="share"),
    path("recordings/links/<str:link_id>/revoke", sharing.revoke, name="revoke-link"),
    path("recordings/<str:call_id>/audio", recordings.audio, name="recording-audio"),
    path("recordings/<str:call_id>/peaks", recordings.peaks, name="recording-peaks"),
    path("recordings/<str:call_id>/manifest", recordings.manifest, name="recording-manifest"),
    path("coaching", coaching.playlists, name="playlists"),
    path("coaching/playlists/<int:playlist_id>", coaching.playlist, name="playlist"),
    path("coaching/playlists/<int:playlist_id>/change", coaching.change_playlist, name="change-playlist"),
    path("coaching/clips/<int:clip_id>", coaching.change_clip, name="change-clip"),
    path("coaching/reviews", reviews.reviews, name="reviews"),
    path("coaching/reviews/<int:review_id>", reviews.settle, name="settle-review"),
    path("coaching/scores/<int:assessment_id>", reviews.answer_score, name="answer-score"),
    path("recordings/<str:call_id>/clips", coaching.add_clip, name="add-clip"),
    path("recordings/<str:call_id>/reviews", reviews.ask, name="ask-for-review"),
    path("recordings/<str:call_id>/scores", reviews.assess, name="assess"),
    path("requests", requests.own, name="requests"),
    path("reports/recording", reports.recording, name="recording-report"),
    path("settings", team.settings, name="settings"),
    path("settings/permission-sets", team.permission_sets, name="permission-sets"),
    path("settings/permission-sets/new", team.create_permission_set, name="create-permission-set"),
    path("settings/permission-sets/users", team.permission_set_users, name="permission-set-users"),
    path(
        "settings/permission-sets/<int:set_id>/rename",
        team.rename_permission_set,
        name="rename-permission-set",
    ),
    path(
        "settings/permission-sets/<int:set_id>/delete",
        team.delete_permission_set,
        name="delete-permission-set",
    ),
    path("settings/outcomes", outcomes.outcomes, name="outcomes"),
    path("settings/outcomes/<str:field>", outcomes.change, name="change-outcomes"),
    path("settings/packages", team.packages, name="packages"),
    path("settings/packages/<str:package>", team.switch_package, name="switch-package"),
    path("settings/requests", requests.inbox, name="requests-inbox"),
    path("settings/requests/<int:request_id>/answer", requests.answer, name="answer-request"),
    path("settings/requests/<int:request_id>/close", requests.close, name="close-request"),
    path("recordings/<str:call_id>/verify", recordings.verify, name="recording-verify"),
    path("settings/call-recording", settings.settings, name="call-recording"),
    path("settings/call-recording/basics", settings.basics, name="settings-basics"),
    path("settings/call-recording/level", settings.level, name="settings-level"),
    path("settings/call-recording/preset", settings.preset, name="settings-preset"),
    path("settings/call-recording/rule", settings.rule, name="settings-rule"),
    path("settings/call-recording/rule/remove", settings.remove_rule, name="settings-remove-rule"),
    path("settings/call-recording/numbers", settings.numbers, name="settings-numbers"),
    path("settings/call-recording/numbers/remove", settings.remove_number, name="settings-remove-number"),
    path("settings/call-recording/announcements", settings.add_announcement, name="settings-announcements"),
    path(
        "settings/call-recording/announcements/<str:name>",
        settings.announcement,
        name="settings-announcement",
    ),
    path(
        "settings/call-recording/announcements/<str:name>/remove",
        settings.remove_announcement,
        name="settings-remove-announcement",
    ),
    path("settings/call-recording/review", settings.review, name="settings-review"),
    path("settings/call-recording/publish", settings.publish, name="settings-publish"),
    path("settings/call-recording/up-to-date", settings.bring_up_to_date, name="settings-up-to-date"),
    path("settings/call-recording/discard", settings.discard, name="settings-discard"),
    path("settings/call-recording/areas", policy_preview.areas, name="settings-areas"),
    path("settings/call-recording/simulate", policy_preview.simulate, name="settings-simulate"),
    path(
        "settings/call-recording/simulate/calls",
        policy_preview.simulate_calls,
        name="settings-simulate-calls",
    ),
    path(
        "settings/call-recording/simulate/people",
        policy_preview.simulate_people,
        name="settings-simulate-people",
    ),
    path("settings/call-recording/versions", policy_preview.history, name="settings-history"),
    path("settings/call-recording/versions/<int:number>", policy_preview.version, name="settings-version"),
    path(
        "settings/call-recording/versions/<int:number>/copy",
        settings.copy_version,
        name="settings-copy-version",
    ),
    path("settings/scorecards", scorecards.scorecards, name="scorecards"),
    path("settings/scorecards/<int:scorecard_id>", scorecards.change_scorecard, name="change-scorecard"),
    path("settings/sharing", sharing_settings.sharing, name="sharing"),
    path("settings/sharing/revoke-all", sharing_settings.revoke_all, name="revoke-all-links"),
    path("shared", sharing.entry, name="shared"),
    path("shared/<str:link_id>", sharing.shared, name="shared-recording"),
    path("shared/<str:link_id>/audio", sharing.shared_audio, name="shared-audio"),
    path("shared/<str:link_id>/peaks", sharing.shared_peaks, name="shared-peaks"),
    path("events", live.events, name="live-events"),
    path("internal/events", switch_events.events, name="event-intake"),
    path("api/v2/", api.urls),
    *(pattern for integration in INTEGRATIONS for pattern in integration.urlpatterns),
]

handler400 = "onrecord.web.errors.bad_request"
handler403 = "onrecord.web.errors.permission_denied"
handler404 = "onrecord.web.errors.not_found"
handler500 = "onrecord.web.errors.server_error"
