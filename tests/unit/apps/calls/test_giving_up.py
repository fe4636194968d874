"""A call that the web ends itself."""

import pytest

from factories import CallFactory
from harness.reports import report_end
from onrecord.apps.calls.actions import give_up
from onrecord.apps.calls.models import Call

pytestmark = pytest.mark.django_db


def test_a_call_that_is_given_up_twice_ends_once() -> None:
    call = CallFactory()
    first = give_up(call.pk, reason="lost", captured=None)
    second = give_up(call.pk, reason="switch_unreachable", captured=False)
    (ended,) = call.events.all()
    assert (ended.type, ended.at) == ("call.ended", first.ended_at)
    assert ended.payload["data"] == {"status": "failed", "reason": "lost", "duration_ms": 0}
    assert (second.ended_at, second.end_reason, second.captured) == (first.ended_at, "lost", None)


def test_a_call_that_has_ended_is_not_given_up() -> None:
    call = CallFactory()
    report_end(call.pk)
    before = Call.objects.values().get(pk=call.pk)
    give_up(call.pk, reason="lost", captured=False)
    assert [event.type for event in call.events.all()] == ["call.ended"]
    assert Call.objects.values().get(pk=call.pk) == before
