"""/reports/recording."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission as PermissionRow
from django.test import Client

from factories import ALLOWED, CallFactory, GroupFactory, UserFactory
from harness.reports import report as post_event
from onrecord.apps.accounts.models import PermissionSet, User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call, Recording
from onrecord.apps.reports.queries import recording_report
from onrecord.apps.reports.selection import read

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
BY_RULE = "Off: California requires consent (rule 'All-party states')."


@pytest.fixture
def ida() -> User:
    return UserFactory(name="Ida", permission_set="Admin")


def decided(mode: str, sentence: str, **fields: Any) -> dict[str, Any]:
    """Fields of a call with this decision."""
    reasons = [{"code": "rule", "sentence": sentence}, {"code": "locked", "sentence": "Locked."}]
    on = sentence.startswith("On")
    decision = ALLOWED | {"mode": mode, "record_at_start": on, "reasons": reasons}
    return {"decision": decision, "mode": mode, "record_at_start": on} | fields


def ended(at: datetime = NOON, **fields: Any) -> Call:
    """An answered call that has ended, unless the fields say otherwise."""
    shown = {"created_at": at, "answered_at": at, "ended_at": at, "status": "completed"} | fields
    call: Call = CallFactory(**shown)
    return call


def counted(tallies: list[Any]) -> list[tuple[Any, ...]]:
    return [(tally.label, tally.count, tally.captured) for tally in tallies]


def test_calls_are_counted_by_mode_and_by_the_reason_that_decided(ida: User) -> None:
    for captured in (True, True, False):
        ended(captured=captured, recording__status="completed")
    ended(**decided("none", BY_RULE), captured=False)
    report = recording_report(read(ida, MARCH))
    assert (report.calls, report.captured) == (4, 2)
    assert counted(report.modes) == [("Both sides may be recorded", 3, 2), ("May not be recorded", 1, 0)]
    assert counted(report.reasons) == [("On: your team records calls by default.", 3, 2), (BY_RULE, 1, 0)]


def test_a_call_that_became_stricter_counts_by_the_stricter_decision(ida: User) -> None:
    stricter = decided("none", BY_RULE)
    ended(mode="none", restriction=stricter["decision"])
    report = recording_report(read(ida, MARCH))
    assert [(tally.label, tally.count) for tally in report.reasons] == [(BY_RULE, 1)]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"recording__status": "completed", "captured": True}, None),
        (
            {"recording__status": "not_recorded", "recording__reason_code": "nothing_captured"},
            "Nothing was captured while recording was on",
        ),
        (
            {"recording__status": "failed", "recording__reason_code": "failed", "captured": True},
            "The recording could not be made",
        ),
        (
            {"recording__status": "failed", "recording__reason_code": "overdue"},
            "Late: nothing has been heard about it for an hour",
        ),
        ({"recording__status": "processing", "captured": True}, "Still being made"),
        ({"recording__status": "pending", "ended_at": None}, None),
        ({"recording__status": "not_recorded", "recording__reason_code": "never_answered"}, None),
        (
            {
                "recording__status": "not_recorded",
                "recording__reason_code": "never_answered",
                "answered_at": None,
                "captured": False,
            },
            None,
        ),
        (
            decided("none", BY_RULE, recording__status="not_recorded", recording__reason_code="rule"),
            None,
        ),
        (
            decided("none", BY_RULE, recording__status="failed", recording__reason_code="overdue"),
            None,
        ),
        (
            decided(
                "both",
                "Off: your team does not record calls by default.",
                recording__status="failed",
                recording__reason_code="failed",
                captured=True,
            ),
            "The recording could not be made",
        ),
    ],
)
def test_a_recording_that_should_exist_is_listed_as_missing(
    ida: User, fields: dict[str, Any], why: str | None
) -> None:
    call = ended(**fields)
    report = recording_report(read(ida, MARCH))
    assert [tally.label for tally in report.missing] == ([why] if why else [])
    assert [one.pk for one in report.missing_recordings] == ([call.pk] if why else [])


def test_sound_that_was_lost_is_counted_with_its_calls(ida: User) -> None:
    for lost_ms in (0, 8020, 1000):
        call = ended(**decided("both", "On.", captured=True))
        Recording.objects.filter(pk=call.pk).update(
            lost_ms=lost_ms, call_team=call.team, rep=call.user, called_at=call.created_at
        )
    report = recording_report(read(ida, MARCH))
    assert (report.incomplete, report.lost_seconds) == (2, 10)


def test_refused_changes_are_listed_wherever_they_were_stopped(ida: User) -> None:
    ana = UserFactory(name="Ana")
    call = CallFactory(user=ana, **decided("none", BY_RULE))
    client = Client()
    client.force_login(ana)
    answer = client.post(
        f"/api/v2/calls/{call.pk}/record", {"generation": 0}, content_type="application/json"
    )
    assert answer.status_code == 403
    other = UserFactory(name="Ben", permission_set="")
    other.groups.set([placing_only()])
    own = CallFactory(user=other)
    # A pause is asked of the switch, which refuses it and reports that.
    data = {"actor": str(other.pk), "wanted": "paused", "code": "not_permitted"}
    assert post_event(own.pk, "recording.refused", seq=1, **data).status_code == 204
    report = recording_report(read(ida, {}))
    assert [(one.entry.actor, one.call.pk, one.sentence) for one in report.refusals] == [
        (other, own.pk, "Pause: The user may not change recordings"),
        (ana, call.pk, "Record: The control was locked"),
    ]
    assert report.refused_count == 2


def placing_only() -> PermissionSet:
    made = PermissionSet.objects.create(name="Placing only")
    made.permissions.set(PermissionRow.objects.filter(codename="calls:place"))
    return made


def test_the_days_are_those_of_the_users_calendar(ida: User) -> None:
    client = Client()
    client.force_login(ida)
    # In New York it is still the second of March.
    ended(datetime(2026, 3, 3, 4, 59, tzinfo=UTC))
    ended(datetime(2026, 3, 3, 5, 0, tzinfo=UTC))
    page = client.get("/reports/recording", {"from": "2026-03-02", "to": "2026-03-02"}).content.decode()
    assert "<dt>Calls</dt><dd>1</dd>" in page


def test_a_group_and_a_rep_narrow_the_report(ida: User) -> None:
    east, west = GroupFactory(name="East"), GroupFactory(name="West")
    ana, ben = UserFactory(group=east), UserFactory(group=west)
    for user in (ana, ana, ben):
        ended(user=user)

    def calls(**query: object) -> int:
        return recording_report(read(ida, MARCH | {key: str(value) for key, value in query.items()})).calls

    assert (calls(), calls(group=east.pk), calls(group=west.pk), calls(rep=ben.pk)) == (3, 2, 1, 1)
    assert calls(group=east.pk, rep=ben.pk) == 0


def test_a_manager_counts_the_groups_calls_and_cannot_ask_about_others(ida: User) -> None:
    west = GroupFactory(name="West")
    max_ = UserFactory(name="Max", permission_set="Manager", group=GroupFactory(name="East"))
    ben = UserFactory(group=west)
    ended(user=UserFactory(group=max_.group))
    ended(user=ben)
    AuditEntry.objects.create(
        actor=ben,
        action="recording.change_refused",
        object_kind="call",
        object_id=ended(user=ben).pk,
        details={"code": "above_ceiling", "wanted": "recording"},
    )
    for query in ({}, {"rep": str(ben.pk)}, {"group": str(west.pk)}):
        selection = read(max_, MARCH | query)
        assert recording_report(selection).calls == 1
        assert recording_report(read(max_, query)).refused_count == 0
        assert bool(selection.problems) == bool(query)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"from": "yesterday"}, "is not a date"),
        ({"from": "2026-03-31", "to": "2026-03-01"}, "they were swapped"),
        ({"rep": "999999999999999999999"}, "This rep does not exist"),
        ({"group": "x"}, "This group does not exist"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, ""),
    ],
)
def test_invalid_report_parameters_are_reported_and_the_rest_applies(
    ida: User, query: dict[str, str], says: str
) -> None:
    client = Client()
    client.force_login(ida)
    ended()
    page = client.get("/reports/recording", query)
    assert page.status_code == 200
    assert says in page.content.decode()


def test_numbers_are_shown_with_separators_and_percentages(ida: User) -> None:
    Call.objects.bulk_create(
        Call(
            team=ida.team,
            user=ida,
            number="+13125550123",
            created_at=NOON,
            ended_at=NOON,
            policy_version_id=1,
            may_change=True,
            **decided("both", "On: your team records calls by default."),
        )
        for _ in range(1200)
    )
    client = Client()
    client.force_login(ida)
    page = client.get("/reports/recording", MARCH).content.decode()
    assert "<dd>1,200</dd>" in page
    assert "100.0 %" in page
