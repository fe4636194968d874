"""Settings > Call Recording: editing and publishing the draft."""

import io
import wave
from collections.abc import Callable, Iterable
from typing import IO, Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.accounts.scope import users_who_may
from onrecord.apps.calls.enforcement import restrict_live_calls
from onrecord.apps.governance import actions
from onrecord.apps.governance.announcements import (
    CLIPS,
    AnnouncementError,
    announcement_names,
    load_announcement,
)
from onrecord.apps.governance.decisions import rep_facts
from onrecord.apps.governance.models import Announcement, PolicyVersion
from onrecord.apps.governance.sound import LARGEST_BYTES, SoundError, to_pcmu
from onrecord.audio.g711 import RATE, ULAW
from onrecord.policy import coverage, edits
from onrecord.policy.document import Policy, PolicyError, Rule
from onrecord.policy.places import write_place
from onrecord.policy.presets import PLACES, PRESETS
from onrecord.protocol.fields import LONGEST_ANNOUNCEMENT_S
from onrecord.web.pages.settings import governance_forms
from onrecord.web.pages.settings.governance_context import DraftContext, render_page, settings_page

Problems = tuple[str, ...]


@require_safe
@settings_page
def settings(request: HttpRequest) -> HttpResponse:
    return _settings(request)


def _settings(request: HttpRequest, problems: Problems = (), status: int = 200, **typed: str) -> HttpResponse:
    context: dict[str, Any] = {
        **typed,
        "presets": PRESETS,
        "places": PLACES,
        "permissions": governance_forms.PERMISSIONS,
        "clips": CLIPS,
        "announcements": Announcement.objects.select_related("author").order_by("name"),
        "largest_bytes": LARGEST_BYTES,
        "longest_s": LONGEST_ANNOUNCEMENT_S,
    }
    return render_page(
        request, "call_recording", DraftContext(request), problems=problems, status=status, **context
    )


@require_POST
@settings_page
def basics(request: HttpRequest) -> HttpResponse:
    def change(policy: Policy) -> Policy:
        given = governance_forms.read_basics(request.POST)
        return edits.with_basics(
            policy,
            team=given.team,
            unknown_area=given.unknown_area,
            beep_every_s=given.beep_every_s,
            before_call_permission=given.before_call_permission,
            during_call_permission=given.during_call_permission,
        )

    return _change(request, change, "basics")


@require_POST
@settings_page
def level(request: HttpRequest) -> HttpResponse:
    def change(policy: Policy) -> Policy:
        kind, key, setting = governance_forms.read_setting(request.POST)
        return edits.with_setting(policy, level=kind, key=key, setting=setting)

    return _change(request, change, "levels")


@require_POST
@settings_page
def preset(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("preset", "")
    return _change(request, lambda policy: edits.with_named_preset(policy, name), "rules")


@require_POST
@settings_page
def numbers(request: HttpRequest) -> HttpResponse:
    text, region = request.POST.get("numbers", ""), cast(User, request.user).region

    def change(policy: Policy) -> Policy:
        return edits.with_numbers(policy, governance_forms.read_numbers(text, region))

    return _change(request, change, "do-not-record", typed_numbers=text)


@require_POST
@settings_page
def remove_number(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("number", "")
    return _change(request, lambda policy: edits.without_number(policy, number), "do-not-record")


@require_POST
@settings_page
def remove_rule(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("name", "")
    return _change(request, lambda policy: edits.without_rule(policy, name), "rules")


def _change(
    request: HttpRequest, change: Callable[[Policy], Policy], part: str, **typed: str
) -> HttpResponse:
    """Change the draft and show it again. Problems are shown on the page, with what the admin typed."""
    try:
        actions.edit(change, revision=request.POST.get("revision", ""), acting_user=cast(User, request.user))
    except PolicyError as error:
        return _settings(request, error.problems, status=422, **typed)
    except actions.StaleRevisionError as error:
        return _settings(request, (str(error),), status=409, **typed)
    return _back_to(part)


def _back_to(part: str) -> HttpResponse:
    """Redirect to a part of the page."""
    return redirect(f"{reverse('call-recording')}#{part}")


@require_http_methods(["GET", "HEAD", "POST"])
@settings_page
def rule(request: HttpRequest) -> HttpResponse:
    """The form for a rule: a new one, or the one in `?name=`."""
    replacing = request.GET.get("name")
    if request.method == "POST":
        return _save_rule(request, replacing)
    shown = next((one for one in DraftContext(request).policy.rules if one.name == replacing), None)
    if replacing is not None and shown is None:
        raise Http404
    return _rule_form(request, replacing, _values(shown))


def _save_rule(request: HttpRequest, replacing: str | None) -> HttpResponse:
    def change(policy: Policy) -> Policy:
        return edits.with_rule(policy, governance_forms.read_rule(request.POST), replacing=replacing)

    try:
        actions.edit(change, revision=request.POST.get("revision", ""), acting_user=cast(User, request.user))
    except PolicyError as error:
        return _rule_form(request, replacing, request.POST.dict(), error.problems, 422)
    except actions.StaleRevisionError as error:
        return _rule_form(request, replacing, request.POST.dict(), (str(error),), 409)
    return _back_to("rules")


def _rule_form(
    request: HttpRequest,
    replacing: str | None,
    values: dict[str, str],
    problems: Problems = (),
    status: int = 200,
) -> HttpResponse:
    context = {"values": values, "replacing": replacing, "announcements": announcement_names()}
    return render_page(request, "rule", DraftContext(request), problems=problems, status=status, **context)


def _values(rule: Rule | None) -> dict[str, str]:
    """The values of the form's fields for a rule, or for a new one."""
    if rule is None:
        return {"mode": "none", "may_change": "on"}
    return {
        "name": rule.name,
        "where": ", ".join(map(write_place, rule.where)),
        "mode": rule.mode,
        "record": {True: "on", False: "off", None: ""}[rule.record],
        "may_change": "on" if rule.may_change else "",
        "announcement": rule.announcement or "",
        "because": rule.because,
    }


@require_safe
@settings_page
def review(request: HttpRequest) -> HttpResponse:
    return _show_review(request)


def _show_review(request: HttpRequest, *, problems: tuple[str, ...] = (), status: int = 200) -> HttpResponse:
    draft_context = DraftContext(request)
    reps = User.objects.filter(users_who_may(Permission.CALLS_PLACE), team=draft_context.user.team)
    before, after = (
        _recording_reps(policy, reps) for policy in (draft_context.in_force, draft_context.policy)
    )
    return render_page(
        request,
        "review",
        draft_context,
        reach=coverage.reach(draft_context.in_force, draft_context.policy),
        reps={"total": len(reps), "before": before, "after": after},
        problems=problems,
        status=status,
    )


def _recording_reps(policy: Policy, reps: Iterable[User]) -> int:
    return coverage.recording_reps(policy, [rep_facts(rep, policy) for rep in reps])


@require_POST
@settings_page
def publish(request: HttpRequest) -> HttpResponse:
    """Put the draft in force. Before this responds, the gates of live calls have closed where necessary."""
    try:
        version = actions.publish_draft(
            request.POST.get("revision", ""), acting_user=cast(User, request.user)
        )
    except PolicyError as error:
        return _show_review(request, problems=error.problems, status=422)
    except actions.StaleRevisionError as error:
        return _show_review(request, problems=(str(error),), status=409)
    restrict_live_calls()
    return redirect("policy-version", version.number)


@require_POST
@settings_page
def bring_up_to_date(request: HttpRequest) -> HttpResponse:
    return _with_draft(request, actions.bring_up_to_date, "draft-review")


@require_POST
@settings_page
def discard(request: HttpRequest) -> HttpResponse:
    return _with_draft(request, actions.discard, "call-recording")


def _with_draft(request: HttpRequest, act: Callable[..., None], then: str) -> HttpResponse:
    try:
        act(request.POST.get("revision", ""), acting_user=cast(User, request.user))
    except actions.StaleRevisionError as error:
        return _show_review(request, problems=(str(error),), status=409)
    return redirect(then)


@require_POST
@settings_page
def copy_version(request: HttpRequest, number: int) -> HttpResponse:
    try:
        actions.copy_version(
            number, revision=request.POST.get("revision", ""), acting_user=cast(User, request.user)
        )
    except PolicyVersion.DoesNotExist as error:
        raise Http404 from error
    except actions.StaleRevisionError as error:
        return _show_review(request, problems=(str(error),), status=409)
    return redirect("draft-review")


@require_POST
@settings_page
def add_announcement(request: HttpRequest) -> HttpResponse:
    """Upload a sound file. Only the converted sound is kept, not the file."""
    file = request.FILES.get("file")
    try:
        name = governance_forms.read_announcement_name(request.POST)
        if file is None or file.size is None or file.size > LARGEST_BYTES:
            raise PolicyError([f"Choose a sound file of at most {LARGEST_BYTES // 1_000_000} MB."])
        actions.add_announcement(name, to_pcmu(cast(IO[bytes], file)), acting_user=cast(User, request.user))
    except PolicyError as error:
        return _settings(request, error.problems, status=422)
    except SoundError as error:
        return _settings(request, (str(error),), status=422)
    return _back_to("announcements")


@require_POST
@settings_page
def remove_announcement(request: HttpRequest, name: str) -> HttpResponse:
    found = get_object_or_404(Announcement, name=name)
    try:
        actions.remove_announcement(found, acting_user=cast(User, request.user))
    except PolicyError as error:
        return _settings(request, error.problems, status=409)
    return _back_to("announcements")


@require_safe
@settings_page
def announcement(request: HttpRequest, name: str) -> HttpResponse:
    """The announcement as it is played in calls, as a WAV file for the browser."""
    try:
        pcmu = load_announcement(name)
    except AnnouncementError as error:
        raise Http404 from error
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(ULAW[list(pcmu)].astype("<i2").tobytes())
    return HttpResponse(sound.getvalue(), content_type="audio/wav")


urlpatterns = [
    path("settings/call-recording", settings, name="call-recording"),
    path("settings/call-recording/basics", basics, name="change-basics"),
    path("settings/call-recording/level", level, name="change-level"),
    path("settings/call-recording/preset", preset, name="apply-preset"),
    path("settings/call-recording/rule", rule, name="rule"),
    path("settings/call-recording/rule/remove", remove_rule, name="remove-rule"),
    path("settings/call-recording/numbers", numbers, name="add-number"),
    path("settings/call-recording/numbers/remove", remove_number, name="remove-number"),
    path("settings/call-recording/announcements", add_announcement, name="add-announcement"),
    path("settings/call-recording/announcements/<str:name>", announcement, name="announcement"),
    path(
        "settings/call-recording/announcements/<str:name>/remove",
        remove_announcement,
        name="remove-announcement",
    ),
    path("settings/call-recording/review", review, name="draft-review"),
    path("settings/call-recording/publish", publish, name="publish-draft"),
    path("settings/call-recording/up-to-date", bring_up_to_date, name="update-draft"),
    path("settings/call-recording/discard", discard, name="discard-draft"),
    path("settings/call-recording/versions/<int:number>/copy", copy_version, name="copy-policy-version"),
]
